package console_test

import (
	"net/http"
	"testing"

	"recourse/internal/event"
)

func TestWhatARuleHidIsShownAgain(t *testing.T) {
	b := setup(t)
	bundle := b.ruled(t)
	b.work(t)
	r, id := b.report(t, bundle, doxxing())
	c := b.signIn(t, "Ana", "demo")
	if s := b.statusAt(t, r, 1); !s.Hidden {
		t.Error("the reporter is not told that it is hidden")
	}
	page := c.get(t, casePath(id))
	if !page.has("Hidden until a moderator has looked") || !page.has("by <code>private-details</code>") || !page.has("/shown\">Show it again") {
		t.Error("the page does not say that it is hidden, by what, or how to end it")
	}
	if !c.get(t, "/queue").has(`<span class="tag">hidden</span>`) {
		t.Error("the queue does not say so")
	}
	show := func(version int) response {
		return c.call(t, http.MethodPost, "/v1/cases/"+id.String()+"/shown", map[string]int{"version": version})
	}
	wantStatus(t, "no version", show(0), http.StatusUnprocessableEntity)
	wantStatus(t, "another version", show(2), http.StatusConflict)
	bea := b.signIn(t, "Bea", "demo")
	bea.claim(t, id)
	wantStatus(t, "another holds it", show(1), http.StatusConflict)
	if c.get(t, casePath(id)).has("Show it again") {
		t.Error("it is offered to who may not")
	}
	wantStatus(t, "of another community", b.signIn(t, "Cleo").post(t, casePath(id)+"/shown", "version", "1"), http.StatusNotFound)
	b.exec(t, `UPDATE moderation.cases SET claimed_by = NULL, claimed_until = NULL`)

	got := c.post(t, casePath(id)+"/shown", "version", "1", "report", "", "text", "MARKER-begun")
	if got.status != http.StatusOK || !got.has("It is shown again.") || !got.has("MARKER-begun</textarea>") || !got.has(`name="version" value="2"`) {
		t.Errorf("showing again answers %d, or loses what was typed", got.status)
	}
	f := c.ruledFile(t, id)
	if f.HiddenSince != nil || f.Version != 2 || f.State != "open" {
		t.Errorf("the case is %+v", f.summary)
	}
	if s := b.statusAt(t, r, 2); s.Hidden || s.Stage != event.StageOpen {
		t.Errorf("the reporter sees %+v", s)
	}
	wantStatus(t, "twice", show(1), http.StatusNoContent)
	entries := b.audit(t, id)
	n := 0
	for _, e := range entries {
		if e.Action == "case.shown" {
			n++
			b.wantDigest(t, e, "version 2")
		}
	}
	if n != 1 {
		t.Errorf("%d entries record it, want 1", n)
	}
}

func TestNothingIsShownAgainWithoutAnEntry(t *testing.T) {
	b := setup(t)
	id := b.cases(t, "demo", 400)[0]
	b.exec(t, `UPDATE moderation.cases SET hidden_since = now() WHERE id = $1`, id)
	c := b.signIn(t, "Ana", "demo")
	b.exec(t, `REVOKE INSERT ON moderation.audit FROM recourse_console`)
	wantStatus(t, "without an audit log", c.post(t, casePath(id)+"/shown", "version", "1"), http.StatusInternalServerError)
	if n := b.count(t, "moderation.cases WHERE hidden_since IS NOT NULL AND version = 1"); n != 1 {
		t.Error("it was shown again")
	}
}

package main

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"recourse/internal/browserbench"
	"recourse/internal/event"
	"recourse/internal/testbench"
)

// moderating is how a moderator answers and decides.
type moderating func(t *testing.T, receipt, reply, reasons string)

// caseOf finds the case of a receipt's report.
func (st *stateTable) caseOf(t *testing.T, receipt string) (report submission, caseID event.ID) {
	t.Helper()
	status, ok := statusOf(t, st.at.Intake, receipt)
	if !ok {
		t.Fatal("the receipt shows nothing")
	}
	if err := st.pool.QueryRow(t.Context(), `SELECT case_id FROM moderation.report WHERE id = $1`, status.ID).Scan(&caseID); err != nil {
		t.Fatal(err)
	}
	return submission{ID: status.ID, Receipt: receipt}, caseID
}

// apiDesk answers and decides over the console's API.
func (st *stateTable) apiDesk(t *testing.T, receipt, reply, reasons string) {
	t.Helper()
	report, id := st.caseOf(t, receipt)
	here := st.at.Console + "/v1/cases/" + id.String()
	send := func(path string, want int, body map[string]any, out any) {
		a, err := post(t.Context(), st.moderator, here+path, body, nil)
		if err != nil || a.status != want {
			t.Fatalf("%s: status %d, %v: %s", path, a.status, err, a.body)
		}
		a.decode(t, out)
	}
	var c struct {
		Version int `json:"version"`
	}
	if reply != "" {
		send("/messages", http.StatusCreated, map[string]any{"report": report.ID, "text": reply}, &struct{}{})
	}
	send("/claim", http.StatusOK, map[string]any{}, &c)
	send("/decision", http.StatusCreated, map[string]any{
		"version": c.Version, "action": "warning", "article": "respect", "reasons": reasons,
	}, &struct{}{})
}

// browserDesk answers and decides in the console, with a keyboard alone.
func (st *stateTable) browserDesk(t *testing.T) moderating {
	t.Helper()
	tab := browserbench.Open(t, browserbench.Options{})
	k := keyboard{Tab: tab, t: t, arrive: func() {
		if title := titleOf(tab); !strings.HasSuffix(title, " – Recourse") {
			t.Errorf("a page of the console has the title %q", title)
		}
	}}
	st.signIn(t, tab)
	t.Cleanup(func() {
		if away := tab.Requests().Elsewhere(st.at.Console); len(away) != 0 {
			t.Errorf("these went elsewhere:\n%s", away)
		}
	})
	return func(t *testing.T, receipt, reply, reasons string) {
		t.Helper()
		_, id := st.caseOf(t, receipt)
		k.visit(st.at.Console + "/queue")
		if v := k.follow(`form[action="/queue/next"] button`); path.Base(v.URL) != id.String() {
			t.Fatalf("the next case is at %s, want %s", v.URL, id)
		}
		if reply != "" {
			k.Shows(sayings()["fr"].message)
			k.write("[name=text]", reply)
			if v := k.follow(`[formaction$="/messages"]`); v.Status != http.StatusOK {
				t.Fatalf("replying: the status is %d", v.Status)
			}
			k.Shows(reply)
		}
		// Without reasons it is not recorded, and nothing chosen is lost.
		k.choose("action", "warning")
		k.choose("article", "respect")
		if v := k.follow(".decide .buttons button.main"); v.Status != http.StatusUnprocessableEntity {
			t.Fatalf("deciding without reasons: the status is %d, want 422", v.Status)
		}
		testbench.Eventually(t, 5*time.Second, "the summary has the focus", func() bool { return k.on(".summary") })
		k.to("[name=action][value=warning]:checked")
		k.write("[name=reasons]", reasons)
		if v := k.follow(".decide .buttons button.main"); v.Status != http.StatusOK {
			t.Fatalf("deciding: the status is %d", v.Status)
		}
		k.Shows(reasons)
	}
}

// signIn gives a tab the moderator's session. The page that a sign-in link shows
// goes on by itself, so that a test would not know when it is done.
func (st *stateTable) signIn(t *testing.T, tab *browserbench.Tab) {
	t.Helper()
	base, err := url.Parse(st.at.Console)
	if err != nil {
		t.Fatal(err)
	}
	tab.Visit(st.at.Console + "/sign-in")
	for _, cookie := range st.moderator.Jar.Cookies(base) {
		tab.Eval(fmt.Sprintf("document.cookie = %q", cookie.Name+"="+cookie.Value+"; path=/"), nil)
	}
}

func titleOf(tab *browserbench.Tab) (title string) {
	tab.Eval("document.title", &title)
	return title
}

package console_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/seal/receipt"
	"recourse/internal/testbench"
)

// follow has a worker store what a reporter sends later.
func (b *bench) follow(t *testing.T, r receipt.Receipt, name string, content event.FollowUpContent) event.ID {
	t.Helper()
	var id event.ID
	b.bus.Publish(t, testbench.FollowUp(t, b.demo, r, name, content, func(up *event.FollowUp) { id = up.ID }))
	testbench.Eventually(t, 10*time.Second, "the follow-up is stored", func() bool {
		return b.count(t, "moderation.follow_up WHERE id = $1", id) == 1
	})
	return id
}

// decideNow decides a case whatever its version.
func (c *client) decideNow(t *testing.T, id event.ID, v verdict) response {
	t.Helper()
	c.claim(t, id)
	v.Version = c.file(t, id).Version
	return c.decide(t, id, v)
}

func TestWhatAReporterSentLaterStandsBesideTheReport(t *testing.T) {
	b := setup(t)
	b.work(t)
	content := threat()
	content.Since, content.Frequency = "MARKER-since", event.FrequencyOften
	r, id := b.report(t, b.demo, content)
	var followed []event.ID
	for name, content := range map[string]event.FollowUpContent{
		event.ReportAmended: {Text: "MARKER-more <i>it</i>"},
		event.ReportMessage: {Text: "MARKER-message"},
		event.ReportConsent: {Consent: &event.Consent{DoNotTellAccount: true}},
	} {
		followed = append(followed, b.follow(t, r, name, content))
	}
	c := b.signIn(t, "Ana", "demo")
	f := c.file(t, id)
	if f.Version != 4 || len(f.Reports[0].FollowUps) != 3 || !f.Reports[0].Consent.DoNotTellAccount {
		t.Fatalf("the case is %+v", f)
	}
	for _, up := range f.Reports[0].FollowUps {
		if up.TextState != "open" || up.Effect != "kept" || up.New || up.Event == event.ReportAmended && up.Text != "MARKER-more <i>it</i>" ||
			up.Event == event.ReportConsent && (up.Consent == nil || !up.Consent.DoNotTellAccount) {
			t.Errorf("a follow-up reads %+v", up)
		}
	}
	entries := b.audit(t, id)
	last := entries[len(entries)-1]
	detail := []string{"report version 4"}
	for _, up := range f.Reports[0].FollowUps {
		detail = append(detail, "follow-up "+up.ID.String())
	}
	b.wantDigest(t, last, append(detail, "version 4")...)

	page := c.get(t, casePath(id))
	for _, part := range []string{
		"Added to the report", `dir="auto">MARKER-more &lt;i&gt;it&lt;/i&gt;`, "Message from the reporter", "MARKER-message",
		"Change of consent", "The account must not be told</strong> of this report", "<bdi>MARKER-since</bdi>", "Often, and it goes on",
	} {
		if !page.has(part) {
			t.Errorf("the page does not hold %q", part)
		}
	}
	b.exec(t, `DELETE FROM moderation.data_key WHERE owner = $1`, followed[0])
	b.exec(t, `UPDATE moderation.data_key SET month = '2019-01' WHERE owner = $1`, followed[1])
	states := map[string]int{}
	for _, up := range c.file(t, id).Reports[0].FollowUps {
		states[up.TextState]++
	}
	if states["erased"] != 1 || states["locked"] != 1 || states["open"] != 1 {
		t.Errorf("the states are %v, want one each", states)
	}
	if page := c.get(t, casePath(id)); !page.has("Erased. Its words") || !page.has("This can't be opened on this server") {
		t.Error("the page does not say what can't be read")
	}
}

func TestWhatIsWithdrawnShowsNothing(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	kept := b.join(t, id, threat())
	b.follow(t, r, event.ReportAmended, event.FollowUpContent{Text: "MARKER-gone"})
	b.follow(t, r, event.ReportWithdrawn, event.FollowUpContent{})
	c := b.signIn(t, "Ana", "demo")
	for _, shown := range c.file(t, id).Reports {
		if gone := shown.ID == event.ID(r.ReportID()); gone != (shown.WithdrawnAt != nil) || gone != (shown.Content == nil) || len(shown.FollowUps) != 0 {
			t.Errorf("the report reads %+v", shown)
		}
	}
	page := c.get(t, casePath(id))
	if !page.has("Withdrawn by its reporter") || page.has("MARKER-gone") || strings.Contains(page.body, "Whose report") {
		t.Error("the page does not say that it was withdrawn, or shows more")
	}
	wantStatus(t, "a message", c.write(t, id, event.ID(r.ReportID()), "too late"), http.StatusConflict)

	b.follow(t, kept, event.ReportWithdrawn, event.FollowUpContent{})
	page = c.get(t, casePath(id))
	if !page.has("The case was closed without a decision") || page.has("<textarea") || page.has("Claim this case") {
		t.Error("the page does not say that nobody decided, or offers to")
	}
	late := c.decideForm(t, id, "1", "ban", "safety", "typed before")
	if late.status != http.StatusConflict || !late.has("it was closed without a decision") || !late.has("typed before</textarea>") {
		t.Errorf("a late decision: %d %s", late.status, late.body)
	}
}

func TestACaseIsNotReferredAgainstAReportersWill(t *testing.T) {
	b := setup(t)
	b.work(t)
	content := threat()
	content.Consent.NotBeyondCommunity = true
	r, id := b.report(t, b.demo, content)
	b.join(t, id, threat())
	c := b.signIn(t, "Ana", "demo")
	c.claim(t, id)
	refer := removal()
	refer.Action = "refer"
	api := c.decide(t, id, refer)
	wantStatus(t, "referring", api, http.StatusUnprocessableEntity)
	if !api.has(`"field":"action"`) || !api.has("forbids") {
		t.Errorf("the problem is %s", api.body)
	}
	page := c.decideForm(t, id, "1", "refer", "safety", "typed before")
	wantStatus(t, "referring on the page", page, http.StatusUnprocessableEntity)
	for _, part := range []string{"must not be to refer", `href="#action-none"`, "typed before</textarea>", "Nothing may leave this community"} {
		if !page.has(part) {
			t.Errorf("the page does not hold %q", part)
		}
	}

	b.follow(t, r, event.ReportConsent, event.FollowUpContent{Consent: &event.Consent{}})
	stale := c.decideForm(t, id, "1", "refer", "safety", "typed before")
	wantStatus(t, "deciding before the change was seen", stale, http.StatusConflict)
	if !stale.has("Read the case again") || !stale.has("typed before</textarea>") {
		t.Error("the page does not say what to do, or loses what was typed")
	}
	wantStatus(t, "referring with consent", c.decideNow(t, id, refer), http.StatusCreated)
}

func TestADecidedCaseIsDecidedAgain(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	c := b.signIn(t, "Ana", "demo")
	wantStatus(t, "deciding", c.decideNow(t, id, removal()), http.StatusCreated)
	version := 2
	for _, round := range []struct {
		name, again, tag string
		content          event.FollowUpContent
	}{
		{event.ReportAppeal, "appeal", "Appealed", event.FollowUpContent{Text: "MARKER-appeal"}},
		{event.ReportOutcome, "outcome", "It did not stop", event.FollowUpContent{Text: "MARKER-goes-on", Stopped: new(false)}},
	} {
		b.follow(t, r, round.name, round.content)
		q, ids := c.queue(t, "")
		if len(ids) != 1 || q.Cases[0].Again != round.again || len(q.Unread) != 0 {
			t.Fatalf("the queue after %s is %+v", round.name, q)
		}
		if page := c.get(t, "/queue"); !page.has(round.tag) {
			t.Errorf("the queue does not say %q", round.tag)
		}
		c.claim(t, id)
		page := c.get(t, casePath(id))
		for _, part := range []string{round.tag, round.content.Text, "Earlier decisions", "MARKER-reasons", "opened the case again", `name="reasons"`} {
			if !page.has(part) {
				t.Errorf("after %s the page does not hold %q", round.name, part)
			}
		}
		wantStatus(t, "deciding what was seen before", c.decideForm(t, id, strconv.Itoa(version), "none", "safety", "x"), http.StatusConflict)
		wantStatus(t, "deciding again", c.decideNow(t, id, removal()), http.StatusCreated)
		version += 2
	}
	s := b.statusAt(t, r, 6)
	if want := "received opened decided closed appealed decided closed reopened decided closed"; milestones(s) != want {
		t.Errorf("the milestones are %s, want %s", milestones(s), want)
	}
	decided := 0
	for _, m := range s.Messages {
		if openMessage(t, r, m).Type == event.MessageDecision {
			decided++
		}
	}
	if f := c.file(t, id); decided != 3 || len(f.Decisions) != 3 || f.Again != "" {
		t.Errorf("%d statements, %d decisions, again %q", decided, len(f.Decisions), f.Again)
	}
}

func TestWhatComesToADecidedCaseIsMarkedAsRead(t *testing.T) {
	b := setup(t)
	b.work(t)
	b.city(t)
	r, id := b.report(t, b.demo, threat())
	c := b.signIn(t, "Ana", "demo")
	wantStatus(t, "deciding", c.decideNow(t, id, removal()), http.StatusCreated)
	b.follow(t, r, event.ReportMessage, event.FollowUpContent{Text: "MARKER-thanks"})

	unread := func() int {
		q, _ := c.queue(t, "")
		return len(q.Unread)
	}
	page := c.get(t, casePath(id))
	if !page.has("New since it was decided") || !page.has(`<span class="tag">new</span>`) || !c.file(t, id).Reports[0].FollowUps[0].New {
		t.Error("the case does not say what is new")
	}
	if q := c.get(t, "/queue"); unread() != 1 || !q.has("New on decided cases") || !q.has(`href="`+casePath(id)+`"`) {
		t.Error("the queue does not show it, or a mere look marked it as read")
	}
	if q, _ := b.signIn(t, "Bea", "city").queue(t, ""); len(q.Unread) != 0 {
		t.Error("another community's moderator sees it")
	}
	wantStatus(t, "marking what was seen before", c.post(t, casePath(id)+"/read", "version", "2"), http.StatusConflict)
	bea := b.signIn(t, "Cleo", "city")
	wantStatus(t, "another's", bea.post(t, casePath(id)+"/read", "version", "3"), http.StatusNotFound)
	kept := c.post(t, casePath(id)+"/read", "version", "3", "text", "typed before")
	if kept.status != http.StatusOK || !kept.has("typed before</textarea>") || unread() != 0 {
		t.Errorf("marking as read: %d", kept.status)
	}

	b.follow(t, r, event.ReportMessage, event.FollowUpContent{Text: "MARKER-more"})
	wantStatus(t, "no version", c.call(t, http.MethodPost, "/v1/cases/"+id.String()+"/read", map[string]int{}), http.StatusUnprocessableEntity)
	wantStatus(t, "the API", c.call(t, http.MethodPost, "/v1/cases/"+id.String()+"/read", map[string]int{"version": 4}), http.StatusNoContent)
	wantStatus(t, "again", c.call(t, http.MethodPost, "/v1/cases/"+id.String()+"/read", map[string]int{"version": 4}), http.StatusNoContent)
	if n := b.count(t, "moderation.audit WHERE action = 'case.noted'"); n != 2 || unread() != 0 {
		t.Errorf("%d entries, %d unread", n, unread())
	}
}

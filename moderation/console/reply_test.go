package console_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"recourse/internal/event"
)

// write sends a message to a reporter through the API.
func (c *client) write(t *testing.T, id, report event.ID, text string, headers ...string) response {
	t.Helper()
	return c.call(t, http.MethodPost, "/v1/cases/"+id.String()+"/messages", map[string]any{"report": report, "text": text}, headers...)
}

func TestAMessageReachesTheReporterAndStaysReadable(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	other := b.join(t, id, threat())
	c := b.signIn(t, "Ana", "demo") // she does not hold the case
	wantStatus(t, "writing", c.write(t, id, event.ID(r.ReportID()), "MARKER-answer: we look at it."), http.StatusCreated)

	s := b.statusAt(t, r, 2)
	if len(s.Messages) != 1 {
		t.Fatalf("there are %d messages", len(s.Messages))
	}
	if m := openMessage(t, r, s.Messages[0]); m.Type != event.MessageReply || m.Text != "MARKER-answer: we look at it." {
		t.Errorf("the reporter reads %+v", m)
	}
	if n := b.count(t, "moderation.report WHERE id = $1 AND version = 1", event.ID(other.ReportID())); n != 1 {
		t.Error("the other reporter is told too")
	}
	if n := b.count(t, "notify.news WHERE report_id = $1", event.ID(r.ReportID())); n != 1 || b.count(t, "notify.news") != 1 {
		t.Error("the reporter is not told of the news, or another is")
	}
	for _, shown := range b.signIn(t, "Bea", "demo").file(t, id).Reports {
		switch {
		case shown.ID != event.ID(r.ReportID()):
			if len(shown.Replies) != 0 {
				t.Error("the message stands with the other report")
			}
		case len(shown.Replies) != 1 || shown.Replies[0].Text != "MARKER-answer: we look at it." || shown.Replies[0].Moderator.Name != "Ana":
			t.Errorf("the replies are %+v", shown.Replies)
		}
	}
	page := c.get(t, casePath(id))
	if !page.has("Message to the reporter") || !page.has("MARKER-answer") || !page.has(`<label for="report">`) {
		t.Error("the page does not show it, or does not ask whose report")
	}
	var message event.ID
	var kept []byte
	if err := b.admin.QueryRow(t.Context(), `SELECT id, copy FROM moderation.message`).Scan(&message, &kept); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(kept), "MARKER") {
		t.Error("the copy is not sealed")
	}
	for _, e := range b.audit(t, id) {
		if e.Action == "message.sent" {
			b.wantDigest(t, e, "message "+message.String(), fmt.Sprintf("sealed copy %x", sha256.Sum256(kept)))
			return
		}
	}
	t.Error("no entry says that it was sent")
}

func TestAMessageSentTwiceIsWrittenOnce(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	report := event.ID(r.ReportID())
	c := b.signIn(t, "Ana", "demo")
	token := regexp.MustCompile(`name="token" value="([A-Z2-7]{26})"`).FindStringSubmatch(c.get(t, casePath(id)).body)
	if token == nil {
		t.Fatal("the form has no token")
	}
	form := []string{"version", "1", "report", report.String(), "token", token[1], "text", "hello"}
	for range 2 {
		got := c.post(t, casePath(id)+"/messages", form...)
		if got.status != http.StatusSeeOther || got.header.Get("Location") != casePath(id)+"?sent" {
			t.Fatalf("sending: %d to %q", got.status, got.header.Get("Location"))
		}
	}
	if page := c.get(t, casePath(id)+"?sent"); !page.has("Your message was sent") {
		t.Error("the page does not say so")
	}
	changed := c.post(t, casePath(id)+"/messages", append(form[:6:6], "text", "something else")...)
	if changed.status != http.StatusConflict || !changed.has("something else</textarea>") || changed.has(token[1]) {
		t.Errorf("other words with the same token: %d", changed.status)
	}
	first := c.write(t, id, report, "by program", "Idempotency-Key", "one")
	again := c.write(t, id, report, "by program", "Idempotency-Key", "one")
	if first.status != http.StatusCreated || first.body != again.body {
		t.Errorf("the answers differ: %s and %s", first.body, again.body)
	}
	wantStatus(t, "other words with the same key", c.write(t, id, report, "x", "Idempotency-Key", "one"), http.StatusUnprocessableEntity)
	if n := b.count(t, "moderation.message"); n != 2 {
		t.Errorf("%d messages were written", n)
	}
}

func TestAMessageAtFaultIsMarkedAndNothingTypedIsLost(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	b.join(t, id, threat())
	c := b.signIn(t, "Ana", "demo")
	c.claim(t, id)
	path := casePath(id)
	got := c.post(t, path+"/messages", "version", "1", "action", "ban", "article", "respect", "reasons", "begun", "text", " ")
	wantStatus(t, "an empty message to nobody", got, http.StatusUnprocessableEntity)
	for _, part := range []string{
		`href="#text"`, `id="text-error"`, `href="#report"`, `id="report-error"`, "begun</textarea>", `follows-ban" checked`,
	} {
		if !got.has(part) {
			t.Errorf("the page does not hold %q", part)
		}
	}
	sent := c.post(t, path+"/messages", "version", "1", "reasons", "begun", "report", event.ID(r.ReportID()).String(), "text", "hello")
	if sent.status != http.StatusOK || !sent.has("begun</textarea>") || !sent.has("Your message was sent") {
		t.Errorf("a decision begun is lost: %d", sent.status)
	}
	wantStatus(t, "another case's report", c.write(t, id, event.NewID(), "x"), http.StatusUnprocessableEntity)
	wantStatus(t, "too long", c.write(t, id, event.ID(r.ReportID()), strings.Repeat("x", 10_001)), http.StatusUnprocessableEntity)
	b.city(t)
	wantStatus(t, "another community's moderator", b.signIn(t, "Bea", "city").write(t, id, event.ID(r.ReportID()), "x"), http.StatusNotFound)

	decided := c.post(t, path+"/decision", "version", "1", "action", "none", "article", "safety", "reasons", "done", "text", "unsent")
	if decided.status != http.StatusOK || !decided.has("Your message was not sent yet") || !decided.has("unsent</textarea>") {
		t.Errorf("a message begun is lost with the decision: %d", decided.status)
	}
	b.exec(t, `REVOKE INSERT ON moderation.audit FROM recourse_console`)
	failed := c.post(t, path+"/messages", "version", "2", "report", event.ID(r.ReportID()).String(), "text", "unsent")
	if failed.status != http.StatusInternalServerError || !failed.has("unsent</textarea>") || b.count(t, "moderation.message WHERE copy IS NOT NULL") != 1 {
		t.Errorf("without an audit log: %d", failed.status)
	}
}

func TestAnAnswerMarksAsReadWhatItsWriterSaw(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	c := b.signIn(t, "Ana", "demo")
	wantStatus(t, "deciding", c.decideNow(t, id, removal()), http.StatusCreated)
	b.follow(t, r, event.ReportMessage, event.FollowUpContent{Text: "MARKER-first"})
	b.follow(t, r, event.ReportMessage, event.FollowUpContent{Text: "MARKER-second"})
	form := []string{"report", event.ID(r.ReportID()).String(), "text", "an answer", "version"}
	c.post(t, casePath(id)+"/messages", append(form, "3")...)
	if q, _ := c.queue(t, ""); len(q.Unread) != 1 {
		t.Error("what came after she looked is marked as read")
	}
	c.post(t, casePath(id)+"/messages", append(form, "4")...)
	if q, _ := c.queue(t, ""); len(q.Unread) != 0 {
		t.Error("an answer to all of it leaves it unread")
	}
}

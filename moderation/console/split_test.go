package console_test

import (
	"net/http"
	"strings"
	"testing"

	"recourse/internal/browserbench"
	"recourse/internal/event"
	"recourse/moderation"
)

func splitPath(id, report event.ID) string {
	return casePath(id) + "/reports/" + report.String() + "/split"
}

// split gives a report a case of its own through the API.
func (c *client) split(t *testing.T, id, report event.ID, version int) response {
	t.Helper()
	return c.call(t, http.MethodPost, "/v1"+splitPath(id, report), map[string]int{"version": version})
}

func TestAReportThatAMachineJoinedGetsACaseOfItsOwn(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	abuser := threat()
	abuser.Consent = event.Consent{NotBeyondCommunity: true}
	joined := b.join(t, id, abuser)
	report := event.ID(joined.ReportID())
	b.exec(t, `UPDATE moderation.cases SET priority = 401, second_reader = true, tags = '{press}', queue = 'safety' WHERE id = $1`, id)
	c := b.signIn(t, "Ana", "demo")
	wantStatus(t, "writing", c.write(t, id, report, "MARKER-answer"), http.StatusCreated)
	wantStatus(t, "writing to the other", c.write(t, id, event.ID(r.ReportID()), "MARKER-other"), http.StatusCreated)
	b.follow(t, joined, event.ReportMessage, event.FollowUpContent{Text: "MARKER-message"})
	b.statusAt(t, joined, 3)
	if c.get(t, casePath(id)).has("/split") {
		t.Error("it is offered to who does not hold the case")
	}
	c.claim(t, id)
	if page := c.get(t, casePath(id)); !page.has(`formaction="` + splitPath(id, report) + `"`) {
		t.Fatal("the page does not offer it")
	}
	b.later(moderation.Lease) // she read for long, and nobody took the case
	got := c.post(t, splitPath(id, report), "version", "2")
	own, ok := strings.CutSuffix(strings.TrimPrefix(got.header.Get("Location"), "/cases/"), "?split")
	into, err := event.ParseID(own)
	if got.status != http.StatusSeeOther || !ok || err != nil || into == id {
		t.Fatalf("it answers %d to %q", got.status, got.header.Get("Location"))
	}
	if !c.get(t, casePath(into)+"?split").has("This report has a case of its own now") {
		t.Error("the page does not say so")
	}

	mine := c.file(t, into)
	if mine.Version != 1 || mine.State != "open" || mine.Claim != nil || len(mine.Reports) != 1 {
		t.Fatalf("the new case is %+v", mine.summary)
	}
	if shown := mine.Reports[0]; shown.ID != report || shown.Content == nil || len(shown.FollowUps) != 1 || shown.FollowUps[0].Text != "MARKER-message" ||
		len(shown.Replies) != 1 || shown.Replies[0].Text != "MARKER-answer" {
		t.Errorf("not all went with the report: %+v", shown)
	}
	left := c.file(t, id)
	if left.Version != 3 || len(left.Reports) != 1 || left.Reports[0].Replies[0].Text != "MARKER-other" {
		t.Errorf("the case that it left is %+v", left)
	}
	const alike = `moderation.cases a JOIN moderation.cases b ON (a.community, a.kind, a.article, a.conduct, a.first_look_due, a.queue, a.tags, a.second_reader,
		a.language_team, a.again) = (b.community, b.kind, b.article, b.conduct, b.first_look_due, b.queue, b.tags, b.second_reader, b.language_team, b.again)
		WHERE a.id = $1 AND b.id = $2 AND a.hidden_since IS NULL AND a.priority = 400 AND b.priority = 400`
	if b.count(t, alike, id, into) != 1 {
		t.Error("the new case is not as the one that the report left")
	}
	if s := b.statusAt(t, joined, 4); s.Stage != event.StageOpen || len(s.Milestones) != 2 {
		t.Errorf("the reporter sees %+v", s)
	}
	if n := b.count(t, `moderation.outbox WHERE case_id = $1 AND subject LIKE 'cases.opened.%' AND payload->'reports' = jsonb_build_array($2::text)`, into, report); n != 1 {
		t.Error("the new case was not announced")
	}
	entries := b.audit(t, id)
	for _, e := range entries {
		if e.Action == "report.split" && e.ReportID != nil && *e.ReportID == report && e.Actor == c.id {
			b.wantDigest(t, e, "case "+into.String(), "version 3")
			entries = nil
		}
	}
	if entries != nil {
		t.Error("no entry records it")
	}

	// What one forbids no longer binds the other, and one decision tells one.
	refer := removal()
	refer.Action, refer.Version = "refer", 3
	c.claim(t, id)
	wantStatus(t, "referring", c.decide(t, id, refer), http.StatusCreated)
	if n := b.count(t, "moderation.message WHERE report_id = $1 AND decision_id IS NOT NULL", report); n != 0 {
		t.Error("the reporter who left was told the reasons")
	}
	again := c.post(t, splitPath(id, report), "version", "2")
	if again.status != http.StatusSeeOther || again.header.Get("Location") != got.header.Get("Location") {
		t.Errorf("sent twice it answers %d to %q", again.status, again.header.Get("Location"))
	}
	if n := b.count(t, "moderation.cases"); n != 2 {
		t.Errorf("there are %d cases", n)
	}
	wantStatus(t, "deciding the new case", c.decideNow(t, into, removal()), http.StatusCreated)
	b.statusAt(t, joined, 5)
}

func TestOnlyWhoHoldsACaseAndReadItTakesAReportOut(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	first := event.ID(r.ReportID())
	joined := b.join(t, id, threat())
	report := event.ID(joined.ReportID())
	ana, bea := b.signIn(t, "Ana", "demo"), b.signIn(t, "Bea", "demo")
	b.city(t)

	wantStatus(t, "without a claim", ana.split(t, id, report, 1), http.StatusConflict)
	ana.claim(t, id)
	wantStatus(t, "another holds it", bea.split(t, id, report, 1), http.StatusConflict)
	wantStatus(t, "another version", ana.split(t, id, report, 2), http.StatusConflict)
	wantStatus(t, "no version", ana.split(t, id, report, 0), http.StatusUnprocessableEntity)
	wantStatus(t, "a report of no case", ana.split(t, id, event.NewID(), 1), http.StatusUnprocessableEntity)
	wantStatus(t, "no report", ana.call(t, http.MethodPost, "/v1"+casePath(id)+"/reports/x/split", map[string]int{"version": 1}), http.StatusUnprocessableEntity)
	wantStatus(t, "of another community", b.signIn(t, "Cleo", "city").split(t, id, report, 1), http.StatusNotFound)
	wantStatus(t, "from another site", ana.do(t, http.MethodPost, splitPath(id, report), "application/x-www-form-urlencoded", "version=1",
		"Sec-Fetch-Site", "cross-site"), http.StatusForbidden)
	wantStatus(t, "a stranger", b.stranger(t).split(t, id, report, 1), http.StatusUnauthorized)
	begun := ana.post(t, splitPath(id, report), "version", "1", "report", report.String(), "text", "MARKER-begun")
	if begun.status != http.StatusConflict || !begun.has("MARKER-begun</textarea>") {
		t.Errorf("with a message begun it answers %d, or loses it", begun.status)
	}
	b.exec(t, `REVOKE INSERT ON moderation.audit FROM recourse_console`)
	wantStatus(t, "without an audit log", ana.split(t, id, report, 1), http.StatusInternalServerError)
	b.exec(t, `GRANT INSERT ON moderation.audit TO recourse_console`)
	if b.count(t, "moderation.cases") != 1 || b.count(t, "moderation.report WHERE case_id = $1 AND version = 1", id) != 2 {
		t.Error("what was refused has moved a report")
	}

	kept := ana.post(t, splitPath(id, report), "version", "1", "action", "hide", "article", "respect", "reasons", "half a sentence")
	if kept.status != http.StatusOK || !kept.has("half a sentence</textarea>") || !kept.has(`name="version" value="2"`) || !kept.has("The report has a case of its own now") {
		t.Errorf("a decision begun is lost: %d", kept.status)
	}
	wantStatus(t, "the only report", ana.split(t, id, first, 2), http.StatusConflict)
	wantStatus(t, "deciding", ana.decideNow(t, id, removal()), http.StatusCreated)
	wantStatus(t, "of a closed case", ana.split(t, id, first, 3), http.StatusConflict)
}

func TestAWithdrawnReportStaysWhereItWas(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	gone := b.join(t, id, threat())
	b.follow(t, gone, event.ReportWithdrawn, event.FollowUpContent{})
	c := b.signIn(t, "Ana", "demo")
	c.claim(t, id)
	version := c.file(t, id).Version
	wantStatus(t, "the withdrawn one", c.split(t, id, event.ID(gone.ReportID()), version), http.StatusConflict)
	wantStatus(t, "the only one left", c.split(t, id, event.ID(r.ReportID()), version), http.StatusConflict)
	if c.get(t, casePath(id)).has("/split") {
		t.Error("it is offered")
	}
}

// The appeal of one reporter opens the case for all: taken out, each stays where
// its receipt says that it is.
func TestAnAppealedReportStaysAppealedInACaseOfItsOwn(t *testing.T) {
	b := setup(t)
	b.work(t)
	_, id := b.report(t, b.demo, threat())
	joined := b.join(t, id, threat())
	c := b.signIn(t, "Ana", "demo")
	wantStatus(t, "deciding", c.decideNow(t, id, removal()), http.StatusCreated)
	b.follow(t, joined, event.ReportAppeal, event.FollowUpContent{Text: "MARKER-appeal"})
	b.statusAt(t, joined, 3)
	c.claim(t, id)
	var done struct{ Case event.ID }
	got := c.split(t, id, event.ID(joined.ReportID()), c.file(t, id).Version)
	wantStatus(t, "taking it out", got, http.StatusCreated)
	got.into(t, &done)
	if s := b.statusAt(t, joined, 4); s.Stage != event.StageAppealed {
		t.Errorf("the reporter sees %s", s.Stage)
	}
	c.claim(t, done.Case)
	wantStatus(t, "its page", c.get(t, casePath(done.Case)), http.StatusOK)
	wantStatus(t, "deciding it", c.decideNow(t, done.Case, removal()), http.StatusCreated)
	if s := b.statusAt(t, joined, 5); s.Stage != event.StageDecided || len(s.Messages) != 3 {
		t.Errorf("the reporter sees %s and %d messages, want both decisions and the appeal", s.Stage, len(s.Messages))
	}
}

// The bands of a text stand for a case's first report, and go where it goes.
func TestLaterAlikeReportsFollowTheFirstOne(t *testing.T) {
	b := setup(t)
	b.work(t)
	c := b.signIn(t, "Ana", "demo")
	for name, takeFirst := range map[string]bool{"the first is taken out": true, "the second is taken out": false} {
		content := event.Content{
			Kind: event.KindThreat, Account: event.Account{Platform: "forum", Handle: strings.ReplaceAll(name, " ", "-")},
			Description: "Since Monday he writes under each of my posts that everyone knows where I live and that he will come by.",
		}
		first, id := b.report(t, b.demo, content)
		second, joined := b.report(t, b.demo, content)
		if joined != id {
			t.Fatalf("%s: the worker joined nothing", name)
		}
		c.claim(t, id)
		report, want := event.ID(second.ReportID()), id
		if takeFirst {
			report = event.ID(first.ReportID())
		}
		var done struct {
			Case, Report, From event.ID
			FromVersion        int `json:"from_version"`
		}
		got := c.split(t, id, report, 2)
		wantStatus(t, name, got, http.StatusCreated)
		got.into(t, &done)
		if done.Report != report || done.From != id || done.FromVersion != 3 {
			t.Errorf("%s: the answer is %+v", name, done)
		}
		if takeFirst {
			want = done.Case
		}
		b.exec(t, `UPDATE moderation.cases SET claimed_by = NULL, claimed_until = NULL WHERE id = $1`, id) // nothing joins what is held
		if _, later := b.report(t, b.demo, content); later != want {
			t.Errorf("%s: a later alike report is in %s, want it with the first one in %s", name, later, want)
		}
		if n := b.count(t, "moderation.rule_fired f JOIN moderation.report r ON r.id = f.report_id WHERE r.case_id = $1 AND f.report_id = $2", done.Case, report); n == 0 {
			t.Errorf("%s: the rules that fired stayed behind", name)
		}
	}
}

func TestAReportIsTakenOutOnceByManyAtOnce(t *testing.T) {
	b := setup(t)
	b.work(t)
	_, id := b.report(t, b.demo, threat())
	report := event.ID(b.join(t, id, threat()).ReportID())
	c := b.signIn(t, "Ana", "demo")
	c.claim(t, id)
	answers := make(chan response, 8)
	for range cap(answers) {
		go func() { answers <- c.split(t, id, report, 1) }()
	}
	for range cap(answers) {
		wantStatus(t, "one of many", <-answers, http.StatusCreated)
	}
	if n := b.count(t, "moderation.audit WHERE action = 'report.split'"); n != 1 || b.count(t, "moderation.cases") != 2 {
		t.Errorf("it was done %d times", n)
	}
	if n := b.count(t, "moderation.cases WHERE id = $1 AND version = 2", id); n != 1 {
		t.Error("the case has another version")
	}
}

func TestTakingAReportOutIsAccessible(t *testing.T) {
	b := setup(t)
	b.work(t)
	_, id := b.report(t, b.demo, threat())
	b.join(t, id, threat())
	c := b.signIn(t, "Ana", "demo")
	c.claim(t, id)
	tab := c.browser(t, browserbench.Options{})
	for _, o := range []browserbench.Options{{Width: 1280}, {Width: browserbench.Narrow, Dark: true}} {
		tab.Set(o)
		tab.Visit(b.url + casePath(id))
		tab.Accessible("a case of two reports")
		tab.Fits()
	}
	tab.TabToName("Open a case of its own")
	tab.PressAndLoad("Enter")
	tab.Shows("This report has a case of its own now.")
	tab.Accessible("a case of its own")
}

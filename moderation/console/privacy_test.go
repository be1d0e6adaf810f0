package console_test

import (
	"net/http"
	"strings"
	"testing"

	"recourse/internal/event"
)

// TestNothingThatAPersonWroteIsLogged goes through what works and what fails,
// and looks for markers in all that was logged, at the lowest level.
func TestNothingThatAPersonWroteIsLogged(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	other := threat()
	other.Account.Handle = "MARKER-other"
	_, damaged := b.report(t, b.demo, other)
	b.exec(t, `UPDATE moderation.report SET content = '\x00' WHERE case_id = $1`, damaged)
	c := b.signIn(t, "MARKER-moderator", "demo")
	token := b.link(t, c.id)

	c.get(t, casePath(id))
	c.file(t, id)
	c.get(t, casePath(damaged))
	c.get(t, "/MARKER-path?MARKER-query")
	b.stranger(t).get(t, "/sign-in/MARKER-"+token)
	c.decideForm(t, id, "MARKER-version", "MARKER-action", "MARKER-article", "MARKER-reasons")
	c.claim(t, id)
	c.decideForm(t, id, "1", "MARKER-action", "MARKER-article", "MARKER-reasons")
	c.decide(t, id, verdict{Version: 1, Action: "MARKER-action", Article: "MARKER-article", Reasons: "MARKER-reasons"})
	c.call(t, http.MethodPost, "/v1/cases/"+id.String()+"/decision", map[string]any{"MARKER-field": "MARKER-value"})
	c.call(t, http.MethodPost, "/v1/cases/claim", map[string]string{"community": "MARKER-community"})

	report := event.ID(r.ReportID())
	up := b.follow(t, r, event.ReportMessage, event.FollowUpContent{Text: "MARKER-message"})
	c.write(t, id, report, "MARKER-answer", "Idempotency-Key", "MARKER-key")
	c.write(t, id, report, "MARKER-other", "Idempotency-Key", "MARKER-key")
	c.post(t, casePath(id)+"/messages", "version", "MARKER-version", "report", "MARKER-report", "text", "MARKER-answer\x00")
	b.exec(t, `UPDATE moderation.follow_up SET content = '\x00' WHERE id = $1`, up)
	b.exec(t, `UPDATE moderation.message SET copy = '\x00' WHERE copy IS NOT NULL`)
	c.get(t, casePath(id))

	b.exec(t, `REVOKE INSERT ON moderation.audit FROM recourse_console`)
	c.get(t, casePath(id))
	wantStatus(t, "deciding without an audit log", c.decideForm(t, id, "2", "remove", "safety", "MARKER-reasons"), http.StatusInternalServerError)
	b.exec(t, `GRANT INSERT ON moderation.audit TO recourse_console`)
	b.exec(t, `UPDATE moderation.report SET reply_key = '\x00' WHERE id = $1`, event.ID(r.ReportID()))
	wantStatus(t, "deciding with a damaged reply key", c.decideForm(t, id, "2", "remove", "safety", "MARKER-reasons"), http.StatusInternalServerError)

	logged := b.logs.String()
	if !strings.Contains(logged, "a request failed") || !strings.Contains(logged, "a report can't be opened") {
		t.Fatalf("what failed was not logged: %s", logged)
	}
	for _, secret := range []string{"MARKER", token, "recourse_session"} {
		if strings.Contains(logged, secret) {
			t.Errorf("%s stands in the log:\n%s", secret, logged)
		}
	}
}

// TestNothingThatAPersonWroteStandsInPostgreSQL looks through every column of
// every table for what was sealed.
func TestNothingThatAPersonWroteStandsInPostgreSQL(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	c := b.signIn(t, "Ana", "demo")
	b.follow(t, r, event.ReportAmended, event.FollowUpContent{Text: "MARKER-more"})
	wantStatus(t, "writing", c.write(t, id, event.ID(r.ReportID()), "MARKER-answer"), http.StatusCreated)
	wantStatus(t, "deciding", c.decideNow(t, id, removal()), http.StatusCreated)
	waits := b.cases(t, "demo", 400)[0]
	b.needsSecond(t, waits)
	b.signIn(t, "Bea", "demo")
	c.propose(t, waits)

	var tables []string
	rows, err := b.admin.Query(t.Context(), `SELECT table_schema || '.' || table_name FROM information_schema.tables
		WHERE table_schema IN ('moderation', 'notify', 'janitor') AND table_type = 'BASE TABLE'`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	if rows.Err() != nil || len(tables) < 10 {
		t.Fatalf("%d tables, %v", len(tables), rows.Err())
	}
	for _, table := range tables {
		// A row as text shows bytea in hexadecimal: look for both forms.
		if n := b.count(t, table+` x WHERE x::text LIKE '%MARKER%' OR x::text LIKE '%' || encode('MARKER', 'hex') || '%'`); n != 0 {
			t.Errorf("%s holds what a person wrote", table)
		}
	}
}

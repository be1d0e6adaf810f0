package worker_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"recourse/internal/event"
	"recourse/internal/seal/receipt"
	"recourse/internal/testbench"
)

// moveUnder gives a report a case of its own while what follows it waits for the
// case that it was in, and returns both.
func (b *bench) moveUnder(t *testing.T, r receipt.Receipt, follows *nats.Msg) (from, into event.ID) {
	t.Helper()
	from, into = b.caseOf(t, r), event.NewID()
	tx, err := b.admin.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context()) //nolint:errcheck // after the commit it does nothing
	if _, err := tx.Exec(t.Context(), "SELECT FROM moderation.cases WHERE id = $1 FOR UPDATE", from); err != nil {
		t.Fatal(err)
	}
	b.bus.Publish(t, follows)
	testbench.Eventually(t, 10*time.Second, "the worker waits for the case", func() bool {
		return b.count(t, "pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()") > 0
	})
	for _, query := range []string{
		`INSERT INTO moderation.cases (id, community, state, version, kind, article, conduct, priority, opened_at, first_look_due)
			SELECT $2, community, state, 1, kind, article, conduct, priority, opened_at, first_look_due FROM moderation.cases WHERE id = $1`,
		"UPDATE moderation.report SET case_id = $2 WHERE case_id = $1",
	} {
		if _, err := tx.Exec(t.Context(), query, from, into); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return from, into
}

// wantRaised checks which of two cases a follow-up has raised.
func (b *bench) wantRaised(t *testing.T, from, into event.ID) {
	t.Helper()
	if n := b.count(t, "moderation.cases WHERE id = $1 AND version = 2", into); n != 1 {
		t.Error("the case that the report is in was not raised: a decision could miss what came")
	}
	if n := b.count(t, "moderation.cases WHERE id = $1 AND version = 1", from); n != 1 {
		t.Error("the case that the report has left was changed")
	}
	if n := b.count(t, "moderation.attempt WHERE attempts > 0"); n != 0 {
		t.Error("it is counted against the message")
	}
}

func TestAFollowUpFindsTheCaseThatItsReportWasMovedTo(t *testing.T) {
	b := setup(t)
	r := b.submit(t)
	b.start(t)
	b.waitForStatus(t, r)
	msg := testbench.FollowUp(t, b.demo, r, event.ReportConsent, event.FollowUpContent{Consent: &event.Consent{NotBeyondCommunity: true}}, nil)
	from, into := b.moveUnder(t, r, msg)
	b.waitForVersion(t, r, 2)
	b.wantRaised(t, from, into)
}

func TestAFileFindsTheCaseThatItsReportWasMovedTo(t *testing.T) {
	b := setup(t)
	r := b.submit(t)
	b.start(t)
	b.waitForStatus(t, r)
	data, file := picture(t, 20), event.NewID()
	parts := testbench.Evidence(t, b.demo, r, file, "a.png", data)
	last := len(parts) - 1
	for _, part := range parts[:last] {
		b.bus.Publish(t, part)
	}
	b.waitForVersion(t, r, len(parts))
	from, into := b.moveUnder(t, r, parts[last])
	b.waitForFile(t, func() event.Status { _, s, _ := b.status(t, r); return s }, file, event.EvidenceStored)
	b.wantRaised(t, from, into)
	if n := b.count(t, "moderation.audit WHERE action = 'evidence.stored' AND case_id = $1", into); n != 1 {
		t.Error("the audit entry names another case")
	}
}

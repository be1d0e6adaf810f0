package worker_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
	"recourse/internal/testbench"
	"recourse/moderation/vault"
)

// follow publishes a follow-up and returns its message, to be published again.
func (b *bench) follow(t *testing.T, r receipt.Receipt, name string, content event.FollowUpContent) func() {
	t.Helper()
	msg := testbench.FollowUp(t, b.demo, r, name, content, nil)
	b.bus.Publish(t, msg)
	return func() { b.bus.Publish(t, msg) }
}

// waitForVersion waits until the status record has a version.
func (b *bench) waitForVersion(t *testing.T, r receipt.Receipt, version int) event.Status {
	t.Helper()
	var status event.Status
	testbench.Eventually(t, 10*time.Second, "the status has the next version", func() bool {
		record, s, ok := b.status(t, r)
		status = s
		return ok && record.Version >= version
	})
	return status
}

func (b *bench) ownMessages(t *testing.T, r receipt.Receipt, status event.Status) []event.Message {
	t.Helper()
	opener, err := r.Opener()
	if err != nil {
		t.Fatal(err)
	}
	var all []event.Message
	for _, sealed := range status.Messages {
		body, err := opener.Open(seal.Context{Purpose: seal.PurposeMessage, Community: "demo", Report: r.ReportID()}, sealed.Sealed)
		if err != nil {
			t.Fatal(err)
		}
		var m event.Message
		if err := json.Unmarshal(body, &m); err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

func TestWhatAReporterAddsIsSealedAtRestAndHasOneEffect(t *testing.T) {
	b := setup(t)
	r := b.submit(t)
	b.start(t)
	b.waitForStatus(t, r)
	again := b.follow(t, r, event.ReportAmended, event.FollowUpContent{Text: "MARKER-more"})
	status := b.waitForVersion(t, r, 2)

	own := b.ownMessages(t, r, status)
	if len(own) != 1 || own[0].Type != event.MessageOwn || own[0].Event != event.ReportAmended || own[0].Text != "MARKER-more" {
		t.Errorf("the receipt shows %+v, want what was added", own)
	}
	id := event.ID(r.ReportID())
	var follow event.ID
	var content, wrapped []byte
	var month, effect string
	err := b.admin.QueryRow(t.Context(), `SELECT f.id, f.effect, f.content, k.wrapped, k.month FROM moderation.follow_up f
		JOIN moderation.data_key k ON k.owner = f.id WHERE f.report_id = $1`, id).Scan(&follow, &effect, &content, &wrapped, &month)
	if err != nil || effect != "kept" {
		t.Fatalf("the effect is %q, %v", effect, err)
	}
	if strings.Contains(string(content), "MARKER") {
		t.Error("the words stand in PostgreSQL unsealed")
	}
	key, err := vault.New(b.bus.Ring(t, keys.Console)).Unwrap(vault.WrappedKey{Owner: follow, Community: "demo", Month: month, Wrapped: wrapped})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := key.Open(vault.FollowUpPlace(follow), content)
	if err != nil || !strings.Contains(string(plain), "MARKER-more") {
		t.Errorf("the console opens %q, %v; want the words", plain, err)
	}

	again()
	again()
	last := b.submit(t)
	b.waitForStatus(t, last)
	if n := b.count(t, "moderation.follow_up"); n != 1 {
		t.Errorf("it is stored %d times, want once", n)
	}
	if record, _, _ := b.status(t, r); record.Version != 2 {
		t.Errorf("the report's version is %d after two more deliveries, want 2", record.Version)
	}
	if strings.Contains(b.logs.String(), "MARKER") {
		t.Error("the words stand in the log")
	}
}

func TestWhatAReporterForbidsIsKnownAndChanges(t *testing.T) {
	b := setup(t)
	r := b.submit(t)
	b.start(t)
	if s := b.waitForStatus(t, r); s.Stage != event.StageOpen || s.Due.IsZero() || s.Consent.DoNotTellAccount {
		t.Errorf("at first the status is %+v, want open, with a deadline, nothing forbidden", s)
	}
	b.follow(t, r, event.ReportConsent, event.FollowUpContent{Consent: &event.Consent{DoNotTellAccount: true}})
	if s := b.waitForVersion(t, r, 2); !s.Consent.DoNotTellAccount || s.Consent.NotBeyondCommunity {
		t.Errorf("it shows %+v, want the one that was set", s.Consent)
	}
	b.follow(t, r, event.ReportConsent, event.FollowUpContent{Consent: &event.Consent{NotBeyondCommunity: true}})
	if s := b.waitForVersion(t, r, 3); s.Consent.DoNotTellAccount || !s.Consent.NotBeyondCommunity {
		t.Errorf("it shows %+v, want the other one", s.Consent)
	}
}

func TestAWithdrawnReportLeavesATombstoneThatStopsAReplay(t *testing.T) {
	b := setup(t)
	r, msg := b.sealed(t, nil)
	b.bus.Publish(t, msg)
	b.start(t)
	b.waitForStatus(t, r)
	b.follow(t, r, event.ReportMessage, event.FollowUpContent{Text: "MARKER-message"})
	b.waitForVersion(t, r, 2)
	again := b.follow(t, r, event.ReportWithdrawn, event.FollowUpContent{})
	status := b.waitForVersion(t, r, 3)

	if status.Stage != event.StageWithdrawn || len(status.Messages) != 0 {
		t.Errorf("the status is %+v, want withdrawn and without messages", status)
	}
	if last := status.Milestones[len(status.Milestones)-1]; last.Name != event.MilestoneWithdrawn {
		t.Errorf("the last milestone is %s, want withdrawn", last.Name)
	}
	id := event.ID(r.ReportID())
	for what, query := range map[string]string{
		"content":      "moderation.report WHERE id = $1 AND content <> ''",
		"follow-ups":   "moderation.follow_up WHERE report_id = $1 AND content IS NOT NULL",
		"data keys":    "moderation.data_key WHERE owner = $1 OR owner IN (SELECT id FROM moderation.follow_up WHERE report_id = $1)",
		"messages":     "moderation.message WHERE report_id = $1",
		"rules":        "moderation.rule_fired WHERE report_id = $1",
		"contact":      "notify.contact WHERE report_id = $1",
		"an open case": "moderation.cases c JOIN moderation.report r ON r.case_id = c.id WHERE r.id = $1 AND c.state = 'open'",
	} {
		if n := b.count(t, query, id); n != 0 {
			t.Errorf("%s: %d rows are left", what, n)
		}
	}
	if n := b.count(t, "janitor.erasure WHERE report_id = $1 AND done_at IS NULL", id); n != 1 {
		t.Errorf("%d erasures are asked for, want 1", n)
	}

	// It comes again, and so does what followed it.
	if _, err := b.admin.Exec(t.Context(), `UPDATE janitor.erasure SET done_at = now()`); err != nil {
		t.Fatal(err)
	}
	b.bus.Publish(t, msg)
	again()
	b.follow(t, r, event.ReportAmended, event.FollowUpContent{Text: "MARKER-late"})
	testbench.Eventually(t, 10*time.Second, "what follows it is refused", func() bool {
		return b.count(t, "moderation.follow_up WHERE report_id = $1 AND effect = 'refused' AND content IS NULL", id) == 1
	})
	testbench.Eventually(t, 10*time.Second, "what came back is to go again", func() bool {
		return b.count(t, "janitor.erasure WHERE report_id = $1 AND done_at IS NULL", id) == 1
	})
	if n := b.count(t, "moderation.report WHERE id = $1 AND withdrawn_at IS NULL OR content <> ''", id); n != 0 {
		t.Error("the report is back")
	}
	if _, s, _ := b.status(t, r); s.Stage != event.StageWithdrawn {
		t.Errorf("the status is %s, want withdrawn still", s.Stage)
	}
}

func TestWhatIsWithdrawnBeforeItCameIsNeverStored(t *testing.T) {
	b := setup(t)
	r, msg := b.sealed(t, nil)
	b.follow(t, r, event.ReportWithdrawn, event.FollowUpContent{})
	b.start(t)
	if s := b.waitForStatus(t, r); s.Stage != event.StageWithdrawn {
		t.Errorf("the stage is %s, want withdrawn", s.Stage)
	}
	b.bus.Publish(t, msg)
	last := b.submit(t)
	b.waitForStatus(t, last)
	if n := b.count(t, "moderation.report WHERE id = $1", event.ID(r.ReportID())); n != 0 {
		t.Error("the report is stored")
	}
	if _, s, _ := b.status(t, r); s.Stage != event.StageWithdrawn {
		t.Errorf("after it came the stage is %s, want withdrawn", s.Stage)
	}
}

func TestAFollowUpWaitsForItsReportWithoutBeingCounted(t *testing.T) {
	b := setup(t)
	r, msg := b.sealed(t, nil)
	b.follow(t, r, event.ReportMessage, event.FollowUpContent{Text: "MARKER-early"})
	b.start(t)
	testbench.Eventually(t, 15*time.Second, "it was put back", func() bool {
		info, err := b.bus.JS(t, keys.Admin).Consumer(t.Context(), event.StreamReports, event.ConsumerWorker)
		return err == nil && info.CachedInfo().NumRedelivered > 0
	})
	b.bus.Publish(t, msg)
	b.waitForVersion(t, r, 2)
	if n := b.count(t, "moderation.attempt WHERE attempts > 0"); n != 0 {
		t.Errorf("%d messages have attempts counted, want none", n)
	}
}

func TestAFollowUpThatIsNotOneGoesToQuarantine(t *testing.T) {
	b := setup(t)
	r := b.submit(t)
	b.start(t)
	b.waitForStatus(t, r)
	swapped := testbench.FollowUp(t, b.demo, r, event.ReportMessage, event.FollowUpContent{Text: "MARKER"}, nil)
	swapped.Subject = event.ReportSubject(event.ReportAppeal, "demo", r.ReportID()).String()
	b.bus.Publish(t, swapped)
	b.follow(t, r, event.ReportOutcome, event.FollowUpContent{})
	broken := testbench.FollowUp(t, b.demo, r, event.ReportMessage, event.FollowUpContent{Text: "MARKER"}, nil)
	broken.Data = []byte("{}")
	b.bus.Publish(t, broken)
	testbench.Eventually(t, 10*time.Second, "all are in quarantine", func() bool {
		return len(b.bus.Messages(t, event.StreamQuarantine)) == 3
	})
	var reasons []string
	for _, msg := range b.bus.Messages(t, event.StreamQuarantine) {
		reasons = append(reasons, msg.Header.Get(event.HeaderReason))
	}
	if got := strings.Join(reasons, " "); strings.Count(got, "subject") != 1 || strings.Count(got, "open") != 1 || strings.Count(got, "decode") != 1 {
		t.Errorf("the reasons are %s, want subject, open and decode", got)
	}
}

func TestAWithdrawalNeedsNoKeyToBeOpened(t *testing.T) {
	b := setup(t)
	unknown := func(e *seal.Envelope) { e.KeyID = "0000000000000000" }
	r, msg := b.sealed(t, func(s *event.Submitted) { unknown(&s.Moderation) })
	b.bus.Publish(t, msg)
	b.start(t)
	testbench.Eventually(t, 10*time.Second, "the report is in quarantine", func() bool {
		return len(b.bus.Messages(t, event.StreamQuarantine)) == 1
	})
	withdrawal := testbench.FollowUp(t, b.demo, r, event.ReportWithdrawn, event.FollowUpContent{}, nil)
	var up event.FollowUp
	if err := json.Unmarshal(withdrawal.Data, &up); err != nil {
		t.Fatal(err)
	}
	unknown(&up.Moderation)
	payload, err := json.Marshal(up)
	if err != nil {
		t.Fatal(err)
	}
	withdrawal.Data = payload
	b.bus.Publish(t, withdrawal)
	if s := b.waitForStatus(t, r); s.Stage != event.StageWithdrawn {
		t.Errorf("the stage is %s, want withdrawn", s.Stage)
	}
	if n := b.count(t, "janitor.erasure WHERE report_id = $1", event.ID(r.ReportID())); n != 1 {
		t.Errorf("%d erasures are asked for, want 1", n)
	}
}

// The message of an earlier change comes after that of a later one, as when its
// worker was killed.
func TestTheLaterOfTwoConsentsHolds(t *testing.T) {
	b := setup(t)
	r := b.submit(t)
	stop := b.start(t)
	b.waitForStatus(t, r)
	stop()
	b.follow(t, r, event.ReportConsent, event.FollowUpContent{Consent: &event.Consent{}})
	consumer, err := b.bus.JS(t, keys.Worker).Consumer(t.Context(), event.StreamReports, event.ConsumerWorker)
	if err != nil {
		t.Fatal(err)
	}
	batch, err := consumer.Fetch(1) // a worker that dies with it
	if err != nil {
		t.Fatal(err)
	}
	for range batch.Messages() { // only taken
	}
	b.follow(t, r, event.ReportConsent, event.FollowUpContent{Consent: &event.Consent{DoNotTellAccount: true}})
	b.start(t)
	testbench.Eventually(t, 15*time.Second, "both are stored", func() bool { return b.count(t, "moderation.follow_up") == 2 })
	if s := b.waitForVersion(t, r, 3); !s.Consent.DoNotTellAccount {
		t.Error("the earlier consent holds, want the later")
	}
}

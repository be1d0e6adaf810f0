package worker_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal/receipt"
	"recourse/internal/testbench"
	"recourse/moderation/vault"
)

func TestAReportBecomesACase(t *testing.T) {
	b := setup(t)
	r := b.submit(t)
	b.start(t)

	status := b.waitForStatus(t, r)
	if len(status.Milestones) != 2 || status.Milestones[0].Name != event.MilestoneReceived || status.Milestones[1].Name != event.MilestoneOpened {
		t.Errorf("milestones are %v, want received and opened", status.Milestones)
	}

	id := event.ID(r.ReportID())
	var kind, article, state string
	var priority int
	err := b.admin.QueryRow(t.Context(), `SELECT c.kind, c.article, c.state, c.priority
		FROM moderation.cases c JOIN moderation.report r ON r.case_id = c.id WHERE r.id = $1`, id).Scan(&kind, &article, &state, &priority)
	if err != nil {
		t.Fatal(err)
	}
	if kind != "threat" || article != "safety" || state != "open" || priority != 400 {
		t.Errorf("the case is %s, %s, %s, %d; want a threat under the article safety, open, priority 400", kind, article, state, priority)
	}
	if n := b.count(t, "moderation.rule_fired WHERE report_id = $1", id); n != 2 {
		t.Errorf("%d rules are recorded, want the two that fired", n)
	}
	if n := b.count(t, "notify.contact WHERE report_id = $1", id); n != 1 {
		t.Errorf("%d contacts are stored, want 1, still sealed", n)
	}

	var opened event.CaseEvent
	testbench.Eventually(t, 5*time.Second, "CASES holds the event", func() bool {
		events := b.bus.Messages(t, event.StreamCases)
		return len(events) == 1 && json.Unmarshal(events[0].Data, &opened) == nil
	})
	if opened.Event != event.CaseOpened || opened.Sequence != 1 || len(opened.Reports) != 1 || opened.Reports[0] != id {
		t.Errorf("the event is %+v, want opened, 1, with the report", opened)
	}
}

func TestWhatAPersonWroteIsSealedAtRestAndOpensWithTheConsolesKeys(t *testing.T) {
	b := setup(t)
	r := b.submit(t)
	b.start(t)
	b.waitForStatus(t, r)

	id := event.ID(r.ReportID())
	var content, wrapped []byte
	var month string
	err := b.admin.QueryRow(t.Context(), `SELECT r.content, k.wrapped, k.month FROM moderation.report r
		JOIN moderation.data_key k ON k.owner = r.id WHERE r.id = $1`, id).Scan(&content, &wrapped, &month)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(content), "MARKER") {
		t.Fatal("the words stand in PostgreSQL unsealed")
	}
	key, err := vault.New(b.bus.Ring(t, keys.Console)).Unwrap(vault.WrappedKey{Owner: id, Community: "demo", Month: month, Wrapped: wrapped})
	if err != nil {
		t.Fatal(err)
	}
	plaintext, err := key.Open(vault.Place{Owner: id, Table: "report", Column: "content", Row: id}, content)
	if err != nil || !strings.Contains(string(plaintext), "MARKER-words") {
		t.Errorf("the console opens %q, %v; want the words", plaintext, err)
	}
	if _, err := key.Open(vault.Place{Owner: id, Table: "report", Column: "content", Row: event.NewID()}, content); err == nil {
		t.Error("the words open as if they stood in another row")
	}
	if strings.Contains(b.logs.String(), "MARKER") {
		t.Error("the words stand in the log")
	}
}

func TestAReportDeliveredAgainHasOneEffect(t *testing.T) {
	b := setup(t)
	r, msg := b.sealed(t, nil)
	for range 5 { // each under a message id of its own, as after the duplicate window
		b.bus.Publish(t, msg)
	}
	b.start(t)
	b.waitForStatus(t, r)
	for range 3 {
		b.bus.Publish(t, msg)
	}
	last := b.submit(t)
	b.waitForStatus(t, last)

	id := event.ID(r.ReportID())
	if n := b.count(t, "moderation.report WHERE id = $1", id); n != 1 {
		t.Errorf("the report is stored %d times", n)
	}
	if n := b.count(t, "moderation.cases"); n != 2 {
		t.Errorf("there are %d cases, want one for each of two reports", n)
	}
	if n := b.count(t, "moderation.outbox"); n != 2 {
		t.Errorf("the outbox got %d events, want 2", n)
	}
	record, _, _ := b.status(t, r)
	if record.Version != 1 {
		t.Errorf("the status has version %d, want 1", record.Version)
	}
}

func TestWhatCannotBeReadGoesToQuarantineAndHoldsNobodyUp(t *testing.T) {
	b := setup(t)
	other := testbench.NATS(t).Demo(t) // the same name, other keys
	_, wrongKey := testbench.Sealed(t, other, event.Content{Kind: event.KindHate}, nil)
	_, renamedKey := testbench.Sealed(t, other, event.Content{Kind: event.KindHate}, func(s *event.Submitted) {
		s.Conduct, s.Moderation.KeyID = b.demo.Conduct, b.demo.Keys.Moderation.ID
	})
	_, noConduct := b.sealed(t, func(s *event.Submitted) { s.Conduct = strings.Repeat("0", 64) })
	_, badKind := testbench.Sealed(t, b.demo, event.Content{Kind: "nonsense"}, nil)
	_, moved := b.sealed(t, nil)
	moved.Subject = event.ReportSubject(event.ReportSubmitted, "demo", event.NewID()).String()
	garbage := &nats.Msg{Subject: event.ReportSubject(event.ReportSubmitted, "demo", event.NewID()).String(), Data: []byte("{\"v\":MARKER")}
	unnamed := &nats.Msg{Subject: "reports.submitted.demo.NOT-AN-ID", Data: []byte("x")}
	future := &nats.Msg{Subject: event.ReportSubject("danced", "demo", event.NewID()).String(), Data: []byte("{}")}

	want := map[string]event.Reason{}
	before := b.submit(t)
	for _, bad := range []struct {
		msg    *nats.Msg
		reason event.Reason
	}{
		{wrongKey, event.ReasonKey},
		{renamedKey, event.ReasonOpen},
		{noConduct, event.ReasonConduct},
		{badKind, event.ReasonOpen},
		{moved, event.ReasonSubject},
		{garbage, event.ReasonDecode},
		{unnamed, event.ReasonSubject},
		{future, event.ReasonUnknown},
	} {
		b.bus.Publish(t, bad.msg)
		want[bad.msg.Subject] = bad.reason
	}
	behind := b.submit(t)
	b.start(t)
	b.waitForStatus(t, before)
	b.waitForStatus(t, behind)

	testbench.Eventually(t, 5*time.Second, "all are in quarantine", func() bool {
		return len(b.bus.Messages(t, event.StreamQuarantine)) == len(want)
	})
	for _, msg := range b.bus.Messages(t, event.StreamQuarantine) {
		subject := msg.Header.Get(event.HeaderSubject)
		if got := event.Reason(msg.Header.Get(event.HeaderReason)); got != want[subject] {
			t.Errorf("%s is in quarantine for %q, want %q", subject, got, want[subject])
		}
	}
	testbench.Eventually(t, 5*time.Second, "nothing waits for an ack", func() bool {
		consumer, err := b.bus.JS(t, keys.Admin).Consumer(t.Context(), event.StreamReports, event.ConsumerWorker)
		return err == nil && consumer.CachedInfo().NumAckPending == 0
	})
	if n := b.count(t, "moderation.report"); n != 2 {
		t.Errorf("%d reports are stored, want the two good ones", n)
	}
	if strings.Contains(b.logs.String(), "MARKER") {
		t.Error("a payload stands in the log")
	}
}

func TestAMessageThatWasTriedTwentyTimesGoesToQuarantine(t *testing.T) {
	b := setup(t)
	r := b.submit(t)
	// As if it had killed the worker so often: delivered once more and never
	// acknowledged, with nineteen counted attempts.
	_, err := b.admin.Exec(t.Context(), `INSERT INTO moderation.attempt (stream, sequence, attempts, last_at) VALUES ('REPORTS', 1, 19, now())`)
	if err != nil {
		t.Fatal(err)
	}
	consumer, err := b.bus.JS(t, keys.Worker).Consumer(t.Context(), event.StreamReports, event.ConsumerWorker)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := consumer.Next(); err != nil {
		t.Fatal(err)
	}
	b.start(t)
	testbench.Eventually(t, 10*time.Second, "it is in quarantine", func() bool {
		return len(b.bus.Messages(t, event.StreamQuarantine)) == 1
	})
	msg := b.bus.Messages(t, event.StreamQuarantine)[0]
	if got := event.Reason(msg.Header.Get(event.HeaderReason)); got != event.ReasonAttempts {
		t.Errorf("the reason is %q, want attempts", got)
	}
	if msg.Subject != event.QuarantineSubject("demo", r.ReportID()) {
		t.Errorf("the subject is %s, want one that names the report", msg.Subject)
	}
}

func TestAReportThatPostgreSQLRefusesComesBackAndTheOthersPass(t *testing.T) {
	b := setup(t)
	good := b.submit(t)
	bad, msg := b.sealed(t, nil)
	refuse := "ALTER TABLE moderation.report ADD CHECK (id <> '" + event.ID(bad.ReportID()).String() + "')"
	if _, err := b.admin.Exec(t.Context(), refuse); err != nil {
		t.Fatal(err)
	}
	b.bus.Publish(t, msg)
	also := b.submit(t)
	b.start(t)
	b.waitForStatus(t, good)
	b.waitForStatus(t, also)

	testbench.Eventually(t, 20*time.Second, "its attempts are counted", func() bool {
		return b.count(t, "moderation.attempt WHERE attempts >= 2") == 1
	})
	if n := b.count(t, "moderation.report WHERE id = $1", event.ID(bad.ReportID())); n != 0 {
		t.Error("the refused report is stored")
	}
	if n := len(b.bus.Messages(t, event.StreamQuarantine)); n != 0 {
		t.Errorf("%d messages are in quarantine, want none before twenty attempts", n)
	}
}

func TestWordsPairedWithAnotherReceiptsKeyGoToQuarantine(t *testing.T) {
	b := setup(t)
	other, err := receipt.New().PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	_, msg := b.sealed(t, nil)
	var s event.Submitted
	if err := json.Unmarshal(msg.Data, &s); err != nil {
		t.Fatal(err)
	}
	s.ReplyKey = other
	if msg.Data, err = json.Marshal(s); err != nil {
		t.Fatal(err)
	}
	b.bus.Publish(t, msg)
	b.start(t)
	testbench.Eventually(t, 5*time.Second, "it is in quarantine", func() bool {
		return len(b.bus.Messages(t, event.StreamQuarantine)) == 1
	})
	if n := b.count(t, "moderation.report"); n != 0 {
		t.Error("it is stored")
	}
}

func TestAFullStatusBucketHoldsNoReportUp(t *testing.T) {
	b := setup(t)
	js := b.bus.JS(t, keys.Admin)
	bucket, err := js.Stream(t.Context(), "KV_"+event.BucketStatus)
	if err != nil {
		t.Fatal(err)
	}
	full := bucket.CachedInfo().Config
	full.MaxBytes = 1
	if _, err := js.UpdateStream(t.Context(), full); err != nil {
		t.Fatal(err)
	}
	b.start(t)
	first, second := b.submit(t), b.submit(t)
	testbench.Eventually(t, 10*time.Second, "both are stored and acknowledged", func() bool {
		consumer, err := b.bus.JS(t, keys.Admin).Consumer(t.Context(), event.StreamReports, event.ConsumerWorker)
		return err == nil && consumer.CachedInfo().AckFloor.Stream == 2 && b.count(t, "moderation.report") == 2
	})
	full.MaxBytes = 16 << 20
	if _, err := js.UpdateStream(t.Context(), full); err != nil {
		t.Fatal(err)
	}
	b.waitForStatus(t, first)
	b.waitForStatus(t, second)
}

func TestTheLargestMessageThatReportsTakesFitsIntoQuarantine(t *testing.T) {
	b := setup(t)
	subject := event.ReportSubject(event.ReportSubmitted, "demo", event.NewID()).String()
	size := 1<<20 - 8<<10 - 200
	b.bus.Publish(t, &nats.Msg{Subject: subject, Data: make([]byte, size), Header: nats.Header{}})
	b.start(t)
	testbench.Eventually(t, 5*time.Second, "it is in quarantine", func() bool {
		return len(b.bus.Messages(t, event.StreamQuarantine)) == 1
	})
}

package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
	"recourse/internal/testbench"
	"recourse/moderation/store"
	statsstore "recourse/stats/store"
)

// workerBench is NATS and PostgreSQL without a worker: each test starts the
// program's own.
type workerBench struct {
	bus  *testbench.Bus
	db   *testbench.Database
	pool *pgxpool.Pool // as the owner
	q    *store.Queries
	demo community.Bundle
	data string
}

func newWorkerBench(t *testing.T) *workerBench {
	t.Helper()
	b := &workerBench{bus: testbench.NATS(t), db: testbench.Postgres(t, store.Schema(), statsstore.Schema()), data: t.TempDir()}
	b.bus.UsePasswordsOf(t, b.db)
	b.demo = b.bus.Demo(t)
	b.pool = b.db.Admin(t)
	b.q = store.New(b.pool)
	if err := writeJSON(runtimePath(b.data), runtimeFile{NATSURL: b.bus.URL, DatabaseURL: b.db.URL}); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *workerBench) startWorker(t *testing.T, env ...string) *child {
	t.Helper()
	return startChild(t, binaryWithFaults(t), env, "worker", "--data", b.data, "--keys", b.bus.Keys.Root, "--metrics-addr", "")
}

func (b *workerBench) submit(t *testing.T) receipt.Receipt {
	t.Helper()
	r, msg := testbench.Sealed(t, b.demo, event.Content{Kind: event.KindHarassment, Description: "x"}, nil)
	b.bus.Publish(t, msg)
	return r
}

func (b *workerBench) opened(t *testing.T, r receipt.Receipt) bool {
	t.Helper()
	return b.milestone(t, r, event.MilestoneOpened)
}

// milestone says whether a report's receipt shows a milestone.
func (b *workerBench) milestone(t *testing.T, r receipt.Receipt, m event.Milestone) bool {
	t.Helper()
	kv, err := b.bus.JS(t, keys.Intake).KeyValue(t.Context(), event.BucketStatus)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := kv.Get(t.Context(), r.StatusKey())
	if err != nil {
		return false
	}
	var record event.StatusRecord
	if err := json.Unmarshal(entry.Value(), &record); err != nil {
		t.Fatal(err)
	}
	opener, err := r.Opener()
	if err != nil {
		t.Fatal(err)
	}
	body, err := opener.Open(seal.Context{Purpose: seal.PurposeStatus, Community: b.demo.Name, Report: r.ReportID()}, record.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	var status event.Status
	if err := json.Unmarshal(body, &status); err != nil {
		t.Fatal(err)
	}
	return statusAnswer{Milestones: status.Milestones}.reached(m)
}

// A worker killed before a step has failed at it; killed after, the step failed
// for the worker but was persisted. Either way the next worker makes it good.
func TestCrashOfTheWorkerBetweenAnyTwoStepsHasOneEffect(t *testing.T) {
	b := newWorkerBench(t)
	reports, events := 0, 0
	for _, step := range []struct{ point, meaning string }{
		{"worker.read", "fetched and not read"},
		{"worker.commit.before", "read and not stored"},
		{"worker.commit.within", "stored in a transaction that is not committed"},
		{"worker.commit.after", "committed, and the worker does not know"},
		{"worker.status.before", "committed and the status not told"},
		{"worker.status.after", "the status told and not acknowledged"},
		{"worker.ack.after", "acknowledged, and perhaps not sent"},
		{"relay.publish.before", "in the outbox and not published"},
		{"relay.publish.after", "published and not marked"},
	} {
		t.Run(step.meaning, func(t *testing.T) {
			killed := b.startWorker(t, "RECOURSE_FAULT_KILL="+step.point)
			receipts := []receipt.Receipt{b.submit(t), b.submit(t), b.submit(t)}
			reports += len(receipts)
			events += len(receipts)
			select {
			case <-killed.exited:
			case <-time.After(20 * time.Second):
				t.Fatalf("the worker never came to %s:\n%s", step.point, killed.logs)
			}
			if !killed.wasKilled() {
				t.Fatalf("the worker ended otherwise:\n%s", killed.logs)
			}

			healthy := b.startWorker(t)
			for _, r := range receipts {
				testbench.Eventually(t, 5*time.Second, "the receipt shows opened", func() bool { return b.opened(t, r) })
			}
			testbench.Eventually(t, 5*time.Second, "each report is in one case, each event published once", func() bool {
				ids, err := b.q.AllReportIDs(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				var cases int
				if err := b.pool.QueryRow(t.Context(), "SELECT count(*) FROM moderation.cases").Scan(&cases); err != nil {
					t.Fatal(err)
				}
				unsent, err := b.q.CountUnsent(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				return len(ids) == reports && cases == reports && unsent == 0 && len(b.bus.Messages(t, event.StreamCases)) == events
			})
			healthy.interrupt(t)
		})
	}
	if n := len(b.bus.Messages(t, event.StreamQuarantine)); n != 0 {
		t.Errorf("%d messages are in quarantine, want none", n)
	}
}

func TestCrashOfTheWorkerWhileItQuarantinesKeepsOneCopy(t *testing.T) {
	b := newWorkerBench(t)
	quarantined := 0
	for _, step := range []struct{ point, meaning string }{
		{"worker.quarantine.before", "unreadable and not put away"},
		{"worker.quarantine.after", "put away and still delivered"},
	} {
		t.Run(step.meaning, func(t *testing.T) {
			killed := b.startWorker(t, "RECOURSE_FAULT_KILL="+step.point)
			b.bus.Publish(t, &nats.Msg{
				Subject: event.ReportSubject(event.ReportSubmitted, b.demo.Name, event.NewID()).String(), Data: []byte("garbage"),
			})
			quarantined++
			select {
			case <-killed.exited:
			case <-time.After(20 * time.Second):
				t.Fatalf("the worker never came to %s:\n%s", step.point, killed.logs)
			}
			healthy := b.startWorker(t)
			behind := b.submit(t)
			testbench.Eventually(t, 5*time.Second, "the report behind it is opened", func() bool { return b.opened(t, behind) })
			testbench.Eventually(t, 10*time.Second, "it is in quarantine once, and delivered no more", func() bool {
				consumer, err := b.bus.JS(t, keys.Admin).Consumer(t.Context(), event.StreamReports, event.ConsumerWorker)
				return err == nil && consumer.CachedInfo().NumAckPending == 0 && consumer.CachedInfo().NumPending == 0 &&
					len(b.bus.Messages(t, event.StreamQuarantine)) == quarantined
			})
			healthy.interrupt(t)
		})
	}
}

func TestAPlantedPanicGoesToQuarantineAndRetryBringsTheReportBack(t *testing.T) {
	b := newWorkerBench(t)
	bad := b.submit(t)
	behind := b.submit(t)
	worker := b.startWorker(t, "RECOURSE_FAULT_PANIC=worker.read "+event.ID(bad.ReportID()).String())
	testbench.Eventually(t, 10*time.Second, "the report behind it is opened", func() bool { return b.opened(t, behind) })
	testbench.Eventually(t, 10*time.Second, "it is in quarantine", func() bool {
		return len(b.bus.Messages(t, event.StreamQuarantine)) == 1
	})
	msg := b.bus.Messages(t, event.StreamQuarantine)[0]
	if got := event.Reason(msg.Header.Get(event.HeaderReason)); got != event.ReasonPanic {
		t.Errorf("the reason is %q, want panic", got)
	}
	worker.interrupt(t)

	b.startWorker(t)
	out, code := runProgram(t, "admin", "quarantine", "list", "--json", "--data", b.data, "--keys", b.bus.Keys.Root)
	var entries []struct {
		Sequence uint64 `json:"sequence"`
		Report   string `json:"report"`
	}
	if err := json.Unmarshal([]byte(out), &entries); code != 0 || err != nil || len(entries) != 1 || entries[0].Report != event.ID(bad.ReportID()).String() {
		t.Fatalf("list ended with %d and printed %q, want the one report", code, out)
	}
	if out, code := runProgram(t, "admin", "quarantine", "retry", "1", "--data", b.data, "--keys", b.bus.Keys.Root); code != 0 {
		t.Fatalf("retry ended with %d and printed %q", code, out)
	}
	testbench.Eventually(t, 10*time.Second, "its receipt shows opened", func() bool { return b.opened(t, bad) })
	if n := len(b.bus.Messages(t, event.StreamQuarantine)); n != 0 {
		t.Errorf("%d messages are in quarantine, want none", n)
	}
}

// A message that kills the worker each time it is read is found out: its
// attempts are counted before it is read again.
func TestAMessageThatKillsTheWorkerGoesToQuarantine(t *testing.T) {
	b := newWorkerBench(t)
	bad := b.submit(t)
	kill := "RECOURSE_FAULT_KILL=worker.read " + event.ID(bad.ReportID()).String()
	<-b.startWorker(t, kill).exited // delivered once, not counted yet
	behind := b.submit(t)
	// Spares eighteen further deaths, two seconds each.
	if _, err := b.pool.Exec(t.Context(), `INSERT INTO moderation.attempt (stream, sequence, attempts, last_at) VALUES ('REPORTS', 1, 18, now())`); err != nil {
		t.Fatal(err)
	}
	again := b.startWorker(t, kill)
	<-again.exited
	if !again.wasKilled() {
		t.Fatalf("the worker ended otherwise:\n%s", again.logs)
	}
	b.startWorker(t, kill)
	testbench.Eventually(t, 10*time.Second, "it is in quarantine", func() bool {
		return len(b.bus.Messages(t, event.StreamQuarantine)) == 1
	})
	testbench.Eventually(t, 10*time.Second, "the report behind it is opened", func() bool { return b.opened(t, behind) })
	msg := b.bus.Messages(t, event.StreamQuarantine)[0]
	if got := event.Reason(msg.Header.Get(event.HeaderReason)); got != event.ReasonAttempts {
		t.Errorf("the reason is %q, want attempts", got)
	}
}

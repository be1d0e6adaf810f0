package janitor_test

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/testbench"
	"recourse/moderation/janitor"
	"recourse/moderation/relay"
	"recourse/moderation/store"
	"recourse/moderation/worker"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m)) }

// bench has a worker at work and a janitor that is called by hand.
type bench struct {
	bus   *testbench.Bus
	demo  community.Bundle
	admin *pgxpool.Pool
	q     *store.Queries // as the owner
	db    *testbench.Database
}

func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{bus: testbench.NATS(t), db: testbench.Postgres(t, store.Schema())}
	b.demo = b.bus.Demo(t)
	b.admin = b.db.Admin(t)
	b.q = store.New(b.admin)

	js, pool, log := b.bus.JS(t, keys.Worker), b.db.Pool(t, keys.Worker), slog.New(slog.DiscardHandler)
	r := relay.New(js, pool, log, time.Now)
	w, err := worker.New(worker.Config{JS: js, Pool: pool, Ring: b.bus.Ring(t, keys.Worker), Log: log, Now: time.Now, Stored: r.Kick})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var g errgroup.Group
	g.Go(func() error { return w.Run(ctx) })
	g.Go(func() error { return r.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// janitor returns one whose clock is ahead.
func (b *bench) janitor(t *testing.T, ahead time.Duration) *janitor.Janitor {
	t.Helper()
	return janitor.New(janitor.Config{
		JS: b.bus.JS(t, keys.Janitor), Pool: b.db.Pool(t, keys.Janitor), Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return time.Now().Add(ahead) }, Keep: janitor.Keep,
	})
}

func (b *bench) clean(t *testing.T, ahead time.Duration) {
	t.Helper()
	if err := b.janitor(t, ahead).Clean(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// submit publishes reports and waits until each is in a case and its event is
// published.
func (b *bench) submit(t *testing.T, n int) []event.ID {
	t.Helper()
	before := len(b.bus.Messages(t, event.StreamCases))
	var ids []event.ID
	for range n {
		r, msg := testbench.Sealed(t, b.demo, event.Content{Kind: event.KindThreat}, nil)
		b.bus.Publish(t, msg)
		ids = append(ids, r.ReportID())
	}
	testbench.Eventually(t, 10*time.Second, "the reports are in cases", func() bool {
		return len(b.bus.Messages(t, event.StreamCases)) == before+n
	})
	return ids
}

// consumeAsStats acknowledges all that waits for the statistics.
func (b *bench) consumeAsStats(t *testing.T) {
	t.Helper()
	for _, stream := range []string{event.StreamReports, event.StreamCases} {
		consumer, err := b.bus.JS(t, keys.Stats).Consumer(t.Context(), stream, event.ConsumerStats)
		if err != nil {
			t.Fatal(err)
		}
		batch, err := consumer.FetchNoWait(1000)
		if err != nil {
			t.Fatal(err)
		}
		for msg := range batch.Messages() {
			if err := msg.DoubleAck(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// settled waits until the worker's acknowledgements have reached the server.
func (b *bench) settled(t *testing.T) {
	t.Helper()
	testbench.Eventually(t, 5*time.Second, "the worker has acknowledged all", func() bool {
		c, err := b.bus.JS(t, keys.Admin).Consumer(t.Context(), event.StreamReports, event.ConsumerWorker)
		return err == nil && c.CachedInfo().NumAckPending == 0 && c.CachedInfo().NumPending == 0
	})
}

// forget takes a report out of PostgreSQL, as a restore of an older copy does.
func (b *bench) forget(t *testing.T, report event.ID) {
	t.Helper()
	for _, statement := range []string{
		"DELETE FROM moderation.rule_fired WHERE report_id = $1", "DELETE FROM moderation.milestone WHERE report_id = $1",
		"DELETE FROM moderation.report WHERE id = $1", "DELETE FROM moderation.data_key WHERE owner = $1",
		"DELETE FROM notify.contact WHERE report_id = $1",
	} {
		if _, err := b.admin.Exec(t.Context(), statement, report); err != nil {
			t.Fatal(err)
		}
	}
}

const eightDays = 8 * 24 * time.Hour

func TestNothingIsPurgedThatAConsumerHasNotAcknowledged(t *testing.T) {
	b := setup(t)
	b.submit(t, 3)
	b.settled(t)
	b.clean(t, eightDays) // the statistics have acknowledged nothing
	if n := len(b.bus.Messages(t, event.StreamReports)); n != 3 {
		t.Errorf("REPORTS holds %d messages, want all 3", n)
	}
	if n := len(b.bus.Messages(t, event.StreamCases)); n != 3 {
		t.Errorf("CASES holds %d messages, want all 3", n)
	}
}

func TestNothingIsPurgedThatIsNotOldEnough(t *testing.T) {
	b := setup(t)
	b.submit(t, 3)
	b.settled(t)
	b.consumeAsStats(t)
	b.clean(t, janitor.Keep-time.Hour)
	if n := len(b.bus.Messages(t, event.StreamReports)); n != 3 {
		t.Errorf("REPORTS holds %d messages, want all 3", n)
	}
}

func TestWhatIsOldAndAcknowledgedIsPurgedAndItsIDsRemembered(t *testing.T) {
	b := setup(t)
	old := b.submit(t, 3)
	b.settled(t)
	b.consumeAsStats(t)
	waiting := b.submit(t, 1) // the statistics have it before them
	b.settled(t)
	b.clean(t, eightDays)

	left := b.bus.Messages(t, event.StreamReports)
	if len(left) != 1 || left[0].Subject != event.ReportSubject(event.ReportSubmitted, "demo", waiting[0]).String() {
		t.Errorf("REPORTS holds %d messages, want the one that waits", len(left))
	}
	if n := len(b.bus.Messages(t, event.StreamCases)); n != 1 {
		t.Errorf("CASES holds %d messages, want the one that waits", n)
	}
	purged, err := b.q.AllPurgedReportIDs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	remembered := map[event.ID]bool{}
	for _, p := range purged {
		remembered[p.ReportID] = true
	}
	for _, id := range old {
		if !remembered[id] {
			t.Errorf("the purged report %s is forgotten", id)
		}
	}
	b.clean(t, eightDays) // again: nothing is left to do
}

func TestAReportThatIsInNoCaseAnyMoreIsPutBack(t *testing.T) {
	b := setup(t)
	ids := b.submit(t, 3)
	b.settled(t)
	b.forget(t, ids[1])
	n, err := b.janitor(t, 0).Reconcile(t.Context())
	if err != nil || n != 1 {
		t.Fatalf("%d reports were put back, %v; want 1", n, err)
	}
	testbench.Eventually(t, 10*time.Second, "it is in a case again", func() bool {
		known, err := b.q.ReportsKnown(t.Context(), ids)
		return err == nil && len(known) == 3
	})
	b.settled(t)
	if n, err := b.janitor(t, 0).Reconcile(t.Context()); err != nil || n != 0 {
		t.Errorf("%d more were put back, %v; want none", n, err)
	}
}

func TestReconcilingLeavesAloneWhatTheWorkerHasNotComeToAndWhatIsInQuarantine(t *testing.T) {
	b := setup(t)
	_, unreadable := testbench.Sealed(t, b.demo, event.Content{Kind: "nonsense"}, nil)
	b.bus.Publish(t, unreadable)
	b.settled(t)
	// A report that is out with a worker and not acknowledged.
	if err := b.pauseWorker(t); err != nil {
		t.Fatal(err)
	}
	_, waiting := testbench.Sealed(t, b.demo, event.Content{Kind: event.KindThreat}, nil)
	b.bus.Publish(t, waiting)
	if n, err := b.janitor(t, 0).Reconcile(t.Context()); err != nil || n != 0 {
		t.Errorf("%d were put back, %v; want none", n, err)
	}
}

// pauseWorker has the server deliver nothing to the worker.
func (b *bench) pauseWorker(t *testing.T) error {
	t.Helper()
	js := b.bus.JS(t, keys.Admin)
	stream, err := js.Stream(t.Context(), event.StreamReports)
	if err != nil {
		return err
	}
	_, err = stream.PauseConsumer(t.Context(), event.ConsumerWorker, time.Now().Add(time.Hour))
	return err
}

func TestSentRowsOfTheOutboxAndSessionsThatEndedGo(t *testing.T) {
	b := setup(t)
	b.submit(t, 2)
	b.settled(t)
	testbench.Eventually(t, 5*time.Second, "the outbox is sent", func() bool {
		n, err := b.q.CountUnsent(t.Context())
		return err == nil && n == 0
	})
	moderator := event.NewID()
	for _, statement := range []string{
		"INSERT INTO moderation.moderator VALUES ($1, 'm', now())",
		"INSERT INTO moderation.session VALUES ('over', $1, now(), now() + interval '1 hour')",
		"INSERT INTO moderation.session VALUES ('good', $1, now(), now() + interval '9 hours')",
		"INSERT INTO moderation.sign_in_link VALUES ('over', $1, now() + interval '1 hour')",
		"INSERT INTO moderation.rule_hour SELECT 'demo', $1::uuid::text, now() - n * interval '1 day', 1 FROM generate_series(1, 3) n",
		"INSERT INTO moderation.outbox (case_id, report_id, created_at) VALUES ($1, $1, now() - interval '1 day')",
	} {
		if _, err := b.admin.Exec(t.Context(), statement, moderator); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.janitor(t, 2*time.Hour).Clean(t.Context()); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]int{
		"moderation.outbox WHERE sent_at IS NOT NULL": 0, "moderation.session": 1, "moderation.sign_in_link": 0,
		"moderation.rule_hour": 1,
	} {
		var n int
		if err := b.admin.QueryRow(t.Context(), "SELECT count(*) FROM "+query).Scan(&n); err != nil || n != want {
			t.Errorf("%d rows in %s, %v; want %d", n, query, err, want)
		}
	}
}

func TestNewsThatNoNotifyTookGoesAfterAMonth(t *testing.T) {
	b := setup(t)
	for _, age := range []string{"29 days", "31 days"} {
		_, err := b.admin.Exec(t.Context(), "INSERT INTO notify.news (report_id, since) VALUES ($1, now() - $2::text::interval)", event.NewID(), age)
		if err != nil {
			t.Fatal(err)
		}
	}
	b.clean(t, 0)
	var n int
	if err := b.admin.QueryRow(t.Context(), "SELECT count(*) FROM notify.news").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d reports are left, %v; want the newer one", n, err)
	}
}

func TestAMalformedSubjectIsNotTakenForALostReport(t *testing.T) {
	b := setup(t)
	for _, subject := range []string{"reports.submitted.Bad_Name." + event.NewID().String(), "reports.submitted.demo.no-id"} {
		b.bus.Publish(t, &nats.Msg{Subject: subject, Data: []byte("x"), Header: nats.Header{}})
	}
	b.settled(t)
	if n, err := b.janitor(t, 0).Reconcile(t.Context()); err != nil || n != 0 {
		t.Errorf("%d were put back, %v; want none", n, err)
	}
}

func TestAReportThatIsInNoCaseIsNeverPurged(t *testing.T) {
	b := setup(t)
	ids := b.submit(t, 3)
	b.settled(t)
	b.consumeAsStats(t)
	b.forget(t, ids[1])
	// REPORTS is full, so that nothing can be put back.
	stream, err := b.bus.JS(t, keys.Admin).Stream(t.Context(), event.StreamReports)
	if err != nil {
		t.Fatal(err)
	}
	full := stream.CachedInfo().Config
	full.MaxBytes = 1
	if _, err := b.bus.JS(t, keys.Admin).UpdateStream(t.Context(), full); err != nil {
		t.Fatal(err)
	}
	if err := b.janitor(t, eightDays).Clean(t.Context()); err == nil {
		t.Error("Clean says nothing of the report that it could not put back")
	}
	left := b.bus.Messages(t, event.StreamReports)
	if len(left) != 2 || left[0].Subject != event.ReportSubject(event.ReportSubmitted, "demo", ids[1]).String() {
		t.Errorf("REPORTS holds %d messages, want the lost one and what is behind it", len(left))
	}
}

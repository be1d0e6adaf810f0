package quarantine_test

import (
	"errors"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/testbench"
	"recourse/moderation/janitor"
	"recourse/moderation/quarantine"
	"recourse/moderation/store"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m)) }

// bench has one message in REPORTS that the worker put into QUARANTINE and
// acknowledged.
type bench struct {
	bus     *testbench.Bus
	db      *testbench.Database
	q       quarantine.Quarantine
	report  event.ID
	subject string
}

func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{bus: testbench.NATS(t), db: testbench.Postgres(t, store.Schema()), report: event.NewID()}
	b.subject = event.ReportSubject(event.ReportSubmitted, "demo", b.report).String()
	b.q = quarantine.New(b.bus.JS(t, keys.Admin), store.New(b.db.Admin(t)))
	b.bus.Publish(t, &nats.Msg{Subject: b.subject, Data: []byte("sealed"), Header: nats.Header{}})
	worker := b.bus.JS(t, keys.Worker)
	_, err := worker.PublishMsg(t.Context(), &nats.Msg{
		Subject: event.QuarantineSubject("demo", b.report), Data: []byte("sealed"),
		Header: nats.Header{event.HeaderReason: {"open"}, event.HeaderSubject: {b.subject}, event.HeaderSequence: {"1"}},
	}, jetstream.WithMsgID("1"))
	if err != nil {
		t.Fatal(err)
	}
	consumer, err := worker.Consumer(t.Context(), event.StreamReports, event.ConsumerWorker)
	if err != nil {
		t.Fatal(err)
	}
	msg, err := consumer.Next()
	if err != nil {
		t.Fatal(err)
	}
	if err := msg.DoubleAck(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestListSaysWhatIsThereAndWhy(t *testing.T) {
	b := setup(t)
	entries, err := b.q.List(t.Context())
	if err != nil || len(entries) != 1 {
		t.Fatalf("it lists %v, %v; want one entry", entries, err)
	}
	e := entries[0]
	if e.Report != b.report.String() || e.Community != "demo" || e.Reason != event.ReasonOpen || e.Sequence != 1 {
		t.Errorf("the entry is %+v", e)
	}
}

func TestRetryPutsTheMessageBackAsItWas(t *testing.T) {
	b := setup(t)
	if err := b.q.Retry(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	back := b.bus.Messages(t, event.StreamReports)
	if len(back) != 2 || back[1].Subject != b.subject || string(back[1].Data) != "sealed" {
		t.Errorf("REPORTS holds %d messages, the last %+v", len(back), back[len(back)-1])
	}
	if n := len(b.bus.Messages(t, event.StreamQuarantine)); n != 0 {
		t.Errorf("QUARANTINE holds %d messages, want none", n)
	}
	if err := b.q.Retry(t.Context(), 1); !errors.Is(err, quarantine.ErrNone) {
		t.Errorf("a second retry gets %v, want that there is none", err)
	}
}

func TestWhatIsDroppedStaysGone(t *testing.T) {
	b := setup(t)
	if err := b.q.Drop(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for _, stream := range []string{event.StreamReports, event.StreamQuarantine} {
		if n := len(b.bus.Messages(t, stream)); n != 0 {
			t.Errorf("%s holds %d messages, want none", stream, n)
		}
	}
	j := janitor.New(janitor.Config{
		JS: b.bus.JS(t, keys.Janitor), Pool: b.db.Pool(t, keys.Janitor), Log: slog.New(slog.DiscardHandler), Now: time.Now, Keep: janitor.Keep,
	})
	if n, err := j.Reconcile(t.Context()); err != nil || n != 0 {
		t.Errorf("the janitor puts %d back, %v; want none", n, err)
	}
	purged, err := store.New(b.db.Admin(t)).AllPurgedReportIDs(t.Context())
	if err != nil || len(purged) != 1 || purged[0].ReportID != b.report || !purged[0].Dropped {
		t.Errorf("remembered is %v, %v; want the report, as dropped", purged, err)
	}
}

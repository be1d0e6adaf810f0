package worker_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
	"recourse/internal/testbench"
	"recourse/moderation/relay"
	"recourse/moderation/store"
	"recourse/moderation/worker"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m)) }

// bench is a community on real NATS and PostgreSQL, without a worker yet.
type bench struct {
	bus   *testbench.Bus
	db    *testbench.Database
	admin *pgxpool.Pool
	demo  community.Bundle
	store *store.Queries // as the owner
	logs  *testbench.Logs
}

func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{bus: testbench.NATS(t), db: testbench.Postgres(t, store.Schema()), logs: &testbench.Logs{}}
	b.demo = b.bus.Demo(t)
	b.admin = b.db.Admin(t)
	b.store = store.New(b.admin)
	return b
}

// start runs a worker and a relay until stop, or the test's end.
func (b *bench) start(t *testing.T) (stop func()) {
	t.Helper()
	js, pool := b.bus.JS(t, keys.Worker), b.db.Pool(t, keys.Worker)
	log := slog.New(slog.NewTextHandler(b.logs, nil))
	r := relay.New(js, pool, log, time.Now)
	w, err := worker.New(worker.Config{
		JS: js, Pool: pool, Ring: b.bus.Ring(t, keys.Worker), Log: log, Now: time.Now, Stored: r.Kick,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var g errgroup.Group
	g.Go(func() error { return w.Run(ctx) })
	g.Go(func() error { return r.Run(ctx) })
	stop = sync.OnceFunc(func() {
		cancel()
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// submit publishes a report of a threat.
func (b *bench) submit(t *testing.T) receipt.Receipt {
	t.Helper()
	r, msg := b.sealed(t, nil)
	b.bus.Publish(t, msg)
	return r
}

func (b *bench) sealed(t *testing.T, change func(*event.Submitted)) (receipt.Receipt, *nats.Msg) {
	t.Helper()
	return testbench.Sealed(t, b.demo, event.Content{
		Kind: event.KindThreat, Description: "MARKER-words", Account: event.Account{Platform: "forum", Handle: "MARKER-handle"},
	}, change)
}

// status opens the report's status record with its receipt; ok is false where
// there is none yet.
func (b *bench) status(t *testing.T, r receipt.Receipt) (record event.StatusRecord, status event.Status, ok bool) {
	t.Helper()
	kv, err := b.bus.JS(t, keys.Intake).KeyValue(t.Context(), event.BucketStatus)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := kv.Get(t.Context(), r.StatusKey())
	if err != nil {
		return record, status, false
	}
	if err := json.Unmarshal(entry.Value(), &record); err != nil {
		t.Fatal(err)
	}
	opener, err := r.Opener()
	if err != nil {
		t.Fatal(err)
	}
	body, err := opener.Open(seal.Context{Purpose: seal.PurposeStatus, Community: "demo", Report: r.ReportID()}, record.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &status); err != nil {
		t.Fatal(err)
	}
	return record, status, true
}

func (b *bench) waitForStatus(t *testing.T, r receipt.Receipt) event.Status {
	t.Helper()
	var status event.Status
	testbench.Eventually(t, 10*time.Second, "the status is there", func() (ok bool) {
		_, status, ok = b.status(t, r)
		return ok
	})
	return status
}

// count counts rows, such as of "moderation.cases".
func (b *bench) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	if err := b.admin.QueryRow(t.Context(), "SELECT count(*) FROM "+query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

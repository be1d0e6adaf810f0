// Package worker turns reports into cases: it reads REPORTS, opens what is
// sealed to moderation, applies the code of conduct that the report names, and
// stores case, report, rules fired and outbox in one transaction. It
// acknowledges only after the commit, and however often a report is delivered
// it has one effect.
//
// It must never lose a message: what may pass later is put back with a delay,
// what can't be read goes to QUARANTINE, still sealed.
package worker

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"

	"recourse/internal/bus"
	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/postgres"
	"recourse/internal/seal/open"
	"recourse/moderation/conduct"
	"recourse/moderation/sketch"
	"recourse/moderation/vault"
)

const (
	batchSize   = 128
	lanes       = 4                // batches worked on at once
	batchTime   = 20 * time.Second // for all of one batch
	ackTime     = 2 * time.Second  // for QUARANTINE: an answer that was lost with its server never comes
	putBackWait = time.Second      // before a message that may pass later comes again
	retryWait   = 250 * time.Millisecond
)

// Config is what a worker needs.
type Config struct {
	JS       jetstream.JetStream // as the NATS user of the worker
	Pool     *pgxpool.Pool       // as the role of the worker
	Ring     *keys.Ring          // of the worker
	Log      *slog.Logger
	Registry prometheus.Registerer
	Now      func() time.Time
	Stored   func() // called after each commit, so that the relay need not wait; may be nil
}

// Worker works on REPORTS. Any number of them may run at once.
type Worker struct {
	js     jetstream.JetStream
	pool   *pgxpool.Pool
	ring   *keys.Ring
	vault  *vault.Vault
	source *community.Source
	log    *slog.Logger
	now    func() time.Time
	stored func()

	storedTotal      prometheus.Counter
	quarantinedTotal *prometheus.CounterVec
	putBackTotal     prometheus.Counter

	reading singleflight.Group // of codes of conduct, by digest

	mu       sync.Mutex
	codes    map[string]conduct.Code    // by digest; mu
	opens    map[string]open.PrivateKey // of communities, by community and key id; mu
	sketches map[string]*sketch.Key     // by community; nil: it has none; mu
}

// New returns a worker. It connects to nothing yet.
func New(cfg Config) (*Worker, error) {
	public, err := cfg.Ring.Find(keys.OperatorVerify, "", "")
	if err != nil {
		return nil, err
	}
	w := &Worker{
		js: cfg.JS, pool: cfg.Pool, ring: cfg.Ring, vault: vault.New(cfg.Ring), log: cfg.Log, now: cfg.Now, stored: cfg.Stored,
		source: community.NewSource(cfg.JS, ed25519.PublicKey(public.Key), cfg.Log),
		codes:  map[string]conduct.Code{}, opens: map[string]open.PrivateKey{}, sketches: map[string]*sketch.Key{},
		storedTotal: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "recourse_worker_reports_stored_total", Help: "Reports stored in a case.",
		}),
		quarantinedTotal: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "recourse_worker_quarantined_total", Help: "Messages sent to QUARANTINE, by reason.",
		}, []string{"reason"}),
		putBackTotal: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "recourse_worker_put_back_total", Help: "Messages put back to come again.",
		}),
	}
	if w.stored == nil {
		w.stored = func() {}
	}
	if cfg.Registry != nil {
		cfg.Registry.MustRegister(w.storedTotal, w.quarantinedTotal, w.putBackTotal)
	}
	return w, nil
}

// Ready says whether reports can be worked on now.
func (w *Worker) Ready(ctx context.Context) error {
	if !w.js.Conn().IsConnected() {
		return errors.New("NATS is away")
	}
	return w.pool.Ping(ctx)
}

// Run works until ctx ends, then finishes the batches at hand.
func (w *Worker) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for range lanes {
		g.Go(func() error { return w.lane(ctx) })
	}
	return g.Wait()
}

func (w *Worker) lane(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := w.next(ctx); err != nil && ctx.Err() == nil {
			w.log.Warn("the worker waits", "error", postgres.Redact(err))
			pause(ctx, retryWait)
		}
	}
	return nil
}

// next works on one batch. It fetches nothing while PostgreSQL is away, so that
// an outage puts back only what was in hand.
func (w *Worker) next(ctx context.Context) error {
	if err := w.pool.Ping(ctx); err != nil {
		return fmt.Errorf("PostgreSQL is away: %w", err)
	}
	consumer, err := w.js.Consumer(ctx, event.StreamReports, event.ConsumerWorker)
	if err != nil {
		return fmt.Errorf("looking up the consumer: %w", err)
	}
	for ctx.Err() == nil {
		batch, err := bus.Fetch(ctx, consumer, batchSize)
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			continue
		}
		// What was fetched is finished even when a stop is asked for meanwhile.
		batchCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), batchTime)
		away := w.work(batchCtx, batch)
		cancel()
		if away != nil {
			return away
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

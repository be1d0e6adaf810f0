// Package facts brings to statistics what they may know: from REPORTS the coded
// dimensions of each report, opened with the statistics key alone, and from
// CASES the outcome. Both halves meet in one row of PostgreSQL by the report's
// id, however often, late or in whatever order they come.
//
// It must never hold a stream up for a report that can't be opened: such a
// report counts with every dimension unknown, so that totals stay right.
package facts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"recourse/internal/bus"
	"recourse/internal/event"
	"recourse/internal/fault"
	"recourse/internal/keys"
	"recourse/internal/postgres"
	"recourse/internal/seal/open"
	"recourse/stats/store"
)

const (
	batchSize   = 256
	batchTime   = 20 * time.Second
	retryWait   = 250 * time.Millisecond
	putBackWait = time.Second    // before a message that could not be stored comes again
	laterWait   = time.Minute    // before one that lacks a key or a newer version of this code comes again
	patience    = 24 * time.Hour // after which it is taken as it can be
)

// Config is what a Collector needs.
type Config struct {
	JS       jetstream.JetStream // as the NATS user of statistics
	Pool     *pgxpool.Pool       // as the role of statistics
	Ring     *keys.Ring          // of statistics
	Log      *slog.Logger
	Registry prometheus.Registerer // nil where nobody counts
	Now      func() time.Time
}

// Collector stores facts. Any number may run at once.
type Collector struct {
	js   jetstream.JetStream
	pool *pgxpool.Pool
	ring *keys.Ring
	log  *slog.Logger
	now  func() time.Time

	unopened prometheus.Counter
	unread   prometheus.Counter

	mu    sync.Mutex
	opens map[string]open.PrivateKey // by community and key id; mu
}

// New returns a Collector. It connects to nothing yet.
func New(cfg Config) *Collector {
	c := &Collector{
		js: cfg.JS, pool: cfg.Pool, ring: cfg.Ring, log: cfg.Log, now: cfg.Now, opens: map[string]open.PrivateKey{},
		unopened: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "recourse_stats_unopened_total", Help: "Reports whose dimensions could not be opened; they count as unknown.",
		}),
		unread: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "recourse_stats_unread_total", Help: "Case events that could not be read; their reports are in no figure.",
		}),
	}
	if cfg.Registry != nil {
		cfg.Registry.MustRegister(c.unopened, c.unread)
	}
	return c
}

// Ready says whether facts can be stored now.
func (c *Collector) Ready(ctx context.Context) error {
	if !c.js.Conn().IsConnected() {
		return errors.New("NATS is away")
	}
	return c.pool.Ping(ctx)
}

// Run works until ctx ends, then finishes the batches at hand.
func (c *Collector) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return c.follow(ctx, event.StreamReports, c.storeDimensions) })
	g.Go(func() error { return c.follow(ctx, event.StreamCases, c.storeOutcomes) })
	return g.Wait()
}

// storing stores a batch and returns the messages that are to be acknowledged;
// it has put back what may pass later. On an error nothing is stored.
type storing func(ctx context.Context, batch []jetstream.Msg) (done []jetstream.Msg, err error)

func (c *Collector) follow(ctx context.Context, stream string, store storing) error {
	for ctx.Err() == nil {
		if err := c.next(ctx, stream, store); err != nil && ctx.Err() == nil {
			c.log.Warn("statistics wait", "stream", stream, "error", postgres.Redact(err))
			pause(ctx, retryWait)
		}
	}
	return nil
}

// next works on batches until one fails. It fetches nothing while PostgreSQL is
// away.
func (c *Collector) next(ctx context.Context, stream string, store storing) error {
	if err := c.pool.Ping(ctx); err != nil {
		return fmt.Errorf("PostgreSQL is away: %w", err)
	}
	consumer, err := c.js.Consumer(ctx, stream, event.ConsumerStats)
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
		fault.Point("facts.fetch.after")
		// What was fetched is finished even when a stop is asked for meanwhile.
		batchCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), batchTime)
		done, err := store(batchCtx, batch)
		cancel()
		if err != nil {
			for _, msg := range batch {
				_ = msg.NakWithDelay(putBackWait) // a lost one costs no more than AckWait
			}
			return err
		}
		fault.Point("facts.commit.after")
		for _, msg := range done {
			if err := msg.Ack(); err != nil {
				return fmt.Errorf("acknowledging: %w", err)
			}
			fault.Point("facts.ack.after")
		}
	}
	return nil
}

// commit runs f in a transaction.
func (c *Collector) commit(ctx context.Context, f func(*store.Queries) error) error {
	return postgres.InTx(ctx, c.pool, func(tx pgx.Tx) error {
		if err := f(store.New(tx)); err != nil {
			return err
		}
		fault.Point("facts.commit.within")
		return nil
	})
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

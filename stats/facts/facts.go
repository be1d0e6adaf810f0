// Package facts brings to statistics what they may know: from REPORTS the coded
// dimensions of each report, opened with the statistics key alone, and from
// CASES the outcome. Both halves meet in one row of PostgreSQL by the report's
// id, however often, late or in whatever order they come.
//
// It must never hold a stream up for what can't be read: a report that can't be
// opened counts with every dimension unknown, so that totals stay right.
package facts

import (
	"cmp"
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
	putBackWait = time.Second // before a message that could not be stored comes again
)

// Config is what a Collector needs.
type Config struct {
	JS       jetstream.JetStream // as the NATS user of statistics
	Pool     *pgxpool.Pool       // as the role of statistics
	Ring     *keys.Ring          // of statistics
	Log      *slog.Logger
	Registry prometheus.Registerer // nil where nobody counts

	// LaterWait is before what lacks a key or a newer version of this code comes
	// again, Patience how long that goes on before it is taken as it can be. A
	// minute and a day where they are 0.
	LaterWait, Patience time.Duration
}

// Collector stores facts. Any number may run at once.
type Collector struct {
	js   jetstream.JetStream
	pool *pgxpool.Pool
	ring *keys.Ring
	log  *slog.Logger

	laterWait, patience time.Duration

	unread *prometheus.CounterVec // by stream

	mu    sync.Mutex
	opens map[string]open.PrivateKey // by community and key id; mu
}

// New returns a Collector. It connects to nothing yet.
func New(cfg Config) *Collector {
	c := &Collector{
		js: cfg.JS, pool: cfg.Pool, ring: cfg.Ring, log: cfg.Log, opens: map[string]open.PrivateKey{},
		laterWait: cmp.Or(cfg.LaterWait, time.Minute), patience: cmp.Or(cfg.Patience, 24*time.Hour),
		unread: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "recourse_stats_unread_total",
			Help: "Messages that could not be read. Reports among them count as unknown, and case events in no figure.",
		}, []string{"stream"}),
	}
	if cfg.Registry != nil {
		cfg.Registry.MustRegister(c.unread)
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

// errNewer says that a message was written by a later version of this code: it
// waits for statistics to be brought up to date.
var errNewer = errors.New("it is of a newer version")

var errDisagree = errors.New("subject and payload disagree")

// waits says whether what can't be read now may be later, once a key was handed
// over or the program brought up to date. What waits is among the 4096 messages
// that may be out at once, so it waits a day and no longer.
func (c *Collector) waits(msg jetstream.Msg, err error) bool {
	if !errors.Is(err, errNewer) && !errors.Is(err, keys.ErrNoKey) {
		return false
	}
	meta, metaErr := msg.Metadata()
	return metaErr == nil && time.Duration(meta.NumDelivered)*c.laterWait <= c.patience //nolint:gosec // small
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
		done, err := c.each(batchCtx, batch, store)
		cancel()
		if err != nil {
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

// each stores a batch, and where PostgreSQL refuses it for good, message by
// message, so that one never holds the others up. On an error all are put back.
func (c *Collector) each(ctx context.Context, batch []jetstream.Msg, store storing) (done []jetstream.Msg, err error) {
	done, err = store(ctx, batch)
	switch {
	case err == nil:
		return done, nil
	case postgres.IsTransient(err):
		for _, msg := range batch {
			_ = msg.NakWithDelay(putBackWait) // a lost one costs no more than AckWait
		}
		return nil, err
	case len(batch) == 1:
		meta, metaErr := batch[0].Metadata()
		if metaErr != nil {
			return nil, metaErr
		}
		c.log.Error("a message can't be stored and is in no figure",
			"stream", meta.Stream, "sequence", meta.Sequence.Stream, "error", postgres.Redact(err))
		c.unread.WithLabelValues(meta.Stream).Inc()
		return batch, nil
	}
	for i := range batch {
		one, err := c.each(ctx, batch[i:i+1], store)
		if err != nil {
			return nil, err
		}
		done = append(done, one...)
	}
	return done, nil
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

// Package relay publishes what transactions left in the outbox: case events to
// CASES and reports' statuses to the bucket `status`. Both are idempotent, so
// that a relay killed between publishing and marking does no harm.
//
// It selects rows that are not marked, never "id greater than the last": a
// transaction that commits late would be skipped.
package relay

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"recourse/internal/bus"
	"recourse/internal/event"
	"recourse/internal/fault"
	"recourse/internal/postgres"
	"recourse/moderation/status"
	"recourse/moderation/store"
)

const (
	idleWait   = 200 * time.Millisecond // between looks at an empty outbox
	retryWait  = 500 * time.Millisecond
	batchSize  = 256
	roundTime  = 20 * time.Second
	ackTime    = 2 * time.Second // an answer that was lost with its server never comes
	parallelly = 32
)

// Relay empties the outbox. Any number may run; an advisory lock lets one work
// at a time, so that events of a case keep their order.
type Relay struct {
	js     jetstream.JetStream
	pool   *pgxpool.Pool
	log    *slog.Logger
	now    func() time.Time
	kicked chan struct{}
}

// New returns a relay that works as the worker's NATS user and role.
func New(js jetstream.JetStream, pool *pgxpool.Pool, log *slog.Logger, now func() time.Time) *Relay {
	return &Relay{js: js, pool: pool, log: log, now: now, kicked: make(chan struct{}, 1)}
}

// Kick says that something was put into the outbox. It never blocks.
func (r *Relay) Kick() {
	select {
	case r.kicked <- struct{}{}:
	default:
	}
}

// Run works until ctx ends.
func (r *Relay) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		sent, err := r.round(ctx)
		wait := idleWait
		switch {
		case err != nil && ctx.Err() == nil:
			r.log.Warn("the relay waits", "error", postgres.Redact(err))
			wait = retryWait
		case sent > 0:
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-r.kicked:
		}
		timer.Stop()
	}
	return nil
}

// round publishes the oldest unsent row of each case, and marks what was
// acknowledged. It returns how many rows it marked.
func (r *Relay) round(ctx context.Context) (sent int, err error) {
	// A round that has begun is finished even when a stop is asked for.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), roundTime)
	defer cancel()
	err = postgres.InTx(ctx, r.pool, func(tx pgx.Tx) error {
		q := store.New(tx)
		locked, err := q.LockRelay(ctx)
		if err != nil || !locked {
			return err
		}
		unsent, err := q.UnsentOutbox(ctx, batchSize)
		if err != nil || len(unsent) == 0 {
			return err
		}
		kv, err := bus.Bucket(ctx, r.js, event.BucketStatus)
		if err != nil {
			return err
		}
		fault.Point("relay.publish.before")
		done, failed := r.publish(ctx, kv, firstOfEach(unsent))
		fault.Point("relay.publish.after")
		if len(done) > 0 {
			at := r.now()
			if err := q.MarkSent(ctx, store.MarkSentParams{At: &at, Ids: done}); err != nil {
				return err
			}
		}
		sent = len(done)
		if failed != nil && sent == 0 {
			return failed
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return sent, nil
}

// firstOfEach keeps the oldest event of each case and the oldest status of each
// report: what follows waits until that one is acknowledged.
func firstOfEach(unsent []store.UnsentOutboxRow) []store.UnsentOutboxRow {
	seen := make(map[event.ID]bool, len(unsent))
	var first []store.UnsentOutboxRow
	for _, row := range unsent {
		about := row.CaseID
		if row.ReportID != nil {
			about = *row.ReportID
		}
		if !seen[about] {
			seen[about] = true
			first = append(first, row)
		}
	}
	return first
}

// publish returns the rows that were acknowledged, and why others were not.
func (r *Relay) publish(ctx context.Context, kv jetstream.KeyValue, batch []store.UnsentOutboxRow) (done []int64, err error) {
	var events, statuses []store.UnsentOutboxRow
	for _, row := range batch {
		if row.ReportID == nil {
			events = append(events, row)
		} else {
			statuses = append(statuses, row)
		}
	}
	take := func(rows []store.UnsentOutboxRow, results []error) {
		for i, row := range rows {
			if results[i] == nil {
				done = append(done, row.ID)
			}
			err = errors.Join(err, results[i])
		}
	}
	take(events, r.publishEvents(ctx, events))
	take(statuses, r.putStatuses(ctx, kv, statuses))
	return done, err
}

func (r *Relay) publishEvents(ctx context.Context, rows []store.UnsentOutboxRow) []error {
	ctx, cancel := context.WithTimeout(ctx, ackTime)
	defer cancel()
	msgs := make([]*nats.Msg, len(rows))
	for i, row := range rows {
		msgs[i] = &nats.Msg{Subject: *row.Subject, Data: row.Payload, Header: nats.Header{jetstream.MsgIDHeader: {*row.MessageID}}}
	}
	return bus.PublishAll(ctx, r.js, event.StreamCases, msgs)
}

func (r *Relay) putStatuses(ctx context.Context, kv jetstream.KeyValue, rows []store.UnsentOutboxRow) []error {
	results := make([]error, len(rows))
	var g errgroup.Group
	g.SetLimit(parallelly)
	for i, row := range rows {
		g.Go(func() error {
			results[i] = r.putStatus(ctx, kv, *row.ReportID)
			return nil
		})
	}
	_ = g.Wait() // each row has its own result
	return results
}

// putStatus tells what stands committed now, a later version included: it reads
// from the pool, not in the round's transaction.
func (r *Relay) putStatus(ctx context.Context, kv jetstream.KeyValue, id event.ID) error {
	report, err := status.Load(ctx, store.New(r.pool), id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // the report is gone, and there is nobody left to tell
	}
	if err != nil {
		return err
	}
	return status.Put(ctx, kv, report)
}

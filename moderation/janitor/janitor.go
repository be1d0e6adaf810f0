// Package janitor keeps the streams and tables from growing for ever, and
// looks that nothing that was acknowledged is missing.
//
// It purges only what every consumer has acknowledged and what is old enough,
// and remembers the ids first. It opens nothing: what it puts back stays sealed.
package janitor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"recourse/internal/event"
	"recourse/internal/postgres"
	"recourse/moderation/store"
)

const (
	eraseEvery     = 10 * time.Second // what was withdrawn goes within a minute
	eraseTime      = 30 * time.Second
	cleanEvery     = time.Minute
	reconcileEvery = 10 * time.Minute // it reads every subject of REPORTS
	cleanTime      = 10 * time.Minute
	outboxKeep     = time.Hour      // of rows that were sent
	attemptsKeep   = 24 * time.Hour // well over the longest wait between two
	ruleHoursKeep  = 48 * time.Hour
	exposureKeep   = 30 * 24 * time.Hour
	newsKeep       = 30 * 24 * time.Hour // where no notify runs
)

// Keep is how long a stream keeps what every consumer has acknowledged.
const Keep = 7 * 24 * time.Hour

// uploadsKeep is how long a file that was begun may take to be finished.
const uploadsKeep = 24 * time.Hour

// Janitor cleans and reconciles.
type Janitor struct {
	js   jetstream.JetStream
	pool *pgxpool.Pool
	log  *slog.Logger
	now  func() time.Time
	keep time.Duration

	reconciled time.Time // when last; used by Clean alone
}

// Config is what a janitor needs.
type Config struct {
	JS   jetstream.JetStream // as the NATS user of the janitor
	Pool *pgxpool.Pool       // as the role of the janitor
	Log  *slog.Logger
	Now  func() time.Time
	Keep time.Duration
}

// New returns a janitor.
func New(cfg Config) *Janitor {
	return &Janitor{js: cfg.JS, pool: cfg.Pool, log: cfg.Log, now: cfg.Now, keep: cfg.Keep}
}

// Run erases and cleans until ctx ends. They don't wait for one another.
func (j *Janitor) Run(ctx context.Context) error {
	var g errgroup.Group
	g.Go(func() error { return j.every(ctx, eraseEvery, eraseTime, j.Erase) })
	g.Go(func() error { return j.every(ctx, eraseEvery, eraseTime, j.DeleteSpent) })
	g.Go(func() error { return j.every(ctx, cleanEvery, cleanTime, j.Clean) })
	return g.Wait()
}

func (j *Janitor) every(ctx context.Context, wait, longest time.Duration, work func(context.Context) error) error {
	tick := time.NewTicker(wait)
	defer tick.Stop()
	for {
		workCtx, cancel := context.WithTimeout(ctx, longest)
		if err := work(workCtx); err != nil && ctx.Err() == nil {
			j.log.Warn("the janitor tries again soon", "error", postgres.Redact(err))
		}
		cancel()
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Clean reconciles where that is due, purges both streams and empties tables. It
// is not for concurrent use.
func (j *Janitor) Clean(ctx context.Context) error {
	// Each by itself: a full REPORTS takes nothing back, and must be purged all
	// the more.
	var failed error
	if now := j.now(); now.Sub(j.reconciled) >= reconcileEvery {
		if _, err := j.Reconcile(ctx); err != nil {
			failed = fmt.Errorf("reconciling: %w", err)
		} else {
			j.reconciled = now
		}
	}
	for _, stream := range []string{event.StreamReports, event.StreamCases} {
		if err := j.purge(ctx, stream); err != nil {
			failed = errors.Join(failed, fmt.Errorf("purging %s: %w", stream, err))
		}
	}
	return errors.Join(failed, j.forgetUploads(ctx), j.emptyTables(ctx))
}

func (j *Janitor) emptyTables(ctx context.Context) error {
	q := store.New(j.pool)
	now := j.now()
	sentBefore := now.Add(-outboxKeep)
	for {
		n, err := q.EmptyOutbox(ctx, &sentBefore)
		if err != nil {
			return fmt.Errorf("emptying the outbox: %w", err)
		}
		if n == 0 {
			break
		}
	}
	if _, err := q.ForgetAttemptsBefore(ctx, now.Add(-attemptsKeep)); err != nil {
		return fmt.Errorf("forgetting attempts: %w", err)
	}
	if _, err := q.ForgetSessions(ctx, now); err != nil {
		return fmt.Errorf("forgetting sessions: %w", err)
	}
	if _, err := q.ForgetSignInLinks(ctx, now); err != nil {
		return fmt.Errorf("forgetting sign-in links: %w", err)
	}
	if _, err := q.ForgetRuleHours(ctx, now.Add(-ruleHoursKeep)); err != nil {
		return fmt.Errorf("forgetting how often rules hid: %w", err)
	}
	if _, err := q.ForgetExposures(ctx, now.Add(-exposureKeep)); err != nil {
		return fmt.Errorf("forgetting what moderators looked at: %w", err)
	}
	if _, err := q.ForgetNews(ctx, now.Add(-newsKeep)); err != nil {
		return fmt.Errorf("forgetting news: %w", err)
	}
	return nil
}

// Package release cuts a period, counts its facts, puts noise on the counts and
// publishes the result, once. The ledger's row is written first; counting,
// sampling and storing are then one transaction, so that nothing of a crashed
// attempt was ever seen and the next one may draw afresh under the same row.
//
// It must never sample for a release that is there, nor let a count leave the
// process without its noise.
package release

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"recourse/internal/fault"
	"recourse/internal/postgres"
	"recourse/stats"
	"recourse/stats/ledger"
	"recourse/stats/mechanism"
	"recourse/stats/store"
)

// leastPeriod keeps a command that is given twice from spending twice.
const leastPeriod = time.Hour

// Publisher publishes releases. Any number may work at once, in one process or
// in several.
type Publisher struct {
	pool   *pgxpool.Pool // as the role of statistics
	random io.Reader     // crypto/rand.Reader; tests give a stream of their own
	now    func() time.Time
}

// New returns a Publisher.
func New(pool *pgxpool.Pool, random io.Reader, now func() time.Time) *Publisher {
	return &Publisher{pool: pool, random: random, now: now}
}

// Published is a release that is there.
type Published struct {
	Community   string
	Number      int
	From        *time.Time // nil for the first
	Until       time.Time
	PublishedAt time.Time
	Rho         *big.Rat // what it cost
	Left        *big.Rat // of the budget of the year in which it was paid for
	// Finished says that this is what an earlier attempt had begun.
	Finished bool
}

// ID names the release in addresses: <community>-<number>.
func (p Published) ID() string { return ID(p.Community, p.Number) }

// Publish reserves and publishes. A request that was published already returns
// the release that is there, and one that was reserved is finished. Its errors
// match those of a request, ledger.ErrBudget, or say that a part is away.
func (p *Publisher) Publish(ctx context.Context, r Request) (Published, error) {
	if err := r.check(p.now()); err != nil {
		return Published{}, err
	}
	text, digest, err := r.text()
	if err != nil {
		return Published{}, err
	}
	for {
		entry, reserved, err := p.reserve(ctx, r, text, digest)
		if err != nil {
			return Published{}, err
		}
		made, err := p.finish(ctx, r.Community, entry)
		if err != nil {
			return Published{}, err
		}
		made.Finished = !reserved
		// Another request was in the way; now that it is done, ours can be.
		if entry.Digest != digest && !r.UntilNow {
			continue
		}
		return made, nil
	}
}

// reserve returns the entry that is to be finished: the request's own, new or
// found again, or another's that an earlier attempt left unfinished.
func (p *Publisher) reserve(
	ctx context.Context, r Request, text string, digest [sha256.Size]byte,
) (entry ledger.Entry, reserved bool, err error) {
	_, charge, err := r.noise()
	if err != nil {
		return entry, false, err
	}
	fault.Point("release.reserve.before")
	err = p.locked(ctx, r.Community, func(q *store.Queries, l ledger.Ledger) error {
		var found bool
		if entry, found = l.Find(digest); found {
			return nil
		}
		if entry, found = l.Unfinished(); found {
			return nil
		}
		if last, ok := l.Last(); ok && r.Until.Before(last.Release.Until.Add(leastPeriod)) {
			return fmt.Errorf("%w: %s was cut at %s, and the next can be from %s on", ErrPeriod,
				ID(r.Community, last.Number), last.Release.Until.Format(time.RFC3339), last.Release.Until.Add(leastPeriod).Format(time.RFC3339))
		}
		var err error
		entry, err = l.Reserve(ctx, q, text, digest, charge, p.now())
		reserved = err == nil
		fault.Point("release.reserve.within")
		return err
	})
	if err == nil {
		fault.Point("release.reserve.after")
	}
	return entry, reserved, err
}

// finish publishes what an entry has paid for, unless it is there.
func (p *Publisher) finish(ctx context.Context, community string, entry ledger.Entry) (Published, error) {
	r, err := readRequest(entry.Request)
	if err != nil {
		return Published{}, err
	}
	made := Published{Community: community, Number: entry.Number, Until: r.Until, Rho: entry.Rho}
	err = p.locked(ctx, community, func(q *store.Queries, l ledger.Ledger) error {
		made.Left = l.Left(entry.Year)
		if now, ok := l.Find(entry.Digest); ok && now.Release != nil {
			made.From, made.PublishedAt = now.Release.From, now.Release.PublishedAt
			return nil // published before, or by another just now
		}
		if last, ok := l.Last(); ok {
			made.From = &last.Release.Until
		}
		// To the minute: how long counting took would tell how much there was to count.
		made.PublishedAt = p.now().UTC().Truncate(time.Minute)
		return p.publish(ctx, q, r, made)
	})
	if err != nil {
		return Published{}, err
	}
	fault.Point("release.commit.after")
	return made, nil
}

// publish counts, samples and stores, in the transaction of q.
func (p *Publisher) publish(ctx context.Context, q *store.Queries, r Request, made Published) error {
	sigma2, _, err := r.noise()
	if err != nil {
		return err
	}
	counts, err := count(ctx, q, r, made.Number)
	if err != nil {
		return err
	}
	fault.Point("release.count.after")
	estimates, err := mechanism.Measure(mechanism.NewSampler(p.random), counts, sigma2)
	if err != nil {
		return fmt.Errorf("sampling: %w", err)
	}
	fault.Point("release.sample.after")
	files, err := write(table{rows: stats.Kind(), columns: stats.Action(), estimates: estimates, sigma2: sigma2}, r, made)
	if err != nil {
		return err
	}
	number := int32(made.Number) //nolint:gosec // an integer column's
	err = q.InsertRelease(ctx, store.InsertReleaseParams{
		Community: r.Community, Number: number, PeriodFrom: made.From, PeriodUntil: r.Until, PublishedAt: made.PublishedAt,
	})
	if err != nil {
		return fmt.Errorf("storing a release: %w", err)
	}
	fault.Point("release.store.within")
	for _, f := range files {
		sum := f.sum()
		err := q.InsertFile(ctx, store.InsertFileParams{
			Community: r.Community, Number: number, Name: f.name, MediaType: f.mediaType, Sha256: sum[:], Content: f.content,
		})
		if err != nil {
			return fmt.Errorf("storing the file %s of a release: %w", f.name, err)
		}
	}
	fault.Point("release.commit.before")
	return nil
}

// count freezes the facts of the period and returns the cells of kind by action,
// row by row.
func count(ctx context.Context, q *store.Queries, r Request, number int) ([]int64, error) {
	if err := q.TakeReports(ctx, store.TakeReportsParams{Community: r.Community, PeriodUntil: r.Until}); err != nil {
		return nil, fmt.Errorf("taking the reports of a period: %w", err)
	}
	release := int32(number) //nolint:gosec // an integer column's
	if err := q.CountFacts(ctx, store.CountFactsParams{Community: r.Community, Release: release, Cap: int64(r.Cap)}); err != nil {
		return nil, fmt.Errorf("counting facts: %w", err)
	}
	if err := q.ForgetTaken(ctx, r.Community); err != nil {
		return nil, fmt.Errorf("forgetting what was counted: %w", err)
	}
	rows, err := q.KindByAction(ctx, store.KindByActionParams{Community: r.Community, Release: release})
	if err != nil {
		return nil, fmt.Errorf("reading the cells: %w", err)
	}
	kinds, actions := stats.Kind(), stats.Action()
	cells := make([]int64, len(kinds.Codes)*len(actions.Codes))
	for _, row := range rows {
		i, j := kinds.Index(row.Kind), actions.Index(row.Action)
		if i < 0 || j < 0 {
			return nil, errors.New("a fact has a code that is on no list")
		}
		cells[i*len(actions.Codes)+j] = row.Count
	}
	return cells, nil
}

// locked runs f in a transaction that holds the community's lock, with the
// ledger as it then stands.
func (p *Publisher) locked(ctx context.Context, community string, f func(*store.Queries, ledger.Ledger) error) error {
	var refused error // as f gave it: people read it
	err := postgres.InTx(ctx, p.pool, func(tx pgx.Tx) error {
		q := store.New(tx)
		// Counting a million facts, and waiting for who does, takes longer than a
		// statement usually may.
		if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = '10min'; SET LOCAL lock_timeout = 0"); err != nil {
			return fmt.Errorf("giving the count its time: %w", err)
		}
		if err := q.LockCommunity(ctx, community); err != nil {
			return fmt.Errorf("waiting for another release: %w", err)
		}
		l, err := ledger.Read(ctx, q, community)
		if err != nil {
			return err
		}
		refused = f(q, l)
		return refused
	})
	return cmp.Or(refused, err)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/moderation/backtest"
	"recourse/moderation/conduct"
	sums "recourse/moderation/conduct/backtest"
	"recourse/moderation/vault"
)

// backtestReports is how many reports are replayed for each that the worker's
// benchmark takes.
const backtestReports = 10

// backtestBench is past reports in PostgreSQL, and codes to judge them by.
type backtestBench struct {
	lab   *lab
	rows  []backtestRow
	files map[string][]byte // codes: pin binds the reports; rules and lexicon are drafts
	since time.Time
}

// backtestRow is a report as the bare side gets it.
type backtestRow struct {
	key     vault.WrappedKey
	sealed  []byte
	content event.Content
}

// benchBacktest compares a backtest, from rows in PostgreSQL to sums, with
// opening the same reports from memory and judging them once. Processor time of
// this process counts.
func benchBacktest(ctx context.Context, f flags) (_ []result, err error) {
	l, err := newLab(ctx, f)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	b := &backtestBench{lab: l, since: time.Now().UTC().Truncate(time.Second).AddDate(0, 0, -1)}
	if err := b.makeCodes(); err != nil {
		return nil, err
	}
	if err := b.load(ctx, backtestReports*f.Reports); err != nil {
		return nil, err
	}
	var results []result
	for _, draft := range []struct{ name, file, want string }{
		{"a draft with other rules", "rules", "<= 1.5"},
		{"a draft with another lexicon", "lexicon", "<= 1.5"},
	} {
		code, err := conduct.Parse(b.files[draft.file])
		if err != nil {
			return nil, err
		}
		var ours, bare []float64
		err = interleave(ctx, f.Rounds,
			func(ctx context.Context) error {
				used, err := cpu(func() error { return b.replay(ctx, code) })
				ours = append(ours, used/float64(len(b.rows)))
				return err
			},
			func(context.Context) error {
				used, err := cpu(func() error { return b.bare(code) })
				bare = append(bare, used/float64(len(b.rows)))
				return err
			})
		if err != nil {
			return nil, err
		}
		results = append(results, compared("backtest with "+draft.name+": CPU per report", "µs",
			"vault open, View and Assess by the draft", ours, bare).want(draft.want))
	}
	return results, nil
}

// replay is what conduct backtest does.
func (b *backtestBench) replay(ctx context.Context, draft conduct.Code) error {
	pool, err := b.lab.pool(ctx, keys.Console)
	if err != nil {
		return err
	}
	_, js, err := b.lab.connect(keys.Console)
	if err != nil {
		return err
	}
	ring, err := b.lab.keys.Ring(keys.Console)
	if err != nil {
		return err
	}
	verify, err := ring.Find(keys.OperatorVerify, "", "")
	if err != nil {
		return err
	}
	run := backtest.New(backtest.Config{
		Pool: pool, Source: community.NewSource(js, verify.Key, slog.New(slog.DiscardHandler)), Ring: ring, Now: time.Now,
		Community: "demo", Draft: draft, Digest: "draft", Until: time.Now().Add(24 * time.Hour),
	}, backtest.Position{At: b.since}, sums.NewSums(50))
	for {
		n, err := run.Page(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	if run.Sums.Reports != len(b.rows) {
		return fmt.Errorf("%d of %d reports were judged", run.Sums.Reports, len(b.rows))
	}
	return nil
}

// bare opens and judges what is in memory, on as many cores as a backtest: two
// that share one each count more processor time for the same work.
func (b *backtestBench) bare(draft conduct.Code) error {
	ring, err := b.lab.keys.Ring(keys.Console)
	if err != nil {
		return err
	}
	v := vault.New(ring)
	one := func(row backtestRow) error {
		key, err := v.Unwrap(row.key)
		if err != nil {
			return err
		}
		id := row.key.Owner
		if _, err := key.Open(vault.Place{Owner: id, Table: "report", Column: "content", Row: id}, row.sealed); err != nil {
			return err
		}
		if a := draft.Assess(draft.View(row.content)); !slices.Contains(draft.Queues, a.Queue) {
			return errors.New("a report was not judged")
		}
		return nil
	}
	var g errgroup.Group
	cores := max(2, runtime.GOMAXPROCS(0))
	for i := range cores {
		g.Go(func() error {
			for n := i; n < len(b.rows); n += cores {
				if err := one(b.rows[n]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// cpu is the processor time that this process uses for something, in
// microseconds.
func cpu(do func() error) (float64, error) {
	before, err := used()
	if err != nil {
		return 0, err
	}
	if err := do(); err != nil {
		return 0, err
	}
	after, err := used()
	return float64((after - before).Microseconds()), err
}

func used() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, fmt.Errorf("reading the processor time: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}

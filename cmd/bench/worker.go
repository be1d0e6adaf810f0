package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"recourse/internal/bus"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/moderation/relay"
	"recourse/moderation/worker"
)

// connections is on how many connections a worker writes.
const connections = 4

// table is a table that the worker writes, and whether its first column names
// the report or its case.
type table struct{ name, columns, of string }

// tables are what the worker writes for a report, in an order that foreign keys
// allow.
func tables() []table {
	return []table{
		{
			"moderation.cases",
			"id, community, state, version, kind, article, conduct, priority, opened_at, first_look_due, queue, language, tags", "case",
		},
		{
			"moderation.report",
			"id, case_id, community, conduct, received_at, opened_at, status_key, reply_key, version, content, language, findings", "report",
		},
		{"moderation.sketch", "report_id, part, value, at", "report"},
		{"moderation.signature", "report_id, signature", "report"},
		{"moderation.data_key", "owner, community, month, wrapped", "report"},
		{"moderation.milestone", "report_id, version, name, at", "report"},
		{"moderation.rule_fired", "report_id, rule, conduct, effect, because", "report"},
		{"notify.contact", "report_id, community, received_at, sealed", "report"},
		{"moderation.outbox", "case_id, message_id, subject, payload, created_at", "case"},
	}
}

// benchWorker compares a worker, from REPORTS to committed cases with statuses
// told and events published beside it, with bare transactions that write the
// same rows, one report each.
func benchWorker(ctx context.Context, f flags) (_ []result, err error) {
	l, err := newLab(ctx, f)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	b := &workerBench{lab: l, reports: f.Reports}
	if err := b.fill(ctx); err != nil {
		return nil, err
	}
	if _, err := b.work(ctx); err != nil { // makes the rows that the bare side writes
		return nil, err
	}
	if err := b.readRows(ctx); err != nil {
		return nil, err
	}
	var ours, bare []float64
	err = interleave(ctx, f.Rounds,
		func(ctx context.Context) error {
			rate, err := b.work(ctx)
			ours = append(ours, rate)
			return err
		},
		func(ctx context.Context) error {
			rate, err := b.write(ctx)
			bare = append(bare, rate)
			return err
		})
	if err != nil {
		return nil, err
	}
	return []result{compared("worker: reports in committed cases", "/s",
		fmt.Sprintf("pgx transactions of the same rows, one report each, on %d connections", connections), ours, bare).want(">= 0.7")}, nil
}

type workerBench struct {
	lab     *lab
	reports int
	admin   *pgxpool.Pool
	rows    [][]insert // one report each
}

// insert is one row's statement.
type insert struct {
	sql    string
	values []any
}

// fill puts real reports into REPORTS.
func (b *workerBench) fill(ctx context.Context) error {
	var err error
	if b.admin, err = b.lab.adminPool(ctx); err != nil {
		return err
	}
	in, err := startIntake(ctx, b.lab)
	if err != nil {
		return err
	}
	const clients = 16
	var g errgroup.Group
	for client := range clients {
		g.Go(func() error {
			c, err := dial(ctx, in.address)
			if err != nil {
				return err
			}
			defer c.close()
			for range (b.reports + clients - 1 - client) / clients {
				if err := c.report(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// reset takes away all that workers made, and has REPORTS delivered anew.
func (b *workerBench) reset(ctx context.Context) error {
	var names []string
	for _, t := range tables() {
		names = append(names, t.name)
	}
	if _, err := b.admin.Exec(ctx, "TRUNCATE "+strings.Join(names, ", ")+" CASCADE"); err != nil {
		return fmt.Errorf("emptying the tables: %w", err)
	}
	_, js, err := b.lab.connect(keys.Admin)
	if err != nil {
		return err
	}
	for _, name := range []string{event.StreamCases, "KV_" + event.BucketStatus} {
		stream, err := js.Stream(ctx, name)
		if err != nil {
			return err
		}
		if err := stream.Purge(ctx); err != nil {
			return err
		}
	}
	if err := js.DeleteConsumer(ctx, event.StreamReports, event.ConsumerWorker); err != nil {
		return err
	}
	settings := bus.DefaultSettings()
	settings.KeepSizes = true
	return bus.Migrate(ctx, js, settings)
}

// work runs a worker and its relay until every report is in a committed case,
// and returns how many that were a second from the first one on: what a worker
// does once, as it starts, is to compile the code of conduct.
func (b *workerBench) work(ctx context.Context) (float64, error) {
	if err := b.reset(ctx); err != nil {
		return 0, err
	}
	pool, err := b.lab.pool(ctx, keys.Worker)
	if err != nil {
		return 0, err
	}
	_, js, err := b.lab.connect(keys.Worker)
	if err != nil {
		return 0, err
	}
	ring, err := b.lab.keys.Ring(keys.Worker)
	if err != nil {
		return 0, err
	}
	log := slog.New(slog.DiscardHandler)
	r := relay.New(js, pool, log, time.Now)
	w, err := worker.New(worker.Config{JS: js, Pool: pool, Ring: ring, Log: log, Now: time.Now, Stored: r.Kick})
	if err != nil {
		return 0, err
	}
	if err := w.Ready(ctx); err != nil {
		return 0, err
	}
	runCtx, cancel := context.WithCancel(ctx)
	g, runCtx := errgroup.WithContext(runCtx)
	g.Go(func() error { return w.Run(runCtx) })
	g.Go(func() error { return r.Run(runCtx) })
	began := time.Now()
	first, err := b.waitForReports(ctx, 1)
	if first < b.reports {
		began = time.Now()
	} else {
		first = 0 // too few to tell the start from the rest
	}
	if err == nil {
		_, err = b.waitForReports(ctx, b.reports)
	}
	elapsed := time.Since(began)
	cancel()
	return float64(b.reports-first) / elapsed.Seconds(), errors.Join(err, g.Wait())
}

// waitForReports waits for so many reports and returns how many there are then.
func (b *workerBench) waitForReports(ctx context.Context, wanted int) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := b.admin.QueryRow(ctx, "SELECT count(*) FROM moderation.report").Scan(&n); err != nil {
			return n, fmt.Errorf("counting reports: %w", err)
		}
		if n >= wanted {
			return n, nil
		}
		select {
		case <-ctx.Done():
			return n, fmt.Errorf("%d of %d reports are stored: %w", n, wanted, ctx.Err())
		case <-tick.C:
		}
	}
}

// readRows reads what the worker wrote, and makes of each report the statements
// that write it again.
func (b *workerBench) readRows(ctx context.Context) error {
	byReport := map[event.ID][]insert{}
	for _, t := range tables() {
		key := map[string]string{
			"case":   "(SELECT r.id FROM moderation.report r WHERE r.case_id = t." + strings.SplitN(t.columns, ",", 2)[0] + ")",
			"report": "t." + strings.SplitN(t.columns, ",", 2)[0],
		}[t.of]
		rows, err := b.admin.Query(ctx, "SELECT "+key+", t."+strings.ReplaceAll(t.columns, ", ", ", t.")+" FROM "+t.name+" t")
		if err != nil {
			return fmt.Errorf("reading %s: %w", t.name, err)
		}
		count := strings.Count(t.columns, ",") + 1
		var places []string
		for i := range count {
			places = append(places, fmt.Sprintf("$%d", i+1))
		}
		sql := "INSERT INTO " + t.name + " (" + t.columns + ") VALUES (" + strings.Join(places, ", ") + ")"
		for rows.Next() {
			values, err := rows.Values()
			if err != nil {
				return fmt.Errorf("reading %s: %w", t.name, err)
			}
			id, ok := values[0].([16]byte)
			if !ok {
				return fmt.Errorf("a row of %s belongs to no report", t.name)
			}
			byReport[id] = append(byReport[id], insert{sql, values[1:]})
		}
		if err := rows.Err(); err != nil {
			return fmt.Errorf("reading %s: %w", t.name, err)
		}
	}
	b.rows = slices.Collect(maps.Values(byReport))
	return nil
}

// write writes the same rows with nothing but pgx.
func (b *workerBench) write(ctx context.Context) (float64, error) {
	if err := b.reset(ctx); err != nil {
		return 0, err
	}
	pool, err := b.lab.pool(ctx, keys.Worker)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	var g errgroup.Group
	for i := range connections {
		g.Go(func() error {
			c, err := pool.Acquire(ctx)
			if err != nil {
				return err
			}
			defer c.Release()
			for n := i; n < len(b.rows); n += connections {
				batch := &pgx.Batch{}
				batch.Queue("BEGIN")
				for _, row := range b.rows[n] {
					batch.Queue(row.sql, row.values...)
				}
				batch.Queue("COMMIT")
				if err := c.SendBatch(ctx, batch).Close(); err != nil {
					return fmt.Errorf("writing rows: %w", err)
				}
			}
			return nil
		})
	}
	err = g.Wait()
	return float64(len(b.rows)) / time.Since(began).Seconds(), err
}

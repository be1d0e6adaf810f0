package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"recourse/internal/event"
	"recourse/internal/instance"
	"recourse/internal/keys"
)

const mebibyte = 1 << 20

// benchService measures `recourse up` as a whole: how soon a report is in the
// queue while others come at half of what it can take, what it holds in memory,
// how soon it takes a report again after it was stopped or killed, and its size.
func benchService(ctx context.Context, f flags) (_ []result, err error) {
	size, err := os.Stat(f.Program)
	if err != nil {
		return nil, fmt.Errorf("looking at the program: %w", err)
	}
	service, err := instance.Start(ctx, f.Program)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, service.Stop(context.WithoutCancel(ctx))) }()
	all := []result{measured("size of the program", "MiB", []float64{float64(size.Size()) / mebibyte})}
	if err := pause(ctx, 3*time.Second); err != nil {
		return nil, err
	}
	idle := memory(service)

	b := &serviceBench{service: service}
	pool, err := (&deskBench{service: service}).database(ctx, keys.Folder{Root: filepath.Join(service.Data, "keys")})
	if err != nil {
		return nil, err
	}
	b.pool = pool
	defer pool.Close()
	visible, err := b.underHalfLoad(ctx, f)
	if err != nil {
		return nil, err
	}
	loaded := memory(service)
	all = append(all, visible...)
	for i, what := range []string{"recourse up", "PostgreSQL beside it"} {
		if idle[i] > 0 { // no /proc elsewhere
			all = append(all,
				measured("memory of "+what+", idle", "MiB", []float64{idle[i]}),
				measured("memory of "+what+", after load", "MiB", []float64{loaded[i]}))
		}
	}
	for _, how := range []struct {
		name string
		end  func()
	}{{"a clean stop", func() {}}, {"kill -9", service.Kill}} {
		var took []float64
		for range f.Rounds {
			how.end()
			began := time.Now()
			if err := service.Restart(ctx); err != nil {
				return nil, err
			}
			if _, err := service.Report(ctx, b.report(), ""); err != nil {
				return nil, err
			}
			took = append(took, time.Since(began).Seconds()*1e3)
		}
		all = append(all, measured("up again to first report, after "+how.name, "ms", took))
	}
	return all, nil
}

type serviceBench struct {
	service *instance.Instance
	pool    *pgxpool.Pool // as the owner
}

func (b *serviceBench) report() instance.Report {
	return instance.Report{
		Community: "demo", Kind: event.KindHarassment, Language: "en",
		Description: "Under each of my posts the same account writes that I should leave the council and be quiet.",
	}
}

// underHalfLoad sends reports at half the rate that the service sustains, and
// meanwhile, again and again, one whose way into the queue it times.
func (b *serviceBench) underHalfLoad(ctx context.Context, f flags) ([]result, error) {
	address := strings.TrimPrefix(b.service.Intake, "http://")
	rate, err := b.sustained(ctx, address, f)
	if err != nil {
		return nil, err
	}
	var p50, p99 []float64
	for range f.Rounds {
		took, err := b.visible(ctx, address, rate/2, f.Span)
		if err != nil {
			return nil, err
		}
		p50, p99 = append(p50, quantile(took, 0.5)), append(p99, quantile(took, 0.99))
	}
	return []result{
		measured("up: reports in the queue", "/s", []float64{rate}),
		measured("up: sent to visible in the queue at half load, p50", "ms", p50),
		measured("up: sent to visible in the queue at half load, p99", "ms", p99),
	}, nil
}

// sustained is how many reports a second go all the way into cases while 64
// clients send without pause.
func (b *serviceBench) sustained(ctx context.Context, address string, f flags) (float64, error) {
	const clients = 64
	conns := make([]*conn, clients)
	defer func() {
		for _, c := range conns {
			c.close()
		}
	}()
	for i := range conns {
		var err error
		if conns[i], err = dial(ctx, address); err != nil {
			return 0, err
		}
	}
	// The first report has the worker compile the code of conduct.
	ack, err := b.service.Report(ctx, b.report(), "")
	if err != nil {
		return 0, err
	}
	if err := b.waitForCase(ctx, ack.ID); err != nil {
		return 0, err
	}
	before, err := b.stored(ctx)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := underLoad(clients, 2*f.Span, func(client int) error { return conns[client].report() }); err != nil {
		return 0, err
	}
	after, err := b.stored(ctx)
	if err != nil {
		return 0, err
	}
	rate := float64(after-before) / time.Since(began).Seconds()
	return rate, b.settle(ctx)
}

func (b *serviceBench) stored(ctx context.Context) (n int, err error) {
	err = b.pool.QueryRow(ctx, "SELECT count(*) FROM moderation.report").Scan(&n)
	return n, err
}

// settle waits until nothing more comes into cases or is to be published.
func (b *serviceBench) settle(ctx context.Context) error {
	for last := -1; ; {
		n, err := b.stored(ctx)
		if err != nil {
			return err
		}
		var unsent int
		if err := b.pool.QueryRow(ctx, "SELECT count(*) FROM moderation.outbox WHERE sent_at IS NULL").Scan(&unsent); err != nil {
			return err
		}
		if n == last && unsent == 0 {
			return nil
		}
		last = n
		if err := pause(ctx, 500*time.Millisecond); err != nil {
			return err
		}
	}
}

// visible returns how long each report that was watched took, in milliseconds,
// sorted.
func (b *serviceBench) visible(ctx context.Context, address string, rate float64, span time.Duration) ([]float64, error) {
	loadCtx, stop := context.WithCancel(ctx)
	defer stop()
	var g errgroup.Group
	const clients = 8
	for range clients {
		g.Go(func() error { return steady(loadCtx, address, rate/clients) })
	}
	var took []float64
	for began := time.Now(); time.Since(began) < span; {
		at := time.Now()
		ack, err := b.service.Report(ctx, b.report(), "")
		if err != nil {
			return nil, err
		}
		if err := b.waitForCase(ctx, ack.ID); err != nil {
			return nil, err
		}
		took = append(took, time.Since(at).Seconds()*1e3)
	}
	stop()
	return sorted(took), g.Wait()
}

// steady sends reports at a rate a second until ctx ends.
func steady(ctx context.Context, address string, rate float64) error {
	if rate <= 0 {
		return errors.New("no report was stored while the load went on: give it a longer --span")
	}
	c, err := dial(ctx, address)
	if err != nil {
		return err
	}
	defer c.close()
	tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := c.report(); err != nil {
				return err
			}
		}
	}
}

func (b *serviceBench) waitForCase(ctx context.Context, id event.ID) error {
	for {
		var there bool
		err := b.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM moderation.report r JOIN moderation.cases c ON c.id = r.case_id
			WHERE r.id = $1 AND c.state = 'open')`, id).Scan(&there)
		if err != nil {
			return fmt.Errorf("looking for a case: %w", err)
		}
		if there {
			return nil
		}
		if err := pause(ctx, 2*time.Millisecond); err != nil {
			return err
		}
	}
}

// memory is what `recourse up` and the PostgreSQL beside it hold, in MiB: pages
// that several processes share are counted in parts (PSS). 0 where there is no
// /proc.
func memory(service *instance.Instance) [2]float64 {
	var sum [2]float64
	sum[0] = pss(service.PID())
	b, err := os.ReadFile(filepath.Join(service.Data, "postgres", "postmaster.pid"))
	if err != nil {
		return sum
	}
	first, _, _ := strings.Cut(string(b), "\n")
	postmaster, err := strconv.Atoi(first)
	if err != nil {
		return sum
	}
	sum[1] = pss(postmaster)
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", postmaster, postmaster))
	if err != nil {
		return sum
	}
	for child := range strings.FieldsSeq(string(children)) {
		if pid, err := strconv.Atoi(child); err == nil {
			sum[1] += pss(pid)
		}
	}
	return sum
}

func pss(pid int) float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
			var kib float64
			if _, err := fmt.Sscan(rest, &kib); err == nil {
				return kib / 1024
			}
		}
	}
	return 0
}

package main

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"recourse/internal/keys"
	"recourse/moderation/relay"
	"recourse/moderation/worker"
)

type workerCmd struct {
	partsFlags
	MetricsAddr string `help:"Private address for /metrics, /healthz and /readyz; empty for none." default:""`
}

func (workerCmd) Help() string {
	return `Reads REPORTS, opens what is sealed to moderation, applies the code of conduct and stores cases.
The relay beside it publishes case events and statuses. Any number may run.

Example: recourse worker --nats-url nats://nats.example:4222 --database-url postgres://db.example/recourse --keys /etc/recourse/keys`
}

func (c workerCmd) Run(ctx context.Context, log *slog.Logger) error {
	e, err := newEnvironment(c.partsFlags, log)
	if err != nil {
		return err
	}
	p, err := newWorker(ctx, e)
	if err != nil {
		return err
	}
	return serve(ctx, p, "", c.MetricsAddr, e)
}

func newWorker(ctx context.Context, e environment) (process, error) {
	ring, err := e.keys.Ring(keys.Worker)
	if err != nil {
		return process{}, err
	}
	pool, err := e.pool(ctx, keys.Worker)
	if err != nil {
		return process{}, err
	}
	nc, js, err := e.connect(keys.Worker)
	if err != nil {
		pool.Close()
		return process{}, err
	}
	r := relay.New(js, pool, e.log, time.Now)
	w, err := worker.New(worker.Config{
		JS: js, Pool: pool, Ring: ring, Log: e.log, Registry: e.registry, Now: time.Now, Stored: r.Kick,
	})
	if err != nil {
		nc.Close()
		pool.Close()
		return process{}, err
	}
	return process{
		name:  "worker",
		ready: w.Ready,
		run: func(ctx context.Context) error {
			g, ctx := errgroup.WithContext(ctx)
			g.Go(func() error { return w.Run(ctx) })
			g.Go(func() error { return r.Run(ctx) })
			return g.Wait()
		},
		close: func() { nc.Close(); pool.Close() },
	}, nil
}

package main

import (
	"context"
	"log/slog"

	"recourse/internal/keys"
	"recourse/stats/facts"
)

type statsCmd struct {
	partsFlags
	MetricsAddr string `help:"Private address for /metrics, /healthz and /readyz; empty for none." default:""`
}

func (statsCmd) Help() string {
	return `Reads REPORTS and CASES and stores what statistics count: coded dimensions, opened with the statistics key alone,
and outcomes. It serves nothing: 'recourse release' publishes, 'recourse portal' serves. Any number may run.

Example: recourse stats --nats-url nats://nats.example:4222 --database-url postgres://db.example/recourse --keys /etc/recourse/keys`
}

func (c statsCmd) Run(ctx context.Context, log *slog.Logger) error {
	e, err := newEnvironment(c.partsFlags, log)
	if err != nil {
		return err
	}
	p, err := newStats(ctx, e)
	if err != nil {
		return err
	}
	return serve(ctx, p, "", c.MetricsAddr, e)
}

func newStats(ctx context.Context, e environment) (process, error) {
	ring, err := e.keys.Ring(keys.Stats)
	if err != nil {
		return process{}, err
	}
	pool, err := e.pool(ctx, keys.Stats)
	if err != nil {
		return process{}, err
	}
	nc, js, err := e.connect(keys.Stats)
	if err != nil {
		pool.Close()
		return process{}, err
	}
	c := facts.New(facts.Config{JS: js, Pool: pool, Ring: ring, Log: e.log, Registry: e.registry})
	return process{
		name: "collector", run: c.Run, ready: c.Ready,
		close: func() { nc.Close(); pool.Close() },
	}, nil
}

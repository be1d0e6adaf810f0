package main

import (
	"context"
	"log/slog"

	"recourse/internal/keys"
	"recourse/stats/portal"
)

type portalCmd struct {
	partsFlags
	Addr        string `help:"Address to listen on." default:"127.0.0.1:8082"`
	MetricsAddr string `help:"Private address for /metrics; empty for none." default:""`
}

func (portalCmd) Help() string {
	return `Serves the releases of statistics to everybody. It holds no key that opens anything, and its PostgreSQL role reads
the released tables alone. Put TLS in front of it.

Example: recourse portal --addr 127.0.0.1:8082 --database-url postgres://db.example/recourse --keys /etc/recourse/keys`
}

func (c portalCmd) Run(ctx context.Context, log *slog.Logger) error {
	databaseURL, err := c.database()
	if err != nil {
		return err
	}
	e := environment{keys: c.folder(), databaseURL: databaseURL, log: log, registry: newRegistry()}
	p, err := newPortal(ctx, e)
	if err != nil {
		return err
	}
	return serve(ctx, p, c.Addr, c.MetricsAddr, e)
}

func newPortal(ctx context.Context, e environment) (process, error) {
	pool, err := e.pool(ctx, keys.Portal)
	if err != nil {
		return process{}, err
	}
	p, err := portal.New(pool, e.log)
	if err != nil {
		pool.Close()
		return process{}, err
	}
	return process{name: "statistics", run: waitForEnd, ready: p.Ready, handler: p.Handler(), close: pool.Close}, nil
}

package main

import (
	"context"
	"log/slog"
	"time"

	"recourse/internal/keys"
	"recourse/moderation/console"
)

type consoleCmd struct {
	partsFlags
	Addr        string `help:"Address to listen on." default:"127.0.0.1:8081"`
	MetricsAddr string `help:"Private address for /metrics; empty for none." default:""`
}

func (consoleCmd) Help() string {
	return `The moderators' queue, case page and decisions. Put TLS in front of it.

Example: recourse console --addr 127.0.0.1:8081 --keys /etc/recourse/keys`
}

func (c consoleCmd) Run(ctx context.Context, log *slog.Logger) error {
	e, err := newEnvironment(c.partsFlags, log)
	if err != nil {
		return err
	}
	p, err := newConsole(ctx, e)
	if err != nil {
		return err
	}
	return serve(ctx, p, c.Addr, c.MetricsAddr, e)
}

func newConsole(ctx context.Context, e environment) (process, error) {
	ring, err := e.keys.Ring(keys.Console)
	if err != nil {
		return process{}, err
	}
	pool, err := e.pool(ctx, keys.Console)
	if err != nil {
		return process{}, err
	}
	nc, js, err := e.connect(keys.Console)
	if err != nil {
		pool.Close()
		return process{}, err
	}
	c, err := console.New(console.Config{Pool: pool, JS: js, Ring: ring, Log: e.log, Now: time.Now})
	if err != nil {
		nc.Close()
		pool.Close()
		return process{}, err
	}
	return process{
		name: "console", run: c.Run, ready: c.Ready, handler: c.Handler(),
		close: func() { nc.Close(); pool.Close() },
	}, nil
}

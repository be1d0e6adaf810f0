package main

import (
	"context"
	"log/slog"
	"time"

	"recourse/internal/keys"
	"recourse/reporter"
)

type intakeCmd struct {
	partsFlags
	Addr        string `help:"Address to listen on." default:"127.0.0.1:8080"`
	MetricsAddr string `help:"Private address for /metrics; empty for none." default:""`
}

func (intakeCmd) Help() string {
	return `Takes reports over the form and the API, seals them and publishes them to NATS. It needs keys/intake alone, and no
PostgreSQL. Put TLS in front of it.

Example: recourse intake --nats-url nats://nats.example:4222 --keys /etc/recourse/keys --addr 127.0.0.1:8080`
}

func (c intakeCmd) Run(ctx context.Context, log *slog.Logger) error {
	natsURL := c.NATSURL
	if natsURL == "" {
		parts, err := c.urls()
		if err != nil {
			return err
		}
		natsURL = parts.NATSURL
	}
	e := environment{keys: c.folder(), natsURL: natsURL, log: log, registry: newRegistry()}
	p, err := newIntake(ctx, e)
	if err != nil {
		return err
	}
	return serve(ctx, p, c.Addr, c.MetricsAddr, e)
}

func newIntake(_ context.Context, e environment) (process, error) {
	ring, err := e.keys.Ring(keys.Intake)
	if err != nil {
		return process{}, err
	}
	nc, _, err := e.connect(keys.Intake)
	if err != nil {
		return process{}, err
	}
	i, err := reporter.New(reporter.Config{NATS: nc, Ring: ring, Log: e.log, Now: time.Now, Registry: e.registry})
	if err != nil {
		nc.Close()
		return process{}, err
	}
	return process{
		name: "intake", run: i.Run, ready: i.Ready, handler: i.Handler(),
		close: nc.Close,
	}, nil
}

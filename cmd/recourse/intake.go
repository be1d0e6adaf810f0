package main

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

	"recourse/internal/keys"
	"recourse/reporter"
)

type intakeCmd struct {
	partsFlags
	proxyFlags
	Addr        string `help:"Address to listen on." default:"127.0.0.1:8080"`
	MetricsAddr string `help:"Private address for /metrics; empty for none." default:""`
}

func (intakeCmd) Help() string {
	return `Takes reports over the form and the API, seals them and publishes them to NATS. It needs keys/intake alone, and no
PostgreSQL. Put TLS in front of it, and name that proxy with --trusted-proxy, or no rate limit by address can hold: what comes
from loopback or a private network, an onion service too, is never limited by address.

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
	p, err := c.newIntake(ctx, e)
	if err != nil {
		return err
	}
	return serve(ctx, p, c.Addr, c.MetricsAddr, e)
}

// proxyFlags say how the intake learns whose requests a proxy passes on.
type proxyFlags struct {
	TrustedProxy        []netip.Prefix `help:"Network of your own proxies, such as 127.0.0.1/8: rate limits then go by the address that they name. Repeat it for more." placeholder:"CIDR"`
	ClientAddressHeader string         `help:"Header to which trusted proxies append the address that they see." default:"X-Forwarded-For"`
}

func (f proxyFlags) newIntake(_ context.Context, e environment) (process, error) {
	ring, err := e.keys.Ring(keys.Intake)
	if err != nil {
		return process{}, err
	}
	nc, _, err := e.connect(keys.Intake)
	if err != nil {
		return process{}, err
	}
	i, err := reporter.New(reporter.Config{
		NATS: nc, Ring: ring, Log: e.log, Now: time.Now, Registry: e.registry,
		TrustedProxies: f.TrustedProxy, ClientAddressHeader: f.ClientAddressHeader,
	})
	if err != nil {
		nc.Close()
		return process{}, err
	}
	return process{
		name: "intake", run: i.Run, ready: i.Ready, handler: i.Handler(),
		close: nc.Close,
	}, nil
}

package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"time"

	"recourse/internal/keys"
	"recourse/reporter"
	"recourse/reporter/helplines"
)

type intakeCmd struct {
	partsFlags
	proxyFlags
	Addr        string `help:"Address to listen on." default:"127.0.0.1:8080"`
	MetricsAddr string `help:"Private address for /metrics; empty for none." default:""`
	HelpLines   string `help:"File of help lines instead of those that come with the program." type:"existingfile" placeholder:"FILE"`
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
	e := environment{keys: c.folder(), natsURL: natsURL, log: log, registry: newRegistry(), helpLines: c.HelpLines}
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
	lines, err := readHelpLines(e.helpLines)
	if err != nil {
		return process{}, err
	}
	ring, err := e.keys.Ring(keys.Intake)
	if err != nil {
		return process{}, err
	}
	nc, _, err := e.connect(keys.Intake)
	if err != nil {
		return process{}, err
	}
	i, err := reporter.New(reporter.Config{
		NATS: nc, Ring: ring, Log: e.log, Now: time.Now, Registry: e.registry, HelpLines: lines,
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

// readHelpLines reads an operator's own file; without one it returns nil.
func readHelpLines(path string) (*helplines.Lines, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // the intake then takes those that come with the program
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the help lines: %w", err)
	}
	return helplines.Parse(file, path)
}

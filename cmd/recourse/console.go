package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"recourse/internal/keys"
	"recourse/moderation/console"
)

type consoleCmd struct {
	partsFlags
	Addr        string `help:"Address to listen on." default:"127.0.0.1:8081"`
	MetricsAddr string `help:"Private address for /metrics; empty for none." default:""`

	IntakeURL           string `help:"The intake's public address, for reports by phone; empty: none is taken." placeholder:"URL"`
	IntakeClientKeyFile string `help:"File with the console's key for the intake; console/intake in the folder of keys where it is not given." type:"path" placeholder:"FILE"`
}

func (consoleCmd) Help() string {
	return `The moderators' queue, case page and decisions. Put TLS in front of it.

With --intake-url, moderators can take reports by phone: the console sends them to the intake as an API client. Its key is made by
recourse admin client add --community NAME --name console --key-file FILE

Example: recourse console --addr 127.0.0.1:8081 --keys /etc/recourse/keys --intake-url https://report.example`
}

func (c consoleCmd) Run(ctx context.Context, log *slog.Logger) error {
	e, err := newEnvironment(c.partsFlags, log)
	if err != nil {
		return err
	}
	e.intakeURL, e.intakeKeyFile = c.IntakeURL, c.IntakeClientKeyFile
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
	intake, err := intakeOf(e)
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
	c, err := console.New(console.Config{Pool: pool, JS: js, Ring: ring, Log: e.log, Now: time.Now, Intake: intake})
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

// intakeOf is where the console sends reports by phone, or nil.
func intakeOf(e environment) (*console.Intake, error) {
	if e.intakeURL == "" {
		return nil, nil //nolint:nilnil // none is set: the console says so
	}
	file := e.intakeKeyFile
	if file == "" {
		file = consoleKeyFile(e.keys)
	}
	key, err := readClientKey(file)
	if err != nil {
		return nil, fmt.Errorf("--intake-client-key-file: %w", err)
	}
	intake, err := console.NewIntake(e.intakeURL, key)
	if err != nil {
		return nil, fmt.Errorf("--intake-url: %w", err)
	}
	return intake, nil
}

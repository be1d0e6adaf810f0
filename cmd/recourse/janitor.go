package main

import (
	"context"
	"log/slog"
	"time"

	"recourse/internal/keys"
	"recourse/moderation/janitor"
)

type janitorCmd struct {
	partsFlags
	Keep time.Duration `help:"How long REPORTS and CASES keep what every consumer has acknowledged." default:"168h"`
	Once bool          `help:"Clean once and end."`
}

func (janitorCmd) Help() string {
	return `Purges what is old and acknowledged, puts back what was acknowledged and is in no case, empties the outbox.

Example: recourse janitor --once`
}

func (c janitorCmd) Run(ctx context.Context, log *slog.Logger) error {
	e, err := newEnvironment(c.partsFlags, log)
	if err != nil {
		return err
	}
	j, closeParts, err := makeJanitor(ctx, e, c.Keep)
	if err != nil {
		return err
	}
	defer closeParts()
	if c.Once {
		return j.Clean(ctx)
	}
	return j.Run(ctx)
}

func makeJanitor(ctx context.Context, e environment, keep time.Duration) (*janitor.Janitor, func(), error) {
	pool, err := e.pool(ctx, keys.Janitor)
	if err != nil {
		return nil, nil, err
	}
	nc, js, err := e.connect(keys.Janitor)
	if err != nil {
		pool.Close()
		return nil, nil, err
	}
	j := janitor.New(janitor.Config{JS: js, Pool: pool, Log: e.log, Now: time.Now, Keep: keep})
	return j, func() { nc.Close(); pool.Close() }, nil
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"text/tabwriter"
	"time"

	"recourse/internal/postgres"
	"recourse/moderation/quarantine"
	"recourse/moderation/store"
)

type quarantineCmd struct {
	List  quarantineListCmd  `cmd:"" help:"List what is in quarantine. Nothing is opened."`
	Retry quarantineRetryCmd `cmd:"" help:"Put a message back into REPORTS."`
	Drop  quarantineDropCmd  `cmd:"" help:"Delete a message for good. Its report is then lost."`
}

type quarantineListCmd struct {
	partsFlags
	JSON bool `help:"Print JSON."`
}

func (quarantineListCmd) Help() string { return "Example: recourse admin quarantine list --json" }

func (c quarantineListCmd) Run(ctx context.Context, log *slog.Logger) error {
	return withQuarantine(ctx, c.partsFlags, log, func(q quarantine.Quarantine) error {
		entries, err := q.List(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			if entries == nil {
				entries = []quarantine.Entry{}
			}
			return json.NewEncoder(os.Stdout).Encode(entries)
		}
		if len(entries) == 0 {
			fmt.Println("Nothing is in quarantine.")
			return nil
		}
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "SEQUENCE\tSINCE\tREASON\tCOMMUNITY\tREPORT")
		for _, e := range entries {
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", e.Sequence, e.At.Format(time.RFC3339), e.Reason, e.Community, e.Report)
		}
		return w.Flush()
	})
}

type quarantineRetryCmd struct {
	partsFlags
	Sequence []uint64 `arg:"" help:"Sequences, as 'list' prints them."`
}

func (quarantineRetryCmd) Help() string { return "Example: recourse admin quarantine retry 12" }

func (c quarantineRetryCmd) Run(ctx context.Context, log *slog.Logger) error {
	return withQuarantine(ctx, c.partsFlags, log, func(q quarantine.Quarantine) error {
		for _, seq := range c.Sequence {
			if err := q.Retry(ctx, seq); err != nil {
				return fmt.Errorf("%d: %w", seq, err)
			}
			fmt.Printf("%d is in REPORTS again.\n", seq)
		}
		return nil
	})
}

type quarantineDropCmd struct {
	partsFlags
	Sequence []uint64 `arg:"" help:"Sequences, as 'list' prints them."`
}

func (quarantineDropCmd) Help() string { return "Example: recourse admin quarantine drop 12" }

func (c quarantineDropCmd) Run(ctx context.Context, log *slog.Logger) error {
	return withQuarantine(ctx, c.partsFlags, log, func(q quarantine.Quarantine) error {
		for _, seq := range c.Sequence {
			if err := q.Drop(ctx, seq); err != nil {
				return fmt.Errorf("%d: %w", seq, err)
			}
			fmt.Printf("%d is deleted.\n", seq)
		}
		return nil
	})
}

func withQuarantine(ctx context.Context, f partsFlags, log *slog.Logger, do func(quarantine.Quarantine) error) error {
	e, err := newEnvironment(f, log)
	if err != nil {
		return err
	}
	nc, js, err := e.connectAdmin(ctx)
	if err != nil {
		return err
	}
	defer nc.Close()
	pool, err := postgres.AdminPool(ctx, e.databaseURL, e.keys)
	if err != nil {
		return err
	}
	defer pool.Close()
	return do(quarantine.New(js, store.New(pool)))
}

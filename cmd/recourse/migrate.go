package main

import (
	"context"
	"fmt"
	"log/slog"
	"syscall"
	"time"

	"recourse/internal/bus"
	"recourse/internal/postgres"
	"recourse/moderation/store"
	statsstore "recourse/stats/store"
)

// streamFlags are what an operator may choose of the streams.
type streamFlags struct {
	Replicas        int           `help:"Replicas of each stream: 1, or 3 in a cluster." default:"1"`
	ReportsMaxBytes int64         `help:"Largest size of REPORTS in bytes; 0 keeps what it has, or else takes 8 GiB, or less where the disk is small. A full stream refuses reports until the janitor has made room; it never loses one." default:"0"`
	Retention       time.Duration `help:"How long a status stays after its last change." default:"8760h"`
}

// leastReportsMaxBytes holds some thousand reports.
const leastReportsMaxBytes = 64 << 20

// settings are what migrate makes. Data is the folder of an embedded server, ""
// where NATS runs elsewhere. All streams together take about twice as much as
// REPORTS, so that a quarter of what is free leaves the other half.
func (f streamFlags) settings(data string) bus.Settings {
	s := bus.Settings{Replicas: f.Replicas, ReportsMaxBytes: f.ReportsMaxBytes, Retention: f.Retention}
	if s.ReportsMaxBytes == 0 {
		s.KeepSizes = true
		s.ReportsMaxBytes = bus.DefaultSettings().ReportsMaxBytes
		var disk syscall.Statfs_t
		if data != "" && syscall.Statfs(data, &disk) == nil {
			free := int64(disk.Bavail) * int64(disk.Bsize) //nolint:gosec,unconvert // types differ between systems
			s.ReportsMaxBytes = max(leastReportsMaxBytes, min(s.ReportsMaxBytes, free/4))
		}
	}
	return s
}

type migrateCmd struct {
	partsFlags
	streamFlags
}

func (migrateCmd) Help() string {
	return `Needs keys/admin, and the password files of every role in keys/<service>/postgres. A database URL that names a
user and password signs in as that user, who must be allowed to make roles and schemas: put it into the environment,
not on the command line, which others can read.

Example: recourse migrate --nats-url nats://127.0.0.1:4222   (with DATABASE_URL in the environment)`
}

func (c migrateCmd) Run(ctx context.Context, log *slog.Logger) error {
	e, err := newEnvironment(c.partsFlags, log)
	if err != nil {
		return err
	}
	if err := migrate(ctx, e, c.settings("")); err != nil {
		return err
	}
	fmt.Println("Streams, buckets, consumers, roles and tables are up to date.")
	return nil
}

// migrate is the only way in which streams, buckets, consumers, roles and
// tables are made.
func migrate(ctx context.Context, e environment, s bus.Settings) error {
	if err := postgres.EnsureDatabase(ctx, e.databaseURL, e.keys); err != nil {
		return err
	}
	if err := postgres.Migrate(ctx, e.databaseURL, e.keys, store.Schema(), statsstore.Schema()); err != nil {
		return err
	}
	nc, js, err := e.connectAdmin(ctx)
	if err != nil {
		return err
	}
	defer nc.Close()
	return bus.Migrate(ctx, js, s)
}

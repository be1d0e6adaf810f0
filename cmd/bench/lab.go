package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/keys"
	"recourse/internal/natsserver"
	"recourse/internal/pgcluster"
	"recourse/internal/postgres"
)

// lab is the real parts in a temporary folder: a NATS server that syncs every
// write, a private PostgreSQL cluster, keys, and the community "demo", made by
// the program's own commands.
type lab struct {
	dir         string
	keys        keys.Folder
	natsURL     string
	databaseURL string
	closers     []func() error
}

func newLab(ctx context.Context, f flags) (_ *lab, err error) {
	dir, err := os.MkdirTemp("", "recourse-bench-")
	if err != nil {
		return nil, fmt.Errorf("making a folder: %w", err)
	}
	l := &lab{dir: dir, keys: keys.Folder{Root: filepath.Join(dir, "keys")}}
	l.later(func() error { return os.RemoveAll(dir) })
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close())
		}
	}()
	// PostgreSQL runs as an unprivileged user where this is run by root.
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // see above
		return nil, err
	}
	if err := l.command(ctx, f.Program, "keys", "--community", "demo"); err != nil {
		return nil, err
	}
	users, err := bus.Users(l.keys)
	if err != nil {
		return nil, err
	}
	server, err := natsserver.Start(natsserver.Config{Dir: filepath.Join(dir, "nats"), Users: users})
	if err != nil {
		return nil, err
	}
	l.later(func() error { server.Stop(); return nil })
	l.natsURL = server.URL()
	password, err := l.keys.PostgresPassword(keys.Admin)
	if err != nil {
		return nil, err
	}
	cluster, err := pgcluster.Start(ctx, pgcluster.Config{
		Dir: filepath.Join(dir, "postgres"), SuperuserPassword: password, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	l.later(func() error { return cluster.Stop(context.WithoutCancel(ctx)) })
	q := url.Values{"host": {cluster.SocketDir()}, "port": {strconv.Itoa(pgcluster.Port)}}
	l.databaseURL = "postgres:///" + postgres.Database + "?" + q.Encode()
	if err := l.command(ctx, f.Program, "migrate", "--nats-url", l.natsURL, "--database-url", l.databaseURL); err != nil {
		return nil, err
	}
	err = l.command(ctx, f.Program, "admin", "community", "apply", f.Community,
		"--nats-url", l.natsURL, "--database-url", l.databaseURL)
	return l, err
}

func (l *lab) later(f func() error) { l.closers = append(l.closers, f) }

func (l *lab) close() error {
	var err error
	for _, f := range slices.Backward(l.closers) {
		err = errors.Join(err, f())
	}
	return err
}

// command runs a command of the program to its end.
func (l *lab) command(ctx context.Context, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, append(args, "--keys", l.keys.Root)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("recourse %s: %w: %s", args[0], err, out)
	}
	return nil
}

func (l *lab) connect(s keys.Service) (*nats.Conn, jetstream.JetStream, error) {
	seed, err := l.keys.NATSSeed(s)
	if err != nil {
		return nil, nil, err
	}
	nc, err := bus.Connect(l.natsURL, s, seed, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, nil, err
	}
	l.later(func() error { nc.Close(); return nil })
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, nil, fmt.Errorf("opening JetStream: %w", err)
	}
	return nc, js, nil
}

func (l *lab) pool(ctx context.Context, s keys.Service) (*pgxpool.Pool, error) {
	pool, err := postgres.Pool(ctx, l.databaseURL, l.keys, s)
	if err != nil {
		return nil, err
	}
	l.later(func() error { pool.Close(); return nil })
	return pool, nil
}

func (l *lab) adminPool(ctx context.Context) (*pgxpool.Pool, error) {
	pool, err := postgres.AdminPool(ctx, l.databaseURL, l.keys)
	if err != nil {
		return nil, err
	}
	l.later(func() error { pool.Close(); return nil })
	return pool, nil
}

package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const readyWithin = 30 * time.Second

// waitReady waits until the superuser can ask something. The pid file tells
// when to try: a connection that comes too early is a line in the log.
func (c *Cluster) waitReady(ctx context.Context, p *postmaster) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	last := errors.New("it does not say that it is ready")
	for {
		if file, err := readPidFile(c.dir); err == nil && file.pid == p.pid() && file.ready {
			if last = c.ask(ctx); last == nil {
				return nil
			}
			if wrongPassword(last) {
				return fmt.Errorf("the cluster was made with another password: %w", last)
			}
		}
		select {
		case <-p.done:
			return errors.New("it ended")
		case <-ctx.Done():
			return errors.Join(last, ctx.Err())
		case <-tick.C:
		}
	}
}

// ask runs a query over the socket.
func (c *Cluster) ask(ctx context.Context) error {
	// Written out, these win over PG* variables, which are another cluster's.
	cfg, err := pgx.ParseConfig("host=/ sslmode=disable target_session_attrs=any connect_timeout=5")
	if err != nil {
		return fmt.Errorf("preparing a connection (is a PG* variable wrong?): %w", err)
	}
	cfg.Host, cfg.Port, cfg.Database, cfg.User, cfg.Password = c.socket, Port, "postgres", Superuser, c.password
	cfg.Fallbacks, cfg.RuntimeParams = nil, nil
	cfg.DialFunc = (&net.Dialer{}).DialContext
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "SELECT 1")
	return errors.Join(err, conn.Close(ctx))
}

func wrongPassword(err error) bool {
	const invalidPassword = "28P01"
	var refusal *pgconn.PgError
	return errors.As(err, &refusal) && refusal.Code == invalidPassword
}

// Package postgres connects services to PostgreSQL, each with its own role,
// and makes roles and schemas. It knows no table; those belong to the services.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"recourse/internal/keys"
)

// Time-outs of every session. No statement of a service needs longer; what
// takes the lock of another for longer is better tried again.
const (
	statementTimeout = 15 * time.Second
	lockTimeout      = 5 * time.Second
	idleInTxTimeout  = 30 * time.Second
	connectTimeout   = 5 * time.Second
)

// Pool opens a pool as the service's own role: url names host and database,
// user and password come from the service's key file. It does not connect yet,
// so that a service starts while PostgreSQL is away.
func Pool(ctx context.Context, url string, folder keys.Folder, s keys.Service) (*pgxpool.Pool, error) {
	cfg, err := config(url, folder, s)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("opening a PostgreSQL pool for %s: %w", s, err)
	}
	return pool, nil
}

func config(url string, folder keys.Folder, s keys.Service) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		// pgx's own error can quote the URL, and so a password.
		return nil, errors.New("DATABASE_URL is not a PostgreSQL connection string")
	}
	password, err := folder.PostgresPassword(s)
	if err != nil {
		return nil, err
	}
	cfg.ConnConfig.User, cfg.ConnConfig.Password = s.Role(), password
	cfg.ConnConfig.ConnectTimeout = connectTimeout
	milliseconds := func(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
	params := cfg.ConnConfig.RuntimeParams
	params["application_name"] = "recourse " + string(s)
	params["statement_timeout"] = milliseconds(statementTimeout)
	params["lock_timeout"] = milliseconds(lockTimeout)
	params["idle_in_transaction_session_timeout"] = milliseconds(idleInTxTimeout)
	params["timezone"] = "UTC"
	// Compiling takes up to seconds where a query takes milliseconds, and begins
	// as soon as PostgreSQL overrates a query over a table that it has no figures of.
	params["jit"] = "off"
	cfg.MaxConns = 12
	cfg.MaxConnIdleTime = 5 * time.Minute
	return cfg, nil
}

// InTx runs f in one transaction and commits it, or rolls back on an error.
func InTx(ctx context.Context, pool *pgxpool.Pool, f func(pgx.Tx) error) error {
	if err := pgx.BeginFunc(ctx, pool, f); err != nil {
		return fmt.Errorf("in a transaction: %w", err)
	}
	return nil
}

// IsTransient reports whether the same statement may pass later: the server is
// away, shutting down, out of room, or another transaction was in the way.
func IsTransient(err error) bool {
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) {
		return err != nil // the connection failed before the server could answer
	}
	if len(pgErr.Code) < 2 {
		return true
	}
	switch pgErr.Code {
	case "25006", "25P03": // a standby, until another server takes over; this process was held up within a transaction
		return true
	}
	switch pgErr.Code[:2] {
	case "08", "40", "53", "55", "57", "58", "XX": // connection, rollback, resources, locks, operator, system, internal
		return true
	default:
		return false
	}
}

// IsLockTimeout says whether a statement waited too long for a lock.
func IsLockTimeout(err error) bool {
	pgErr, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pgErr.Code == lockNotAvailable
}

// lockNotAvailable is PostgreSQL's lock_not_available.
const lockNotAvailable = "55P03"

// Redact returns what of an error may be logged: a server's message and detail
// can quote values, its code and the names of table and constraint can't.
func Redact(err error) string {
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fmt.Sprintf("PostgreSQL %s %s %s", pgErr.Code, pgErr.TableName, pgErr.ConstraintName)
	}
	return err.Error()
}

package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"recourse/internal/keys"
)

// Database is the database that `recourse up` makes in its own cluster.
const Database = "recourse"

// Schema is one service's migrations.
type Schema struct {
	Name       string // its versions stand in public.goose_<name>
	Migrations fs.FS  // *.sql, named as goose takes them
}

// AdminConfig returns the connection of the owner of the schemas: the URL's
// own user, or where it names none, the admin's role and key file.
func AdminConfig(connection string, folder keys.Folder) (*pgx.ConnConfig, error) {
	cfg, err := pgx.ParseConfig(connection)
	if err != nil {
		return nil, errors.New("DATABASE_URL is not a PostgreSQL connection string")
	}
	if !namesUser(connection) {
		password, err := folder.PostgresPassword(keys.Admin)
		if err != nil {
			return nil, err
		}
		cfg.User, cfg.Password = keys.Admin.Role(), password
	}
	cfg.ConnectTimeout = connectTimeout
	cfg.RuntimeParams["application_name"] = "recourse admin"
	cfg.RuntimeParams["timezone"] = "UTC"
	return cfg, nil
}

// namesUser reports whether a connection string names a user; pgx fills one in
// where it does not.
func namesUser(connection string) bool {
	if u, err := url.Parse(connection); err == nil && u.Scheme != "" {
		return u.User != nil || u.Query().Has("user")
	}
	return strings.Contains(connection, "user=")
}

// AdminPool opens a pool as the owner of the schemas.
func AdminPool(ctx context.Context, url string, folder keys.Folder) (*pgxpool.Pool, error) {
	admin, err := AdminConfig(url, folder)
	if err != nil {
		return nil, err
	}
	cfg, err := pgxpool.ParseConfig("")
	if err != nil {
		return nil, fmt.Errorf("opening a PostgreSQL pool: %w", err)
	}
	cfg.ConnConfig, cfg.MaxConns = admin, 4
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("opening a PostgreSQL pool: %w", err)
	}
	return pool, nil
}

// EnsureDatabase makes the database that the URL names where it is not there.
func EnsureDatabase(ctx context.Context, url string, folder keys.Folder) error {
	cfg, err := AdminConfig(url, folder)
	if err != nil {
		return err
	}
	name := cfg.Database
	cfg.Database = "postgres"
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("connecting to PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is pending
	var there bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&there); err != nil {
		return fmt.Errorf("looking for the database: %w", err)
	}
	if there {
		return nil
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok && (pgErr.Code == duplicateDatabase || pgErr.Code == uniqueViolation) {
		return nil // another was faster
	}
	if err != nil {
		return fmt.Errorf("making the database: %w", err)
	}
	return nil
}

// What CREATE DATABASE answers where the name is there, and where another makes
// it at the same moment.
const (
	duplicateDatabase = "42P04"
	uniqueViolation   = "23505"
)

// Migrate makes roles, then brings every schema to its newest version. Several
// at once wait for one another.
func Migrate(ctx context.Context, url string, folder keys.Folder, schemas ...Schema) error {
	cfg, err := AdminConfig(url, folder)
	if err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("connecting to PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is pending
	if err := waitForOthers(ctx, conn); err != nil {
		return err
	}
	if err := EnsureRoles(ctx, conn, folder); err != nil {
		return err
	}
	if err := closeToOthers(ctx, conn, cfg.Database); err != nil {
		return err
	}
	for _, s := range schemas {
		if err := migrateSchema(ctx, cfg, s); err != nil {
			return fmt.Errorf("migrating the schema %s: %w", s.Name, err)
		}
	}
	return nil
}

// migrating is the advisory lock of Migrate.
const migrating int64 = 0x7265636f75727365

// waitForOthers takes the lock that conn then holds until it closes: PostgreSQL
// fails where two change a role or the rights on a database at once. It asks
// again instead of waiting in one statement, whose snapshot would keep another's
// CREATE INDEX CONCURRENTLY waiting for it.
func waitForOthers(ctx context.Context, conn *pgx.Conn) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		var taken bool
		if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, migrating).Scan(&taken); err != nil {
			return fmt.Errorf("waiting for another migration: %w", err)
		}
		if taken {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for another migration: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// closeToOthers takes from PUBLIC what PostgreSQL gives it by default, and
// lets our roles in.
func closeToOthers(ctx context.Context, conn *pgx.Conn, database string) error {
	db := pgx.Identifier{database}.Sanitize()
	statements := []string{
		"REVOKE ALL ON DATABASE " + db + " FROM PUBLIC",
		"REVOKE ALL ON SCHEMA public FROM PUBLIC",
	}
	for _, s := range keys.Services() {
		if s.UsesPostgres() && s != keys.Admin {
			statements = append(statements, "GRANT CONNECT ON DATABASE "+db+" TO "+pgx.Identifier{s.Role()}.Sanitize())
		}
	}
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("setting rights on the database: %w", err)
		}
	}
	return hideCounts(ctx, conn)
}

// hideCounts takes from PUBLIC the functions that tell how many rows any table
// has, or how large it is: exact counts are not for every role. Only a superuser
// can; elsewhere it is the operator's, as SECURITY.md says.
func hideCounts(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `DO $$
DECLARE f regprocedure;
BEGIN
	IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN RETURN; END IF;
	FOR f IN SELECT p.oid FROM pg_proc p
		WHERE p.pronamespace = 'pg_catalog'::regnamespace AND has_function_privilege('public', p.oid, 'EXECUTE')
			AND (p.proname ~ '^pg_stat_get_(xact_)?(tuples_|live_tuples|dead_tuples|ins_since_|mod_since_|numscans|blocks_)'
				OR p.proname IN ('pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size'))
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO pg_monitor', f);
	END LOOP;
END $$`)
	if err != nil {
		return fmt.Errorf("hiding row counts: %w", err)
	}
	return nil
}

func migrateSchema(ctx context.Context, cfg *pgx.ConnConfig, s Schema) error {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(*cfg)
	defer db.Close() //nolint:errcheck // nothing is pending
	provider, err := goose.NewProvider(goose.DialectPostgres, db, s.Migrations,
		goose.WithTableName("public.goose_"+s.Name), goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

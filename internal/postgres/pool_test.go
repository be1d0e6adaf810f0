package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"recourse/internal/keys"
	"recourse/internal/postgres"
	"recourse/internal/testbench"
)

func TestEverySessionHasItsTimeouts(t *testing.T) {
	d := testbench.Postgres(t)
	// What the URL says does not count.
	pool, err := postgres.Pool(t.Context(), d.URL+"&statement_timeout=0&lock_timeout=0&timezone=Asia/Kolkata&user=postgres&password=MARKER", d.Keys, keys.Worker)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for setting, want := range map[string]string{
		"statement_timeout": "15s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "30s", "timezone": "UTC", "role": "none",
		"session_authorization": "recourse_worker",
	} {
		var got string
		if err := pool.QueryRow(t.Context(), `SELECT current_setting($1)`, setting).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, %v; want %s", setting, got, err, want)
		}
	}
}

func TestAConnectionStringThatIsNoneIsNotQuoted(t *testing.T) {
	folder := testbench.Postgres(t).Keys
	for _, url := range []string{"postgres://user:MARKER@host:port/db", "host=x password='MARKER", "postgres://x?sslmode=MARKER&password=MARKER"} {
		_, poolErr := postgres.Pool(t.Context(), url, folder, keys.Worker)
		_, adminErr := postgres.AdminConfig(url, folder)
		for _, err := range []error{poolErr, adminErr} {
			if err == nil || strings.Contains(err.Error(), "MARKER") {
				t.Errorf("%q: %v; want an error that quotes nothing", url, err)
			}
		}
	}
}

func TestAPoolOpensWhileThePasswordIsThereAndTheServerIsNot(t *testing.T) {
	d := testbench.Postgres(t)
	pool, err := postgres.Pool(t.Context(), "postgres://127.0.0.1:1/nowhere", d.Keys, keys.Worker)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := pool.Ping(t.Context()); !postgres.IsTransient(err) {
		t.Errorf("a server that is away: %v; want an error that may pass", err)
	}
	if _, err := postgres.Pool(t.Context(), d.URL, keys.Folder{Root: t.TempDir()}, keys.Worker); !errors.Is(err, keys.ErrMissing) {
		t.Errorf("without a password: %v; want ErrMissing", err)
	}
}

func TestATransactionIsWholeOrNothing(t *testing.T) {
	d := testbench.Postgres(t, things(makeThings))
	pool := d.Pool(t, keys.Stats)
	insert := func(id int, then error) error {
		return postgres.InTx(t.Context(), pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), `INSERT INTO things.thing VALUES ($1)`, id); err != nil {
				return err
			}
			return then
		})
	}
	if err := insert(1, nil); err != nil {
		t.Fatal(err)
	}
	planted := errors.New("planted")
	if err := insert(2, planted); !errors.Is(err, planted) {
		t.Errorf("InTx returns %v, want the error of its function", err)
	}
	wantCode(t, "a key that is there", insert(1, nil), "23505")
	var n int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM things.thing`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows, %v; want the one committed", n, err)
	}
}

func TestWhatMayPassLaterIsTransient(t *testing.T) {
	for _, tt := range []struct {
		code string
		want bool
		what string
	}{
		{"08006", true, "the connection failed"},
		{"08P01", true, "the protocol was broken"},
		{"40001", true, "a serialization failure"},
		{"40P01", true, "a deadlock"},
		{"53100", true, "the disk is full"},
		{"53300", true, "too many connections"},
		{"55P03", true, "a lock is not available"},
		{"57014", true, "a statement took too long"},
		{"57P01", true, "the server shuts down"},
		{"57P03", true, "the server starts"},
		{"58030", true, "an input or output error"},
		{"XX000", true, "an internal error"},
		{"25P03", true, "the process was held up within a transaction"},
		{"25006", true, "the server is a standby: another takes over"},
		{"", true, "no code"},
		{"22P02", false, "a text that is no number"},
		{"22021", false, "a text with a NUL"},
		{"23505", false, "a key that is there"},
		{"23514", false, "a check that fails"},
		{"25P02", false, "a transaction that has failed"},
		{"28P01", false, "a wrong password"},
		{"42501", false, "a right that is missing"},
		{"42P01", false, "a table that is missing"},
		{"P0001", false, "an exception of our own"},
	} {
		for _, err := range []error{
			&pgconn.PgError{Code: tt.code},
			errors.Join(errors.New("storing a report"), &pgconn.PgError{Code: tt.code}),
		} {
			if got := postgres.IsTransient(err); got != tt.want {
				t.Errorf("%s, %s: transient %v, want %v", tt.code, tt.what, got, tt.want)
			}
		}
	}
	if postgres.IsTransient(nil) {
		t.Error("no error is transient")
	}
	if !postgres.IsTransient(context.DeadlineExceeded) {
		t.Error("an answer that did not come in time is not transient")
	}
}

func TestErrorsOfARealServerAreToldApart(t *testing.T) {
	d := testbench.Postgres(t, things(makeThings))
	pool := d.Pool(t, keys.Stats)
	for _, tt := range []struct {
		sql  string
		want bool
	}{
		{`INSERT INTO things.thing VALUES (200)`, false},
		{`SELECT 1/0`, false},
		{`SELECT * FROM things.nothing`, false},
		{`SET LOCAL statement_timeout = 1; SELECT pg_sleep(5)`, true},
		{`SELECT pg_terminate_backend(pg_backend_pid())`, true},
		{`SET LOCAL transaction_read_only = on; INSERT INTO things.thing VALUES (3)`, true},
	} {
		_, err := pool.Exec(t.Context(), tt.sql)
		if err == nil || postgres.IsTransient(err) != tt.want {
			t.Errorf("%s: %v is transient: %v, want %v", tt.sql, err, postgres.IsTransient(err), tt.want)
		}
	}
}

func TestAHeldUpTransactionMayPassLater(t *testing.T) {
	conn, err := testbench.Postgres(t).Pool(t, keys.Stats).Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(t.Context(), `SET idle_in_transaction_session_timeout = 20`); err != nil {
		t.Fatal(err)
	}
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The server's message arrives before anything is asked: wait for it.
	_, err = conn.Conn().WaitForNotification(t.Context())
	wantCode(t, "held up", err, "25P03")
	if !postgres.IsTransient(err) {
		t.Errorf("%v is not transient", err)
	}
	_ = tx.Rollback(t.Context())
}

func TestNoValueIsLoggedWithAnError(t *testing.T) {
	d := testbench.Postgres(t, things(makeThings))
	pool := d.Pool(t, keys.Stats)
	if _, err := pool.Exec(t.Context(), `INSERT INTO things.thing VALUES (1, 'MARKER')`); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ sql, want string }{
		{`INSERT INTO things.thing VALUES (2, 'MARKER')`, "PostgreSQL 23505 thing thing_word_key"},
		{`INSERT INTO things.thing VALUES (200, 'a MARKER')`, "PostgreSQL 23514 thing thing_id_check"},
		{`SELECT 'MARKER'::int`, "PostgreSQL 22P02  "},
		{`SELECT "MARKER" FROM things.thing`, "PostgreSQL 42703  "},
		{`DO $$ BEGIN RAISE 'MARKER' USING DETAIL = 'MARKER', HINT = 'MARKER'; END $$`, "PostgreSQL P0001  "},
	} {
		_, err := pool.Exec(t.Context(), tt.sql)
		if pgErr, ok := errors.AsType[*pgconn.PgError](err); !ok || !strings.Contains(pgErr.Message+pgErr.Detail, "MARKER") {
			t.Fatalf("%s: %v; the server was to quote the marker", tt.sql, err)
		}
		for _, e := range []error{err, errors.Join(errors.New("storing"), err)} {
			if got := postgres.Redact(e); got != tt.want || strings.Contains(got, "MARKER") {
				t.Errorf("%s is logged as %q, want %q", tt.sql, got, tt.want)
			}
		}
	}
	away := errors.New("the connection failed")
	if got := postgres.Redact(away); got != away.Error() {
		t.Errorf("an error of no server is logged as %q", got)
	}
}

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

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); !ok || pgErr.Code != code {
		t.Errorf("%s: %v; want PostgreSQL's error %s", what, err, code)
	}
}

func TestEachServiceSignsInAsItsOwnRoleWithItsOwnPassword(t *testing.T) {
	d := testbench.Postgres(t)
	for _, s := range keys.Services() {
		if !s.UsesPostgres() {
			continue
		}
		var role, application, zone string
		var super, createRole, createDB bool
		err := d.Pool(t, s).QueryRow(t.Context(), `SELECT current_user, rolsuper, rolcreaterole, rolcreatedb,
			current_setting('application_name'), current_setting('timezone') FROM pg_roles WHERE rolname = current_user`).
			Scan(&role, &super, &createRole, &createDB, &application, &zone)
		if err != nil {
			t.Errorf("%s does not sign in: %v", s, err)
			continue
		}
		if role != s.Role() || application != "recourse "+string(s) || zone != "UTC" {
			t.Errorf("%s is %s, called %q, in %s", s, role, application, zone)
		}
		if s != keys.Admin && (super || createRole || createDB) {
			t.Errorf("%s may more than its tables: superuser %v, roles %v, databases %v", s, super, createRole, createDB)
		}
	}
}

func TestAWrongPasswordDoesNotSignIn(t *testing.T) {
	d := testbench.Postgres(t)
	right, err := d.Keys.PostgresPassword(keys.Stats)
	if err != nil {
		t.Fatal(err)
	}
	if err := poolWith(t, d.URL, keys.Stats, right).Ping(t.Context()); err != nil {
		t.Errorf("the right password: %v", err)
	}
	for name, password := range map[string]string{
		"another": "MARKER", "the right one and a letter": right + "x", "the right one cut short": right[1:], "the role's name": keys.Stats.Role(),
	} {
		err := poolWith(t, d.URL, keys.Stats, password).Ping(t.Context())
		wantCode(t, name, err, "28P01")
		if err != nil && (strings.Contains(err.Error(), "MARKER") || strings.Contains(err.Error(), right)) {
			t.Errorf("%s: the error quotes a password: %v", name, err)
		}
	}
	err = poolWith(t, d.URL, keys.Worker, right).Ping(t.Context())
	wantCode(t, "another service's", err, "28P01")
}

func TestPasswordsStandInPostgreSQLAsVerifiersOnly(t *testing.T) {
	d := testbench.Postgres(t)
	rows, err := d.Admin(t).Query(t.Context(), `SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE 'recourse\_%'`)
	if err != nil {
		t.Fatal(err)
	}
	verifiers := map[string]string{}
	var role, verifier string
	if _, err := pgx.ForEachRow(rows, []any{&role, &verifier}, func() error { verifiers[role] = verifier; return nil }); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range keys.Services() {
		if !s.UsesPostgres() {
			continue
		}
		v := verifiers[s.Role()]
		if !strings.HasPrefix(v, "SCRAM-SHA-256$4096:") || seen[v] {
			t.Errorf("%s has the verifier %q; want one of SCRAM-SHA-256, salted", s, v)
		}
		seen[v] = true
	}
}

func TestMigratingWithOtherKeyFilesSetsTheirPasswords(t *testing.T) {
	d := testbench.Postgres(t)
	other := otherKeys(t, d.Keys)
	if err := postgres.Migrate(t.Context(), d.URL, other); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // roles are the cluster's: other tests need theirs back
		if err := postgres.Migrate(context.Background(), d.URL, d.Keys); err != nil {
			t.Error(err)
		}
	})
	pool, err := postgres.Pool(t.Context(), d.URL, other, keys.Worker)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := pool.Ping(t.Context()); err != nil {
		t.Errorf("the new password: %v", err)
	}
	wantCode(t, "the old password", d.Pool(t, keys.Worker).Ping(t.Context()), "28P01")
}

func TestAServiceReachesNothingThatIsNotGranted(t *testing.T) {
	d := testbench.Postgres(t, things(makeThings))
	if _, err := d.Pool(t, keys.Stats).Exec(t.Context(), `INSERT INTO things.thing VALUES (1, 'x')`); err != nil {
		t.Errorf("stats can't use what it was granted: %v", err)
	}
	for _, sql := range []string{
		`SELECT * FROM things.thing`, `CREATE TABLE public.mine ()`, `CREATE SCHEMA mine`, `CREATE TEMP TABLE mine ()`, `CREATE ROLE mine`,
		`SELECT * FROM public.goose_things`, `SELECT rolpassword FROM pg_authid`, `COPY (SELECT 1) TO PROGRAM 'true'`, `SET ROLE recourse_admin`,
	} {
		_, err := d.Pool(t, keys.Notify).Exec(t.Context(), sql)
		wantCode(t, sql, err, "42501")
	}
}

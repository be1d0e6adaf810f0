package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"recourse/internal/keys"
	"recourse/internal/postgres"
	"recourse/internal/testbench"
)

const addThings = `INSERT INTO things.thing VALUES (1, 'first');`

func TestMigratingTwiceChangesNothing(t *testing.T) {
	schema := things(makeThings, addThings)
	d := testbench.Postgres(t, schema)
	pool := d.Admin(t)
	if _, err := pool.Exec(t.Context(), `UPDATE things.thing SET word = 'changed'`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := postgres.Migrate(t.Context(), d.URL, d.Keys, schema); err != nil {
			t.Fatal(err)
		}
	}
	var words, versions int
	err := pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM things.thing WHERE word = 'changed'),
		(SELECT count(*) FROM public.goose_things WHERE version_id > 0)`).Scan(&words, &versions)
	if err != nil || words != 1 || versions != 2 {
		t.Errorf("%d rows as they were changed, %d versions, %v; want 1 and 2", words, versions, err)
	}
}

func TestALaterMigrationIsAddedToTheFormer(t *testing.T) {
	d := testbench.Postgres(t, things(makeThings))
	if err := postgres.Migrate(t.Context(), d.URL, d.Keys, things(makeThings, addThings)); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := d.Admin(t).QueryRow(t.Context(), `SELECT count(*) FROM things.thing`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows, %v; want the one of the second step", n, err)
	}
}

func TestMigratingManyTimesAtOnceIsAsGoodAsOnce(t *testing.T) {
	d := testbench.Postgres(t)
	schema := things(makeThings, addThings)
	var g errgroup.Group
	for range 8 {
		g.Go(func() error { return postgres.Migrate(t.Context(), d.URL, d.Keys, schema) })
	}
	if err := g.Wait(); err != nil {
		t.Errorf("one of them fails: %v", err)
	}
	var n int
	if err := d.Admin(t).QueryRow(t.Context(), `SELECT count(*) FROM things.thing`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows, %v; want the one of the second step", n, err)
	}
}

func TestAMigrationThatFailsLeavesTheStepBefore(t *testing.T) {
	d := testbench.Postgres(t)
	err := postgres.Migrate(t.Context(), d.URL, d.Keys, things(makeThings, addThings+" SELECT 1/0;"))
	if err == nil || !strings.Contains(err.Error(), "things") {
		t.Errorf("it fails with %v; want the schema's name", err)
	}
	var n int
	if err := d.Admin(t).QueryRow(t.Context(), `SELECT count(*) FROM things.thing`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows, %v; want an empty table", n, err)
	}
	if err := postgres.Migrate(t.Context(), d.URL, d.Keys, things(makeThings, addThings)); err != nil {
		t.Errorf("mended, it fails with %v", err)
	}
}

func TestADatabaseIsMadeOnce(t *testing.T) {
	d := testbench.Postgres(t, things(makeThings, addThings))
	if err := postgres.EnsureDatabase(t.Context(), d.URL, d.Keys); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := d.Admin(t).QueryRow(t.Context(), `SELECT count(*) FROM things.thing`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows, %v; want the one that was there", n, err)
	}
	odd := strings.Replace(d.URL, d.Name, `odd%20"name"`, 1)
	for range 2 {
		if err := postgres.EnsureDatabase(t.Context(), odd, d.Keys); err != nil {
			t.Errorf("a database with an odd name: %v", err)
		}
	}
}

func TestADatabaseMadeManyTimesAtOnceIsMadeOnce(t *testing.T) {
	d := testbench.Postgres(t)
	url := strings.Replace(d.URL, d.Name, "at_once", 1)
	var g errgroup.Group
	for range 8 {
		g.Go(func() error { return postgres.EnsureDatabase(t.Context(), url, d.Keys) })
	}
	if err := g.Wait(); err != nil {
		t.Errorf("one of them fails: %v", err)
	}
}

func TestTheAdminIsWhoTheURLNamesOrElseTheKeyFilesRole(t *testing.T) {
	d := testbench.Postgres(t)
	password, err := d.Keys.PostgresPassword(keys.Admin)
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"postgres://host/db":                  keys.Admin.Role() + " " + password,
		"postgres:///db?host=/run":            keys.Admin.Role() + " " + password,
		"host=host dbname=db":                 keys.Admin.Role() + " " + password,
		"postgres://owner@host/db":            "owner ",
		"postgres:///db?host=/run&user=owner": "owner ",
		"postgres://owner:secret@host/db":     "owner secret",
		"host=host user=owner password=other": "owner other",
	} {
		cfg, err := postgres.AdminConfig(url, d.Keys)
		if err != nil || cfg.User+" "+cfg.Password != want || cfg.RuntimeParams["timezone"] != "UTC" {
			t.Errorf("%s: %v signs in as %s, want %s", url, err, cfg.User, strings.Fields(want)[0])
		}
	}
	if _, err := postgres.AdminConfig("postgres://host/db", keys.Folder{Root: t.TempDir()}); !errors.Is(err, keys.ErrMissing) {
		t.Errorf("without a password: %v; want ErrMissing", err)
	}
}

package postgres_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"recourse/internal/keys"
	"recourse/internal/keys/keygen"
	"recourse/internal/postgres"
	"recourse/internal/testbench"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m)) }

// things is a service's schema of one table, and each the text of a migration.
func things(migrations ...string) postgres.Schema {
	files := fstest.MapFS{}
	for i, sql := range migrations {
		files["0000"+string(rune('1'+i))+"_step.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + sql)}
	}
	return postgres.Schema{Name: "things", Migrations: fs.FS(files)}
}

const makeThings = `CREATE SCHEMA things;
CREATE TABLE things.thing (id int PRIMARY KEY, word text UNIQUE, CHECK (id < 100));
GRANT USAGE ON SCHEMA things TO recourse_stats;
GRANT SELECT, INSERT, UPDATE ON things.thing TO recourse_stats;`

// poolWith opens a pool as a service, with the password given.
func poolWith(t *testing.T, url string, s keys.Service, password string) *pgxpool.Pool {
	t.Helper()
	folder := keys.Folder{Root: t.TempDir()}
	if err := os.MkdirAll(filepath.Join(folder.Root, string(s)), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(folder.Path(s, "postgres"), []byte(password), 0o600); err != nil {
		t.Fatal(err)
	}
	pool, err := postgres.Pool(context.Background(), url, folder, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// otherKeys is a key folder with passwords of its own, but for the admin's.
func otherKeys(t *testing.T, of keys.Folder) keys.Folder {
	t.Helper()
	folder := keys.Folder{Root: t.TempDir()}
	if err := keygen.EnsureServices(folder, time.Now()); err != nil {
		t.Fatal(err)
	}
	password, err := of.PostgresPassword(keys.Admin)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(folder.Path(keys.Admin, "postgres"), []byte(password), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

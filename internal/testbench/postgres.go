package testbench

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"recourse/internal/keys"
	"recourse/internal/keys/keygen"
	"recourse/internal/pgcluster"
	"recourse/internal/postgres"
)

// cluster is the one private cluster of this test process. Each test has a
// database of its own on it; roles are the cluster's, and so are passwords.
var cluster struct { //nolint:gochecknoglobals // one process, one cluster
	once sync.Once
	err  error
	keys keys.Folder
	dir  string
	pg   *pgcluster.Cluster
}

var databases atomic.Int64 //nolint:gochecknoglobals // numbers the cluster's databases

func startCluster() {
	cluster.once.Do(func() {
		cluster.dir, cluster.err = os.MkdirTemp("", "recourse-test-")
		if cluster.err != nil {
			return
		}
		// PostgreSQL runs as an unprivileged user when tests run as root.
		if cluster.err = os.Chmod(cluster.dir, 0o711); cluster.err != nil { //nolint:gosec // see above
			return
		}
		cluster.keys = keys.Folder{Root: filepath.Join(cluster.dir, "keys")}
		if cluster.err = keygen.EnsureServices(cluster.keys, time.Now()); cluster.err != nil {
			return
		}
		var password string
		if password, cluster.err = cluster.keys.PostgresPassword(keys.Admin); cluster.err != nil {
			return
		}
		cluster.pg, cluster.err = pgcluster.Start(context.Background(), pgcluster.Config{
			Dir: filepath.Join(cluster.dir, "postgres"), SuperuserPassword: password, Log: slog.New(slog.DiscardHandler),
		})
	})
}

// Main runs a package's tests, clears away the cluster and the programs that they
// made, and fails where a goroutine is left. Other parts that tests shared are
// stopped first.
//
//	func TestMain(m *testing.M) { os.Exit(testbench.Main(m)) }
func Main(m *testing.M, stop ...func()) int {
	code := m.Run()
	for _, s := range stop {
		s()
	}
	http.DefaultClient.CloseIdleConnections()
	removePrograms()
	if cluster.pg != nil {
		if err := cluster.pg.Stop(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if cluster.dir != "" {
		_ = os.RemoveAll(cluster.dir) // a leftover in the temporary folder harms nobody
	}
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	return code
}

// Database is a migrated database of a test's own.
type Database struct {
	URL  string // without user and password
	Keys keys.Folder
	Name string
}

// Postgres makes a database, with every role and the schemas given.
func Postgres(t testing.TB, schemas ...postgres.Schema) *Database {
	t.Helper()
	startCluster()
	if cluster.err != nil {
		t.Fatal(cluster.err)
	}
	name := "test_" + strconv.FormatInt(databases.Add(1), 10)
	q := url.Values{"host": {cluster.pg.SocketDir()}, "port": {strconv.Itoa(pgcluster.Port)}}
	d := &Database{URL: "postgres:///" + name + "?" + q.Encode(), Keys: cluster.keys, Name: name}
	if err := postgres.EnsureDatabase(t.Context(), d.URL, d.Keys); err != nil {
		t.Fatal(err)
	}
	if err := postgres.Migrate(t.Context(), d.URL, d.Keys, schemas...); err != nil {
		t.Fatal(err)
	}
	return d
}

// Pool connects as a service's role. It closes with the test.
func (d *Database) Pool(t testing.TB, s keys.Service) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Pool(context.Background(), d.URL, d.Keys, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// Admin connects as the owner of the schemas. It closes with the test.
func (d *Database) Admin(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.AdminPool(context.Background(), d.URL, d.Keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// StopPostgres takes PostgreSQL away, and returns what brings it back. No other test of the process may run meanwhile.
func StopPostgres(t testing.TB) (restart func()) {
	t.Helper()
	if err := cluster.pg.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		password, err := cluster.keys.PostgresPassword(keys.Admin)
		if err != nil {
			t.Fatal(err)
		}
		cluster.pg, err = pgcluster.Start(context.Background(), pgcluster.Config{
			Dir: filepath.Join(cluster.dir, "postgres"), SuperuserPassword: password, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// UsePasswordsOf puts the database's passwords into the bus's key folder, so
// that one folder serves a process of its own.
func (b *Bus) UsePasswordsOf(t testing.TB, d *Database) {
	t.Helper()
	for _, s := range keys.Services() {
		if !s.UsesPostgres() {
			continue
		}
		password, err := d.Keys.PostgresPassword(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(b.Keys.Path(s, "postgres"), []byte(password), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

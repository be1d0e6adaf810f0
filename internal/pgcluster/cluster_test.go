package pgcluster

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestANewClusterIsDurableAndClosed(t *testing.T) {
	b := newBench(t)
	// An operator's settings for another server.
	for name, value := range map[string]string{
		"PGHOST": "/nowhere", "PGPORT": "1", "PGDATA": "/nowhere", "PGUSER": "somebody",
		"PGSSLMODE": "verify-full", "PGOPTIONS": "-c no_such_setting=1", "PGTARGETSESSIONATTRS": "standby",
	} {
		t.Setenv(name, value)
	}
	c := b.start(t)
	for _, name := range []string{"PGOPTIONS", "PGTARGETSESSIONATTRS"} { // the test's own connection obeys them
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	for setting, want := range map[string]string{
		"data_checksums": "on", "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on",
		"listen_addresses": "", "password_encryption": "scram-sha-256", "server_encoding": "UTF8", "lc_collate": "C",
		"unix_socket_directories": c.SocketDir(), "data_directory": c.Dir(), "max_connections": "100", "log_statement": "none", "shared_buffers": "128MB",
	} {
		if got := query(t, c, "SELECT current_setting('"+setting+"')"); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	if _, err := connect(c, "wrong"); !wrongPassword(err) {
		t.Errorf("a wrong password gives %v", err)
	}
	if contains(t, filepath.Join(c.Dir(), "pg_hba.conf"), "trust\n") {
		t.Error("pg_hba.conf trusts")
	}
	if got := query(t, c, "SELECT string_agg(DISTINCT auth_method, ' ') FROM pg_hba_file_rules"); got != "scram-sha-256" {
		t.Errorf("pg_hba.conf lets in by %s", got)
	}
	if got := query(t, c, "SELECT left(rolpassword, 13) FROM pg_authid WHERE rolname = current_user"); got != "SCRAM-SHA-256" {
		t.Errorf("the password is stored as %s", got)
	}
	if got := files(t, filepath.Dir(c.Dir())); !slices.Equal(got, []string{"cluster"}) {
		t.Errorf("the parent holds %v, want the cluster alone", got)
	}
	if info, err := os.Stat(c.SocketDir()); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's folder: %v, %v", info, err)
	}
	if uid := owner(t, c.SocketDir()); uid != c.account.uid || uid == 0 {
		t.Errorf("the socket's folder belongs to %d, want %d, who runs postgres", uid, c.account.uid)
	}
	if !isPostmaster(c.PID(), c.Dir()) {
		t.Errorf("PID() is %d, which is not the postmaster", c.PID())
	}
}

func TestDataOutlivesAStopAndAStart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c := b.start(t)
	remember(t, c)
	pid := c.PID()
	stop(t, c)
	if alive(pid) {
		t.Error("the postmaster runs after Stop")
	}
	checkRemembered(t, b.start(t))
}

func TestStopEndsTheProcessAndMayBeCalledAgain(t *testing.T) {
	b := madeBench(t)
	before := goleak.IgnoreCurrent()
	c := b.start(t)
	pid := c.PID()
	conn := session(t, c) // a fast shutdown does not wait for it
	stop(t, c)
	if err := conn.Ping(t.Context()); err == nil {
		t.Error("the connection still answers")
	}
	goleak.VerifyNone(t, before)
	if isPostmaster(pid, c.Dir()) || c.PID() != 0 {
		t.Errorf("after Stop process %d is there, PID() is %d", pid, c.PID())
	}
	if _, err := os.Stat(c.SocketDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket's folder stays: %v", err)
	}
	stop(t, c)
	if err := c.Supervise(t.Context()); err != nil {
		t.Errorf("Supervise after Stop: %v", err)
	}
	if c.PID() != 0 {
		t.Error("Supervise started a stopped cluster")
	}
}

func TestStopWithoutTimeShutsDownAtOnce(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	c := b.start(t)
	remember(t, c)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	if c.PID() != 0 {
		t.Error("it still runs")
	}
	checkRemembered(t, b.start(t))
}

func TestAnotherPasswordIsToldAtOnce(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	stop(t, b.start(t))
	cfg := b.config()
	cfg.SuperuserPassword = "another"
	began := time.Now()
	_, err := Start(t.Context(), cfg)
	says(t, err, "made with another password")
	if took := time.Since(began); took > readyWithin/2 {
		t.Errorf("it took %s", took)
	}
	if _, err := os.Stat(pidPath(b.dir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a postmaster is left: %v", err)
	}
}

func TestFailedStartTellsWhatPostgresSaid(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	c := b.start(t)
	stop(t, c)
	conf, err := os.OpenFile(filepath.Join(c.Dir(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conf.WriteString("no_such_setting = 1\n"); err != nil {
		t.Fatal(err)
	}
	if err := conf.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Start(t.Context(), b.config())
	says(t, err, `unrecognized configuration parameter "no_such_setting"`)
}

func TestAClusterOfAnotherVersionIsRefusedWithAWord(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	c := b.start(t)
	stop(t, c)
	if err := os.WriteFile(filepath.Join(c.Dir(), "PG_VERSION"), []byte("11\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), b.config())
	says(t, err, "made by PostgreSQL 11")
}

func TestFolderWithOtherThingsInItIsNotTaken(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if err := os.MkdirAll(filepath.Join(b.dir, "letters"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), b.config())
	says(t, err, "holds something other than a cluster")
	if got := files(t, b.dir); !slices.Equal(got, []string{"letters"}) {
		t.Errorf("the folder holds %v", got)
	}
	if uid := owner(t, filepath.Join(b.dir, "letters")); int(uid) != os.Geteuid() {
		t.Errorf("what is in it belongs to %d now", uid)
	}
}

func TestEmptyFolderIsTaken(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if err := os.Mkdir(b.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if c := b.start(t); c.Dir() != b.dir {
		t.Errorf("the cluster is in %s", c.Dir())
	}
}

func TestLongPathAndOddNamesWork(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.dir = filepath.Join(filepath.Dir(b.dir), strings.Repeat("long/", 30), "odd [name] *'", "postgres")
	c := b.start(t)
	if c.Dir() != b.dir {
		t.Errorf("the cluster is in %s", c.Dir())
	}
	if got := len(socketIn(c.SocketDir())); got > longestSocket {
		t.Errorf("the socket's path has %d bytes", got)
	}
	if !startedByUs(c.PID(), c.Dir()) {
		t.Error("it would not be known again")
	}
}

func TestStartGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, b.config()); !errors.Is(err, context.Canceled) {
		t.Errorf("Start without time gives %v", err)
	}
	if _, err := Start(t.Context(), Config{Dir: b.dir, SuperuserPassword: "two\nlines"}); err == nil {
		t.Error("a password of two lines was taken")
	}
}

package pgcluster

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestANewClusterIsDurableAndClosed(t *testing.T) {
	c, _ := start(t, folder(t))
	for setting, want := range map[string]string{
		"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "data_checksums": "on",
		"listen_addresses": "", "password_encryption": "scram-sha-256", "log_statement": "none",
	} {
		if got := query(t, c, "SELECT current_setting('"+setting+"')"); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	if contains(t, filepath.Join(c.Dir(), "pg_hba.conf"), "trust\n") {
		t.Error("pg_hba.conf trusts")
	}
	_, err := connect(c, "wrong")
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || refused.Code != "28P01" {
		t.Errorf("a wrong password gets %v, want it refused", err)
	}
	if len(filepath.Join(c.SocketDir(), ".s.PGSQL.5432")) > 100 {
		t.Errorf("the socket's path is too long: %s", c.SocketDir())
	}
	if os.Geteuid() == 0 {
		var st syscall.Stat_t
		if err := syscall.Stat(c.Dir(), &st); err != nil || st.Uid == 0 {
			t.Errorf("the cluster belongs to user %d, %v; want not root", st.Uid, err)
		}
	}
}

func TestDataOutlivesAStopAndAStart(t *testing.T) {
	dir := folder(t)
	c, _ := start(t, dir)
	query(t, c, "WITH made AS (SELECT set_config('x.y', 'z', false)) SELECT 'ok' FROM made")
	conn, err := connect(c, password)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "CREATE TABLE kept AS SELECT 'data' AS word"); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	pid := c.PID()
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if alive(pid) {
		t.Error("the postmaster runs after Stop")
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Errorf("a second Stop: %v", err)
	}
	c, _ = start(t, dir)
	if got := query(t, c, "SELECT word FROM kept"); got != "data" {
		t.Errorf("the table holds %q", got)
	}
}

func TestAPostmasterThatAKilledParentLeftIsStoppedAndItsDataKept(t *testing.T) {
	dir := folder(t)
	survivor := killedParent(t, dir)
	if !alive(survivor) {
		t.Fatal("the postmaster did not survive, so that this test shows nothing")
	}
	c, _ := start(t, dir)
	// Not alive(survivor): whoever inherited it may not have reaped it yet.
	if c.PID() == survivor || isPostmaster(survivor, dir) {
		t.Errorf("the survivor %d still runs; the postmaster is %d", survivor, c.PID())
	}
	query(t, c, "SELECT 'answers'")
}

func TestAPostmasterThatIsKilledComesBack(t *testing.T) {
	c, _ := start(t, folder(t))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Supervise(ctx) }()
	for range 3 {
		old := c.PID()
		if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the postmaster is back", func() bool { return c.PID() != 0 && c.PID() != old })
		query(t, c, "SELECT 'answers'")
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAnUnrelatedProcessWithTheOldPIDIsLeftAlone(t *testing.T) {
	dir := folder(t)
	c, _ := start(t, dir)
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	bystander := exec.Command("sleep", "60") //nolint:noctx // killed below
	bystander.Dir = "/"
	if err := bystander.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = bystander.Process.Kill()
		_ = bystander.Wait() // it was killed
	})
	stale := strconv.Itoa(bystander.Process.Pid) + "\n" + c.Dir() + "\n1\n5432\n" + c.SocketDir() + "\n\n  0  0\n"
	if err := os.WriteFile(filepath.Join(c.Dir(), "postmaster.pid"), []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.account.own(filepath.Join(c.Dir(), "postmaster.pid")); err != nil {
		t.Fatal(err)
	}
	if pid := survivor(c.Dir()); pid != 0 {
		t.Errorf("process %d is taken for this cluster's postmaster", pid)
	}
	c, _ = start(t, dir)
	query(t, c, "SELECT 'answers'")
	if !alive(bystander.Process.Pid) {
		t.Error("the unrelated process was ended")
	}
}

func TestAHalfMadeClusterIsClearedAway(t *testing.T) {
	dir := folder(t)
	half := dir + ".new-123"
	if err := os.MkdirAll(filepath.Join(half, "cluster", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	c, _ := start(t, dir)
	query(t, c, "SELECT 'answers'")
	left, err := filepath.Glob(dir + ".new-*")
	if err != nil || len(left) != 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

func TestWhatStatementsHoldReachesNoLog(t *testing.T) {
	c, l := start(t, folder(t))
	conn, err := connect(c, password)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background()) //nolint:errcheck // nothing is pending
	if _, err := conn.Exec(t.Context(), "CREATE TABLE words (word text PRIMARY KEY, n int)"); err != nil {
		t.Fatal(err)
	}
	const marker = "MARKER-4711"
	for _, failing := range []string{
		"INSERT INTO words VALUES ('" + marker + "', 1), ('" + marker + "', 2)", // the detail of a violation quotes it
		"SELECT '" + marker + "'::int",
		"INSERT INTO words VALUES ('x', '" + marker + "')",
		"SELECT '" + marker + "' FROM nowhere",
	} {
		if _, err := conn.Exec(t.Context(), failing); err == nil {
			t.Fatalf("%s does not fail", failing)
		}
	}
	if _, err := conn.Exec(t.Context(), "SELECT $1::int", marker); err == nil {
		t.Fatal("a word passes for a number")
	}
	if strings.Contains(l.String(), "MARKER") {
		t.Errorf("the log holds it:\n%s", l)
	}
}

func TestAFolderThatItsUserCannotReachStandsElsewhere(t *testing.T) {
	a := account{uid: 12345, gid: 12345, switched: true}
	private := filepath.Join(t.TempDir(), "private")
	if err := os.Mkdir(private, 0o700); err != nil {
		t.Fatal(err)
	}
	if a.canReach(filepath.Join(private, "data", "postgres")) {
		t.Error("a stranger passes through a folder of mode 700")
	}
	if !a.canReach("/var/lib/recourse/x/postgres") {
		t.Error("a stranger can't pass through /var/lib")
	}
	if fallback("/root/a") != fallback("/root/a") || fallback("/root/a") == fallback("/root/b") { //nolint:staticcheck // twice on purpose
		t.Error("the place is not the folder's own")
	}
}

func TestAClusterOfAnotherVersionIsRefusedWithAWord(t *testing.T) {
	if _, err := find("9"); err == nil || !strings.Contains(err.Error(), "PostgreSQL 9") {
		t.Errorf("it says %v", err)
	}
}

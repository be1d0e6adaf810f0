package pgcluster

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"
)

const (
	password = "correct horse"
	asParent = "RECOURSE_TEST_CLUSTER" // the folder on which this binary, run again, starts a cluster
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(asParent); dir != "" {
		beParent(dir)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if dir, err := fresh(); err == nil {
			_ = os.RemoveAll(filepath.Dir(dir))
		}
		os.Exit(code)
	}))
}

// fresh is a cluster that nobody started yet. Tests that are not about making
// one copy it, which takes a fraction of the time.
var fresh = sync.OnceValues(func() (string, error) {
	parent, err := os.MkdirTemp("", "pgcluster-")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(parent, 0o711); err != nil {
		return "", err
	}
	where, err := choosePlace(filepath.Join(parent, "cluster"), slog.New(slog.DiscardHandler))
	if err != nil {
		return "", err
	}
	found, err := find(context.Background(), where.account, "")
	if err != nil {
		return "", err
	}
	return where.dir, initialise(context.Background(), found, where.account, where.dir, password)
})

// beParent starts a cluster, says so, and waits to be killed.
func beParent(dir string) {
	c, err := Start(context.Background(), Config{Dir: dir, SuperuserPassword: password, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		_, _ = fmt.Fprintln(os.Stdout, "failed:", err)
		os.Exit(1)
	}
	_, _ = fmt.Fprintln(os.Stdout, "started", c.PID())
	select {}
}

// killedParent leaves a postmaster behind whose parent was killed, and returns
// its pid.
func killedParent(t *testing.T, dir string) int {
	t.Helper()
	cmd, out := runParent(t, dir)
	line, err := out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscanf(line, "started %d", &pid); err != nil {
		t.Fatalf("the parent says %q", line)
	}
	kill(cmd)
	return pid
}

// runParent runs this binary as the parent of the cluster on dir.
func runParent(t *testing.T, dir string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	cmd := exec.Command(os.Args[0]) //nolint:noctx // killed below
	cmd.Env = append(os.Environ(), asParent+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kill(cmd) })
	return cmd, bufio.NewReader(out)
}

func kill(cmd *exec.Cmd) {
	_ = cmd.Process.Kill() // it may be gone already
	_ = cmd.Wait()
}

// folder is one that PostgreSQL's user can reach when tests run as root.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgcluster-") //nolint:usetesting // t.TempDir lets nobody else pass
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(dir, "cluster")
}

// logs collects what a cluster logs.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (l *logs) contains(text string) bool { return strings.Contains(l.String(), text) }

func (l *logs) count(text string) int { return strings.Count(l.String(), text) }

// bench is a folder for a cluster, and what is logged about it.
type bench struct {
	dir string
	log *logs
}

// newBench has no cluster yet.
func newBench(t *testing.T) *bench {
	t.Helper()
	return &bench{dir: folder(t), log: &logs{}}
}

// madeBench has a fresh cluster in the folder.
func madeBench(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	made, err := fresh()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.CopyFS(b.dir, os.DirFS(made)), os.Chmod(b.dir, 0o700)); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) config() Config {
	log := slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return Config{Dir: b.dir, SuperuserPassword: password, Log: log}
}

// start starts the cluster. It stops with the test.
func (b *bench) start(t *testing.T) *Cluster {
	t.Helper()
	c, err := Start(t.Context(), b.config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *Cluster) {
	t.Helper()
	if err := c.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func connect(c *Cluster, secret string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(fmt.Sprintf("host=%s port=%d user=%s dbname=postgres", c.SocketDir(), Port, Superuser))
	if err != nil {
		return nil, err
	}
	cfg.Password = secret
	return pgx.ConnectConfig(context.Background(), cfg)
}

// session is a connection of the superuser's. It closes with the test.
func session(t *testing.T, c *Cluster) *pgx.Conn {
	t.Helper()
	conn, err := connect(c, password)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func run(t *testing.T, conn *pgx.Conn, statement string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// remember stores something that must still be there after a restart.
func remember(t *testing.T, c *Cluster) {
	t.Helper()
	run(t, session(t, c), "CREATE TABLE kept AS SELECT 'data' AS word")
}

func checkRemembered(t *testing.T, c *Cluster) {
	t.Helper()
	if got := query(t, c, "SELECT word FROM kept"); got != "data" {
		t.Errorf("the table holds %q", got)
	}
}

func query(t *testing.T, c *Cluster, statement string) string {
	t.Helper()
	conn, err := connect(c, password)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background()) //nolint:errcheck // only read
	var value string
	if err := conn.QueryRow(t.Context(), statement).Scan(&value); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return value
}

func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for !cond() {
		if !pause(ctx, 5*time.Millisecond) {
			t.Fatalf("not in time: %s", what)
		}
	}
}

func contains(t *testing.T, path, words string) bool {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(b), words)
}

// says checks an error's words: an operator reads them.
func says(t *testing.T, err error, words string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), words) {
		t.Fatalf("got the error %v, want one that says %q", err, words)
	}
}

func linesWith(text, part string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return !strings.Contains(line, part) }), "\n")
}

func isRoot() bool { return os.Geteuid() == 0 }

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries { // in order
		names = append(names, e.Name())
	}
	return names
}

func owner(t *testing.T, path string) uint32 {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Fatalf("the owner of %s is not told", path)
	}
	return st.Uid
}

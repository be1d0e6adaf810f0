package pgcluster

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sync/errgroup"
)

func TestAPostmasterThatAKilledParentLeftIsStoppedAndItsDataKept(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	pid := killedParent(t, b.dir)
	where, err := choosePlace(b.dir, b.config().Log)
	if err != nil {
		t.Fatal(err)
	}
	socket, err := socketDir(where.account, where.dir)
	if err != nil {
		t.Fatal(err)
	}
	left := &Cluster{dir: where.dir, socket: socket}
	remember(t, left) // the postmaster lives on

	c := b.start(t)
	if isPostmaster(pid, c.Dir()) || c.PID() == pid {
		t.Errorf("process %d still runs; PID() is %d", pid, c.PID())
	}
	checkRemembered(t, c)
}

// A child of a killed postmaster that hangs on keeps the shared memory in use.
func TestStartWaitsForWhatAKilledPostmasterLeft(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	c := b.start(t)
	remember(t, c)
	child, err := os.FindProcess(int(session(t, c).PgConn().PID()))
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer child.Kill() //nolint:errcheck // it is gone already unless the test fails
	killPostmaster(t, c.PID())
	eventually(t, "the postmaster's end", func() bool { return c.PID() == 0 })
	var start errgroup.Group
	start.Go(func() error {
		again, err := Start(t.Context(), b.config())
		if err == nil {
			c = again
		}
		return err
	})
	eventually(t, "the first attempt", func() bool { return b.log.contains("pre-existing shared memory block") })
	if err := child.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := start.Wait(); err != nil {
		t.Fatal(err)
	}
	defer stop(t, c)
	checkRemembered(t, c)
}

func TestParentKilledDuringInitdbLeavesNothingHalfMade(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	parent, _ := runParent(t, b.dir)
	eventually(t, "initdb's work", func() bool {
		found, err := filepath.Glob(filepath.Join(filepath.Dir(b.dir), "cluster.new-*", "cluster", "base"))
		return err == nil && len(found) > 0
	})
	kill(parent)
	if _, err := os.Stat(b.dir); err == nil {
		t.Fatal("the cluster was complete: too late to kill")
	}
	c := b.start(t)
	if got := files(t, filepath.Dir(c.Dir())); !slices.Equal(got, []string{"cluster"}) {
		t.Errorf("the parent holds %v, want the cluster alone", got)
	}
}

func TestAHalfMadeClusterIsClearedAway(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	parent := filepath.Dir(b.dir)
	for _, name := range []string{"cluster.new-4711/cluster/base", "cluster.new-ideas", "cluster.new-", "other.new-4711", "cluster.old-4711"} {
		if err := os.MkdirAll(filepath.Join(parent, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(parent, "cluster.new-4711", "password"), []byte(password), 0o600); err != nil {
		t.Fatal(err)
	}
	stop(t, b.start(t))
	want := []string{"cluster", "cluster.new-", "cluster.new-ideas", "cluster.old-4711", "other.new-4711"}
	if got := files(t, parent); !slices.Equal(got, want) {
		t.Errorf("the parent holds %v, want %v", got, want)
	}
	// One that was killed between the rename and the cleaning up.
	if err := os.Mkdir(filepath.Join(parent, "cluster.new-4712"), 0o700); err != nil {
		t.Fatal(err)
	}
	b.start(t)
	if got := files(t, parent); !slices.Equal(got, want) {
		t.Errorf("after the second start the parent holds %v, want %v", got, want)
	}
}

func TestAnUnrelatedProcessWithTheOldPIDIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	c := b.start(t)
	remember(t, c)
	stop(t, c)
	// As like a postmaster as can be: the same user, in the cluster's folder.
	sleep := exec.CommandContext(t.Context(), "sleep", "600")
	sleep.SysProcAttr, sleep.Dir = c.account.attributes(), c.Dir()
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = sleep.Wait() }()
	defer func() { _ = sleep.Process.Kill(); <-ended }()
	lock := []string{strconv.Itoa(sleep.Process.Pid), c.Dir(), "1600000000", "5432", c.SocketDir(), "", "  1234567 1234567", "ready   ", ""}
	text := []byte(strings.Join(lock, "\n"))
	if err := os.WriteFile(pidPath(c.Dir()), text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.account.own(pidPath(c.Dir())); err != nil {
		t.Fatal(err)
	}
	if err := c.account.claim(c.SocketDir()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(socketIn(c.SocketDir())+".lock", text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.account.own(socketIn(c.SocketDir()) + ".lock"); err != nil {
		t.Fatal(err)
	}

	c = b.start(t)
	checkRemembered(t, c)
	stop(t, c)
	select {
	case <-ended:
		t.Error("the unrelated process was ended")
	default:
	}
}

func TestPidFileThatAPowerLossEmptiedDoesNotPreventAStart(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	c := b.start(t)
	stop(t, c)
	if err := os.WriteFile(pidPath(c.Dir()), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b.start(t)
}

func TestPostgresThatSomebodyRunsByHandOnTheFolderIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	c := b.start(t)
	stop(t, c)
	socket := c.SocketDir() + "-by-hand"
	if err := c.account.claim(socket); err != nil {
		t.Fatal(err)
	}
	defer removeSocket(socket)
	byHand := exec.CommandContext(t.Context(), filepath.Join(c.programs.dir, "postgres"), "-D", c.Dir(), "-c", "listen_addresses=", "-c", "unix_socket_directories="+socket)
	byHand.SysProcAttr = c.account.attributes()
	if err := byHand.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = byHand.Wait() }()
	defer func() { _ = byHand.Process.Signal(syscall.SIGINT); <-ended }()
	eventually(t, "the start by hand", func() bool {
		file, err := readPidFile(c.Dir())
		return err == nil && file.ready
	})
	_, err := Start(t.Context(), b.config())
	says(t, err, "a PostgreSQL that Recourse did not start")
	select {
	case <-ended:
		t.Error("it was ended")
	default:
	}
}

// Where a process's folder can't be read, its arguments decide.
func TestPostmasterIsKnownByItsArguments(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	c := b.start(t)
	child, err := strconv.Atoi(query(t, c, "SELECT pid::text FROM pg_stat_activity WHERE backend_type = 'checkpointer'"))
	if err != nil {
		t.Fatal(err)
	}
	type look struct{ name, args func(pid int) string }
	looks := map[string]look{}
	if _, err := os.Stat("/proc/self/cmdline"); err == nil {
		looks["/proc"] = look{func(pid int) string { return procText(pid, "comm") }, func(pid int) string { return procText(pid, "cmdline") }}
	}
	if _, err := exec.LookPath("ps"); err == nil {
		looks["ps"] = look{func(pid int) string { return psField(pid, "comm") }, func(pid int) string { return psField(pid, "args") }}
	}
	if len(looks) == 0 {
		t.Fatal("neither /proc nor ps is here")
	}
	if args := "sh -c postgres -D " + c.Dir() + " -c x"; saysPostmaster("sh", args, c.Dir()) {
		t.Error("a shell with such arguments is taken for a postmaster")
	}
	for name, l := range looks {
		for _, row := range []struct {
			pid  int
			dir  string
			want bool
		}{
			{c.PID(), c.Dir(), true},
			{c.PID(), c.Dir()[:len(c.Dir())-1], false},
			{c.PID(), filepath.Dir(c.Dir()), false},
			{child, c.Dir(), false},
			{os.Getpid(), c.Dir(), false},
		} {
			if got := saysPostmaster(l.name(row.pid), l.args(row.pid), row.dir); got != row.want {
				t.Errorf("%s: process %d on %s: %v, want %v", name, row.pid, row.dir, got, row.want)
			}
		}
	}
}

package pgcluster

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sync/errgroup"
)

func killPostmaster(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func TestAPostmasterThatIsKilledComesBack(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	c := b.start(t)
	remember(t, c)
	ctx, cancel := context.WithCancel(t.Context())
	var supervision errgroup.Group
	supervision.Go(func() error { return c.Supervise(ctx) })
	defer func() {
		cancel()
		if err := supervision.Wait(); err != nil {
			t.Errorf("Supervise ended with %v", err)
		}
	}()
	// Each time with a backend that works when its postmaster dies.
	for range 3 {
		busy := session(t, c)
		running := busy.PgConn().Exec(ctx, "SELECT pg_sleep(1)")
		pid := c.PID()
		killPostmaster(t, pid)
		eventually(t, "a new postmaster", func() bool { return c.PID() != 0 && c.PID() != pid })
		_ = running.Close()
		checkRemembered(t, c)
	}
}

func TestCancelledSupervisionLeavesThePostmasterRunning(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	c := b.start(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Supervise(ctx); err != nil {
		t.Error(err)
	}
	if c.PID() == 0 {
		t.Error("the postmaster is gone")
	}
}

func TestStopDuringARestartLeavesNoPostmaster(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	c := b.start(t)
	var supervision errgroup.Group
	supervision.Go(func() error { return c.Supervise(t.Context()) })
	killPostmaster(t, c.PID())
	eventually(t, "the next postmaster's start", func() bool {
		file, err := readPidFile(c.Dir())
		return err == nil && file.pid != 0 && isPostmaster(file.pid, c.Dir())
	})
	stop(t, c) // it waits for the start under way
	if file, err := readPidFile(c.Dir()); err == nil && isPostmaster(file.pid, c.Dir()) {
		t.Errorf("process %d is left", file.pid)
	}
	if err := supervision.Wait(); err != nil {
		t.Errorf("Supervise ended with %v", err)
	}
	if c.PID() != 0 {
		t.Errorf("PID() is %d", c.PID())
	}
}

func TestRestartThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	c := b.start(t)
	remember(t, c)
	var supervision errgroup.Group
	supervision.Go(func() error { return c.Supervise(t.Context()) })
	version := c.Dir() + "/PG_VERSION"
	if err := os.Rename(version, version+".away"); err != nil {
		t.Fatal(err)
	}
	killPostmaster(t, c.PID())
	eventually(t, "a failed restart", func() bool { return b.log.contains("starting PostgreSQL again failed") })
	if err := os.Rename(version+".away", version); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a restart", func() bool { return c.PID() != 0 })
	checkRemembered(t, c)
	stop(t, c)
	if err := supervision.Wait(); err != nil {
		t.Errorf("Supervise ended with %v", err)
	}
}

func TestPostmasterThatNeverStartsIsTriedLessAndLessOften(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c := &Cluster{
		log: b.config().Log, programs: programs{dir: "/nowhere"}, account: ownAccount(),
		dir: b.dir, socket: filepath.Join(filepath.Dir(b.dir), "socket"),
	}
	c.life, c.endLife = context.WithCancel(t.Context())
	defer stop(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), 2*shortestPause+shortestPause/2)
	defer cancel()
	if err := c.Supervise(ctx); err != nil {
		t.Error(err)
	}
	// At once, and after the first pause; the next is twice as long.
	if n := b.log.count("starting PostgreSQL again failed"); n < 1 || n > 2 {
		t.Errorf("%d starts were tried, want 2", n)
	}
}

package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// survivor returns the pid of a postmaster that runs on dir, or 0. A pid in a
// stale file may belong to an unrelated process by now, so that the process
// itself is asked.
func survivor(dir string) int {
	pid := pidIn(filepath.Join(dir, "postmaster.pid"))
	if pid <= 1 || !runs(pid) || !isPostmaster(pid, dir) {
		return 0
	}
	return pid
}

// forgetStranger removes a pid file whose number belongs to an unrelated process
// by now, as after a reboot or in a container: postgres would wait for that one
// for ever. A file whose process is gone is postgres' own to judge: children of
// a killed postmaster may still hold its memory.
func forgetStranger(dir string) error {
	path := filepath.Join(dir, "postmaster.pid")
	pid := pidIn(path)
	if pid <= 1 || !runs(pid) || isPostmaster(pid, dir) {
		return nil
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("removing a stale pid file: %w", err)
	}
	return nil
}

func runs(pid int) bool { return syscall.Kill(pid, 0) == nil }

func pidIn(path string) int {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return 0
	}
	return pid
}

// isPostmaster reports whether the process is a postgres whose working folder
// or command line is this cluster's: a postmaster changes into its folder.
func isPostmaster(pid int, dir string) bool {
	if runtime.GOOS == "linux" {
		cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
		if err != nil {
			return false
		}
		exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
		return err == nil && strings.HasPrefix(filepath.Base(exe), "postgres") && sameFolder(cwd, dir)
	}
	out, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output() //nolint:noctx // ends at once
	return err == nil && strings.Contains(string(out), "postgres") && strings.Contains(string(out), dir)
}

func sameFolder(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// end stops the process: fast shutdown, then immediate, then kill. gone says
// whether it has ended.
func end(ctx context.Context, pid int, gone func() bool) error {
	ctx = context.WithoutCancel(ctx) // a stop that was asked for is the reason, not a hurry
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, 20 * time.Second}, {syscall.SIGQUIT, 5 * time.Second}, {syscall.SIGKILL, 5 * time.Second}} {
		if err := syscall.Kill(pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stopping PostgreSQL (process %d): %w", pid, err)
		}
		if waitUntil(ctx, step.wait, gone) {
			return nil
		}
	}
	return fmt.Errorf("PostgreSQL (process %d) does not end", pid)
}

// waitUntil looks until done, at most so long.
func waitUntil(ctx context.Context, most time.Duration, done func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			return done()
		case <-tick.C:
		}
	}
	return true
}

package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// pidFile is what a postmaster writes into its folder.
type pidFile struct {
	pid   int // 0 where there is none to read
	ready bool
}

func pidPath(dir string) string { return filepath.Join(dir, "postmaster.pid") }

// readPidFile gives fs.ErrNotExist where there is no such file.
func readPidFile(dir string) (pidFile, error) {
	b, err := os.ReadFile(pidPath(dir))
	if err != nil {
		return pidFile{}, fmt.Errorf("reading the postmaster's pid: %w", err)
	}
	const statusLine = 7 // the eighth
	lines := strings.Split(string(b), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 1 {
		pid = 0
	}
	return pidFile{pid: pid, ready: len(lines) > statusLine && strings.TrimSpace(lines[statusLine]) == "ready"}, nil
}

// takeOver stops a postmaster that runs on the folder, left by a parent that
// was killed.
func (c *Cluster) takeOver(ctx context.Context) error {
	file, err := readPidFile(c.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if file.pid == 0 {
		return c.removeStalePidFile()
	}
	// On Linux the handle stays with the process it was taken of, so that one
	// that gets its number between the look and the signal is safe.
	process, err := os.FindProcess(file.pid)
	if err != nil {
		return nil // it is gone, and postgres sees that by itself
	}
	defer process.Release() //nolint:errcheck // there is nothing to lose
	if !isPostmaster(file.pid, c.dir) {
		if errors.Is(process.Signal(syscall.Signal(0)), os.ErrProcessDone) {
			return nil
		}
		return c.removeStalePidFile()
	}
	if !startedByUs(file.pid, c.dir) {
		return fmt.Errorf("a PostgreSQL that Recourse did not start (process %d) runs on %s: stop it, or choose another folder", file.pid, c.dir)
	}
	c.log.Info("stopping the PostgreSQL that an earlier process left behind", "pid", file.pid)
	err = end(ctx, process, func(ctx context.Context) bool {
		for isPostmaster(file.pid, c.dir) {
			if !pause(ctx, 20*time.Millisecond) {
				return !isPostmaster(file.pid, c.dir)
			}
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("stopping the PostgreSQL that an earlier process left behind: %w", err)
	}
	return nil
}

// removeStalePidFile helps where postgres would refuse for ever: it only looks
// whether a process with the number lives, and whether it may signal it. Children
// of a killed postmaster are no danger here, for postgres finds them by the shared
// memory that belongs to the folder.
func (c *Cluster) removeStalePidFile() error {
	c.log.Info("removing a stale postmaster.pid: the number in it is not this cluster's", "folder", c.dir)
	if err := os.Remove(pidPath(c.dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing a stale pid file: %w", err)
	}
	return nil
}

// isPostmaster reports whether the process is a living postgres on this folder.
func isPostmaster(pid int, dir string) bool {
	if runtime.GOOS != "linux" {
		return saysPostmaster(psField(pid, "comm"), psField(pid, "args"), dir)
	}
	exe, err := os.Readlink(procPath(pid, "exe"))
	if errors.Is(err, fs.ErrPermission) {
		// Root in a container without CAP_SYS_PTRACE may not look at another
		// user's links. What the process was started with everybody sees.
		return saysPostmaster(procText(pid, "comm"), procText(pid, "cmdline"), dir)
	}
	// A postmaster changes into its folder.
	return err == nil && isPostgres(exe) && sameFolder(procPath(pid, "cwd"), dir)
}

// isPostgres allows for "postgres (deleted)", which is what a program upgraded
// under its process is called, and for the wrappers of some packagers.
func isPostgres(exe string) bool { return strings.Contains(filepath.Base(exe), "postgres") }

// saysPostmaster goes by a process's name and arguments. A postmaster's stay as
// they were given; its children's are rewritten.
func saysPostmaster(name, args, dir string) bool {
	return isPostgres(name) && strings.Contains(args+" ", " -D "+dir+" ")
}

// startedByUs reports whether the postmaster got its socket folder from this
// package, rather than being somebody's who looks after the cluster by hand.
func startedByUs(pid int, dir string) bool {
	args := procText(pid, "cmdline")
	if runtime.GOOS != "linux" {
		args = psField(pid, "args")
	}
	return strings.Contains(args, "/"+socketName(dir)+" ")
}

func procPath(pid int, name string) string { return "/proc/" + strconv.Itoa(pid) + "/" + name }

func procText(pid int, name string) string {
	b, err := os.ReadFile(procPath(pid, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(strings.ReplaceAll(string(b), "\x00", " "))
}

func psField(pid int, field string) string {
	out, err := exec.Command("ps", "-ww", "-o", field+"=", "-p", strconv.Itoa(pid)).Output() //nolint:noctx // ends at once
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

func sameFolder(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

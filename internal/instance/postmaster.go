package instance

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// endPostmaster ends the PostgreSQL of a program that was killed, and removes
// the folder of its socket. After a clean stop there is none, and no pid file.
func endPostmaster(data string) error {
	cluster := filepath.Join(data, "postgres")
	pid, socket, err := readPidFile(filepath.Join(cluster, "postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	// An immediate shutdown ends its children too. The data is thrown away.
	for _, step := range []struct {
		signal syscall.Signal
		within time.Duration
	}{{syscall.SIGQUIT, 10 * time.Second}, {syscall.SIGKILL, 5 * time.Second}} {
		if !isPostmaster(pid, cluster) {
			break
		}
		if err := syscall.Kill(pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("ending the PostgreSQL that was left behind (process %d): %w", pid, err)
		}
		waitGone(pid, cluster, step.within)
	}
	if isPostmaster(pid, cluster) {
		return fmt.Errorf("ending the PostgreSQL that was left behind: process %d does not end", pid)
	}
	if !strings.HasPrefix(filepath.Base(socket), "recourse-") {
		return nil // not a folder that the program made
	}
	if err := os.RemoveAll(socket); err != nil {
		return fmt.Errorf("removing the folder of PostgreSQL's socket: %w", err)
	}
	return nil
}

// readPidFile reads a postmaster's file: its process, and the folder of its
// socket. It gives fs.ErrNotExist where there is no such file.
func readPidFile(path string) (pid int, socket string, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, "", fmt.Errorf("reading PostgreSQL's pid file: %w", err)
	}
	const socketLine = 4 // the fifth
	lines := strings.Split(string(b), "\n")
	pid, err = strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 1 {
		return 0, "", fmt.Errorf("reading PostgreSQL's pid file: %q is no process", lines[0])
	}
	if len(lines) > socketLine {
		socket = strings.TrimSpace(lines[socketLine])
	}
	return pid, socket, nil
}

// isPostmaster reports whether the process lives and was started on the
// cluster: its number may be another's by now. One that has ended and waits for
// its parent has no arguments.
func isPostmaster(pid int, cluster string) bool {
	args, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	if err != nil {
		if _, err := os.Stat("/proc/self"); err == nil {
			return false
		}
		// A system without /proc.
		args, _ = exec.Command("ps", "-ww", "-o", "args=", "-p", strconv.Itoa(pid)).Output() //nolint:noctx // ends at once
	}
	return strings.Contains(string(args), cluster)
}

func waitGone(pid int, cluster string, within time.Duration) {
	timeout := time.NewTimer(within)
	defer timeout.Stop()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for isPostmaster(pid, cluster) {
		select {
		case <-timeout.C:
			return
		case <-tick.C:
		}
	}
}

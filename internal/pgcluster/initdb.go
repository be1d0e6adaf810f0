package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// majorOf returns the version that made the cluster in dir, or "" where there
// is none yet.
func majorOf(dir string) (string, error) {
	b, err := os.ReadFile(filepath.Join(dir, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading the cluster's version: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// initialise makes a cluster in dir, whole or not at all: initdb works in a
// folder beside it, which is renamed when all is there. What a killed initdb
// left is removed first.
func initialise(ctx context.Context, p programs, a account, dir, password string) error {
	parent := filepath.Dir(dir)
	if err := makeFolders(parent); err != nil {
		return err
	}
	leftovers, _ := filepath.Glob(dir + ".new-*") // the pattern is well-formed but for odd names, which find nothing
	for _, left := range leftovers {
		if err := os.RemoveAll(left); err != nil {
			return fmt.Errorf("removing a half-made cluster: %w", err)
		}
	}
	work, err := os.MkdirTemp(parent, filepath.Base(dir)+".new-*") // 0700
	if err != nil {
		return fmt.Errorf("making a folder for the cluster: %w", err)
	}
	defer os.RemoveAll(work) //nolint:errcheck // what stays is removed next time
	if err := a.own(work); err != nil {
		return fmt.Errorf("handing the cluster's folder over: %w", err)
	}
	passwordFile := filepath.Join(work, "password")
	if err := os.WriteFile(passwordFile, []byte(password+"\n"), 0o600); err != nil {
		return fmt.Errorf("writing the superuser's password for initdb: %w", err)
	}
	if err := a.own(passwordFile); err != nil {
		return fmt.Errorf("handing the password file over: %w", err)
	}
	made := filepath.Join(work, "cluster")
	cmd := exec.CommandContext(ctx, filepath.Join(p.dir, "initdb"),
		"--pgdata="+made, "--username="+Superuser, "--pwfile="+passwordFile,
		"--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--data-checksums",
		"--encoding=UTF8", "--locale=C", "--no-instructions")
	cmd.SysProcAttr, cmd.Env, cmd.Dir = a.attributes(), environment(), work
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, lastLines(string(out), 5))
	}
	if err := os.Rename(made, dir); err != nil {
		return fmt.Errorf("putting the new cluster in place: %w", err)
	}
	return nil
}

// makeFolders makes path and what is missing above it, so that an unprivileged
// user can pass through.
func makeFolders(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := makeFolders(filepath.Dir(path)); err != nil {
		return err
	}
	err := os.Mkdir(path, 0o711) //nolint:gosec // others pass through, and see nothing
	if err == nil {
		err = os.Chmod(path, 0o711) //nolint:gosec // whatever the umask
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("making the folder %s: %w", path, err)
	}
	return nil
}

// environment is little more than PATH: PG* would lead postgres and initdb to
// another cluster's settings, and what else root has is not for another user.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], " | ")
}

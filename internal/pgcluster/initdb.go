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
	"syscall"
	"time"
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
// folder beside it, which is renamed when all is there and on the disk.
func initialise(ctx context.Context, p programs, a account, dir, password string) error {
	if there, err := os.ReadDir(dir); err == nil && len(there) > 0 {
		return fmt.Errorf("%s holds something other than a cluster, and stays as it is: choose another folder", dir)
	}
	parent := filepath.Dir(dir)
	if err := makeFolders(a, parent); err != nil {
		return err
	}
	work, err := os.MkdirTemp(parent, workPrefix(dir)+"*") // 0700
	if err != nil {
		return fmt.Errorf("making a folder for initdb: %w", err)
	}
	defer os.RemoveAll(work) //nolint:errcheck // what stays is removed next time
	passwordFile, err := writePassword(a, work, password)
	if err != nil {
		return err
	}
	made := filepath.Join(work, "cluster")
	err = runInitdb(ctx, p, a, work, "--pgdata="+made, "--username="+Superuser, "--pwfile="+passwordFile,
		"--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--data-checksums", "--encoding=UTF8", "--locale=C")
	if err := errors.Join(err, os.Remove(passwordFile)); err != nil {
		return err
	}
	// An empty folder in its place gives way; one with anything in it stays.
	if err := syscall.Rmdir(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("making way for the new cluster in %s: %w", dir, err)
	}
	if err := os.Rename(made, dir); err != nil {
		return fmt.Errorf("putting the new cluster in place: %w", err)
	}
	return syncFolder(parent)
}

// writePassword writes the file that initdb reads. All of work is handed over
// last: as root we write nothing in a folder that somebody else may change.
func writePassword(a account, work, password string) (string, error) {
	path := filepath.Join(work, "password")
	if err := os.WriteFile(path, []byte(password+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("writing the superuser's password for initdb: %w", err)
	}
	if err := a.own(path); err != nil {
		return "", err
	}
	return path, a.own(work)
}

func runInitdb(ctx context.Context, p programs, a account, work string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(p.dir, "initdb"), args...)
	cmd.SysProcAttr, cmd.Env, cmd.Dir = a.attributes(), environment(), work
	// It runs postgres, which must end with it.
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("making the cluster with initdb: %w: %s", err, lastLines(strings.Split(strings.TrimSpace(string(out)), "\n")))
	}
	return nil
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("putting the new cluster on the disk: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("putting the new cluster on the disk: %w", err)
	}
	return nil
}

// workPrefix begins the names of initdb's folders; digits follow.
func workPrefix(dir string) string { return filepath.Base(dir) + ".new-" }

// removeLeftovers removes the folders of an initdb that was killed. That one's
// children may still write for a moment, which makes the removal fail.
func removeLeftovers(ctx context.Context, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, retryWithin)
	defer cancel()
	for {
		err := removeLeftoversOnce(dir)
		if err == nil {
			return nil
		}
		if !errors.Is(err, syscall.ENOTEMPTY) || !pause(ctx, retryPause) {
			return fmt.Errorf("removing a half-made cluster: %w", err)
		}
	}
}

func removeLeftoversOnce(dir string) error {
	parent := filepath.Dir(dir)
	entries, err := os.ReadDir(parent)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
		return err // where we may not look we made nothing
	}
	for _, entry := range entries {
		digits, ours := strings.CutPrefix(entry.Name(), workPrefix(dir))
		if !ours || digits == "" || strings.Trim(digits, "0123456789") != "" {
			continue
		}
		if err := os.RemoveAll(filepath.Join(parent, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// makeFolders makes path and what is missing above it. An account that is not
// ours passes through them, and sees nothing.
func makeFolders(a account, path string) error {
	mode := fs.FileMode(0o700)
	if a.switched {
		mode = 0o711
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := makeFolders(a, filepath.Dir(path)); err != nil {
		return err
	}
	if err := os.Mkdir(path, mode); err != nil {
		return fmt.Errorf("making the cluster's parent folder: %w", err)
	}
	if err := os.Chmod(path, mode); err != nil { // the umask may have taken bits away
		return fmt.Errorf("making the cluster's parent folder: %w", err)
	}
	return nil
}

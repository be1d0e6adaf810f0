package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// makeDataFolder makes the folder where it is not there. Run by root, others may
// pass through it and see nothing: PostgreSQL runs as an unprivileged user.
func makeDataFolder(data string) error {
	if err := os.MkdirAll(filepath.Dir(data), 0o755); err != nil { //nolint:gosec // as mkdir -p would
		return fmt.Errorf("making the data folder: %w", err)
	}
	mode := fs.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	err := os.Mkdir(data, mode)
	if err == nil {
		err = os.Chmod(data, mode) // whatever the umask
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("making the data folder: %w", err)
	}
	return nil
}

// lockFolder holds <data>/lock until unlock, or until this process ends,
// however it ends.
func lockFolder(data string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(data, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the lock of the data folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("locking the data folder: %w", err)
		}
		msg := fmt.Sprintf("another 'recourse up' runs on %s: stop it first, or choose another --data", data)
		if last, err := readRuntime(data); err == nil {
			msg = fmt.Sprintf("another 'recourse up' (process %d) runs on %s: stop it first, or choose another --data", last.PID, data)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		return nil, errors.New(msg)
	}
	return func() { _ = f.Close() }, nil
}

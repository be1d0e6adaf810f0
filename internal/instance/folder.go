package instance

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// newFolder makes a temporary folder through which others may pass: started by
// root, PostgreSQL runs as an unprivileged user, and where that user can't reach
// the data, `recourse up` keeps it in a place that we would not clear away.
func newFolder() (string, error) {
	var unfit []error
	for _, base := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		base, err := filepath.EvalSymlinks(base)
		if err == nil {
			err = passable(base)
		}
		if err != nil {
			unfit = append(unfit, err)
			continue
		}
		folder, err := os.MkdirTemp(base, "recourse-")
		if err != nil {
			return "", fmt.Errorf("making a temporary folder: %w", err)
		}
		if err := os.Chmod(folder, 0o711); err != nil { //nolint:gosec // others pass through it and see nothing
			return "", errors.Join(fmt.Errorf("opening the temporary folder to PostgreSQL's user: %w", err), os.RemoveAll(folder))
		}
		return folder, nil
	}
	return "", fmt.Errorf("making a temporary folder: %w; set TMPDIR to one through which every user may pass", errors.Join(unfit...))
}

// passable reports a folder above or at dir that closes it to other users,
// where that matters.
func passable(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	for {
		info, err := os.Stat(dir)
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o001 == 0 {
			return fmt.Errorf("%s is closed to other users", dir)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
		dir = filepath.Dir(dir)
	}
}

package pgcluster

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// fallback is where the data stands when root's unprivileged user can't reach
// dir: the same place for the same folder each time.
func fallback(dir string) string {
	return filepath.Join("/var/lib/recourse", shortHash(dir), "postgres")
}

// place is where a cluster's data stands and who runs PostgreSQL on it.
type place struct {
	dir     string // absolute, without symbolic links
	account account
}

// choosePlace finds the same place for the same folder each time: where a
// cluster already is comes before everything else, or a changed permission would
// bring up an empty cluster and hide the full one.
func choosePlace(asked string, log *slog.Logger) (place, error) {
	dir, err := resolve(asked)
	if err != nil {
		return place{}, fmt.Errorf("finding the cluster's folder: %w", err)
	}
	if os.Geteuid() != 0 {
		return place{dir: dir, account: ownAccount()}, nil
	}
	elsewhere := fallback(dir)
	unprivileged, err := unprivilegedAccount()
	if err != nil {
		return place{}, err
	}
	p, err := existing([]string{dir, elsewhere}, unprivileged)
	if err != nil {
		return place{}, err
	}
	if p.dir == "" {
		p = place{dir: dir, account: unprivileged}
		if !unprivileged.canReach(dir) {
			p.dir = elsewhere
		}
	}
	log.Info("running PostgreSQL as an unprivileged user, for it refuses root", "user", p.account.name)
	if p.dir != dir {
		log.Info("that user could not reach the data folder: its data stands elsewhere", "asked_for", dir, "folder", p.dir)
	}
	if !p.account.canReach(p.dir) {
		return place{}, fmt.Errorf("the user %s, who runs PostgreSQL, can't reach the cluster in %s: "+
			"give that user execute permission on each folder above it", p.account.name, p.dir)
	}
	return p, nil
}

// existing is the first of the folders that holds a cluster, if any does.
func existing(dirs []string, unprivileged account) (place, error) {
	for _, dir := range dirs {
		major, err := majorOf(dir)
		if err != nil {
			return place{}, err
		}
		if major == "" {
			continue
		}
		info, err := os.Stat(dir)
		if err != nil {
			return place{}, fmt.Errorf("looking at the cluster's folder: %w", err)
		}
		if owner, ok := ownerOf(info); ok {
			return place{dir: dir, account: owner}, nil
		}
		return place{dir: dir, account: unprivileged}, nil
	}
	return place{}, nil
}

// resolve makes path absolute and follows its symbolic links, as far as it is
// there: what counts are the folders that a process passes through in the end.
func resolve(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	followed, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, fs.ErrNotExist) || path == filepath.Dir(path) {
		return followed, err
	}
	parent, err := resolve(filepath.Dir(path))
	return filepath.Join(parent, filepath.Base(path)), err
}

func shortHash(s string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(s)))[:12]
}

func socketName(dir string) string { return "recourse-" + shortHash(dir) }

// longestSocket is the longest path of a unix socket, in bytes: 103 on macOS,
// 107 on Linux.
const longestSocket = 103

// socketDir makes the folder of the socket, in a short place, for the account
// alone.
func socketDir(a account, dir string) (string, error) {
	bases := []string{os.TempDir(), "/tmp"}
	if a.switched {
		bases = append([]string{"/run"}, bases...)
	}
	var failures []error
	for _, base := range bases {
		base, err := resolve(base)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		path := filepath.Join(base, socketName(dir))
		if len(socketIn(path)) > longestSocket || (a.switched && !a.canReach(path)) {
			failures = append(failures, fmt.Errorf("%s is too long or out of reach", path))
			continue
		}
		if err := a.claim(path); err != nil {
			failures = append(failures, err)
			continue
		}
		return path, nil
	}
	return "", fmt.Errorf("making a folder for PostgreSQL's socket: %w", errors.Join(failures...))
}

// claim makes path the account's own, and refuses what somebody else put there:
// in a temporary folder anybody may have been first. It works on the opened
// folder, which can't be swapped for a link in between.
func (a account) claim(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || (st.Uid != a.uid && int(st.Uid) != os.Geteuid()) {
		return fmt.Errorf("%s belongs to somebody else", path)
	}
	if a.switched {
		if err := f.Chown(int(a.uid), int(a.gid)); err != nil {
			return err
		}
	}
	return f.Chmod(0o700)
}

func socketIn(dir string) string {
	return filepath.Join(dir, ".s.PGSQL."+strconv.Itoa(Port))
}

// clearSocket removes a socket and its lock file. The folder is this cluster's
// alone, so that without a postmaster they are leftovers, whatever live process
// has the number in the lock file by now.
func clearSocket(dir string) {
	_ = os.Remove(socketIn(dir)) // postgres says so if a leftover is in its way
	_ = os.Remove(socketIn(dir) + ".lock")
}

// removeSocket removes the folder too.
func removeSocket(dir string) {
	clearSocket(dir)
	_ = os.Remove(dir) // an empty folder does no harm
}

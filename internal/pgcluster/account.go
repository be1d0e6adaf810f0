package pgcluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is who runs PostgreSQL: this user, or, since postgres refuses root,
// an unprivileged one.
type account struct {
	name     string
	uid, gid uint32
	switched bool // root runs this process
}

func ownAccount() account {
	return account{name: "this user", uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())} //nolint:gosec // ids have 32 bits
}

func unprivilegedAccount() (account, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		// 64 bits, for macOS writes nobody's ids as -2.
		uid, err := strconv.ParseInt(u.Uid, 10, 64)
		if err != nil {
			continue
		}
		gid, err := strconv.ParseInt(u.Gid, 10, 64)
		if err != nil {
			continue
		}
		return account{name: name, uid: uint32(uid), gid: uint32(gid), switched: true}, nil //nolint:gosec // ids have 32 bits
	}
	return account{}, errors.New("PostgreSQL can't run as root, and there is no user postgres or nobody to run it as")
}

// ownerOf is the account of whoever has an existing cluster. Root keeps it, so
// that its owner can still run the cluster afterwards, and so does a cluster of
// nobody's when a user postgres comes later.
func ownerOf(info fs.FileInfo) (a account, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || st.Uid == 0 {
		return account{}, false
	}
	name := strconv.FormatUint(uint64(st.Uid), 10)
	if u, err := user.LookupId(name); err == nil {
		name = u.Username
	}
	return account{name: name, uid: st.Uid, gid: st.Gid, switched: true}, true
}

// attributes are those of a child process: its own process group, so that a
// terminal's Ctrl-C reaches only us, and the account.
func (a account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if a.switched {
		attr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return attr
}

// own hands path to the account.
func (a account) own(path string) error {
	if !a.switched {
		return nil
	}
	if err := os.Lchown(path, int(a.uid), int(a.gid)); err != nil {
		return fmt.Errorf("handing %s to %s: %w", path, a.name, err)
	}
	return nil
}

// adopt hands over a cluster that root has, such as one that root put back from
// a backup. The folder itself comes last: if this is cut short, it is done again.
func (a account) adopt(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("looking at the cluster's folder: %w", err)
	}
	if _, owned := ownerOf(info); owned || !a.switched {
		return nil
	}
	err = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		return a.own(path)
	})
	if err != nil {
		return fmt.Errorf("handing the cluster to %s: %w", a.name, err)
	}
	return a.own(dir)
}

// canReach reports whether the account may pass through every parent of path,
// which has no symbolic links. Parents that are not there yet are made by us
// and are no hindrance.
func (a account) canReach(path string) bool {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err == nil && !a.mayPass(info) {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

// mayPass reads the mode as the kernel does for a process that has no further
// groups, as ours has none: the first class that fits decides alone.
func (a account) mayPass(info fs.FileInfo) bool {
	const execute = 1
	mode := info.Mode().Perm()
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		switch {
		case st.Uid == a.uid:
			return mode>>6&execute != 0
		case st.Gid == a.gid:
			return mode>>3&execute != 0
		}
	}
	return mode&execute != 0
}

package pgcluster

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// Only root runs PostgreSQL as somebody else, so that only then a folder can be
// out of reach.
func TestAFolderThatItsUserCannotReachStandsElsewhere(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	closed := filepath.Join(filepath.Dir(b.dir), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	b.dir = filepath.Join(closed, "postgres")
	want := b.dir
	if isRoot() {
		want = fallback(b.dir)
		t.Cleanup(func() {
			if err := os.RemoveAll(filepath.Dir(want)); err != nil {
				t.Error(err)
			}
		})
	}
	c := b.start(t)
	if c.Dir() != want {
		t.Fatalf("the cluster is in %s, want %s", c.Dir(), want)
	}
	if told := strings.Contains(linesWith(b.log.String(), "level=INFO"), "its data stands elsewhere"); told != isRoot() {
		t.Errorf("the log is\n%s", b.log)
	}
	remember(t, c)
	stop(t, c)

	// Later the folder can be reached: the data is where it was.
	if err := os.Chmod(closed, 0o711); err != nil {
		t.Fatal(err)
	}
	c = b.start(t)
	if c.Dir() != want {
		t.Errorf("the second time the cluster is in %s, want %s", c.Dir(), want)
	}
	checkRemembered(t, c)
}

func TestClusterThatWentOutOfReachIsToldRatherThanReplaced(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	c := b.start(t)
	remember(t, c)
	stop(t, c)
	if err := os.Chmod(filepath.Dir(c.Dir()), 0o700); err != nil {
		t.Fatal(err)
	}
	if !isRoot() { // nothing of one's own is out of reach
		checkRemembered(t, b.start(t))
		return
	}
	_, err := Start(t.Context(), b.config())
	says(t, err, "can't reach the cluster in "+c.Dir())
}

func TestExistingClusterKeepsItsOwner(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	c := b.start(t)
	remember(t, c)
	stop(t, c)
	want := c.account.uid
	if isRoot() {
		want = 4711
		chownAll(t, c.Dir(), want)
	}
	c = b.start(t)
	// The process made its socket.
	if folder, process := owner(t, c.Dir()), owner(t, socketIn(c.SocketDir())); folder != want || process != want {
		t.Errorf("the folder belongs to %d and the process to %d, want %d", folder, process, want)
	}
	checkRemembered(t, c)
}

// One that root put back from a backup.
func TestClusterOfRootsIsHandedToPostgresUser(t *testing.T) {
	t.Parallel()
	b := madeBench(t)
	c := b.start(t)
	remember(t, c)
	stop(t, c)
	want := c.account.uid
	if isRoot() {
		chownAll(t, c.Dir(), 0)
	}
	c = b.start(t)
	if got := owner(t, filepath.Join(c.Dir(), "base")); got != want {
		t.Errorf("it belongs to %d, want %d", got, want)
	}
	checkRemembered(t, c)
}

func chownAll(t *testing.T, dir string, uid uint32) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, int(uid), int(uid)))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNewParentFoldersLetPostgresUserPassWhateverTheUmask(t *testing.T) {
	b := newBench(t)
	b.dir = filepath.Join(filepath.Dir(b.dir), "new", "and new", "postgres")
	defer syscall.Umask(syscall.Umask(0o077))
	if c := b.start(t); c.Dir() != b.dir {
		t.Errorf("the cluster is in %s", c.Dir())
	}
}

func TestReachIsDecidedByTheFirstClassThatFits(t *testing.T) {
	t.Parallel()
	me, mine := ownAccount().uid, ownAccount().gid
	dir := t.TempDir()
	for _, row := range []struct {
		mode     fs.FileMode
		uid, gid uint32
		want     bool
	}{
		{0o700, me, mine, true},
		{0o700, me + 1, mine + 1, false},
		{0o711, me + 1, mine + 1, true},
		{0o701, me + 1, mine + 1, true},
		{0o710, me + 1, mine + 1, false},
		{0o710, me + 1, mine, true},
		{0o701, me + 1, mine, false}, // the group counts, not the others
		{0o677, me, mine, false},     // the owner counts
		{0o766, me + 1, mine + 1, false},
	} {
		if err := os.Chmod(dir, row.mode); err != nil {
			t.Fatal(err)
		}
		a := account{uid: row.uid, gid: row.gid, switched: true}
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.mayPass(info); got != row.want {
			t.Errorf("mode %o, user %+d, group %+d: %v, want %v", row.mode, row.uid-me, row.gid-mine, got, row.want)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil { // so that it can be removed
		t.Fatal(err)
	}
}

func TestReachCountsEveryParentAlsoBehindALink(t *testing.T) {
	t.Parallel()
	base := filepath.Dir(folder(t))
	stranger := account{uid: ownAccount().uid + 1, gid: ownAccount().gid + 1, switched: true}
	closed := filepath.Join(base, "closed")
	if err := os.MkdirAll(filepath.Join(closed, "open"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(closed, "open"), filepath.Join(base, "link")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{"not/yet/there": true, "closed": true, "closed/open/x": false, "link/x/y": false} {
		dir, err := resolve(filepath.Join(base, path))
		if err != nil {
			t.Fatal(err)
		}
		if got := stranger.canReach(dir); got != want {
			t.Errorf("%s can be reached: %v, want %v", path, got, want)
		}
	}
}

func TestThePlaceElsewhereIsTheFoldersOwnAndCanBeReached(t *testing.T) {
	t.Parallel()
	place := fallback("/root/a")
	if place != fallback("/root/a") || place == fallback("/root/b") || !strings.HasPrefix(place, "/var/lib/recourse/") {
		t.Errorf("it is %s and %s", place, fallback("/root/b"))
	}
	if stranger := (account{uid: 12345, gid: 12345, switched: true}); !stranger.canReach(place) {
		t.Error("a stranger can't pass through /var/lib")
	}
}

func TestSocketFolderOfSomebodyElseIsRefused(t *testing.T) {
	t.Parallel()
	base := filepath.Dir(folder(t))
	a := ownAccount()
	theirs := "/" // somebody else's for all but root
	if isRoot() {
		var err error
		if a, err = unprivilegedAccount(); err != nil {
			t.Fatal(err)
		}
		theirs = filepath.Join(base, "theirs")
		if err := errors.Join(os.Mkdir(theirs, 0o777), os.Chown(theirs, 4711, 4711)); err != nil {
			t.Fatal(err)
		}
	}
	says(t, a.claim(theirs), "belongs to somebody else")

	link, target := filepath.Join(base, "link"), filepath.Join(base, "target")
	if err := errors.Join(os.Mkdir(target, 0o755), os.Symlink(target, link)); err != nil {
		t.Fatal(err)
	}
	if err := a.claim(link); err == nil {
		t.Error("a link was followed")
	}
	if got := owner(t, target); int(got) != os.Geteuid() {
		t.Errorf("the link's target belongs to %d now", got)
	}

	open := filepath.Join(base, "open")
	if err := os.Mkdir(open, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := a.claim(open); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(open); err != nil || info.Mode().Perm() != 0o700 || owner(t, open) != a.uid {
		t.Errorf("the claimed folder: %v, %v, owner %d", info, err, owner(t, open))
	}
}

func TestProgramsAreChosenByVersion(t *testing.T) {
	t.Parallel()
	found := []programs{{"/path", "15"}, {"/new", "18"}, {"/old", "14"}}
	for major, want := range map[string]string{"": "/path", "18": "/new", "14": "/old"} {
		if got, err := choose(found, major); err != nil || got.dir != want {
			t.Errorf("for version %q: %v, %v, want %s", major, got, err, want)
		}
	}
	_, err := choose(found, "13")
	says(t, err, "made by PostgreSQL 13, found is PostgreSQL 15 in /path")
	_, err = choose(nil, "")
	for _, manager := range []string{"apt-get install", "dnf install", "brew install"} {
		says(t, err, manager)
	}
	for line, want := range map[string]string{
		"postgres (PostgreSQL) 15.4 (Debian 15.4-1.pgdg120+1)\n": "15", "postgres (PostgreSQL) 19beta1\n": "19", "psql (PostgreSQL) 15.4\n": "", "": "",
	} {
		if got, err := parseVersion(line); got != want || (err == nil) != (want != "") {
			t.Errorf("%q is version %q, %v, want %q", line, got, err, want)
		}
	}
}

// A link such as Debian's /usr/local/bin/postgres leads to the folder with both.
func TestProgramsBehindALinkComeFromOneInstallation(t *testing.T) {
	t.Setenv("PATH", "/nowhere")
	all := installed(t.Context(), ownAccount())
	if len(all) == 0 {
		t.Fatal("nothing is found without PATH")
	}
	base := filepath.Dir(folder(t))
	for _, name := range []string{"initdb", "postgres"} {
		if err := os.Symlink(filepath.Join(all[0].dir, name), filepath.Join(base, name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", base)
	if got := installed(t.Context(), ownAccount()); !slices.Equal(got, all) {
		t.Errorf("found %v, want %v", got, all)
	}
}

package pgcluster

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// programs are initdb and postgres of one installation.
type programs struct {
	dir   string
	major string // such as 15
}

// ErrNoPrograms says that PostgreSQL's server programs are not installed.
var ErrNoPrograms = errors.New("initdb and postgres are not found: install PostgreSQL " +
	"(apt-get install postgresql, dnf install postgresql-server, or brew install postgresql)")

// find returns the programs for a cluster of the given major version, or for a
// new one where it is empty.
func find(major string) (programs, error) {
	var found []programs
	for _, dir := range folders() {
		if version, ok := versionIn(dir); ok {
			found = append(found, programs{dir: dir, major: version})
		}
	}
	if len(found) == 0 {
		return programs{}, ErrNoPrograms
	}
	if major == "" {
		return found[0], nil
	}
	for _, p := range found {
		if p.major == major {
			return p, nil
		}
	}
	return programs{}, errors.New("this cluster was made by PostgreSQL " + major + ", found is " + found[0].major +
		": install PostgreSQL " + major + ", or move the data over with pg_dump and pg_restore")
}

// folders are where the programs may be: first what PATH says, then the usual
// places, the newest version first.
func folders() []string {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if target, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(target))
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",               // Debian
		"/usr/pgsql-*/bin", "/usr/libexec/pgsql*", // RPM
		"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin", // Homebrew
		"/opt/homebrew/opt/postgresql/bin", "/usr/local/opt/postgresql/bin", "/usr/local/pgsql/bin", "/usr/bin",
	} {
		matches, _ := filepath.Glob(pattern) // the patterns are well-formed
		sort.Slice(matches, func(i, j int) bool { return number(matches[i]) > number(matches[j]) })
		dirs = append(dirs, matches...)
	}
	return dirs
}

// number is the version in a path such as /usr/lib/postgresql/15/bin.
func number(path string) int {
	digits := strings.FieldsFunc(path, func(r rune) bool { return r < '0' || r > '9' })
	if len(digits) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(digits[len(digits)-1])
	return n
}

func versionIn(dir string) (major string, ok bool) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return "", false
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output() //nolint:noctx // ends at once
	if err != nil {
		return "", false
	}
	for field := range strings.FieldsSeq(string(out)) {
		if n, _, _ := strings.Cut(field, "."); n != "" && strings.Trim(n, "0123456789") == "" {
			return n, true
		}
	}
	return "", false
}

package pgcluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// programs are initdb and postgres of one installation.
type programs struct {
	dir   string
	major string // such as 15
}

// oldest is the first version that has every setting we give.
const oldest = 13

// usual are the folders of packages that keep off PATH.
var usual = []string{ //nolint:gochecknoglobals // a constant list
	// Debian, RPM, Alpine.
	"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*",
	// Homebrew on Apple silicon and on Intel.
	"/opt/homebrew/opt/postgresql@*/bin", "/opt/homebrew/opt/postgresql/bin",
	"/usr/local/opt/postgresql@*/bin", "/usr/local/opt/postgresql/bin",
	// Built from source, and what PATH would say if it were complete.
	"/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin",
}

// find returns the programs for a cluster of the given major version, or for a
// new one where it is empty.
func find(ctx context.Context, a account, major string) (programs, error) {
	found := installed(ctx, a)
	if err := ctx.Err(); err != nil {
		return programs{}, fmt.Errorf("looking for PostgreSQL's programs: %w", err)
	}
	return choose(found, major)
}

func choose(found []programs, major string) (programs, error) {
	if len(found) == 0 {
		return programs{}, fmt.Errorf("PostgreSQL's server programs initdb and postgres are not found, in version %d or newer: "+
			"install them with `apt-get install postgresql`, `dnf install postgresql-server` or `brew install postgresql`", oldest)
	}
	if major == "" {
		return found[0], nil
	}
	for _, p := range found {
		if p.major == major {
			return p, nil
		}
	}
	return programs{}, fmt.Errorf("the cluster was made by PostgreSQL %s, found is PostgreSQL %s in %s: "+
		"install PostgreSQL %s beside it, or move the data over with pg_upgrade or pg_dump", major, found[0].major, found[0].dir, major)
}

// installed lists what the account can run: first what PATH says, then the
// usual places, the newest version first.
func installed(ctx context.Context, a account) []programs {
	var onPath, others []string
	for _, name := range []string{"postgres", "initdb"} {
		if path, err := exec.LookPath(name); err == nil {
			onPath = append(onPath, path)
		}
	}
	for _, pattern := range usual {
		if paths, err := filepath.Glob(filepath.Join(pattern, "postgres")); err == nil {
			others = append(others, paths...)
		}
	}
	seen := map[string]bool{}
	found, rest := behind(ctx, a, onPath, seen), behind(ctx, a, others, seen)
	slices.SortStableFunc(rest, func(a, b programs) int { return cmp.Compare(number(b.major), number(a.major)) })
	return append(found, rest...)
}

// behind follows each path's links to the folder where the program is, so that
// both come from one installation, and leaves out folders seen before.
func behind(ctx context.Context, a account, paths []string, seen map[string]bool) []programs {
	var found []programs
	for _, path := range paths {
		path, err := resolve(path)
		dir := filepath.Dir(path)
		if err != nil || seen[dir] {
			continue
		}
		seen[dir] = true
		if major, err := versionIn(ctx, a, dir); err == nil && number(major) >= oldest {
			found = append(found, programs{dir: dir, major: major})
		}
	}
	return found
}

// versionIn asks as the account: a program that it can't run is of no use.
func versionIn(ctx context.Context, a account, dir string) (string, error) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version")
	cmd.SysProcAttr, cmd.Env, cmd.Dir = a.attributes(), environment(), "/"
	out, err := cmd.Output()
	if err != nil {
		return "", err
	}
	return parseVersion(string(out))
}

var versionLine = regexp.MustCompile(`^postgres \([^)]*\) (\d+)`)

// parseVersion reads a line such as "postgres (PostgreSQL) 15.4 (Debian ...)".
func parseVersion(line string) (string, error) {
	match := versionLine.FindStringSubmatch(line)
	if match == nil {
		return "", errors.New("no version of PostgreSQL in " + strconv.Quote(line))
	}
	return match[1], nil
}

// number is 0 for what is no number, such as the 9.6 of old.
func number(major string) int {
	n, err := strconv.Atoi(major)
	if err != nil {
		return 0
	}
	return n
}

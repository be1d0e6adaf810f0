package importrules

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

func TestThisModuleKeepsTheRules(t *testing.T) {
	t.Parallel()
	packages := listPackages(t)
	for _, line := range check(packages) {
		t.Error(line)
	}
}

// A small tree that keeps the rules; each case below adds to it.
var tree = []pkg{
	{path: "recourse/cmd/recourse", name: "main", imports: []string{"recourse/reporter", "recourse/moderation", "recourse/stats"}},
	{path: "recourse/reporter", name: "reporter", imports: []string{
		"github.com/gin-gonic/gin", "recourse/internal/bus", "recourse/internal/event", "recourse/internal/seal/receipt",
	}},
	{path: "recourse/moderation", name: "moderation", imports: []string{"recourse/internal/event"}},
	{path: "recourse/moderation/conduct", name: "conduct", imports: []string{"recourse/internal/event"}},
	{path: "recourse/moderation/language", name: "language"},
	{path: "recourse/moderation/store", name: "store", imports: []string{"recourse/moderation", "recourse/internal/postgres"}},
	{path: "recourse/stats", name: "stats"},
	{path: "recourse/stats/mechanism", name: "mechanism"},
	{path: "recourse/internal/bus", name: "bus", imports: []string{"github.com/nats-io/nats.go"}},
	{path: "recourse/internal/evidence", name: "evidence"},
	{path: "recourse/internal/event", name: "event", imports: []string{"database/sql/driver"}},
	{path: "recourse/internal/postgres", name: "postgres", imports: []string{"github.com/jackc/pgx/v5/pgxpool"}},
	{path: "recourse/internal/seal/open", name: "open"},
	{path: "recourse/internal/seal/receipt", name: "receipt"},
	{path: "github.com/gin-gonic/gin", name: "gin"},
	{path: "github.com/jackc/pgx/v5/pgxpool", name: "pgxpool", imports: []string{"github.com/jackc/pgx/v5"}},
	{path: "github.com/nats-io/nats.go", name: "nats"},
	{path: "example.org/mysql", name: "mysql", imports: []string{"database/sql"}},
	{path: "example.org/types", name: "types"},
}

func TestABrokenRuleIsReported(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		plant pkg
		want  string // "" where the package is allowed
	}{
		{
			"a service imports another",
			pkg{path: "recourse/reporter/form", imports: []string{"recourse/moderation/conduct"}},
			"recourse/reporter/form imports recourse/moderation/conduct: only cmd imports a service from outside it",
		},
		{
			"a service's test imports another",
			pkg{path: "recourse/stats/facts", testImports: []string{"recourse/reporter"}},
			"recourse/stats/facts imports recourse/reporter: only cmd imports a service from outside it",
		},
		{
			"an internal package imports a service",
			pkg{path: "recourse/internal/web", imports: []string{"recourse/stats"}},
			"recourse/internal/web imports recourse/stats: only cmd imports a service from outside it",
		},
		{
			"a package beside the services imports one",
			pkg{path: "recourse/load", imports: []string{"recourse/moderation/store"}},
			"recourse/load imports recourse/moderation/store: only cmd imports a service from outside it",
		},
		{
			"an internal package imports a command",
			pkg{path: "recourse/internal/web", testImports: []string{"recourse/cmd/recourse"}},
			"recourse/internal/web imports recourse/cmd/recourse: nothing imports a command",
		},
		{
			"another command imports every service",
			pkg{path: "recourse/cmd/other", imports: []string{"recourse/reporter", "recourse/moderation/store", "recourse/stats"}},
			"",
		},
		{
			"a package's name only begins like a service's",
			pkg{path: "recourse/internal/web", imports: []string{"recourse/statsd"}},
			"",
		},
		{
			"a pure package imports gin",
			pkg{path: "recourse/moderation/conduct/rules", imports: []string{"github.com/gin-gonic/gin"}},
			"recourse/moderation/conduct/rules imports github.com/gin-gonic/gin: decisions are pure",
		},
		{
			"a pure package reaches pgx through another",
			pkg{path: "recourse/moderation/conduct/rules", imports: []string{"recourse/moderation/store"}},
			"recourse/moderation/conduct/rules imports recourse/moderation/store imports recourse/internal/postgres" +
				" imports github.com/jackc/pgx/v5/pgxpool: decisions are pure",
		},
		{
			"the noise reaches NATS through another",
			pkg{path: "recourse/stats/mechanism/noise", imports: []string{"recourse/internal/bus"}},
			"recourse/stats/mechanism/noise imports recourse/internal/bus imports github.com/nats-io/nats.go: decisions are pure",
		},
		{
			"what judges files reaches NATS through another",
			pkg{path: "recourse/internal/evidence/picture", imports: []string{"recourse/internal/bus"}},
			"recourse/internal/evidence/picture imports recourse/internal/bus imports github.com/nats-io/nats.go: decisions are pure",
		},
		{
			"the intake reaches pgx through another",
			pkg{path: "recourse/reporter/limits", imports: []string{"recourse/internal/postgres"}},
			"recourse/reporter/limits imports recourse/internal/postgres imports github.com/jackc/pgx/v5/pgxpool: the intake has no database",
		},
		{
			"the intake reaches some other driver",
			pkg{path: "recourse/reporter/limits", imports: []string{"example.org/mysql"}},
			"recourse/reporter/limits imports example.org/mysql imports database/sql: the intake has no database",
		},
		{
			"the intake imports lib/pq",
			pkg{path: "recourse/reporter/limits", imports: []string{"github.com/lib/pq"}},
			"recourse/reporter/limits imports github.com/lib/pq: the intake has no database",
		},
		{
			"the intake opens seals",
			pkg{path: "recourse/reporter/status", imports: []string{"recourse/internal/seal/open"}},
			"recourse/reporter/status imports recourse/internal/seal/open: the intake seals and can't open",
		},
		{
			"the intake's tests open what it sealed",
			pkg{path: "recourse/reporter/status", testImports: []string{"recourse/internal/seal/open"}},
			"",
		},
		{
			"a package's name says nothing",
			pkg{path: "recourse/internal/strings", name: "util"},
			`recourse/internal/strings: "util" says nothing; name a package for what it does`,
		},
		{
			"a folder's name says nothing",
			pkg{path: "recourse/internal/common/clock", name: "clock"},
			`recourse/internal/common/clock: "common" says nothing; name a package for what it does`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := strings.Join(check(append(slices.Clone(tree), tt.plant)), "\n")
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestARuleWhosePackageIsGoneIsReported(t *testing.T) {
	t.Parallel()
	for _, gone := range mustExist {
		t.Run(gone, func(t *testing.T) {
			t.Parallel()
			rest := slices.DeleteFunc(slices.Clone(tree), func(p pkg) bool { return p.path == gone })
			got := strings.Join(check(rest), "\n")
			want := gone + " is gone: the rules that speak of it check nothing"
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// listPackages asks the go tool for this module's packages and for all that
// they import.
func listPackages(t *testing.T) []pkg {
	t.Helper()
	readFolders(t)
	command := exec.CommandContext(t.Context(), "go", "list", "-deps",
		"-json=ImportPath,Name,Imports,TestImports,XTestImports", module+"/...")
	var complaints strings.Builder
	command.Stderr = &complaints
	output, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, complaints.String())
	}
	var packages []pkg
	for decoder := json.NewDecoder(strings.NewReader(string(output))); ; {
		var listed struct {
			ImportPath   string
			Name         string
			Imports      []string
			TestImports  []string
			XTestImports []string
		}
		err := decoder.Decode(&listed)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatalf("reading what go list printed: %v", err)
		}
		packages = append(packages, pkg{
			path:        listed.ImportPath,
			name:        listed.Name,
			imports:     listed.Imports,
			testImports: slices.Concat(listed.TestImports, listed.XTestImports),
		})
	}
}

// readFolders reads the module's folders, so that go test's cache, which sees
// what this process reads but not what go list does, forgets a result when any
// source file changes.
func readFolders(t *testing.T) {
	t.Helper()
	skip := []string{"bin", "data", "out", "node_modules"}
	err := fs.WalkDir(os.DirFS("../.."), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if entry.IsDir() && name != "." && (strings.HasPrefix(base, ".") || slices.Contains(skip, base)) {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		t.Fatalf("reading the module's folders: %v", err)
	}
}

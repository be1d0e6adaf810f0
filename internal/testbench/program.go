package testbench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// programs are the builds of this test process, by their flags.
var programs struct { //nolint:gochecknoglobals // each is built once
	mu    sync.Mutex
	paths map[string]string
}

// temporary is the temporary folder before any test chose another: what is built
// there outlives the test.
var temporary = os.TempDir() //nolint:gochecknoglobals // see above

// Program builds the program as it ships, or with flags such as "-tags",
// "faults", once for all tests of the process, and returns its path. Main
// removes it.
func Program(t testing.TB, flags ...string) string {
	t.Helper()
	programs.mu.Lock()
	defer programs.mu.Unlock()
	key := strings.Join(flags, " ")
	if path, ok := programs.paths[key]; ok {
		return path
	}
	path := filepath.Join(temporary, fmt.Sprintf("recourse-test-%d-%d", os.Getpid(), len(programs.paths)))
	args := append([]string{"build", "-o", path}, flags...)
	args = append(args, "recourse/cmd/recourse")
	out, err := exec.Command("go", args...).CombinedOutput() //nolint:noctx // bounded by the test's own time
	if err != nil {
		t.Fatalf("building the program: %v: %s", err, out)
	}
	if programs.paths == nil {
		programs.paths = map[string]string{}
	}
	programs.paths[key] = path
	return path
}

func removePrograms() {
	for _, path := range programs.paths {
		_ = os.Remove(path) // a leftover in the temporary folder harms nobody
	}
}

// Folder is a temporary folder that PostgreSQL's unprivileged user can pass
// through when tests run as root. It goes with the test.
func Folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "recourse-test-") //nolint:usetesting // t.TempDir lets nobody else pass
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // see above
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

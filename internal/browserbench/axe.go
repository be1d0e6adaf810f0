package browserbench

import (
	"os"
	"path/filepath"
	"testing"
)

// axeSource reads axe-core, which is not part of this repository, from where
// `make axe` puts it.
func axeSource(t testing.TB) string {
	t.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.axe != "" {
		return shared.axe
	}
	source, err := os.ReadFile(filepath.Join(moduleRoot(t), "bin", "tools", "axe.min.js"))
	if err != nil {
		t.Fatalf("%v: run make axe", err)
	}
	shared.axe = string(source)
	return shared.axe
}

// moduleRoot is the folder with go.mod: a test runs in its package's.
func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("no go.mod above this test's folder")
	return ""
}

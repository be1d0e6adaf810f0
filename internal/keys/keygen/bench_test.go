package keygen_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"recourse/internal/keys"
	"recourse/internal/keys/keygen"
)

var november = time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)

// newFolder is a key folder with every service's keys.
func newFolder(t *testing.T) keys.Folder {
	t.Helper()
	f := keys.Folder{Root: filepath.Join(t.TempDir(), "keys")}
	if err := keygen.EnsureServices(f, november); err != nil {
		t.Fatal(err)
	}
	return f
}

func ensureCommunity(t *testing.T, f keys.Folder, name string, now time.Time) (made bool) {
	t.Helper()
	made, err := keygen.EnsureCommunity(f, name, now)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// entries are those of a service's seal file.
func entries(t *testing.T, f keys.Folder, s keys.Service) []keys.Entry {
	t.Helper()
	b, err := os.ReadFile(f.Path(s, "seal"))
	if err != nil {
		t.Fatal(err)
	}
	var file keys.SealFile
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	return file.Entries
}

// of are the entries of one purpose and community.
func of(all []keys.Entry, p keys.Purpose, community string) []keys.Entry {
	return slices.DeleteFunc(slices.Clone(all), func(e keys.Entry) bool { return e.Purpose != p || e.Community != community })
}

// loss is what a service has not of one purpose: the process that makes keys
// was killed before.
type loss struct {
	service keys.Service
	purpose keys.Purpose
}

func lose(t *testing.T, f keys.Folder, losses ...loss) {
	t.Helper()
	for _, l := range losses {
		rest := slices.DeleteFunc(entries(t, f, l.service), func(e keys.Entry) bool { return e.Purpose == l.purpose })
		b, err := json.Marshal(keys.SealFile{Entries: rest})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.Path(l.service, "seal"), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// snapshot is every file with its content, mode and time of change.
func snapshot(t *testing.T, f keys.Folder) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(f.Root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(f.Root, path)
		all[name] = info.Mode().String() + info.ModTime().String() + string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

package keys_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"recourse/internal/keys"
)

func TestAKeyFileIsReadWithoutTheWhiteSpaceAroundIt(t *testing.T) {
	f := newFolder(t)
	write(t, f, keys.Stats, "nats", "SUASEED\n")
	write(t, f, keys.Stats, "postgres", " pass word \r\n")
	if seed, err := f.NATSSeed(keys.Stats); err != nil || string(seed) != "SUASEED" {
		t.Errorf("the seed is %q, %v", seed, err)
	}
	if password, err := f.PostgresPassword(keys.Stats); err != nil || password != "pass word" {
		t.Errorf("the password is %q, %v", password, err)
	}
}

func TestAMissingKeyFileIsNamed(t *testing.T) {
	f := newFolder(t)
	write(t, f, keys.Stats, "nats", "SUASEED")
	if _, err := f.PostgresPassword(keys.Stats); !errors.Is(err, keys.ErrMissing) || !strings.Contains(err.Error(), f.Path(keys.Stats, "postgres")) {
		t.Errorf("%v, want ErrMissing with the path", err)
	}
	if _, err := f.NATSSeed(keys.Worker); !errors.Is(err, keys.ErrMissing) {
		t.Errorf("%v, want ErrMissing", err)
	}
}

func TestOnlyTheIntakeHasNoDatabase(t *testing.T) {
	for _, s := range keys.Services() {
		if s.UsesPostgres() == (s == keys.Intake) {
			t.Errorf("%s uses PostgreSQL: %v", s, s.UsesPostgres())
		}
		if got, want := s.Role(), "recourse_"+string(s); got != want {
			t.Errorf("its role is %s, want %s", got, want)
		}
	}
}

func TestKeyFilesThatOthersCanReadAreFound(t *testing.T) {
	f := newFolder(t)
	write(t, f, keys.Intake, "nats", "x")
	write(t, f, keys.Intake, "seal", "x")
	write(t, f, keys.Worker, "seal", "x")
	if open, err := f.TooOpen(); err != nil || len(open) != 0 {
		t.Errorf("TooOpen returns %v, %v where every file is 0600", open, err)
	}
	for _, mode := range []os.FileMode{0o644, 0o640, 0o604, 0o620, 0o610, 0o777} {
		path := f.Path(keys.Intake, "seal")
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if open, err := f.TooOpen(); err != nil || !slices.Equal(open, []string{path}) {
			t.Errorf("TooOpen returns %v, %v where one file is %o", open, err, mode)
		}
	}
}

func TestAKeyFolderThatIsNotThereIsNoSafeOne(t *testing.T) {
	f := keys.Folder{Root: filepath.Join(t.TempDir(), "nowhere")}
	if open, err := f.TooOpen(); err == nil {
		t.Errorf("TooOpen returns %v and no error", open)
	}
}

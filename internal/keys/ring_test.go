package keys_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"recourse/internal/keys"
)

func newFolder(t *testing.T) keys.Folder {
	t.Helper()
	return keys.Folder{Root: t.TempDir()}
}

func write(t *testing.T, f keys.Folder, s keys.Service, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(f.Path(s, name)), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.Path(s, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func writeSeal(t *testing.T, f keys.Folder, s keys.Service, entries ...keys.Entry) {
	t.Helper()
	b, err := json.Marshal(keys.SealFile{Entries: entries})
	if err != nil {
		t.Fatal(err)
	}
	write(t, f, s, "seal", string(b))
}

func month(community, id string) keys.Entry {
	return keys.Entry{Purpose: keys.Month, Community: community, ID: id, Key: []byte(community + " " + id)}
}

func TestARingFindsAKeyByPurposeCommunityAndID(t *testing.T) {
	f := newFolder(t)
	other := month("demo", "2026-11")
	other.Purpose = keys.ModerationOpen
	writeSeal(t, f, keys.Worker, month("demo", "2026-11"), month("demo", "2026-12"), month("lyon", "2026-11"), other)
	ring, err := f.Ring(keys.Worker)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []keys.Entry{month("demo", "2026-11"), month("demo", "2026-12"), month("lyon", "2026-11")} {
		got, err := ring.Find(want.Purpose, want.Community, want.ID)
		if err != nil || !bytes.Equal(got.Key, want.Key) || got.Purpose != want.Purpose {
			t.Errorf("%s %s %s: found %+v, %v", want.Purpose, want.Community, want.ID, got, err)
		}
	}
	for _, missing := range []keys.Entry{month("demo", "2027-01"), month("lyon", "2026-12"), month("", "2026-11"), {Purpose: keys.ContactOpen, Community: "demo"}} {
		if got, err := ring.Find(missing.Purpose, missing.Community, missing.ID); !errors.Is(err, keys.ErrNoKey) || got.Key != nil {
			t.Errorf("%s %s %s: found %+v, %v; want ErrNoKey", missing.Purpose, missing.Community, missing.ID, got, err)
		}
	}
}

func TestWithoutAnIDTheNewestIsFound(t *testing.T) {
	f := newFolder(t)
	writeSeal(t, f, keys.Worker, month("demo", "2026-11"), month("demo", "2026-12"), month("lyon", "2027-01"))
	ring, err := f.Ring(keys.Worker)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ring.Find(keys.Month, "demo", ""); err != nil || got.ID != "2026-12" {
		t.Errorf("found %s, %v; want the one added last", got.ID, err)
	}
	all := ring.All(keys.Month, "demo")
	if len(all) != 2 || all[0].ID != "2026-11" || all[1].ID != "2026-12" {
		t.Errorf("All returns %v, want the two of demo, the oldest first", all)
	}
	if got := ring.Communities(keys.Month); !slices.Equal(got, []string{"demo", "lyon"}) {
		t.Errorf("Communities returns %v", got)
	}
	if got := ring.Communities(keys.ContactOpen); len(got) != 0 {
		t.Errorf("Communities returns %v for a purpose without keys", got)
	}
}

func TestAKeyThatWasAddedLaterIsFoundByTheNextLookAfterASecond(t *testing.T) {
	f := newFolder(t)
	writeSeal(t, f, keys.Worker, month("demo", "2026-11"))
	synctest.Test(t, func(t *testing.T) {
		ring, err := f.Ring(keys.Worker)
		if err != nil {
			t.Fatal(err)
		}
		writeSeal(t, f, keys.Worker, month("demo", "2026-11"), month("demo", "2026-12"))
		if _, err := ring.Find(keys.Month, "demo", "2026-12"); !errors.Is(err, keys.ErrNoKey) {
			t.Errorf("the file is read twice within a second: %v, want ErrNoKey", err)
		}
		<-time.After(time.Second + 1)
		if _, err := ring.Find(keys.Month, "demo", "2026-12"); err != nil {
			t.Errorf("after a second: %v", err)
		}
	})
}

func TestABrokenSealFileTakesNoKeyThatIsHeld(t *testing.T) {
	f := newFolder(t)
	writeSeal(t, f, keys.Worker, month("demo", "2026-11"))
	synctest.Test(t, func(t *testing.T) {
		ring, err := f.Ring(keys.Worker)
		if err != nil {
			t.Fatal(err)
		}
		write(t, f, keys.Worker, "seal", `{"entries": [`)
		<-time.After(2 * time.Second)
		if _, err := ring.Find(keys.Month, "demo", "2026-12"); err == nil || errors.Is(err, keys.ErrNoKey) {
			t.Errorf("a key that is not held: %v, want what is wrong with the file", err)
		}
		if _, err := ring.Find(keys.Month, "demo", "2026-11"); err != nil {
			t.Errorf("the key that is held: %v", err)
		}
		writeSeal(t, f, keys.Worker, month("demo", "2026-11"), month("demo", "2026-12"))
		<-time.After(2 * time.Second)
		if _, err := ring.Find(keys.Month, "demo", "2026-12"); err != nil {
			t.Errorf("once the file is mended: %v", err)
		}
	})
}

func TestARingOfNoSealFileIsAnErrorThatQuotesNoKey(t *testing.T) {
	f := newFolder(t)
	if _, err := f.Ring(keys.Stats); !errors.Is(err, keys.ErrMissing) {
		t.Errorf("without a file: %v, want ErrMissing", err)
	}
	for name, content := range map[string]string{
		"nothing":             "",
		"words":               "MARKER",
		"a key that is words": `{"entries": [{"purpose": "month", "key": "MARKER!"}]}`,
		"a list":              `["MARKER"]`,
		"a purpose of 7":      `{"entries": [{"purpose": 7, "key": "MARKER=="}]}`,
	} {
		write(t, f, keys.Stats, "seal", content)
		if _, err := f.Ring(keys.Stats); err == nil || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("a file of %s: %v; want an error that quotes nothing", name, err)
		}
	}
}

func TestAMonthIsNamedInUTC(t *testing.T) {
	west := time.FixedZone("west", -5*3600)
	for at, want := range map[time.Time]string{
		time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC):                      "2026-11",
		time.Date(2026, 11, 30, 23, 59, 59, 0, time.UTC):                  "2026-11",
		time.Date(2026, 11, 30, 19, 0, 0, 0, west):                        "2026-12",
		time.Date(2026, 12, 31, 23, 0, 0, 0, west):                        "2027-01",
		time.Date(2026, 2, 3, 4, 5, 6, 7, time.UTC):                       "2026-02",
		time.Date(2026, 11, 30, 18, 59, 59, 0, west):                      "2026-11",
		time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC):                      "12026-01",
		time.Date(2026, 12, 1, 0, 30, 0, 0, time.FixedZone("east", 3600)): "2026-11",
	} {
		if got := keys.MonthID(at); got != want {
			t.Errorf("%s is in %s, want %s", at, got, want)
		}
	}
}

package vault_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/keys/keygen"
	"recourse/moderation/vault"
)

const words = "MARKER: what they wrote to me"

var (
	now  = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	here = vault.Place{Owner: event.ID{1}, Table: "report", Column: "content", Row: event.ID{2}}
)

// newFolder has keys for the communities demo and lyon.
func newFolder(t *testing.T) keys.Folder {
	t.Helper()
	f := keys.Folder{Root: t.TempDir()}
	if err := keygen.EnsureServices(f, now); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"demo", "lyon"} {
		if _, err := keygen.EnsureCommunity(f, name, now); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func open(t *testing.T, f keys.Folder, s keys.Service) *vault.Vault {
	t.Helper()
	ring, err := f.Ring(s)
	if err != nil {
		t.Fatal(err)
	}
	return vault.New(ring)
}

func newKey(t *testing.T, v *vault.Vault, at time.Time) (vault.DataKey, vault.WrappedKey) {
	t.Helper()
	key, wrapped, err := v.NewKey(here.Owner, "demo", at)
	if err != nil {
		t.Fatal(err)
	}
	return key, wrapped
}

func TestWhatTheWorkerSealsTheConsoleOpens(t *testing.T) {
	f := newFolder(t)
	key, wrapped := newKey(t, open(t, f, keys.Worker), now)
	if wrapped.Owner != here.Owner || wrapped.Community != "demo" || wrapped.Month != "2026-11" {
		t.Errorf("the wrapped key says %s, %s, %s", wrapped.Owner, wrapped.Community, wrapped.Month)
	}
	again, err := open(t, f, keys.Console).Unwrap(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{"", "x", words, strings.Repeat("é", 100_000)} {
		sealed := key.Seal(here, []byte(body))
		if len(body) > 10 && bytes.Contains(sealed, []byte(body[:10])) {
			t.Error("it stands there in the clear")
		}
		if got, err := again.Open(here, sealed); err != nil || string(got) != body {
			t.Errorf("it opens as %d bytes, %v; want %d", len(got), err, len(body))
		}
	}
}

func TestTheSameWordsSealedTwiceDiffer(t *testing.T) {
	v := open(t, newFolder(t), keys.Worker)
	key, wrapped := newKey(t, v, now)
	other, otherWrapped := newKey(t, v, now)
	if bytes.Equal(key.Seal(here, []byte(words)), key.Seal(here, []byte(words))) {
		t.Error("two rows show that they hold the same")
	}
	if bytes.Equal(wrapped.Wrapped, otherWrapped.Wrapped) {
		t.Error("two keys are wrapped to the same bytes")
	}
	if _, err := other.Open(here, key.Seal(here, []byte(words))); !errors.Is(err, vault.ErrOpen) {
		t.Errorf("the key of another report: %v, want ErrOpen", err)
	}
}

func TestASealedValueOpensInItsPlaceOnly(t *testing.T) {
	key, _ := newKey(t, open(t, newFolder(t), keys.Worker), now)
	sealed := key.Seal(here, []byte(words))
	flipped := func(at int) []byte {
		b := bytes.Clone(sealed)
		b[at] ^= 1
		return b
	}
	with := func(change func(*vault.Place)) vault.Place {
		p := here
		change(&p)
		return p
	}
	for _, tt := range []struct {
		name   string
		place  vault.Place
		sealed []byte
	}{
		{"another report or case", with(func(p *vault.Place) { p.Owner[15] ^= 1 }), sealed},
		{"another table", with(func(p *vault.Place) { p.Table = "decision" }), sealed},
		{"another column", with(func(p *vault.Place) { p.Column = "note" }), sealed},
		{"another row", with(func(p *vault.Place) { p.Row[0] ^= 1 }), sealed},
		{"table and column changed about", with(func(p *vault.Place) { p.Table, p.Column = p.Column, p.Table }), sealed},
		{"owner and row changed about", with(func(p *vault.Place) { p.Owner, p.Row = p.Row, p.Owner }), sealed},
		{"no place", vault.Place{}, sealed},
		{"the first byte flipped", here, flipped(0)},
		{"a byte of the words flipped", here, flipped(15)},
		{"the last byte flipped", here, flipped(len(sealed) - 1)},
		{"the last byte cut off", here, sealed[:len(sealed)-1]},
		{"a byte added", here, append(bytes.Clone(sealed), 0)},
		{"too short for a nonce", here, sealed[:5]},
		{"nothing", here, nil},
	} {
		t.Run(tt.name, func(t *testing.T) { wantErrOpen(t, key, tt.place, tt.sealed) })
	}
}

func wantErrOpen(t *testing.T, key vault.DataKey, p vault.Place, sealed []byte) {
	t.Helper()
	got, err := key.Open(p, sealed)
	if !errors.Is(err, vault.ErrOpen) || got != nil {
		t.Fatalf("it opens as %q, %v; want ErrOpen", got, err)
	}
	if strings.Contains(err.Error(), "MARKER") {
		t.Errorf("the error tells content: %v", err)
	}
}

func TestADataKeyUnwrapsAsItWasWrappedOnly(t *testing.T) {
	v := open(t, newFolder(t), keys.Worker)
	_, wrapped := newKey(t, v, now)
	for _, tt := range []struct {
		name   string
		change func(*vault.WrappedKey)
		want   error
	}{
		{"another owner", func(w *vault.WrappedKey) { w.Owner[0] ^= 1 }, vault.ErrOpen},
		{"another community", func(w *vault.WrappedKey) { w.Community = "lyon" }, vault.ErrOpen},
		{"another month", func(w *vault.WrappedKey) { w.Month = "2026-12" }, vault.ErrOpen},
		{"a changed byte", func(w *vault.WrappedKey) { w.Wrapped[20] ^= 1 }, vault.ErrOpen},
		{"erased", func(w *vault.WrappedKey) { w.Wrapped = nil }, vault.ErrOpen},
		{"a month without a key", func(w *vault.WrappedKey) { w.Month = "2030-01" }, keys.ErrNoKey},
		{"no month", func(w *vault.WrappedKey) { w.Month = "" }, vault.ErrOpen},
		{"a community without keys", func(w *vault.WrappedKey) { w.Community = "paris" }, keys.ErrNoKey},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := wrapped
			w.Wrapped = bytes.Clone(w.Wrapped)
			tt.change(&w)
			if _, err := v.Unwrap(w); !errors.Is(err, tt.want) {
				t.Errorf("Unwrap fails with %v, want %v", err, tt.want)
			}
		})
	}
}

func TestADestroyedMonthKeyTakesWhatItWrapped(t *testing.T) {
	f := newFolder(t)
	v := open(t, f, keys.Worker)
	_, november := newKey(t, v, now)
	_, december := newKey(t, v, now.AddDate(0, 1, 0))
	destroy(t, f, keys.Worker, "2026-11")
	after := open(t, f, keys.Worker)
	if _, err := after.Unwrap(november); !errors.Is(err, keys.ErrNoKey) {
		t.Errorf("a key of November: %v, want ErrNoKey", err)
	}
	if _, err := after.Unwrap(december); err != nil {
		t.Errorf("a key of December: %v", err)
	}
	if _, _, err := after.NewKey(here.Owner, "demo", now); !errors.Is(err, keys.ErrNoKey) {
		t.Errorf("a new key in November: %v, want ErrNoKey", err)
	}
}

func destroy(t *testing.T, f keys.Folder, s keys.Service, month string) {
	t.Helper()
	b, err := os.ReadFile(f.Path(s, "seal"))
	if err != nil {
		t.Fatal(err)
	}
	var file keys.SealFile
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	file.Entries = slices.DeleteFunc(file.Entries, func(e keys.Entry) bool { return e.Purpose == keys.Month && e.ID == month })
	if b, err = json.Marshal(file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.Path(s, "seal"), b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAServiceWithoutMonthKeysSealsNothing(t *testing.T) {
	for _, s := range []keys.Service{keys.Intake, keys.Notify, keys.Stats, keys.Janitor, keys.Admin} {
		if _, _, err := open(t, newFolder(t), s).NewKey(here.Owner, "demo", now); !errors.Is(err, keys.ErrNoKey) {
			t.Errorf("%s: %v, want ErrNoKey", s, err)
		}
	}
}

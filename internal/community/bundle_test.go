package community_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/seal/open"
)

var (
	operator = bytes.Repeat([]byte{1}, ed25519.SeedSize)
	stranger = bytes.Repeat([]byte{2}, ed25519.SeedSize)
)

func publicOf(seed []byte) ed25519.PublicKey {
	public, _ := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	return public
}

func newBundle(t *testing.T, name string) community.Bundle {
	t.Helper()
	key := func(id string) community.PublicKey {
		private, err := open.Generate(id)
		if err != nil {
			t.Fatal(err)
		}
		return community.PublicKey{ID: id, Key: private.Public()}
	}
	return community.Bundle{
		Version: 3, Name: name, CreatedAt: time.Date(2026, 11, 5, 0, 0, 0, 0, time.UTC), Title: community.Text{"ar": "المدينة", "en": "The city"},
		Languages: []string{"ar", "en"}, Conduct: community.Digest([]byte("a code")),
		Articles: []community.Article{{ID: "respect", Kinds: []event.Kind{event.KindHate}, Title: community.Text{"en": "Respect"}, Text: community.Text{"en": "Be kind."}}},
		Keys:     community.PublicKeys{Moderation: key("m"), Contact: key("c"), Statistics: key("s")},
		Clients:  []community.Client{{Name: "platform", KeyHash: community.HashClientKey("key")}},
	}
}

func sign(t *testing.T, seed []byte, b community.Bundle) []byte {
	t.Helper()
	value, err := community.Sign(seed, b)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// signRaw signs bytes that Sign would not make, as a later version may.
func signRaw(t *testing.T, domain, raw string) []byte {
	t.Helper()
	signature := ed25519.Sign(ed25519.NewKeyFromSeed(operator), []byte(domain+raw))
	return []byte(encode(t, map[string]any{"bundle": []byte(raw), "signature": signature}))
}

const domain = "recourse/community/v1|"

func TestASignedBundleIsReadAsItWas(t *testing.T) {
	want := newBundle(t, "demo")
	got, err := community.Verify(publicOf(operator), "demo", sign(t, operator, want))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("it is read as %+v, %v; want %+v", got, err, want)
	}
}

func TestABundleOfALaterVersionIsReadWithoutItsNewFields(t *testing.T) {
	raw := strings.Replace(encode(t, newBundle(t, "demo")), "{", `{"a_field_of_next_year": {"x": 1},`, 1)
	if got, err := community.Verify(publicOf(operator), "demo", signRaw(t, domain, raw)); err != nil || got.Name != "demo" {
		t.Errorf("it is read as %q, %v", got.Name, err)
	}
}

func TestABundleThatTheOperatorDidNotSignIsRefused(t *testing.T) {
	b := newBundle(t, "demo")
	raw := encode(t, b)
	for name, value := range map[string][]byte{
		"signed by a stranger":              sign(t, stranger, b),
		"signed without the domain":         signRaw(t, "", raw),
		"signed for another domain":         signRaw(t, "recourse/release/v1|", raw),
		"not signed":                        []byte(encode(t, map[string]any{"bundle": []byte(raw)})),
		"with a signature that is too long": []byte(encode(t, map[string]any{"bundle": []byte(raw), "signature": make([]byte, 65)})),
		"an empty object":                   []byte(`{}`),
		"null":                              []byte(`null`),
	} {
		if got, err := community.Verify(publicOf(operator), "demo", value); !errors.Is(err, community.ErrSignature) || got.Name != "" {
			t.Errorf("%s: %q, %v; want ErrSignature", name, got.Name, err)
		}
	}
}

func TestAChangedByteIsNoticed(t *testing.T) {
	b := newBundle(t, "demo")
	value, want := sign(t, operator, b), encode(t, b)
	for i := 0; i < len(value); i += 7 {
		changed := bytes.Clone(value)
		changed[i] ^= 0x01
		// A change that base64 or JSON reads over leaves the bundle as it was.
		if got, err := community.Verify(publicOf(operator), "demo", changed); err == nil && encode(t, got) != want {
			t.Errorf("byte %d changes the bundle", i)
		}
	}
}

func TestABundleDoesNotPassForAnotherCommunity(t *testing.T) {
	value := sign(t, operator, newBundle(t, "demo"))
	for _, name := range []string{"lyon", "", "Demo", "demo "} {
		if got, err := community.Verify(publicOf(operator), name, value); !errors.Is(err, community.ErrBundle) || got.Name != "" {
			t.Errorf("as %q: %q, %v; want ErrBundle", name, got.Name, err)
		}
	}
}

func TestAMalformedBundleIsNeitherSignedNorRead(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*community.Bundle)
	}{
		{"no name", func(b *community.Bundle) { b.Name = "" }},
		{"a name that is two tokens", func(b *community.Bundle) { b.Name = "demo.x" }},
		{"no version", func(b *community.Bundle) { b.Version = 0 }},
		{"no language", func(b *community.Bundle) { b.Languages = nil }},
		{"no code of conduct", func(b *community.Bundle) { b.Conduct = "" }},
		{"a digest cut short", func(b *community.Bundle) { b.Conduct = b.Conduct[1:] }},
		{"no key for moderation", func(b *community.Bundle) { b.Keys.Moderation = community.PublicKey{} }},
		{"a contact key cut short", func(b *community.Bundle) { b.Keys.Contact.Key = b.Keys.Contact.Key[1:] }},
		{"a statistics key that is none", func(b *community.Bundle) { b.Keys.Statistics.Key = []byte("MARKER") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBundle(t, "demo")
			tt.change(&b)
			if value, err := community.Sign(operator, b); !errors.Is(err, community.ErrBundle) || value != nil {
				t.Errorf("it is signed: %v, want ErrBundle", err)
			}
			_, err := community.Verify(publicOf(operator), b.Name, signRaw(t, domain, encode(t, b)))
			if !errors.Is(err, community.ErrBundle) || strings.Contains(err.Error(), "MARKER") {
				t.Errorf("it is read: %v, want ErrBundle", err)
			}
		})
	}
	for _, value := range []string{"", "MARKER", "[]", `{"bundle": "MARKER!"}`, `{"bundle": 7}`} {
		if _, err := community.Verify(publicOf(operator), "demo", []byte(value)); !errors.Is(err, community.ErrBundle) || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("%q: %v, want ErrBundle", value, err)
		}
	}
	if _, err := community.Verify(publicOf(operator), "demo", signRaw(t, domain, "MARKER")); !errors.Is(err, community.ErrBundle) {
		t.Errorf("signed words: %v, want ErrBundle", err)
	}
}

func TestAnArticleIsFoundByItsID(t *testing.T) {
	b := newBundle(t, "demo")
	if a, ok := b.Article("respect"); !ok || a.ID != "respect" {
		t.Errorf("Article returns %v, %v", a, ok)
	}
	if a, ok := b.Article("Respect"); ok {
		t.Errorf("Article returns %v for an id that is none", a)
	}
	if b.DefaultLanguage() != "ar" {
		t.Errorf("the default language is %s, want the first", b.DefaultLanguage())
	}
}

// The bucket holds what these names and hashes say, for as long as it is kept.
func TestRecordsAreNamedAsTheyAlwaysWere(t *testing.T) {
	for _, tt := range []struct{ what, got, want string }{
		{"a bundle", community.Key("demo"), "bundle.demo"},
		{"a code of conduct", community.ConductKey("d1"), "conduct.d1"},
		{"a digest", community.Digest([]byte("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is %s, want %s", tt.what, tt.got, tt.want)
		}
	}
}

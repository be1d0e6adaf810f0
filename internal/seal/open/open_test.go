package open_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"recourse/internal/seal"
	"recourse/internal/seal/open"
)

const words = "MARKER: what they wrote to me"

var here = seal.Context{Purpose: seal.PurposeModeration, Community: "demo", Report: [16]byte{1, 2, 3}}

func newKey(t *testing.T, id string) open.PrivateKey {
	t.Helper()
	key, err := open.Generate(id)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sealTo(t *testing.T, key open.PrivateKey, c seal.Context, body []byte, p seal.Padding) seal.Envelope {
	t.Helper()
	public, err := seal.ParsePublicKey(key.ID, key.Public())
	if err != nil {
		t.Fatal(err)
	}
	e, err := seal.Seal(public, c, body, p)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestWhatIsSealedToAKeyOpensWithIt(t *testing.T) {
	key := newKey(t, "k1")
	for _, body := range [][]byte{nil, []byte("x"), []byte(words), make([]byte, 5000), bytes.Repeat([]byte("é"), 200_000)} {
		e := sealTo(t, key, here, body, seal.Buckets())
		if e.Version != seal.EnvelopeVersion || e.KeyID != "k1" {
			t.Errorf("the envelope says version %d, key %q", e.Version, e.KeyID)
		}
		if len(body) > 10 && bytes.Contains(e.Ciphertext, body[:10]) {
			t.Error("the envelope holds its body in the clear")
		}
		if back, err := key.Open(here, e); err != nil || !bytes.Equal(back, body) {
			t.Errorf("Open returns %d bytes, %v; want the %d sealed", len(back), err, len(body))
		}
	}
}

func TestTheSameBodySealedTwiceGivesTwoEnvelopes(t *testing.T) {
	key := newKey(t, "k1")
	one, two := sealTo(t, key, here, []byte(words), seal.Buckets()), sealTo(t, key, here, []byte(words), seal.Buckets())
	if bytes.Equal(one.Ciphertext, two.Ciphertext) {
		t.Error("two envelopes are the same: whoever sees them knows that their bodies are")
	}
}

func TestAnEnvelopeOpensNowhereElse(t *testing.T) {
	key := newKey(t, "k1")
	sealed := sealTo(t, key, here, []byte(words), seal.Buckets())
	nothing := func(*seal.Context, *seal.Envelope) {}
	flipped := func(at func(size int) int) func(*seal.Context, *seal.Envelope) {
		return func(_ *seal.Context, e *seal.Envelope) { e.Ciphertext[at(len(e.Ciphertext))] ^= 0x10 }
	}
	for _, tt := range []struct {
		what   string
		with   open.PrivateKey
		change func(*seal.Context, *seal.Envelope)
	}{
		{"another key", newKey(t, "k1"), nothing},
		{"another purpose", key, func(c *seal.Context, _ *seal.Envelope) { c.Purpose = seal.PurposeContact }},
		{"another community", key, func(c *seal.Context, _ *seal.Envelope) { c.Community = "dem" }},
		{"another report", key, func(c *seal.Context, _ *seal.Envelope) { c.Report[15] = 1 }},
		{"no context", key, func(c *seal.Context, _ *seal.Envelope) { *c = seal.Context{} }},
		{"a newer version", key, func(_ *seal.Context, e *seal.Envelope) { e.Version++ }},
		{"no version", key, func(_ *seal.Context, e *seal.Envelope) { e.Version = 0 }},
		{"the first byte flipped", key, flipped(func(int) int { return 0 })},
		{"the X25519 half of the encapsulated key flipped", key, flipped(func(int) int { return 1088 + 16 })},
		{"the first byte of the ciphertext flipped", key, flipped(func(int) int { return 1120 })},
		{"a byte of the padding flipped", key, flipped(func(size int) int { return size - 100 })},
		{"the last byte flipped", key, flipped(func(size int) int { return size - 1 })},
		{"the last byte cut off", key, func(_ *seal.Context, e *seal.Envelope) { e.Ciphertext = e.Ciphertext[:len(e.Ciphertext)-1] }},
		{"a byte added", key, func(_ *seal.Context, e *seal.Envelope) { e.Ciphertext = append(e.Ciphertext, 0) }},
		{"half an encapsulated key", key, func(_ *seal.Context, e *seal.Envelope) { e.Ciphertext = e.Ciphertext[:500] }},
		{"nothing", key, func(_ *seal.Context, e *seal.Envelope) { e.Ciphertext = nil }},
	} {
		t.Run(tt.what, func(t *testing.T) {
			c, e := here, sealed
			e.Ciphertext = slices.Clone(e.Ciphertext)
			tt.change(&c, &e)
			body, err := tt.with.Open(c, e)
			if !errors.Is(err, open.ErrOpen) || body != nil {
				t.Fatalf("Open returns %q, %v; want ErrOpen", body, err)
			}
			if strings.Contains(err.Error(), "MARKER") {
				t.Errorf("the error tells content: %v", err)
			}
		})
	}
}

func TestAKeyIsTheSameAfterItsFileWasRead(t *testing.T) {
	key := newKey(t, "k1")
	secret, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	read, err := open.Parse("k1", secret)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read.Public(), key.Public()) {
		t.Error("its public half is another")
	}
	if body, err := read.Open(here, sealTo(t, key, here, []byte(words), seal.Buckets())); err != nil || string(body) != words {
		t.Errorf("it opens %q, %v; want the words", body, err)
	}
}

func TestBytesThatAreNoKeyAreRefusedWithoutBeingQuoted(t *testing.T) {
	key := newKey(t, "k1")
	secret, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"nothing": nil, "text": []byte("MARKER"), "a seed cut short": secret[1:], "a public key": key.Public()} {
		if _, err := open.Parse("k1", b); err == nil || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("a private key of %s: %v; want an error that quotes nothing", name, err)
		}
	}
	for name, b := range map[string][]byte{"nothing": nil, "text": []byte("MARKER"), "one cut short": key.Public()[1:], "a private key": secret} {
		if _, err := seal.ParsePublicKey("k1", b); !errors.Is(err, seal.ErrPublicKey) || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("a public key of %s: %v; want ErrPublicKey", name, err)
		}
	}
}

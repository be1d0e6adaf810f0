package receipt_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
)

const secretWords = "MARKER: they decided to remove the post"

func sealTo(t *testing.T, r receipt.Receipt, c seal.Context) seal.Envelope {
	t.Helper()
	key, err := seal.ParsePublicKey("receipt", []byte(publicKey(t, r)))
	if err != nil {
		t.Fatal(err)
	}
	e, err := seal.Seal(key, c, []byte(secretWords), seal.Buckets())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func opener(t *testing.T, r receipt.Receipt) receipt.Opener {
	t.Helper()
	o, err := r.Opener()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestAReceiptOpensWhatWasSealedToItsPublicKey(t *testing.T) {
	r := receipt.New()
	c := seal.Context{Purpose: seal.PurposeStatus, Community: "demo", Report: r.ReportID()}
	e := sealTo(t, r, c)
	typed, err := receipt.Parse(r.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	body, err := opener(t, typed).Open(c, e)
	if err != nil || string(body) != secretWords {
		t.Errorf("Open returns %q, %v; want the words", body, err)
	}
}

func TestAReceiptOpensNothingElse(t *testing.T) {
	r := receipt.New()
	c := seal.Context{Purpose: seal.PurposeStatus, Community: "demo", Report: r.ReportID()}
	sealed := sealTo(t, r, c)
	with := func(change func(*seal.Context, *seal.Envelope)) (seal.Context, seal.Envelope) {
		c, e := c, sealed
		e.Ciphertext = slices.Clone(e.Ciphertext)
		change(&c, &e)
		return c, e
	}
	for _, tt := range []struct {
		what   string
		with   receipt.Receipt
		change func(*seal.Context, *seal.Envelope)
	}{
		{"another receipt", receipt.New(), func(*seal.Context, *seal.Envelope) {}},
		{"another purpose", r, func(c *seal.Context, _ *seal.Envelope) { c.Purpose = seal.PurposeMessage }},
		{"another community", r, func(c *seal.Context, _ *seal.Envelope) { c.Community = "demo2" }},
		{"another report", r, func(c *seal.Context, _ *seal.Envelope) { c.Report[15] ^= 1 }},
		{"another version", r, func(_ *seal.Context, e *seal.Envelope) { e.Version++ }},
		{"no version", r, func(_ *seal.Context, e *seal.Envelope) { e.Version = 0 }},
		{"a changed encapsulated key", r, func(_ *seal.Context, e *seal.Envelope) { e.Ciphertext[0] ^= 1 }},
		{"changed words", r, func(_ *seal.Context, e *seal.Envelope) { e.Ciphertext[len(e.Ciphertext)-100] ^= 1 }},
		{"no ciphertext", r, func(_ *seal.Context, e *seal.Envelope) { e.Ciphertext = nil }},
	} {
		t.Run(tt.what, func(t *testing.T) {
			body, err := opener(t, tt.with).Open(with(tt.change))
			if !errors.Is(err, receipt.ErrOpen) || body != nil {
				t.Fatalf("Open returns %q, %v; want ErrOpen", body, err)
			}
			if strings.Contains(err.Error(), "MARKER") {
				t.Errorf("the error tells content: %v", err)
			}
		})
	}
}

package box

import (
	"bytes"
	"crypto/hpke"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestABodyIsPaddedToTheNextBucket(t *testing.T) {
	const kib = 1 << 10
	for _, tt := range []struct{ body, size int }{
		{0, kib},
		{1, kib},
		{kib - prefix, kib},
		{kib - prefix + 1, 2 * kib},
		{2*kib - prefix, 2 * kib},
		{2*kib - prefix + 1, 4 * kib},
		{5 * kib, 8 * kib},
		{100 * kib, 128 * kib},
		{256 * kib, 512 * kib},
		{512*kib - prefix, 512 * kib},
	} {
		padded, err := Pad(make([]byte, tt.body), 0)
		if err != nil || len(padded) != tt.size {
			t.Errorf("a body of %d bytes is padded to %d, %v; want %d", tt.body, len(padded), err, tt.size)
		}
	}
}

func TestABodyThatDoesNotFitIsAnError(t *testing.T) {
	for _, tt := range []struct {
		name        string
		body, exact int
	}{
		{"one byte over the largest bucket", 512<<10 - prefix + 1, 0},
		{"twice the largest bucket", 1 << 20, 0},
		{"one byte over an exact size", 1024 - prefix + 1, 1024},
		{"an exact size without room for the length", 0, 3},
		{"a negative exact size", 0, -1},
	} {
		if padded, err := Pad(make([]byte, tt.body), tt.exact); !errors.Is(err, ErrTooLong) || padded != nil {
			t.Errorf("%s: %d bytes, %v; want ErrTooLong", tt.name, len(padded), err)
		}
	}
}

func TestPaddingComesOffWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.SliceOfN(rapid.Byte(), 0, 3000).Draw(t, "body")
		exact := rapid.SampledFrom([]int{0, 4096}).Draw(t, "exact")
		padded, err := Pad(body, exact)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := unpad(padded); err != nil || !bytes.Equal(back, body) {
			t.Fatalf("unpad returns %q, %v; want %q", back, err, body)
		}
	})
}

func withLength(n uint32, rest ...byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, n), rest...)
}

func TestMalformedPaddingIsRefused(t *testing.T) {
	nonZero, err := Pad([]byte("MARKER"), 0)
	if err != nil {
		t.Fatal(err)
	}
	lastByte, afterBody := bytes.Clone(nonZero), bytes.Clone(nonZero)
	lastByte[len(lastByte)-1] = 1
	afterBody[prefix+len("MARKER")] = 1
	longer := bytes.Clone(nonZero)
	binary.BigEndian.PutUint32(longer, 1<<10) // one whole bucket, with no room for itself

	for _, tt := range []struct {
		name   string
		padded []byte
	}{
		{"nothing", nil},
		{"too short for a length", []byte{0, 0, 0}},
		{"a length of one and no body", withLength(1)},
		{"a length beyond the end", longer},
		{"the largest length", withLength(1<<32-1, 'M')},
		{"the largest length that is positive in 32 bits", withLength(1<<31-1, 'M')},
		{"the smallest length that is negative in 32 bits", withLength(1<<31, 'M')},
		{"a last byte that is not zero", lastByte},
		{"a byte behind the body that is not zero", afterBody},
	} {
		t.Run(tt.name, func(t *testing.T) {
			key, err := Generate()
			if err != nil {
				t.Fatal(err)
			}
			sealed, err := hpke.Seal(key.PublicKey(), kdf(), aead(), nil, tt.padded)
			if err != nil {
				t.Fatal(err)
			}
			body, err := Open(key, nil, sealed)
			if !errors.Is(err, ErrPadding) || body != nil {
				t.Fatalf("Open returns %q, %v; want ErrPadding", body, err)
			}
			if strings.Contains(err.Error(), "MARKER") {
				t.Errorf("the error tells content: %v", err)
			}
		})
	}
}

func TestOneSeedGivesOneKeyPair(t *testing.T) {
	pair := func(ikm string) string {
		key, err := Derive([]byte(strings.Repeat(ikm, 32)))
		if err != nil {
			t.Fatal(err)
		}
		return string(key.PublicKey().Bytes())
	}
	a, again, b := pair("a"), pair("a"), pair("b")
	if a != again {
		t.Error("the same seed gives two key pairs")
	}
	if a == b {
		t.Error("two seeds give one key pair")
	}
}

// Package receipt is the secret that a reporter keeps, the only way back to a
// report: 125 random bits and a check symbol, written in Crockford's base32.
//
// HKDF (RFC 5869) of the secret gives the report's id, the name of its status
// record and a key pair. Only those three travel. The receipt itself stands in
// no URL, no log and no database.
package receipt

import (
	"crypto/hkdf"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"unicode"

	"recourse/internal/seal"
	"recourse/internal/seal/internal/box"
)

const (
	alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ" // Crockford's base32
	symbols  = 25                                 // of 5 bits each, 125 in all
	group    = 5
)

// SeedSize is the number of bytes that New and FromSeed take: 128 bits, of
// which the receipt keeps 125.
const SeedSize = 16

// Errors of Parse.
var (
	ErrFormat = errors.New("a receipt has 26 letters and digits")
	ErrCheck  = errors.New("the check symbol does not match: the receipt is mistyped")
)

// Receipt is a reporter's secret.
type Receipt struct {
	values [symbols]byte // each 0 to 31
}

// New returns a random receipt.
func New() Receipt {
	var seed [SeedSize]byte
	rand.Read(seed[:])
	return FromSeed(seed)
}

// FromSeed returns the receipt of the first 125 bits of seed.
func FromSeed(seed [SeedSize]byte) Receipt {
	var r Receipt
	for i := range r.values {
		bit := i * 5
		pair := uint16(seed[bit/8]) << 8
		if bit/8+1 < len(seed) {
			pair |= uint16(seed[bit/8+1])
		}
		r.values[i] = byte(pair >> (11 - bit%8) & 31)
	}
	return r
}

// Parse reads a receipt as people type it: any case, with or without hyphens
// and spaces, O for 0, I and L for 1, and digits of other scripts.
func Parse(s string) (Receipt, error) {
	var typed []byte
	for _, c := range s {
		c = asciiDigit(c)
		switch {
		case separates(c):
			continue
		case c > 127:
			return Receipt{}, ErrFormat
		}
		if len(typed) > symbols {
			return Receipt{}, ErrFormat
		}
		v := strings.IndexByte(alphabet, canonical(byte(c))) //nolint:gosec // at most 127, see above
		if v < 0 {
			return Receipt{}, ErrFormat
		}
		typed = append(typed, byte(v)) //nolint:gosec // at most 31
	}
	if len(typed) != symbols+1 {
		return Receipt{}, ErrFormat
	}
	r := Receipt{values: [symbols]byte(typed[:symbols])}
	if r.check() != typed[symbols] {
		return Receipt{}, ErrCheck
	}
	return r, nil
}

// Reveal returns five groups of five symbols, the check symbol behind the
// last: XXXXX-XXXXX-XXXXX-XXXXX-XXXXXC.
func (r Receipt) Reveal() string {
	var b strings.Builder
	for i, v := range r.values {
		if i > 0 && i%group == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[v])
	}
	b.WriteByte(alphabet[r.check()])
	return b.String()
}

// Format keeps a receipt out of logs and messages, whatever the verb; Reveal is
// for its owner.
func (Receipt) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("(receipt)")) }

// LogValue does for slog's handlers what Format does for fmt.
func (Receipt) LogValue() slog.Value { return slog.StringValue("(receipt)") }

// ReportID returns the id of the report, 128 bits.
func (r Receipt) ReportID() [16]byte { return [16]byte(r.derive("report id", 16)) }

// StatusKey returns the name of the record in the bucket `status`.
func (r Receipt) StatusKey() string { return hex.EncodeToString(r.derive("status key", 16)) }

// PublicKey returns the bytes of the key to which status and messages are
// sealed.
func (r Receipt) PublicKey() ([]byte, error) {
	key, err := r.privateKey()
	if err != nil {
		return nil, err
	}
	return key.PublicKey().Bytes(), nil
}

// ErrOpen says that an envelope was not sealed to this receipt.
var ErrOpen = errors.New("envelope does not open with this receipt")

// Opener opens envelopes that were sealed to its receipt.
type Opener struct{ key hpke.PrivateKey }

// Opener derives the receipt's private key once, for several envelopes.
func (r Receipt) Opener() (Opener, error) {
	key, err := r.privateKey()
	return Opener{key: key}, err
}

// Open returns the body of an envelope sealed to the receipt in context c.
func (o Opener) Open(c seal.Context, e seal.Envelope) ([]byte, error) {
	body, err := box.Open(o.key, c.Info(), e.Ciphertext)
	if e.Version != seal.EnvelopeVersion || err != nil {
		return nil, ErrOpen
	}
	return body, nil
}

func (r Receipt) privateKey() (hpke.PrivateKey, error) {
	key, err := box.Derive(r.derive("key pair", 32))
	if err != nil {
		return nil, fmt.Errorf("deriving the receipt's key pair: %w", err)
	}
	return key, nil
}

func (r Receipt) derive(label string, size int) []byte {
	out, err := hkdf.Key(sha256.New, r.values[:], []byte("recourse/receipt/v1"), label, size)
	if err != nil {
		panic("receipt: HKDF refuses a size fixed in this file: " + err.Error())
	}
	return out
}

// check is the sum of value times alpha^position over GF(32), so that any one
// wrong symbol and any two swapped ones are noticed: the weights are distinct
// and not zero. Crockford's own check symbol adds five signs (*~$=U) that do
// not read aloud in every language; this one stays in the alphabet.
func (r Receipt) check() byte {
	var sum byte
	weight := byte(1)
	for _, v := range r.values {
		weight = double(weight)
		sum ^= multiply(weight, v)
	}
	return sum
}

// double multiplies by alpha in GF(32) modulo x^5 + x^2 + 1.
func double(a byte) byte {
	a <<= 1
	if a&32 != 0 {
		a ^= 0b100101
	}
	return a
}

func multiply(a, b byte) byte {
	var product byte
	for ; b != 0; b >>= 1 {
		if b&1 != 0 {
			product ^= a
		}
		a = double(a)
	}
	return product
}

// separates says what may stand between the symbols: white space, any kind of
// hyphen, and the unseen marks that messengers and right-to-left texts insert.
func separates(c rune) bool {
	const minus = '\u2212'
	return unicode.IsSpace(c) || c == minus || unicode.In(c, unicode.Pd, unicode.Cf, unicode.Zs)
}

func canonical(c byte) byte {
	if c >= 'a' && c <= 'z' {
		c -= 'a' - 'A'
	}
	switch c {
	case 'O':
		return '0'
	case 'I', 'L':
		return '1'
	default:
		return c
	}
}

// asciiDigit turns Arabic-Indic, Persian, Devanagari and full-width digits
// into ASCII ones: phones type them by themselves.
func asciiDigit(c rune) rune {
	for _, zero := range []rune{'٠', '۰', '०', '０'} {
		if c >= zero && c <= zero+9 {
			return '0' + c - zero
		}
	}
	return c
}

// Package sketch makes what reports are grouped by: keyed numbers that are
// equal for the same account and the same link, and alike for alike texts. A
// database can compare them and learns neither handle nor link nor word; only
// who has the community's key can test a guess.
//
// It is pure. It must never return anything that a person wrote.
package sketch

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"recourse/internal/event"
)

// KeySize is the size of a Key's secret in bytes.
const KeySize = 32

// Key makes the sketches of one community. Under another key everything is
// another number, so that communities can't be joined. Safe for concurrent use.
type Key struct{ secret []byte }

// NewKey returns the Key of a secret of KeySize random bytes.
func NewKey(secret []byte) (Key, error) {
	if len(secret) != KeySize {
		return Key{}, fmt.Errorf("a sketch key has %d bytes, want %d", len(secret), KeySize)
	}
	return Key{secret: secret}, nil
}

// Sketch is what a report is grouped by.
type Sketch struct {
	Account int64   // of platform and handle; 0: no account is named
	Links   []int64 // of each link, sorted, each once
	Text    Text    // zero: too few words to compare
}

// Of returns the sketch of a report.
func (k Key) Of(c event.Content) Sketch {
	var s Sketch
	if account := normalAccount(c.Account); account != "" {
		s.Account = k.number("account", account)
	}
	for _, link := range normalLinks(c.Links) {
		s.Links = append(s.Links, k.number("link", link))
	}
	scope := fmt.Sprintf("%s|%d|", c.Kind, s.Account)
	if s.Account == 0 { // then links say what it is about
		scope += fmt.Sprint(s.Links, "|")
	}
	s.Text = k.text(scope, c.Description)
	return s
}

// number is a keyed pseudonym of 64 bits: among a hundred million of them one
// more meets another by chance once in a hundred billion times.
func (k Key) number(what, value string) int64 {
	n := int64(binary.BigEndian.Uint64(k.mac(what, value))) //nolint:gosec // any 64 bits do
	if n == 0 {
		n = 1 // 0 says that there is none
	}
	return n
}

func (k Key) mac(what, value string) []byte {
	h := hmac.New(sha256.New, k.secret)
	h.Write([]byte("recourse/sketch/v1/" + what + "|" + value))
	return h.Sum(nil)
}

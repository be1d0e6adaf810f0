package seal

import (
	"crypto/hpke"
	"errors"
	"fmt"

	"recourse/internal/seal/internal/box"
)

// EnvelopeVersion is the version of Envelope that this code writes.
const EnvelopeVersion = 1

// Envelope is a sealed, padded body.
type Envelope struct {
	Version    int    `json:"v"`
	KeyID      string `json:"kid"`
	Ciphertext []byte `json:"ct"` // encapsulated key, then ciphertext (RFC 9180, section 5)
}

// Purpose says what an envelope is for. It is bound into the seal, so that an
// envelope can't be passed off for another.
type Purpose string

// The purposes.
const (
	PurposeModeration Purpose = "moderation"
	PurposeContact    Purpose = "contact"
	PurposeStatistics Purpose = "statistics"
	PurposeFollowUp   Purpose = "follow-up" // to moderation, as the next
	PurposeEvidence   Purpose = "evidence"
	PurposeStatus     Purpose = "status"
	PurposeMessage    Purpose = "message"
)

// Context is what an envelope belongs to. Opening with another context fails.
type Context struct {
	Purpose   Purpose
	Community string
	Report    [16]byte
}

// Info returns the HPKE `info` of c: purpose, community and report id.
func (c Context) Info() []byte {
	return fmt.Appendf(nil, "recourse/envelope/v1|%s|%s|%x", c.Purpose, c.Community, c.Report)
}

// PublicKey seals to whoever holds the private half.
type PublicKey struct {
	ID  string
	key hpke.PublicKey
}

// ErrPublicKey says that bytes are no public key of this suite.
var ErrPublicKey = errors.New("not an MLKEM768X25519 public key")

// ParsePublicKey reads the bytes of an MLKEM768X25519 public key (1216 bytes).
func ParsePublicKey(id string, b []byte) (PublicKey, error) {
	key, err := box.ParsePublic(b)
	if err != nil {
		return PublicKey{}, ErrPublicKey
	}
	return PublicKey{ID: id, key: key}, nil
}

// Padding decides the size of what is sealed. See Buckets and Exactly.
type Padding struct{ exact int }

// Buckets pads to the next power of two from 1 KiB to 512 KiB.
func Buckets() Padding { return Padding{} }

// Exactly pads to size bytes; a longer body is an error.
func Exactly(size int) Padding { return Padding{exact: size} }

// Seal seals body to key in the given context.
func Seal(key PublicKey, c Context, body []byte, p Padding) (Envelope, error) {
	if key.key == nil {
		return Envelope{}, ErrPublicKey
	}
	padded, err := box.Pad(body, p.exact)
	if err != nil {
		return Envelope{}, fmt.Errorf("padding a %s envelope: %w", c.Purpose, err)
	}
	ct, err := box.Seal(key.key, c.Info(), padded)
	if err != nil {
		return Envelope{}, fmt.Errorf("sealing a %s envelope: %w", c.Purpose, err)
	}
	return Envelope{Version: EnvelopeVersion, KeyID: key.ID, Ciphertext: ct}, nil
}

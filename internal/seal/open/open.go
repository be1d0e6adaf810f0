// Package open opens envelopes with a service's private key. Moderation,
// notify and statistics import it; the intake must never.
package open

import (
	"crypto/hpke"
	"errors"
	"fmt"

	"recourse/internal/seal"
	"recourse/internal/seal/internal/box"
)

// ErrOpen says that an envelope does not open with this key and context. It
// tells nothing of what is inside.
var ErrOpen = errors.New("envelope does not open")

// PrivateKey opens what was sealed to its public half.
type PrivateKey struct {
	ID  string
	key hpke.PrivateKey
}

// Generate makes a random key pair.
func Generate(id string) (PrivateKey, error) {
	key, err := box.Generate()
	if err != nil {
		return PrivateKey{}, fmt.Errorf("generating a key pair: %w", err)
	}
	return PrivateKey{ID: id, key: key}, nil
}

// Parse reads the bytes that Bytes returns.
func Parse(id string, b []byte) (PrivateKey, error) {
	key, err := box.ParsePrivate(b)
	if err != nil {
		return PrivateKey{}, errors.New("not an MLKEM768X25519 private key")
	}
	return PrivateKey{ID: id, key: key}, nil
}

// Bytes returns the private key's seed, for its key file.
func (k PrivateKey) Bytes() ([]byte, error) { return k.key.Bytes() }

// Public returns the bytes of the public half.
func (k PrivateKey) Public() []byte { return k.key.PublicKey().Bytes() }

// Open returns the body of an envelope that was sealed to k in context c.
func (k PrivateKey) Open(c seal.Context, e seal.Envelope) ([]byte, error) {
	if e.Version != seal.EnvelopeVersion {
		return nil, fmt.Errorf("%w: version %d is not known", ErrOpen, e.Version)
	}
	body, err := box.Open(k.key, c.Info(), e.Ciphertext)
	if err != nil {
		return nil, ErrOpen
	}
	return body, nil
}

// Package box is the one place that names the HPKE suite and the padding. Only
// packages under internal/seal can import it, so that no service opens or
// seals by another way.
package box

import (
	"crypto/hpke"
	"encoding/binary"
	"errors"
)

// Sizes of the padding's buckets in bytes.
const (
	smallest = 1 << 10
	largest  = 512 << 10
	prefix   = 4 // length of the body, big endian
)

// Errors of this package. They never quote what was sealed.
var (
	ErrTooLong = errors.New("body is longer than the largest size")
	ErrPadding = errors.New("padding is malformed")
)

func kem() hpke.KEM   { return hpke.MLKEM768X25519() }
func kdf() hpke.KDF   { return hpke.HKDFSHA256() }
func aead() hpke.AEAD { return hpke.AES256GCM() }

// ParsePublic reads a public key's bytes.
func ParsePublic(b []byte) (hpke.PublicKey, error) { return kem().NewPublicKey(b) }

// ParsePrivate reads a private key's seed.
func ParsePrivate(b []byte) (hpke.PrivateKey, error) { return kem().NewPrivateKey(b) }

// Generate makes a random private key.
func Generate() (hpke.PrivateKey, error) { return kem().GenerateKey() }

// Derive makes the private key that belongs to ikm (RFC 9180, DeriveKeyPair).
func Derive(ikm []byte) (hpke.PrivateKey, error) { return kem().DeriveKeyPair(ikm) }

// Seal returns the encapsulated key followed by the ciphertext.
func Seal(key hpke.PublicKey, info, padded []byte) ([]byte, error) {
	return hpke.Seal(key, kdf(), aead(), info, padded)
}

// Open undoes Seal and the padding.
func Open(key hpke.PrivateKey, info, ciphertext []byte) ([]byte, error) {
	padded, err := hpke.Open(key, kdf(), aead(), info, ciphertext)
	if err != nil {
		return nil, err
	}
	return unpad(padded)
}

// Pad returns the body's length, the body, and zeros up to exact bytes, or up
// to the next bucket where exact is 0.
func Pad(body []byte, exact int) ([]byte, error) {
	need := prefix + len(body)
	size := exact
	if exact == 0 {
		size = smallest
		for size < need && size < largest {
			size *= 2
		}
	}
	if need > size {
		return nil, ErrTooLong
	}
	padded := make([]byte, size)
	binary.BigEndian.PutUint32(padded, uint32(len(body))) //nolint:gosec // bounded by size above
	copy(padded[prefix:], body)
	return padded, nil
}

func unpad(padded []byte) ([]byte, error) {
	if len(padded) < prefix {
		return nil, ErrPadding
	}
	n := binary.BigEndian.Uint32(padded) // not an int: of 32 bits it could be negative
	if int64(n) > int64(len(padded)-prefix) {
		return nil, ErrPadding
	}
	for _, b := range padded[prefix+n:] {
		if b != 0 {
			return nil, ErrPadding
		}
	}
	return padded[prefix : prefix+n], nil
}

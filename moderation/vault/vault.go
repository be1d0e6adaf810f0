// Package vault seals at rest what a person wrote: under a random key per
// report or case (AES-256-GCM), itself wrapped by the community's key of the
// month, which lives in the key folder and never in PostgreSQL.
//
// Deleting the wrapped key erases the report; destroying the month's key makes
// backups forget. Nothing here touches a database.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"recourse/internal/event"
	"recourse/internal/keys"
)

const keySize = 32

// ErrOpen says that something sealed at rest does not open: another key,
// another place, or changed bytes.
var ErrOpen = errors.New("sealed at rest, and does not open here")

// Place is where a sealed value stands. It is bound to the seal, so that a
// value can't be moved to another row or column.
type Place struct {
	Owner  event.ID // the report or case whose data key seals it
	Table  string
	Column string
	Row    event.ID
}

func (p Place) additionalData() []byte {
	return fmt.Appendf(nil, "recourse/at-rest/v1|%s|%s|%s|%s", p.Owner, p.Table, p.Column, p.Row)
}

// DataKey is an unwrapped key of one report or case.
type DataKey struct{ aead cipher.AEAD }

// WrappedKey is a row of moderation.data_key.
type WrappedKey struct {
	Owner     event.ID
	Community string
	Month     string // keys.MonthID
	Wrapped   []byte
}

// Vault makes and unwraps data keys with the month keys of a ring.
type Vault struct{ ring *keys.Ring }

// New returns a vault that uses the month keys of ring.
func New(ring *keys.Ring) *Vault { return &Vault{ring: ring} }

// NewKey makes a data key for owner and wraps it with the community's key of
// the month of now.
func (v *Vault) NewKey(owner event.ID, community string, now time.Time) (DataKey, WrappedKey, error) {
	w := WrappedKey{Owner: owner, Community: community, Month: keys.MonthID(now)}
	month, err := v.month(w)
	if err != nil {
		return DataKey{}, WrappedKey{}, err
	}
	raw := make([]byte, keySize)
	rand.Read(raw)
	w.Wrapped = sealWith(month, raw, w.additionalData())
	aead, err := newAEAD(raw)
	if err != nil {
		return DataKey{}, WrappedKey{}, err
	}
	return DataKey{aead: aead}, w, nil
}

// Unwrap returns the data key of w.
func (v *Vault) Unwrap(w WrappedKey) (DataKey, error) {
	month, err := v.month(w)
	if err != nil {
		return DataKey{}, err
	}
	raw, err := openWith(month, w.Wrapped, w.additionalData())
	if err != nil {
		return DataKey{}, err
	}
	aead, err := newAEAD(raw)
	if err != nil {
		return DataKey{}, err
	}
	return DataKey{aead: aead}, nil
}

// Seal seals plaintext for its place.
func (k DataKey) Seal(p Place, plaintext []byte) []byte {
	return sealWith(k.aead, plaintext, p.additionalData())
}

// Open opens what Seal sealed for the same place.
func (k DataKey) Open(p Place, sealed []byte) ([]byte, error) {
	return openWith(k.aead, sealed, p.additionalData())
}

func (w WrappedKey) additionalData() []byte {
	return fmt.Appendf(nil, "recourse/data-key/v1|%s|%s|%s", w.Owner, w.Community, w.Month)
}

func (v *Vault) month(w WrappedKey) (cipher.AEAD, error) {
	entry, err := v.ring.Find(keys.Month, w.Community, w.Month)
	if err != nil {
		return nil, fmt.Errorf("month key %s of %s: %w", w.Month, w.Community, err)
	}
	return newAEAD(entry.Key)
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("reading a key at rest: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func sealWith(aead cipher.AEAD, plaintext, additionalData []byte) []byte {
	return aead.Seal(nil, nil, plaintext, additionalData) //nolint:gosec // this AEAD makes a random nonce itself
}

func openWith(aead cipher.AEAD, sealed, additionalData []byte) ([]byte, error) {
	plaintext, err := aead.Open(nil, nil, sealed, additionalData)
	if err != nil {
		return nil, ErrOpen
	}
	return plaintext, nil
}

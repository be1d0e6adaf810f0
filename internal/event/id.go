package event

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
)

// ID names a report, a case or another record: 128 bits without a time in
// them, written as 32 lowercase hexadecimal digits. PostgreSQL stores it as a
// uuid.
type ID [16]byte

// ErrID says that a text is not an ID.
var ErrID = errors.New("an id is 32 lowercase hexadecimal digits")

// NewID returns a random ID.
func NewID() ID {
	var id ID
	rand.Read(id[:])
	return id
}

// ParseID reads the form that String writes.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != 2*len(id) {
		return ID{}, ErrID
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return ID{}, ErrID
		}
	}
	if _, err := hex.Decode(id[:], []byte(s)); err != nil {
		return ID{}, ErrID
	}
	return id, nil
}

// String returns 32 lowercase hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// IsZero reports whether id was never set.
func (id ID) IsZero() bool { return id == ID{} }

// MarshalText implements encoding.TextMarshaler.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (id *ID) UnmarshalText(b []byte) error {
	parsed, err := ParseID(string(b))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}

// Value implements driver.Valuer. PostgreSQL reads 32 digits as a uuid.
func (id ID) Value() (driver.Value, error) { return id.String(), nil }

// Scan implements sql.Scanner for a uuid column, as text or as 16 bytes.
func (id *ID) Scan(src any) error {
	switch v := src.(type) {
	case string:
		var digits [32]byte
		n := 0
		for _, c := range []byte(v) {
			if c == '-' {
				continue
			}
			if n == len(digits) {
				return ErrID
			}
			digits[n] = c
			n++
		}
		parsed, err := ParseID(string(digits[:n]))
		if err != nil {
			return err
		}
		*id = parsed
		return nil
	case []byte:
		if len(v) != len(id) {
			return id.Scan(string(v))
		}
		copy(id[:], v)
		return nil
	default:
		return fmt.Errorf("an id can't be read from a %T", src)
	}
}

package reporter

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal/receipt"
)

// secrets are the keys that only the intake has: without them nobody can link
// an Idempotency-Key to a receipt, a pseudonym to a participant, or a counter to
// an address.
type secrets struct {
	receiptSeed []byte
	reporter    []byte
	account     []byte
	rateLimit   []byte
}

// readSecrets reads the newest of each, so that a rotation takes effect when
// the intake starts anew.
func readSecrets(ring *keys.Ring) (secrets, error) {
	seed, err := ring.Find(keys.ReceiptSeed, "", "")
	if err != nil {
		return secrets{}, err
	}
	reporter, err := ring.Find(keys.PseudonymReporter, "", "")
	if err != nil {
		return secrets{}, err
	}
	account, err := ring.Find(keys.PseudonymAccount, "", "")
	if err != nil {
		return secrets{}, err
	}
	rateLimit, err := ring.Find(keys.RateLimit, "", "")
	if err != nil {
		return secrets{}, err
	}
	return secrets{receiptSeed: seed.Key, reporter: reporter.Key, account: account.Key, rateLimit: rateLimit.Key}, nil
}

// receiptOf returns the one receipt that belongs to this request: the same
// client sending the same body under the same key gets the same receipt, and
// any other request another.
func (s secrets) receiptOf(client, community, route, key string, canonical []byte) receipt.Receipt {
	body := sha256.Sum256(canonical)
	sum := mac(s.receiptSeed, client, community, route, key, string(body[:]))
	return receipt.FromSeed([receipt.SeedSize]byte(sum[:receipt.SeedSize]))
}

// participant returns the pseudonym of a platform's participant within a
// community, or nil where none was named.
func (s secrets) participant(community, id string) []byte {
	if id == "" {
		return nil
	}
	return mac(s.reporter, community, id)
}

// reportedAccount returns the pseudonym of an account within a community, or
// nil where the report names none. However a handle is written, it is one
// account: "@Maya", "maya " and "ｍａｙａ".
func (s secrets) reportedAccount(community string, a event.Account) []byte {
	handle := normalised(a.Handle)
	if handle == "" {
		return nil
	}
	return mac(s.account, community, normalised(a.Platform), handle)
}

func normalised(s string) string {
	// Folding can leave what NFKC would write otherwise, hence twice.
	s = norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
	return strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(s), "@"))
}

// mac returns HMAC-SHA-256 over the parts, each with its length before it, so
// that no two lists of parts are the same bytes.
func mac(key []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, key)
	for _, part := range parts {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write([]byte(part))
	}
	return h.Sum(nil)
}

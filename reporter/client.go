package reporter

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"

	"recourse/internal/community"
)

// errClientKey says that a key is not one of the community's.
var errClientKey = errors.New("not a key of this community")

// client is who sends a request. The zero client is the public.
type client struct {
	name          string
	authenticated bool
	reportsPerDay int // its quota; 0: none
}

// identity tells clients apart behind an Idempotency-Key. A client cannot name
// itself so that it passes for the public.
func (c client) identity() string {
	if !c.authenticated {
		return "public"
	}
	return "client:" + c.name
}

// clientOf returns who sends a request, by its header `Authorization: Bearer`.
// Without that header it is the public.
func clientOf(h http.Header, b community.Bundle) (client, error) {
	values := h.Values("Authorization")
	if len(values) == 0 {
		return client{}, nil
	}
	scheme, key, _ := strings.Cut(values[0], " ")
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return client{}, errClientKey
	}
	hash := community.HashClientKey(strings.TrimSpace(key))
	found := client{}
	for _, c := range b.Clients { // to the end, so that time does not tell which one it was
		if subtle.ConstantTimeCompare(hash, c.KeyHash) == 1 {
			found = client{name: c.Name, authenticated: true, reportsPerDay: c.ReportsPerDay}
		}
	}
	if !found.authenticated {
		return client{}, errClientKey
	}
	return found, nil
}

// shortestKey is the least length of an Idempotency-Key: two strangers must not
// share a receipt.
func (c client) shortestKey() int {
	if c.authenticated {
		return 1
	}
	return minPublicKey
}

// Lengths of an Idempotency-Key, in characters.
const (
	maxKey       = 255
	minPublicKey = 16
)

// idempotencyKey returns the header Idempotency-Key, or "" where there is none.
// Shortest is the least length it must have.
func idempotencyKey(h http.Header, shortest int, fs *faults) string {
	values := h.Values(fieldKey)
	if len(values) == 0 {
		return ""
	}
	key := values[0]
	switch {
	case len(values) > 1, !visibleASCII(key), key == "", len(key) > maxKey:
		fs.add(fault{Field: fieldKey, Rule: ruleKeyForm})
	case len(key) < shortest:
		fs.add(fault{Field: fieldKey, Rule: ruleKeyShort})
	}
	return key
}

func visibleASCII(s string) bool {
	for _, c := range []byte(s) {
		if c < '!' || c > '~' {
			return false
		}
	}
	return true
}

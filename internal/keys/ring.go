package keys

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"
)

// Purpose says what a key of a seal file is for.
type Purpose string

// The purposes. A public half bears the suffix -public and stands only in the
// admin's file, to be put into communities' bundles.
const (
	OperatorSign      Purpose = "operator-sign"      // Ed25519 seed: signs communities' bundles (admin)
	OperatorVerify    Purpose = "operator-verify"    // Ed25519 public key (intake, worker, console)
	ModerationOpen    Purpose = "moderation-open"    // HPKE private key of a community (worker)
	ContactOpen       Purpose = "contact-open"       // the same (notify)
	StatisticsOpen    Purpose = "statistics-open"    // the same (stats)
	ModerationPublic  Purpose = "moderation-public"  // public halves (admin)
	ContactPublic     Purpose = "contact-public"     //
	StatisticsPublic  Purpose = "statistics-public"  //
	Month             Purpose = "month"              // AES-256 key that wraps keys at rest; ID is the month, 2026-11 (worker, console)
	Sketch            Purpose = "sketch"             // secret of a community behind the sketches that reports are grouped by (worker)
	ReceiptSeed       Purpose = "receipt-seed"       // HMAC-SHA-256 key behind Idempotency-Key (intake)
	PseudonymReporter Purpose = "pseudonym-reporter" // HMAC-SHA-256 key for participants, statistics only (intake)
	PseudonymAccount  Purpose = "pseudonym-account"  // HMAC-SHA-256 key for accounts, statistics only (intake)
	RateLimit         Purpose = "rate-limit"         // HKDF secret behind each hour's keys of rate limits (intake)
)

// Entry is one key of a seal file.
type Entry struct {
	Purpose   Purpose   `json:"purpose"`
	Community string    `json:"community,omitempty"`
	ID        string    `json:"id"`
	Created   time.Time `json:"created"`
	Key       []byte    `json:"key"`
}

// SealFile is the content of keys/<service>/seal.
type SealFile struct {
	Entries []Entry `json:"entries"`
}

// Ring is a service's seal file in memory. A key that is asked for and not
// there makes it read the file again, at most once a second, so that keys
// handed over while the service runs are found. Safe for concurrent use.
type Ring struct {
	path string

	mu      sync.Mutex
	entries []Entry
	readAt  time.Time
}

// ErrNoKey says that a ring does not hold the key asked for.
var ErrNoKey = errors.New("key is not in this service's seal file")

// Ring reads the seal file of s.
func (f Folder) Ring(s Service) (*Ring, error) {
	r := &Ring{path: f.Path(s, "seal")}
	if _, err := f.read(s, "seal"); err != nil {
		return nil, err
	}
	if err := r.reload(); err != nil {
		return nil, err
	}
	return r, nil
}

// Find returns the entry with this purpose, community and id. Community and id
// are empty where the purpose has one key for all.
func (r *Ring) Find(p Purpose, community, id string) (Entry, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.lookup(p, community, id); ok {
		return e, nil
	}
	if time.Since(r.readAt) > time.Second {
		if err := r.reload(); err != nil {
			return Entry{}, err
		}
		if e, ok := r.lookup(p, community, id); ok {
			return e, nil
		}
	}
	return Entry{}, fmt.Errorf("%s key: %w", p, ErrNoKey)
}

// All returns the entries with this purpose and community, the oldest first.
func (r *Ring) All(p Purpose, community string) []Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []Entry
	for _, e := range r.entries {
		if e.Purpose == p && e.Community == community {
			found = append(found, e)
		}
	}
	return found
}

// lookup needs r.mu. An empty id finds the newest.
func (r *Ring) lookup(p Purpose, community, id string) (Entry, bool) {
	for _, e := range slices.Backward(r.entries) {
		if e.Purpose == p && e.Community == community && (id == "" || e.ID == id) {
			return e, true
		}
	}
	return Entry{}, false
}

// reload needs r.mu once the ring is shared.
func (r *Ring) reload() error {
	b, err := os.ReadFile(r.path)
	if err != nil {
		return fmt.Errorf("reading a seal file: %w", err)
	}
	var file SealFile
	if err := json.Unmarshal(b, &file); err != nil {
		return fmt.Errorf("%s is not a seal file: %w", r.path, err)
	}
	r.entries, r.readAt = file.Entries, time.Now()
	return nil
}

// MonthID names the month of t, in UTC, as month keys are named: 2026-11.
func MonthID(t time.Time) string { return t.UTC().Format("2006-01") }

// Communities returns the communities that have a key of this purpose.
func (r *Ring) Communities(p Purpose) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for _, e := range r.entries {
		if e.Purpose == p && !slices.Contains(names, e.Community) {
			names = append(names, e.Community)
		}
	}
	return names
}

package release

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"

	"recourse/internal/event"
	"recourse/stats"
	"recourse/stats/mechanism"
)

// Request is what a release is asked to be. The same request, published twice,
// is one release.
type Request struct {
	Community string
	Until     time.Time // cases decided before this are counted
	Rho       *big.Rat  // what it may cost, in zCDP
	Cap       int       // rows a reporter, at most
	// UntilNow cuts the period early, at Until: where an earlier attempt crashed,
	// finishing that one is all that is asked for.
	UntilNow bool
}

// Errors of a request.
var (
	ErrCommunity = errors.New("community: is not the name of a community")
	ErrUntil     = errors.New("until: must not lie in the future, nor more than a year back")
	ErrPeriod    = errors.New("until: the period would be too short")
	ErrRho       = errors.New("rho: must be at least 0.000001: less says nothing")
	ErrCap       = errors.New("cap: must be from 1 to 1000")
)

const maxCap = 1000

// leastRho gives a standard error of seven hundred.
func leastRho() *big.Rat { return big.NewRat(1, 1_000_000) }

func (r Request) check(now time.Time) error {
	switch {
	case !event.ValidCommunity(r.Community):
		return ErrCommunity
	case r.Until.After(now) || r.Until.Before(now.AddDate(-1, 0, 0)):
		return ErrUntil
	case r.Rho == nil || r.Rho.Cmp(leastRho()) < 0:
		return ErrRho
	case r.Cap < 1 || r.Cap > maxCap:
		return ErrCap
	}
	return nil
}

// stored is a Request as the ledger keeps it: its digest is the request's.
type stored struct {
	V         int        `json:"v"`
	Community string     `json:"community"`
	Until     time.Time  `json:"until"`
	Tables    [][]string `json:"tables"`
	Cap       int        `json:"cap"`
	Rho       *big.Rat   `json:"rho"` // a fraction
	CodeLists int        `json:"code_lists"`
}

// text returns what the ledger keeps, and its digest. The same request always
// gives the same bytes.
func (r Request) text() (string, [sha256.Size]byte, error) {
	b, err := json.Marshal(stored{
		V: 1, Community: r.Community, Until: r.Until.UTC(), Tables: [][]string{{stats.Kind().Name, stats.Action().Name}},
		Cap: r.Cap, Rho: r.Rho, CodeLists: stats.CodeListVersion,
	})
	if err != nil {
		return "", [sha256.Size]byte{}, fmt.Errorf("encoding a request: %w", err)
	}
	return string(b), sha256.Sum256(b), nil
}

func readRequest(text string) (Request, error) {
	var s stored
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return Request{}, fmt.Errorf("reading a request of the ledger: %w", err)
	}
	if s.V != 1 || s.CodeLists != stats.CodeListVersion || s.Rho == nil {
		return Request{}, fmt.Errorf("the ledger's request has version %d and code lists %d, which this program does not know", s.V, s.CodeLists)
	}
	return Request{Community: s.Community, Until: s.Until, Rho: s.Rho, Cap: s.Cap}, nil
}

// noise returns the variance parameter of each cell and what it costs.
func (r Request) noise() (sigma2, charge *big.Rat, err error) {
	if sigma2, err = mechanism.NoiseVariance(r.Rho, r.Cap); err != nil {
		return nil, nil, err
	}
	if err := mechanism.CheckVariance(sigma2); err != nil {
		return nil, nil, fmt.Errorf("rho: is too small to be published: %w", err)
	}
	return sigma2, mechanism.Charge(sigma2, r.Cap), nil
}

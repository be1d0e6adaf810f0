// Package ledger keeps the privacy budget. A row is written before anything is
// sampled and is never changed, refunded or taken back; PostgreSQL refuses a row
// that would overspend, and two that would be the same. A crashed attempt finds
// its reservation again by the digest of its request.
package ledger

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"recourse/stats/mechanism"
	"recourse/stats/store"
)

// YearlyBudget is what a community may spend in a calendar year (UTC), in zCDP
// (rho): about a standard error of 6 for the cells of one release a year, of 22
// for those of twelve, in the full set of tables to come.
func YearlyBudget() *big.Rat { return big.NewRat(1, 2) }

// ErrBudget says that what is left of a year's budget does not suffice.
var ErrBudget = errors.New("the privacy budget does not suffice")

// Entry is a row of the ledger.
type Entry struct {
	Number     int // of the release that it pays for
	Year       int
	Request    string // as JSON
	Digest     [sha256.Size]byte
	Rho        *big.Rat
	ReservedAt time.Time

	Release *Release // nil while it is not there
}

// Release is what an entry has paid for.
type Release struct {
	From        *time.Time // nil for the first
	Until       time.Time
	PublishedAt time.Time
}

// Ledger is a community's entries, the oldest first.
type Ledger struct {
	community string
	Entries   []Entry
}

// Read reads a community's ledger. Whoever then reserves holds the community's
// lock.
func Read(ctx context.Context, q *store.Queries, community string) (Ledger, error) {
	rows, err := q.Entries(ctx, community)
	if err != nil {
		return Ledger{}, fmt.Errorf("reading the ledger: %w", err)
	}
	l := Ledger{community: community}
	for _, row := range rows {
		e := Entry{
			Number: int(row.Number), Year: int(row.Year), Request: row.Request, Rho: rational(row.Rho), ReservedAt: row.ReservedAt.UTC(),
		}
		copy(e.Digest[:], row.Digest)
		if row.Released && row.PeriodUntil != nil && row.PublishedAt != nil {
			e.Release = &Release{From: utc(row.PeriodFrom), Until: row.PeriodUntil.UTC(), PublishedAt: row.PublishedAt.UTC()}
		}
		l.Entries = append(l.Entries, e)
	}
	return l, nil
}

// Find returns the entry of a request, by its digest.
func (l Ledger) Find(digest [sha256.Size]byte) (Entry, bool) {
	for _, e := range l.Entries {
		if e.Digest == digest {
			return e, true
		}
	}
	return Entry{}, false
}

// Unfinished returns the entry whose release is not there: an attempt that
// crashed, or one under way. There is one at most, the last.
func (l Ledger) Unfinished() (Entry, bool) {
	if n := len(l.Entries); n > 0 && l.Entries[n-1].Release == nil {
		return l.Entries[n-1], true
	}
	return Entry{}, false
}

// Last returns the last release.
func (l Ledger) Last() (Entry, bool) {
	for _, e := range slices.Backward(l.Entries) {
		if e.Release != nil {
			return e, true
		}
	}
	return Entry{}, false
}

// Spent returns what was spent in a year.
func (l Ledger) Spent(year int) *big.Rat {
	spent := new(big.Rat)
	for _, e := range l.Entries {
		if e.Year == year {
			spent.Add(spent, e.Rho)
		}
	}
	return spent
}

// Left returns what is left of a year's budget.
func (l Ledger) Left(year int) *big.Rat { return new(big.Rat).Sub(YearlyBudget(), l.Spent(year)) }

// Reserve adds the entry that pays for the next release. The charge is rounded
// up to the ledger's digits. The error matches ErrBudget where it is too much.
func (l Ledger) Reserve(
	ctx context.Context, q *store.Queries, request string, digest [sha256.Size]byte, charge *big.Rat, at time.Time,
) (Entry, error) {
	e := Entry{
		Number: len(l.Entries) + 1, Year: at.UTC().Year(), Request: request, Digest: digest,
		Rho: rational(mechanism.RoundUp(charge, mechanism.LedgerDigits)), ReservedAt: at.UTC(),
	}
	spent := new(big.Rat).Add(l.Spent(e.Year), e.Rho)
	if spent.Cmp(YearlyBudget()) > 0 {
		return Entry{}, fmt.Errorf("%w: the release costs rho %s, and %s of %s is left for %s in %d",
			ErrBudget, Text(e.Rho), Text(l.Left(e.Year)), Text(YearlyBudget()), l.community, e.Year)
	}
	err := q.InsertEntry(ctx, store.InsertEntryParams{
		Community: l.community, Number: int32(e.Number), Year: int32(e.Year), Request: request, Digest: e.Digest[:], //nolint:gosec // small
		Rho: digits(e.Rho), Spent: digits(spent), Budget: digits(YearlyBudget()), ReservedAt: e.ReservedAt,
	})
	if err != nil {
		return Entry{}, fmt.Errorf("reserving in the ledger: %w", err)
	}
	return e, nil
}

// Text writes a rho as short as it can be, never rounded down.
func Text(rho *big.Rat) string {
	return strings.TrimSuffix(strings.TrimRight(digits(rho), "0"), ".")
}

func digits(x *big.Rat) string { return mechanism.RoundUp(x, mechanism.LedgerDigits) }

// rational reads a decimal of the ledger, which PostgreSQL has checked.
func rational(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic("ledger: a numeric column holds no number")
	}
	return r
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

// Package moderation is the work on cases: who holds one, who may decide it
// and what a decision must say. Its functions are pure: they read a case, a
// person and a time, and return the case as it is after, or why not. Workers,
// console and relay beside it do the reading and writing.
package moderation

import (
	"errors"
	"time"

	"recourse/internal/event"
)

// State is where a case stands.
type State string

// The states. A decision in effect closes a case; an appeal reopens it.
const (
	Open   State = "open"
	Closed State = "closed"
)

// Lease is how long a claim holds unless it is renewed.
const Lease = 30 * time.Minute

// Case is what decides who may do what with a case.
type Case struct {
	ID           event.ID
	State        State
	Version      int // a decision names the version that it saw
	Again        Again
	Due          time.Time // until when a moderator looks at it
	ClaimedBy    event.ID
	ClaimedUntil time.Time
	SecondReader bool // a decision takes effect once another moderator consents
}

// Errors that a moderator is told.
var (
	ErrClosed         = errors.New("this case is closed")
	ErrClaimedByOther = errors.New("another moderator is working on this case")
	ErrNotClaimed     = errors.New("claim this case before you decide it")
	ErrNotHeld        = errors.New("you do not hold this case")
	ErrVersion        = errors.New("this case has changed since you read it")
)

// HeldBy reports whether the moderator holds a claim on c at now.
func (c Case) HeldBy(moderator event.ID, now time.Time) bool {
	return c.ClaimedBy == moderator && now.Before(c.ClaimedUntil)
}

// held reports whether anybody does.
func (c Case) held(now time.Time) bool { return !c.ClaimedBy.IsZero() && now.Before(c.ClaimedUntil) }

// Claim gives the case to a moderator for a Lease, or renews the claim.
func (c Case) Claim(moderator event.ID, now time.Time) (Case, error) {
	switch {
	case c.State == Closed:
		return c, ErrClosed
	case c.held(now) && c.ClaimedBy != moderator:
		return c, ErrClaimedByOther
	}
	c.ClaimedBy, c.ClaimedUntil = moderator, now.Add(Lease)
	return c, nil
}

// Release gives the case back to the queue. Only who claimed it may, also when
// the claim has run out and nobody else has taken it.
func (c Case) Release(moderator event.ID, now time.Time) (Case, error) {
	switch {
	case c.State == Closed:
		return c, ErrClosed
	case c.held(now) && c.ClaimedBy != moderator:
		return c, ErrClaimedByOther
	case c.ClaimedBy != moderator:
		return c, ErrNotHeld
	}
	c.ClaimedBy, c.ClaimedUntil = event.ID{}, time.Time{}
	return c, nil
}

// ShowAgain ends the hiding of what was reported, without a decision. Any
// moderator may who saw the given version, unless another works on the case.
func (c Case) ShowAgain(moderator event.ID, seen int, now time.Time) (Case, error) {
	switch {
	case c.State == Closed:
		return c, ErrClosed
	case c.held(now) && c.ClaimedBy != moderator:
		return c, ErrClaimedByOther
	case c.Version != seen:
		return c, ErrVersion
	}
	c.Version++
	return c, nil
}

// Close closes the case with a decision that saw the given version. Who
// decides must hold the claim, so that two never decide one case. A decision
// that needs a second reader is proposed instead.
func (c Case) Close(moderator event.ID, seen int, now time.Time) (Case, error) {
	switch {
	case c.State == Closed:
		return c, ErrClosed
	case c.held(now) && c.ClaimedBy != moderator:
		return c, ErrClaimedByOther
	case !c.HeldBy(moderator, now):
		return c, ErrNotClaimed
	case c.Version != seen:
		return c, ErrVersion
	case c.SecondReader:
		return c, ErrSecondReader
	}
	return c.decided(), nil
}

// decided is c after a decision that took effect.
func (c Case) decided() Case {
	c.State, c.Again = Closed, NotAgain
	c.Version++
	c.ClaimedBy, c.ClaimedUntil = event.ID{}, time.Time{}
	return c
}

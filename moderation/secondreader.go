package moderation

import (
	"errors"
	"time"

	"recourse/internal/event"
)

// Proposal is a decision that takes effect once another moderator consents.
type Proposal struct {
	By      event.ID
	Version int // of the case, that the proposer saw
}

// Errors of decisions that need a second reader.
var (
	ErrSecondReader = errors.New("a decision of this case needs a second reader")
	ErrProposed     = errors.New("a decision of this case is proposed already")
	ErrNoProposal   = errors.New("this proposal is not there any more")
	ErrOwnProposal  = errors.New("somebody else must consent to what you proposed")
)

// Propose gives the case back to the queue, with a proposal for another
// moderator to read. Who proposes must be allowed to decide, but for the second
// reader.
func (c Case) Propose(moderator event.ID, seen int, now time.Time) (Case, Proposal, error) {
	alone := c
	alone.SecondReader = false
	if _, err := alone.Close(moderator, seen, now); err != nil {
		return c, Proposal{}, err
	}
	c.ClaimedBy, c.ClaimedUntil = event.ID{}, time.Time{}
	return c, Proposal{By: moderator, Version: seen}, nil
}

// Consent closes the case with what another moderator proposed. It needs no
// claim, but nobody else may hold the case.
func (c Case) Consent(p Proposal, moderator event.ID, seen int, now time.Time) (Case, error) {
	if err := c.mayAnswer(moderator, now); err != nil {
		return c, err
	}
	switch {
	case p.By == moderator:
		return c, ErrOwnProposal
	case c.Version != seen, c.Version != p.Version:
		return c, ErrVersion
	}
	return c.decided(), nil
}

// Refuse drops a proposal: the case waits for another decision. Who proposed it
// takes it back by this.
func (c Case) Refuse(moderator event.ID, now time.Time) error { return c.mayAnswer(moderator, now) }

func (c Case) mayAnswer(moderator event.ID, now time.Time) error {
	switch {
	case c.State == Closed:
		return ErrClosed
	case c.held(now) && c.ClaimedBy != moderator:
		return ErrClaimedByOther
	default:
		return nil
	}
}

package moderation

import (
	"errors"
	"time"

	"recourse/internal/event"
)

// ErrOnlyReport says that a report has its case to itself already.
var ErrOnlyReport = errors.New("this is the only report of its case")

// Split takes one of a case's live reports out of it, to open a case of its own.
// Whoever may decide the case may: reports that a machine joined are judged
// apart then, each with a decision and a statement of reasons of its own.
func (c Case) Split(moderator event.ID, seen, live int, now time.Time) (Case, error) {
	switch {
	case c.State == Closed:
		return c, ErrClosed
	case c.held(now) && c.ClaimedBy != moderator:
		return c, ErrClaimedByOther
	case !c.HeldBy(moderator, now):
		return c, ErrNotClaimed
	case c.Version != seen:
		return c, ErrVersion
	case live < 2:
		return c, ErrOnlyReport
	}
	c.Version++
	return c, nil
}

package moderation

import (
	"time"

	"recourse/internal/event"
)

// Effect is what a follow-up does.
type Effect string

// The effects. Whatever is not refused is kept and shown with the case.
const (
	Kept     Effect = "kept"     // and whoever decides must have seen it
	Appealed Effect = "appealed" // opens the case again: someone looks once more
	Reopened Effect = "reopened" // opens the case again: it did not stop
	Erased   Effect = "erased"   // takes the report back: nothing of its content stays
	Refused  Effect = "refused"  // there is nothing left that it could follow
)

// Follow says what a report's follow-up does at a stage. Stopped is the answer
// that an outcome brings. What comes too early or too late for its purpose, as
// an appeal that crossed a decision, is kept: nothing that a person wrote is
// lost.
func Follow(stage event.Stage, follow string, stopped bool) Effect {
	switch {
	case stage == event.StageWithdrawn:
		return Refused
	case follow == event.ReportWithdrawn:
		return Erased
	case follow == event.ReportAppeal && stage == event.StageDecided:
		return Appealed
	case follow == event.ReportOutcome && !stopped && stage == event.StageDecided:
		return Reopened
	default:
		return Kept
	}
}

// Again says why a case that was decided is open.
type Again string

// Why a case is open again.
const (
	NotAgain     Again = ""
	AgainAppeal  Again = "appeal"
	AgainOutcome Again = "outcome"
)

// StageOf is where a report of the case stands.
func StageOf(state State, again Again, withdrawn bool) event.Stage {
	switch {
	case withdrawn:
		return event.StageWithdrawn
	case state == Closed:
		return event.StageDecided
	case again == AgainAppeal:
		return event.StageAppealed
	case again == AgainOutcome:
		return event.StageReopened
	default:
		return event.StageOpen
	}
}

// Heard is the case after a follow-up: whoever decides it must have seen that
// version.
func (c Case) Heard() Case {
	c.Version++
	return c
}

// Reopen opens a closed case for a human to look again, by the new deadline.
func (c Case) Reopen(why Again, due time.Time) Case {
	c.State, c.Again, c.Due = Open, why, due
	c.Version++
	c.ClaimedBy, c.ClaimedUntil = event.ID{}, time.Time{}
	return c
}

// Abandon closes a case whose last report was withdrawn. Nobody decides it.
func (c Case) Abandon() Case {
	c.State, c.Again = Closed, NotAgain
	c.Version++
	c.ClaimedBy, c.ClaimedUntil = event.ID{}, time.Time{}
	return c
}

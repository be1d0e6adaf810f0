package moderation

import (
	"cmp"
	"slices"
	"time"

	"recourse/internal/event"
)

// Hardest is the highest severity of an article.
const Hardest = 4

// Care is what a community asks for its moderators' sake. What they see hurts:
// the Santa Clara Principles and the trade's own guidance ask for limits, breaks
// and a choice.
type Care struct {
	HardPerDay int           // looks at the hardest cases in a day, after which others come first
	BreakAfter time.Duration // of work without a pause
	Break      time.Duration
	Required   bool // no further case until the break is over; otherwise it is proposed
	Blur       bool // pictures, until asked for
	Grey       bool // pictures and films
	Mute       bool // sound
}

// DefaultCare is for communities that say nothing.
func DefaultCare() Care {
	return Care{HardPerDay: 20, BreakAfter: 90 * time.Minute, Break: 15 * time.Minute, Blur: true, Grey: true, Mute: true}
}

// With is what holds for somebody who works in two communities: of each the
// more careful.
func (c Care) With(other Care) Care {
	return Care{
		HardPerDay: min(c.HardPerDay, other.HardPerDay), BreakAfter: min(c.BreakAfter, other.BreakAfter),
		Break: max(c.Break, other.Break), Required: c.Required || other.Required,
		Blur: c.Blur || other.Blur, Grey: c.Grey || other.Grey, Mute: c.Mute || other.Mute,
	}
}

// Look is a moderator's look at a case.
type Look struct {
	Case     event.ID
	At       time.Time
	Severity int // 1 to Hardest, of the article that was suggested
}

// BreakDue returns until when a moderator had better pause, or the zero time. A
// pause is a time of Break without a look; work counts from the last one on.
func (c Care) BreakDue(looks []Look, now time.Time) time.Time {
	var at []time.Time
	for _, l := range looks {
		at = append(at, l.At)
	}
	if len(at) == 0 {
		return time.Time{}
	}
	slices.SortFunc(at, func(a, b time.Time) int { return cmp.Compare(b.UnixNano(), a.UnixNano()) }) // the newest first
	until, began := at[0].Add(c.Break), at[0]
	if !now.Before(until) {
		return time.Time{}
	}
	for _, t := range at[1:] {
		if began.Sub(t) >= c.Break {
			break
		}
		began = t
	}
	if at[0].Sub(began) < c.BreakAfter {
		return time.Time{}
	}
	return until
}

// Exposure is how many cases a moderator looked at, by severity: of 1 first. A
// case counts once, however often she looked at it.
func Exposure(looks []Look) (cases [Hardest]int) {
	worst := map[event.ID]int{}
	for _, l := range looks {
		worst[l.Case] = max(worst[l.Case], l.Severity)
	}
	for _, severity := range worst {
		cases[severity-1]++
	}
	return cases
}

// SpareHardest says whether a moderator has seen enough of the hardest cases on
// a day.
func (c Care) SpareHardest(day []Look) bool { return Exposure(day)[Hardest-1] >= c.HardPerDay }

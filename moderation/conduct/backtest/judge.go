package backtest

import (
	"recourse/internal/event"
	"recourse/moderation/conduct"
)

// Report is one past report under both codes. Reports come in any order, those
// of a case with its last one last.
type Report struct {
	Case     event.ID
	Last     bool      // no further report of its case comes
	Decision *Decision // in effect on its case; looked at in the last report; nil where no person has decided
	Skip     Skip      // why it could not be judged, or ""
	Before   Judged    // by the code that bound it
	After    Judged    // by the draft
}

// Decision is what moderators decided of a case.
type Decision struct {
	Action  event.Action
	Article string
	Code    *conduct.Code // decided under; nil where it can't be read
}

// Skip says why a report was not judged.
type Skip string

// Why reports are not judged.
const (
	Withdrawn   Skip = "withdrawn"
	Erased      Skip = "erased"       // its data key is gone
	Unopenable  Skip = "unopenable"   // its key is there, and it does not open
	WithoutCode Skip = "without_code" // the code that bound it can't be read
	Failed      Skip = "failed"       // judging it made the program panic
)

// Skips returns every reason, in the order in which they are shown.
func Skips() []Skip { return []Skip{Withdrawn, Erased, Unopenable, WithoutCode, Failed} }

// Judged is what a code says of a report.
type Judged struct {
	Outcome Outcome
	Fired   []string // the code's rules that fired, shadow rules too
	Failed  []string // those whose condition could not be evaluated
}

// Outcome is conduct.Outcome as it is stored and printed. Hidden leaves quotas
// aside: it is what the rules want.
type Outcome struct {
	Article      string `json:"article"`
	Priority     int    `json:"priority"`
	Queue        string `json:"queue"`
	SecondReader bool   `json:"second_reader"`
	Hidden       bool   `json:"hidden"`
}

// Judge assesses a report.
func Judge(code conduct.Code, v conduct.View) Judged {
	a := code.Assess(v)
	return judged(code, a, a.Fired)
}

// Recorded is what a code said of a report, from the ids of the rules that
// fired then and that failed. It needs no content. What a quota kept from hiding
// counts as hidden.
func Recorded(code conduct.Code, kind event.Kind, fired, failed []string) Judged {
	all := make([]conduct.Fired, 0, len(fired)+len(failed))
	for _, id := range fired {
		all = append(all, conduct.Fired{Rule: id})
	}
	for _, id := range failed {
		all = append(all, conduct.Fired{Rule: id, Error: "recorded"})
	}
	return judged(code, code.Explain(kind, all), all)
}

// judged leaves what every code does by itself out of the rules.
func judged(code conduct.Code, a conduct.Assessment, fired []conduct.Fired) Judged {
	j := Judged{Outcome: Outcome(a.Outcome())}
	for _, f := range fired {
		if _, own := code.Rule(f.Rule); !own {
			continue
		}
		if f.Error != "" {
			j.Failed = append(j.Failed, f.Rule)
		} else {
			j.Fired = append(j.Fired, f.Rule)
		}
	}
	return j
}

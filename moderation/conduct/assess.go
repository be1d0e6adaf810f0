package conduct

import (
	"fmt"
	"time"

	"recourse/internal/event"
)

// Assessment is what a code of conduct says of a report. It only orders and
// suggests: a person decides.
type Assessment struct {
	Article   string
	Priority  int           // higher comes first in the queue
	FirstLook time.Duration // deadline for a first look, from when it was received
	Fired     []Fired
}

// Fired is a rule that fired, and its effect, as moderators see it.
type Fired struct {
	Rule   string
	Effect string
}

// Assess applies the code to a report. Every kind is mapped, since Parse
// refuses a code in which one is not.
func (c Code) Assess(content event.Content) Assessment {
	for _, a := range c.Articles {
		for _, k := range a.Kinds {
			if k != content.Kind {
				continue
			}
			priority := 100 * a.Severity
			return Assessment{
				Article: a.ID, Priority: priority, FirstLook: time.Duration(a.FirstLook),
				Fired: []Fired{
					{Rule: "article-by-kind", Effect: "suggest article " + a.ID},
					{Rule: "priority-by-severity", Effect: fmt.Sprintf("priority %d", priority)},
				},
			}
		}
	}
	return Assessment{}
}

package main

import (
	"strings"
	"testing"

	"recourse/internal/event"
)

func TestWhatIsWrongIsSaidInPlainWords(t *testing.T) {
	t.Parallel()
	a, b, c := event.NewID(), event.NewID(), event.NewID()
	tests := []struct {
		name string
		harm func(*demo, *diagnosis)
		want string // "" where nothing is wrong
	}{
		{"all is well", func(*demo, *diagnosis) {}, ""},
		{
			"a report is in no case", func(d *demo, _ *diagnosis) { delete(d.moderated.caseOf, a) },
			"reports that are acknowledged, and in no case that was decided: 1 (" + a.String() + ")",
		},
		{
			"a report that nobody sent", func(d *demo, _ *diagnosis) { d.moderated.caseOf[c] = c },
			"reports that are in a case, and never acknowledged to us: 1 (" + c.String() + ")",
		},
		{
			"a report in two cases", func(d *demo, _ *diagnosis) { d.moderated.doubled = []event.ID{b} },
			"reports that are in more than one case: 1 (" + b.String() + ")",
		},
		{
			"a case too many", func(d *demo, _ *diagnosis) { d.moderated.cases[b], d.moderated.cases[c] = "", "" },
			"cases that were decided: 3, for 2 reports",
		},
		{
			"a report more than was acknowledged", func(_ *demo, found *diagnosis) { found.Acknowledged, found.InCases = 3, 3 },
			"distinct reports acknowledged to us: 2; the service counts 3",
		},
		{
			"a report is lost", func(_ *demo, found *diagnosis) { found.InCases = 1 },
			"acknowledged reports: 2; in cases: 1",
		},
		{
			"a report is in quarantine", func(_ *demo, found *diagnosis) { found.InQuarantine = 1 },
			"reports in quarantine: 1",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := &demo{acknowledged: map[event.ID]acknowledged{a: {}, b: {}}, moderated: newModerated()}
			for _, id := range []event.ID{a, b} {
				d.moderated.cases[id], d.moderated.caseOf[id] = event.ActionNone, id
			}
			found := diagnosis{Acknowledged: 2, InCases: 2}
			tt.harm(d, &found)
			got := strings.Join(append(d.checkCounts(found), d.checkCases()...), "\n")
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

package moderation_test

import (
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/moderation"
)

func TestABreakIsDueAfterLongWorkAndOverAfterAPause(t *testing.T) {
	start := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	work := func(minutes ...int) (looks []moderation.Look) {
		for _, m := range minutes {
			looks = append(looks, moderation.Look{At: at(m), Severity: 2})
		}
		return looks
	}
	c := moderation.DefaultCare()
	steady := work(0, 10, 20, 30, 40, 50, 60, 70, 80, 90)
	for name, test := range map[string]struct {
		looks []moderation.Look
		now   time.Time
		want  time.Time
	}{
		"nothing yet":        {nil, at(0), time.Time{}},
		"a little":           {work(0, 10, 20), at(21), time.Time{}},
		"ninety minutes":     {steady, at(91), at(105)},
		"one minute too few": {work(1, 10, 20, 30, 40, 50, 60, 70, 80, 90), at(91), time.Time{}},
		"after the pause":    {steady, at(105), time.Time{}},
		"a pause in between": {work(0, 10, 20, 30, 45, 55, 65, 75, 85, 90), at(91), time.Time{}},
		"in any order":       {work(90, 0, 80, 10, 70, 20, 60, 30, 50, 40), at(91), at(105)},
	} {
		if got := c.BreakDue(test.looks, test.now); !got.Equal(test.want) {
			t.Errorf("%s: until %v, want %v", name, got, test.want)
		}
	}
}

func TestTheHardestAreSparedOnceEnoughWereSeen(t *testing.T) {
	c := moderation.DefaultCare()
	var day []moderation.Look
	for range c.HardPerDay {
		if c.SpareHardest(day) {
			t.Fatalf("spared after %d", len(day))
		}
		hard := moderation.Look{Case: event.NewID(), Severity: moderation.Hardest}
		day = append(day, hard, hard, moderation.Look{Case: event.NewID(), Severity: moderation.Hardest - 1})
	}
	if n := moderation.Exposure(day); n[moderation.Hardest-1] != c.HardPerDay || n[moderation.Hardest-2] != c.HardPerDay {
		t.Errorf("cases by severity are %v", n)
	}
	if !c.SpareHardest(day) {
		t.Errorf("not spared after %d", c.HardPerDay)
	}
}

func TestOfTwoCommunitiesTheMoreCarefulHolds(t *testing.T) {
	strict := moderation.Care{HardPerDay: 5, BreakAfter: time.Hour, Break: 10 * time.Minute, Required: true, Mute: true}
	want := moderation.Care{HardPerDay: 5, BreakAfter: time.Hour, Break: 15 * time.Minute, Required: true, Blur: true, Grey: true, Mute: true}
	if got := moderation.DefaultCare().With(strict); got != want {
		t.Errorf("it is %+v, want %+v", got, want)
	}
	if got := strict.With(moderation.DefaultCare()); got != want {
		t.Errorf("the other way round it is %+v, want %+v", got, want)
	}
}

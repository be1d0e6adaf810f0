package reporter

import (
	"testing"
	"time"

	"recourse/internal/community"
	"recourse/internal/event"
)

func TestTheTimeOfAFirstLookIsWrittenInTheUnitThatPeopleUse(t *testing.T) {
	l := load(t)
	for _, c := range []struct {
		look     time.Duration
		lang     string
		expected string
	}{
		{0, "en", ""},
		{30 * time.Minute, "en", "They look at it within 30 minutes."},
		{time.Hour, "en", "They look at it within 1 hour."},
		{48 * time.Hour, "en", "They look at it within 2 days."},
		{36 * time.Hour, "en", "They look at it within 36 hours."},
		{48 * time.Hour, "fr", "Elle l’examine en moins de 2 jours."},
		{48 * time.Hour, "ar", "ينظر الفريق فيه خلال يومين."},
	} {
		f := formBody{Draft: draft{Kind: "threat"}, texts: l.in(c.lang), community: community.Bundle{
			Articles: []community.Article{{Kinds: []event.Kind{event.KindThreat}, FirstLook: c.look}},
		}}
		if got, err := f.FirstLook(); err != nil || got != c.expected {
			t.Errorf("%s: %q, %v, want %q", c.look, got, err, c.expected)
		}
	}
}

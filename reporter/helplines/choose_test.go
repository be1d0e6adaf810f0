package helplines_test

import (
	"slices"
	"testing"

	"recourse/internal/event"
	"recourse/reporter/helplines"
)

func TestTheMostUrgentHelpForAKindOfAbuseComesFirst(t *testing.T) {
	t.Parallel()
	l := helplines.Default()
	for _, country := range l.Countries() {
		for abuse, want := range map[event.Kind]helplines.Kind{
			event.KindThreat:           helplines.KindEmergency,
			event.KindViolence:         helplines.KindEmergency,
			event.KindStalking:         helplines.KindEmergency,
			event.KindIncitement:       helplines.KindEmergency,
			event.KindChildSexualAbuse: helplines.KindChildSexualAbuse,
		} {
			lines := l.ForKind(country, abuse)
			if len(lines) == 0 || !slices.Contains(lines[0].Kinds, want) {
				t.Errorf("%s, %s: %+v, want %s first", country, abuse, lines, want)
			}
		}
	}
	if got := l.ForKind("FR", event.KindThreat)[0].Call; !slices.Contains(got, "17") {
		t.Errorf("a threat to life in France: %v", got)
	}
	if got := l.ForKind("FR", event.KindChildSexualAbuse)[0].Country; got != "FR" {
		t.Errorf("a report of child sexual abuse in France goes to %s first", got)
	}
}

func TestEveryKindOfAbuseHasHelpInEveryCountryAndInNone(t *testing.T) {
	t.Parallel()
	l := helplines.Default()
	for _, country := range append(l.Countries(), "", helplines.Worldwide, "AQ") {
		for _, abuse := range event.Kinds() {
			lines := l.ForKind(country, abuse)
			if len(lines) == 0 && slices.Contains(l.Countries(), country) {
				t.Errorf("%s, %s: nothing", country, abuse)
			}
			for n, line := range lines {
				if line.Country != country && line.Country != helplines.Worldwide {
					t.Errorf("%s, %s: a service of %s", country, abuse, line.Country)
				}
				if slices.ContainsFunc(lines[:n], func(other helplines.Line) bool {
					return other.Source == line.Source && other.Name["en"] == line.Name["en"]
				}) {
					t.Errorf("%s, %s: %v stands twice", country, abuse, line.Name)
				}
			}
		}
	}
}

func TestWorldwideServicesStandInWhereACountryHasNone(t *testing.T) {
	t.Parallel()
	l := helplines.Default()
	for _, country := range []string{"", "AQ", "KE"} { // the list has no such hotline of Kenya
		if got := l.ForKind(country, event.KindChildSexualAbuse)[0]; got.Country != helplines.Worldwide {
			t.Errorf("%q: %+v", country, got)
		}
	}
}

func TestACountryIsGuessedOnlyFromARegionThatWasSaid(t *testing.T) {
	t.Parallel()
	l := helplines.Default()
	for _, tt := range []struct {
		wishes []string
		want   string
	}{
		{[]string{"KE"}, "KE"},
		{[]string{"fr-CA"}, "CA"},
		{[]string{"fr-CA,fr;q=0.9,en-US;q=0.8"}, "CA"},
		{[]string{"fr;q=0.5,en-GB;q=0.9"}, "GB"},
		{[]string{"fr,en;q=0.8"}, ""}, // French is spoken in many countries
		{[]string{"fr"}, ""},
		{[]string{"ar-EG"}, "EG"},
		{[]string{"zh-Hant-TW"}, ""},     // the list lacks Taiwan
		{[]string{"es-419", "AR"}, "AR"}, // Latin America is no country: the next wish counts
		{[]string{"", "AR"}, "AR"},
		{[]string{"KE", "fr-FR"}, "KE"},
		{[]string{"XX", "de-DE"}, "DE"},
		{[]string{";;;", "ko-KR"}, "KR"},
		{[]string{"INT"}, ""},
		{nil, ""},
	} {
		if got := l.Guess(tt.wishes...); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.wishes, got, tt.want)
		}
	}
}

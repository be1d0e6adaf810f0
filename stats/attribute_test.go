package stats_test

import (
	"reflect"
	"slices"
	"testing"

	"recourse/internal/event"
	"recourse/stats"
)

func TestWhatIsOnAListKeepsItsCode(t *testing.T) {
	d := event.Dimensions{
		Kind: event.KindDoxxing, Grounds: []event.Ground{event.GroundReligion, event.GroundGender}, Gender: event.GenderWoman,
		AgeBand: event.Age35To44, Role: event.RoleWitness, Language: "fr", Participant: []byte{1}, Account: []byte{2},
	}
	want := stats.Dimensions{
		Kind: event.KindDoxxing, Grounds: []event.Ground{event.GroundGender, event.GroundReligion}, Gender: event.GenderWoman,
		AgeBand: event.Age35To44, Role: event.RoleWitness, Language: "fr", Participant: []byte{1}, Account: []byte{2},
	}
	if got := stats.Code(d); !reflect.DeepEqual(got, want) {
		t.Errorf("it is coded as %+v, want %+v", got, want)
	}
}

func TestWhatIsOnNoListBecomesOtherOrUnknown(t *testing.T) {
	want := stats.Dimensions{
		Kind: event.KindOther, Grounds: []event.Ground{event.GroundUnknown}, Gender: event.GenderUnknown,
		AgeBand: event.AgeUnknown, Role: "unknown", Language: "und",
	}
	words := "what somebody wrote"
	for name, d := range map[string]event.Dimensions{
		"nothing": {},
		"words": {
			Kind: event.Kind(words), Grounds: []event.Ground{event.Ground(words)}, Gender: event.Gender(words),
			AgeBand: event.AgeBand(words), Role: event.Role(words), Language: words,
		},
	} {
		if got := stats.Code(d); !reflect.DeepEqual(got, want) {
			t.Errorf("%s is coded as %+v, want %+v", name, got, want)
		}
	}
	if got := stats.CodeAction("promote"); got != "other" {
		t.Errorf("an action on no list is coded as %q, want other", got)
	}
	for _, a := range event.Actions() {
		if got := stats.CodeAction(a); got != string(a) {
			t.Errorf("%s is coded as %q", a, got)
		}
	}
}

func TestAGroundThatIsThereTwiceCountsOnce(t *testing.T) {
	got := stats.Code(event.Dimensions{Grounds: []event.Ground{event.GroundAge, "x", event.GroundAge}}).Grounds
	if !slices.Equal(got, []event.Ground{event.GroundAge}) {
		t.Errorf("the grounds are %v, want age", got)
	}
}

func TestEveryCodeOfATableIsThereOnce(t *testing.T) {
	for _, a := range []stats.Attribute{stats.Kind(), stats.Action()} {
		if sorted := slices.Sorted(slices.Values(a.Codes)); len(slices.Compact(sorted)) != len(a.Codes) || !slices.Contains(a.Codes, "other") {
			t.Errorf("the codes of %s are %v", a.Name, a.Codes)
		}
	}
}

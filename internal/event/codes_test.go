package event_test

import (
	"slices"
	"strings"
	"testing"

	"recourse/internal/event"
)

// The lists as they are published. Releases of statistics use these words, so
// that a change here is a new version of the lists, never a correction.
func TestCodeListsAreTheOnesPublished(t *testing.T) {
	for _, tt := range []struct {
		list string
		got  []string
		want string
	}{
		{"kinds", texts(event.Kinds()), `harassment, abusive_language, cyberbullying, stalking, threat, violence, hate, sexual_harassment,
			non_consensual_imagery, child_sexual_abuse, deepfake, doxxing, impersonation, catfishing, incitement, brigading,
			other`},
		{"grounds", texts(event.Grounds()), `gender, gender_identity, sexual_orientation, race_ethnicity, religion,
			disability, age, migration_status, political_view, civic_role, none, unknown`},
		{"genders", texts(event.Genders()), `woman, man, non_binary, self_described, unknown`},
		{"age bands", texts(event.AgeBands()), `under_18, 18-24, 25-34, 35-44, 45-54, 55-64, 65+, unknown`},
		{"roles", texts(event.Roles()), `target, witness, ally, operator`},
		{"corrective actions", texts(event.Actions()), `none, notice, warning, label, hide, remove, restrict, suspend, ban, refer`},
		{"milestones", texts(event.Milestones()), `received, opened, decided, appealed, reopened, closed, withdrawn`},
	} {
		want := strings.FieldsFunc(tt.want, func(r rune) bool { return strings.ContainsRune(", \n\t", r) })
		if !slices.Equal(tt.got, want) {
			t.Errorf("the %s are %v, want %v", tt.list, tt.got, want)
		}
	}
}

func TestOnlyWhatIsOnAListIsValid(t *testing.T) {
	wantValid(t, event.Kinds(), event.Kind.Valid)
	wantValid(t, event.Grounds(), event.Ground.Valid)
	wantValid(t, event.Genders(), event.Gender.Valid)
	wantValid(t, event.AgeBands(), event.AgeBand.Valid)
	wantValid(t, event.Roles(), event.Role.Valid)
	wantValid(t, event.Actions(), event.Action.Valid)
}

func wantValid[T ~string](t *testing.T, list []T, valid func(T) bool) {
	t.Helper()
	for _, code := range list {
		if !valid(code) {
			t.Errorf("%q is not valid", code)
		}
		for _, other := range []T{T(strings.ToUpper(string(code))), code + " ", " " + code, code + "\x00"} {
			if other != code && valid(other) { // 18-24 has no upper case
				t.Errorf("%q is valid", other)
			}
		}
	}
	if valid("") {
		t.Errorf("nothing is a valid %T", list[0])
	}
}

func texts[T ~string](list []T) []string {
	all := make([]string, len(list))
	for i, code := range list {
		all[i] = string(code)
	}
	return all
}

func TestACallersChangeToAListChangesItForNobodyElse(t *testing.T) {
	event.Kinds()[0] = "changed"
	if event.Kinds()[0] != event.KindHarassment {
		t.Error("the list of kinds can be changed by whoever reads it")
	}
}

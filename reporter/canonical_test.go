package reporter

import (
	"testing"

	"recourse/internal/event"
)

// A receipt is made from these very bytes: a report sent again under its old
// key must find them unchanged, whatever fields came since.
func TestAReportWithoutTheNewerFieldsIsTheSameBytesAsEver(t *testing.T) {
	old := report{
		Community: "demo", Kind: event.KindThreat, Description: "a <b> & \"c\"\n", Links: []string{"https://example.org/?a=1&b=2"},
		Account: event.Account{Platform: "Example", Handle: "@Maya"}, Language: "fr-CA", Role: event.RoleWitness,
		Grounds: []event.Ground{event.GroundGender, event.GroundAge}, Gender: event.GenderWoman, AgeBand: event.Age25To34,
		Contact: "me@example.org", Participant: "17",
	}
	newer := old
	newer.Since, newer.Frequency, newer.Consent.NotBeyondCommunity = "May", event.FrequencyOften, true
	for _, c := range []struct {
		name string
		r    report
		want string
	}{
		{"empty", report{}, `{"community":"","kind":"","description":"","links":null,"account":{},"language":"","role":"","grounds":null,"gender":"","age_band":"","contact":"","participant":""}`},
		{"old", old, `{"community":"demo","kind":"threat","description":"a <b> & \"c\"\n","links":["https://example.org/?a=1&b=2"],"account":{"platform":"Example","handle":"@Maya"},"language":"fr-CA","role":"witness","grounds":["gender","age"],"gender":"woman","age_band":"25-34","contact":"me@example.org","participant":"17"}`},
		{"newer", newer, `{"community":"demo","kind":"threat","description":"a <b> & \"c\"\n","links":["https://example.org/?a=1&b=2"],"account":{"platform":"Example","handle":"@Maya"},"language":"fr-CA","role":"witness","grounds":["gender","age"],"gender":"woman","age_band":"25-34","contact":"me@example.org","participant":"17","since":"May","frequency":"often","consent":{"do_not_tell_account":false,"not_beyond_community":true}}`},
	} {
		got, err := c.r.canonical()
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v, want %s", c.name, got, err, c.want)
		}
	}
}

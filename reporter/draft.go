package reporter

import "recourse/internal/event"

// draft is a report as it was sent, over the API or the form, before any rule
// was applied. Codes may be wrong, texts too long.
type draft struct {
	Community   string
	Kind        string
	Description string
	Links       []string
	Platform    string
	Handle      string
	Language    string
	Role        string
	Grounds     []string
	Since       string
	Frequency   string
	Consent     event.Consent
	Gender      string
	AgeBand     string
	Contact     string
	Participant string
}

// Paths of the fields, in answers to clients.
const (
	fieldCommunity   = "community"
	fieldKind        = "kind"
	fieldDescription = "description"
	fieldLinks       = "links"
	fieldAccount     = "account"
	fieldPlatform    = "account.platform"
	fieldHandle      = "account.handle"
	fieldLanguage    = "language"
	fieldRole        = "role"
	fieldGrounds     = "grounds"
	fieldSince       = "since"
	fieldFrequency   = "frequency"
	fieldConsent     = "consent"
	fieldStatistics  = "demographics"
	fieldGender      = "demographics.gender"
	fieldAgeBand     = "demographics.age_band"
	fieldContact     = "contact"
	fieldParticipant = "participant"
	fieldReceipt     = "receipt"
	fieldKey         = "Idempotency-Key"
)

// draftOfJSON reads the body of POST /v1/reports. It is false where the body
// is no JSON object.
func draftOfJSON(body []byte, fs *faults) (draft, bool) {
	o, ok := openObject(body, "", fs, fieldCommunity, fieldKind, fieldDescription, fieldLinks, fieldAccount,
		fieldLanguage, fieldRole, fieldGrounds, fieldSince, fieldFrequency, fieldConsent, fieldStatistics, fieldContact,
		fieldParticipant)
	if !ok {
		return draft{}, false
	}
	account := o.object(fieldAccount, "platform", "handle")
	consent := o.object(fieldConsent, "do_not_tell_account", "not_beyond_community")
	demographics := o.object(fieldStatistics, "gender", "age_band")
	return draft{
		Community:   o.text(fieldCommunity),
		Kind:        o.text(fieldKind),
		Description: o.text(fieldDescription),
		Links:       o.texts(fieldLinks),
		Platform:    account.text("platform"),
		Handle:      account.text("handle"),
		Language:    o.text(fieldLanguage),
		Role:        o.text(fieldRole),
		Grounds:     o.texts(fieldGrounds),
		Since:       o.text(fieldSince),
		Frequency:   o.text(fieldFrequency),
		Consent: event.Consent{
			DoNotTellAccount:   consent.truth("do_not_tell_account"),
			NotBeyondCommunity: consent.truth("not_beyond_community"),
		},
		Gender:      demographics.text("gender"),
		AgeBand:     demographics.text("age_band"),
		Contact:     o.text(fieldContact),
		Participant: o.text(fieldParticipant),
	}, true
}

package console

import (
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"recourse/internal/event"
	"recourse/internal/text"
	"recourse/internal/web"
	"recourse/moderation"
	"recourse/moderation/access"
)

// phoned is a report that an operator takes down for someone else, as the
// intake's API takes it. What was not said is not sent.
type phoned struct {
	Community    string         `json:"community"`
	Kind         event.Kind     `json:"kind"`
	Description  string         `json:"description"`
	Links        []string       `json:"links,omitempty"`
	Account      event.Account  `json:"account,omitzero"`
	Language     string         `json:"language,omitempty"`
	Role         event.Role     `json:"role,omitempty"`
	Grounds      []event.Ground `json:"grounds,omitempty"`
	Since        string         `json:"since,omitempty"`
	Frequency    string         `json:"frequency,omitempty"`
	Consent      event.Consent  `json:"consent,omitzero"`
	Demographics demographics   `json:"demographics,omitzero"`
	Contact      string         `json:"contact,omitempty"`
}

// demographics go to statistics alone: the intake seals them.
type demographics struct {
	Gender  event.Gender  `json:"gender,omitempty"`
	AgeBand event.AgeBand `json:"age_band,omitempty"`
}

// phonedOf reads the form.
func phonedOf(form url.Values) phoned {
	p := phoned{
		Community: form.Get("community"), Kind: event.Kind(form.Get("kind")), Description: form.Get("description"),
		Account:  event.Account{Platform: form.Get("platform"), Handle: form.Get("handle")},
		Language: strings.TrimSpace(form.Get("language")), Role: event.Role(form.Get("role")),
		Since: form.Get("since"), Frequency: form.Get("frequency"), Contact: form.Get("contact"),
		Consent: event.Consent{
			DoNotTellAccount: form.Has("do_not_tell_account"), NotBeyondCommunity: form.Has("not_beyond_community"),
		},
		Demographics: demographics{Gender: event.Gender(form.Get("gender")), AgeBand: event.AgeBand(form.Get("age_band"))},
	}
	for link := range strings.Lines(form.Get("links")) {
		if link = strings.TrimSpace(link); link != "" {
			p.Links = append(p.Links, link)
		}
	}
	for _, ground := range form["grounds"] {
		p.Grounds = append(p.Grounds, event.Ground(ground))
	}
	return p
}

var errNoCommunity = errors.New("is not chosen")

// check finds what the intake can't: whether the report is for a community of
// the moderator, and bytes that JSON would quietly change.
func (p phoned) check(m moderator) (bad fieldErrors) {
	switch {
	case p.Community == "":
		bad = append(bad, moderation.FieldError{Field: "community", Err: errNoCommunity})
	case !m.may(access.ReportTake, p.Community):
		bad = append(bad, moderation.FieldError{Field: "community", Err: errNotYours})
	}
	for _, f := range []struct{ field, value string }{
		{"description", p.Description},
		{"since", p.Since},
		{"platform", p.Account.Platform},
		{"handle", p.Account.Handle},
		{"links", strings.Join(p.Links, "")},
		{"contact", p.Contact},
		{"language", p.Language},
	} {
		if !utf8.ValidString(f.value) {
			bad = append(bad, moderation.FieldError{Field: f.field, Err: text.ErrUTF8})
		}
	}
	return bad
}

// wrote is all that was written, for a page that can only give it back.
func (p phoned) wrote() string {
	var parts []string
	for _, part := range []string{
		p.Description, p.Since, p.Account.Platform, p.Account.Handle, strings.Join(p.Links, "\n"), p.Language, p.Contact,
	} {
		if strings.TrimSpace(part) != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "\n\n")
}

// fieldErrorOf puts what the API says of a field at the form's: of `links[2]` at
// links, of `account.handle` at handle.
func fieldErrorOf(e web.FieldError) moderation.FieldError {
	field, _, _ := strings.Cut(e.Field, "[")
	if _, name, nested := strings.Cut(field, "."); nested && name != "" {
		field = name
	}
	return moderation.FieldError{Field: field, Err: errors.New(e.Detail)}
}

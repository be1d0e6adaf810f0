package reporter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"recourse/internal/event"
	"recourse/internal/text"
)

// How much a report may hold, in characters (Unicode code points in NFC).
const (
	maxDescription = 20_000
	maxLinks       = 50
	maxLink        = 2048
	maxPlatform    = 100
	maxHandle      = 300
	maxLanguage    = 100
	maxContact     = 300
	maxSince       = 100
	maxParticipant = 200
)

// report is a draft that keeps every rule: texts cleaned, codes on their
// lists, grounds in their public order. What was not given is empty.
type report struct {
	Community   string         `json:"community"`
	Kind        event.Kind     `json:"kind"`
	Description string         `json:"description"`
	Links       []string       `json:"links"`
	Account     event.Account  `json:"account"`
	Language    string         `json:"language"`
	Role        event.Role     `json:"role"`
	Grounds     []event.Ground `json:"grounds"`
	Gender      event.Gender   `json:"gender"`
	AgeBand     event.AgeBand  `json:"age_band"`
	Contact     string         `json:"contact"`
	Participant string         `json:"participant"`

	// What came later is left out where it was not given: a report sent again
	// under its old key keeps its receipt.
	Since     string          `json:"since,omitempty"`
	Frequency event.Frequency `json:"frequency,omitempty"`
	Consent   event.Consent   `json:"consent,omitzero"`
}

// canonical returns the same bytes for the same report, however it was
// spaced, ordered or escaped when it came.
func (r report) canonical() ([]byte, error) { return encode(r) }

// check applies every rule and notes everything that is wrong. The report is
// good only where fs stays empty. Offered are the kinds that the community takes.
func (d draft) check(offered []event.Kind, authenticated bool, fs *faults) report {
	r := report{
		Community:   d.Community,
		Kind:        onList(fs, fieldKind, d.Kind, offered),
		Description: cleaned(fs, fieldDescription, d.Description, maxDescription, text.Clean),
		Links:       checkLinks(fs, d.Links),
		Account: event.Account{
			Platform: line(fs, fieldPlatform, d.Platform, maxPlatform),
			Handle:   line(fs, fieldHandle, d.Handle, maxHandle),
		},
		Language:    checkLanguage(fs, d.Language),
		Role:        onList(fs, fieldRole, d.Role, event.Roles()),
		Grounds:     checkGrounds(fs, d.Grounds),
		Gender:      onList(fs, fieldGender, d.Gender, event.Genders()),
		AgeBand:     onList(fs, fieldAgeBand, d.AgeBand, event.AgeBands()),
		Contact:     line(fs, fieldContact, d.Contact, maxContact),
		Participant: line(fs, fieldParticipant, d.Participant, maxParticipant),
		Since:       line(fs, fieldSince, d.Since, maxSince),
		Frequency:   onList(fs, fieldFrequency, d.Frequency, event.Frequencies()),
		Consent:     d.Consent,
	}
	required(fs, fieldCommunity, r.Community)
	required(fs, fieldKind, string(r.Kind))
	required(fs, fieldDescription, r.Description)
	if r.Participant != "" && !authenticated {
		fs.add(fault{Field: fieldParticipant, Rule: ruleClientOnly})
	}
	fs.sort()
	return r
}

// sort puts faults in the order in which the form asks.
func (fs *faults) sort() {
	order := []string{
		fieldCommunity, fieldPlatform, fieldKind, fieldDescription, fieldLinks, fieldAccount, fieldHandle, fieldSince, fieldFrequency,
		fieldGrounds, fieldRole, fieldContact, fieldStatistics, fieldGender, fieldAgeBand, fieldConsent, fieldLanguage, fieldParticipant,
	}
	place := func(f fault) int {
		name, _, _ := strings.Cut(f.Field, "[")
		if n := slices.Index(order, name); n >= 0 {
			return n
		}
		return len(order)
	}
	slices.SortStableFunc(*fs, func(a, b fault) int { return place(a) - place(b) })
}

func required(fs *faults, field, value string) {
	if value == "" {
		fs.add(fault{Field: field, Rule: ruleRequired})
	}
}

// onList returns s as a code. What is empty was not given.
func onList[T ~string](fs *faults, field, s string, list []T) T {
	code := T(s)
	if s == "" || slices.Contains(list, code) {
		return code
	}
	fs.add(notOnList(field, list))
	return ""
}

func notOnList[T ~string](field string, list []T) fault {
	want := make([]string, len(list))
	for n, code := range list {
		want[n] = string(code)
	}
	return fault{Field: field, Rule: ruleNotOnList, Want: want}
}

func line(fs *faults, field, s string, maxChars int) string {
	return cleaned(fs, field, s, maxChars, text.CleanLine)
}

func cleaned(fs *faults, field, s string, maxChars int, clean func(string, int) (string, error)) string {
	good, err := clean(s, maxChars)
	var tooLong text.TooLongError
	switch {
	case errors.As(err, &tooLong):
		fs.add(fault{Field: field, Rule: ruleTooLong, Max: tooLong.Max})
	case err != nil:
		fs.add(fault{Field: field, Rule: ruleCharacters})
	}
	return good
}

// checkLinks takes any single line for a link: what a person copied in a hurry
// is better evidence than a refusal. Blank lines are no links.
func checkLinks(fs *faults, links []string) []string {
	var good []string
	for n, link := range links {
		link := line(fs, element(fieldLinks, n), link, maxLink)
		if link == "" {
			continue
		}
		if good = append(good, link); len(good) > maxLinks {
			fs.add(fault{Field: fieldLinks, Rule: ruleTooMany, Max: maxLinks})
			return nil
		}
	}
	return good
}

func checkGrounds(fs *faults, grounds []string) []event.Ground {
	var good []event.Ground
	for n, s := range grounds {
		field, ground := element(fieldGrounds, n), event.Ground(s)
		switch {
		case !ground.Valid():
			fs.add(notOnList(field, event.Grounds()))
		case slices.Contains(good, ground):
			fs.add(fault{Field: field, Rule: ruleRepeated})
		default:
			good = append(good, ground)
		}
	}
	slices.SortFunc(good, func(a, b event.Ground) int {
		return slices.Index(event.Grounds(), a) - slices.Index(event.Grounds(), b)
	})
	return good
}

func checkLanguage(fs *faults, s string) string {
	s = line(fs, fieldLanguage, s, maxLanguage)
	if s == "" {
		return ""
	}
	if _, err := language.Parse(s); err != nil && !knownForm(err) {
		fs.add(fault{Field: fieldLanguage, Rule: ruleLanguage})
		return ""
	}
	return s
}

// knownForm says whether a tag is well-formed though its subtags are on no
// list: there are more languages than x/text knows.
func knownForm(err error) bool {
	var unknown language.ValueError
	return errors.As(err, &unknown)
}

// baseLanguage is what statistics see of a language: its base subtag.
func baseLanguage(tag string) string {
	parsed, err := language.Parse(tag)
	if tag == "" || (err != nil && !knownForm(err)) {
		return "und"
	}
	base, _, _ := parsed.Raw()
	return base.String()
}

// encode is json.Marshal without its escapes for HTML, which would make six
// bytes of one.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encoding a %T: %w", v, err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

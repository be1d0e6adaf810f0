// Package stats is what statistics count: the attributes of a fact and the codes
// that each may have. It decides what a value becomes that is on no list, and
// knows nothing of where facts come from or go to.
package stats

import (
	"slices"

	"golang.org/x/text/language"

	"recourse/internal/event"
)

// CodeListVersion is the version of all code lists together. A code added or
// taken away makes a new version, from the next period on.
const CodeListVersion = 1

// Attribute is a column of facts: its name and its codes in their public order.
// A fact has exactly one of them.
type Attribute struct {
	Name  string
	Title string
	Codes []string
}

// Kind is what was reported. A value outside the list counts as `other`.
func Kind() Attribute {
	return Attribute{Name: "kind", Title: "What was reported", Codes: texts(event.Kinds())}
}

// Action is the corrective action of the first decision in effect. `other` is
// for actions that a later version of the list may have.
func Action() Attribute {
	return Attribute{
		Name: "action", Title: "The corrective action of the first decision in effect",
		Codes: append(texts(event.Actions()), otherCode),
	}
}

// Index returns the place of a code in its list, -1 where it is on none.
func (a Attribute) Index(code string) int { return slices.Index(a.Codes, code) }

const otherCode = "other"

func texts[T ~string](codes []T) []string {
	all := make([]string, len(codes))
	for i, c := range codes {
		all[i] = string(c)
	}
	return all
}

// Dimensions are what a report tells of itself and its reporter, coded.
type Dimensions struct {
	Kind        event.Kind
	Grounds     []event.Ground // at least one, each once, in their public order
	Gender      event.Gender
	AgeBand     event.AgeBand
	Role        event.Role
	Language    string // base language subtag; und where unknown
	Participant []byte // keyed pseudonym; nil for none
	Account     []byte // likewise
}

// Code returns d with every value that is on no list replaced: by `other` where
// the list has it, else by `unknown`. Whatever was sealed, a fact has codes only.
func Code(d event.Dimensions) Dimensions {
	c := Dimensions{
		Kind: d.Kind, Gender: d.Gender, AgeBand: d.AgeBand, Role: d.Role, Language: baseLanguage(d.Language),
		Participant: d.Participant, Account: d.Account,
	}
	if !c.Kind.Valid() {
		c.Kind = event.KindOther
	}
	if !c.Gender.Valid() {
		c.Gender = event.GenderUnknown
	}
	if !c.AgeBand.Valid() {
		c.AgeBand = event.AgeUnknown
	}
	if !c.Role.Valid() {
		c.Role = roleUnknown
	}
	for _, g := range event.Grounds() {
		if slices.Contains(d.Grounds, g) {
			c.Grounds = append(c.Grounds, g)
		}
	}
	if len(c.Grounds) == 0 {
		c.Grounds = []event.Ground{event.GroundUnknown}
	}
	return c
}

const roleUnknown event.Role = "unknown"

// CodeAction returns a's code.
func CodeAction(a event.Action) string {
	if !a.Valid() {
		return otherCode
	}
	return string(a)
}

func baseLanguage(s string) string {
	base, err := language.ParseBase(s)
	if err != nil {
		return "und"
	}
	return base.String()
}

// Package helplines knows whom a person can turn to: emergency numbers, help
// lines and organisations by country, from a file that the operator edits. It
// never guesses where somebody is from an address: only from what they chose,
// what their browser says of its language, or what a community set.
package helplines

import (
	_ "embed"
	"slices"

	"recourse/internal/text"
)

//go:embed helplines.yaml
var embedded []byte

// Worldwide stands for no single country: services for everybody.
const Worldwide = "INT"

// Kind says what a service helps with.
type Kind string

// The kinds of help, in the order in which they are shown.
const (
	KindEmergency        Kind = "emergency"          // danger to life, now
	KindCrisis           Kind = "crisis"             // suicide, despair
	KindChildSexualAbuse Kind = "child_sexual_abuse" // where such material is reported
	KindChildren         Kind = "children"           // child help lines
	KindViolence         Kind = "violence"           // at home, or against women
	KindSexualViolence   Kind = "sexual_violence"
	KindOnlineAbuse      Kind = "online_abuse" // bullying, intimate images, illegal content
	KindHate             Kind = "hate"         // hate crime, discrimination
	KindLGBTIQ           Kind = "lgbtiq"
	KindJournalists      Kind = "journalists"
)

// Kinds returns every kind of help in the order in which they are shown.
func Kinds() []Kind {
	return []Kind{
		KindEmergency, KindCrisis, KindChildSexualAbuse, KindChildren, KindViolence,
		KindSexualViolence, KindOnlineAbuse, KindHate, KindLGBTIQ, KindJournalists,
	}
}

// Valid says whether k is one of Kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// Line is one service. The comments at the top of helplines.yaml say what each
// field means.
type Line struct {
	Country   string         `yaml:"country"` // ISO 3166-1 alpha-2, or Worldwide
	Kinds     []Kind         `yaml:"kinds"`
	Name      text.Localized `yaml:"name"` // always there in the first of Languages
	Call      []string       `yaml:"call"`
	Text      []Text         `yaml:"text"`
	WhatsApp  string         `yaml:"whatsapp"`
	Chat      string         `yaml:"chat"`
	URL       string         `yaml:"url"`
	Always    bool           `yaml:"always"` // day and night, every day
	Hours     text.Localized `yaml:"hours"`
	Languages []string       `yaml:"languages"` // BCP 47, never empty
	Free      *bool          `yaml:"free"`      // nil where nobody knows
	Deaf      bool           `yaml:"deaf"`      // text relay, sign language or writing
	Source    string         `yaml:"source"`
	Read      string         `yaml:"read"`
	Dated     string         `yaml:"dated"`   // YYYY, YYYY-MM or YYYY-MM-DD; empty where the page has no date
	Checked   string         `yaml:"checked"` // YYYY-MM-DD
	Copy      bool           `yaml:"copy"`
}

// Text is a number that takes text messages.
type Text struct {
	Number string `yaml:"number"`
	Word   string `yaml:"word"` // what to write first; may be empty
}

// Reachable says whether there is any way to reach the service.
func (l Line) Reachable() bool {
	return len(l.Call) > 0 || len(l.Text) > 0 || l.WhatsApp != "" || l.Chat != "" || l.URL != ""
}

// Lines are all services of one file. They never change; safe for concurrent use.
type Lines struct {
	all []Line
}

// Default returns the services that come with the program.
func Default() *Lines {
	l, err := Parse(embedded, "helplines.yaml")
	if err != nil {
		panic("helplines: the embedded file is broken: " + err.Error()) // a test reads it
	}
	return l
}

// Countries returns the countries that have services, sorted by code, without
// Worldwide.
func (l *Lines) Countries() []string {
	var codes []string
	for _, line := range l.all {
		if line.Country != Worldwide && !slices.Contains(codes, line.Country) {
			codes = append(codes, line.Country)
		}
	}
	slices.Sort(codes)
	return codes
}

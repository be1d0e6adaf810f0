// Package register is the public register of a code of conduct: what it
// forbids, what a machine does under it, and what that means for people, as a
// document that a program can read and a page can word in any language.
//
// Its parts answer what public registers of algorithms ask: what is automated
// and how, who is affected, what data it looks at, how discrimination is
// prevented, who oversees it, how risks are handled, and how to object. See the
// registers of Amsterdam and Helsinki (2020, described at
// https://ai-regulation.com/amsterdam-and-helsinki-launch-algorithm-and-ai-register/)
// and the standard that followed them (https://standaard.algoritmeregister.org/overview).
//
// Moderation writes the document, the intake shows it. It is public: it never
// holds a term of a lexicon, which would help who wants to get around it, nor a
// rule's condition.
package register

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"recourse/internal/event"
	"recourse/internal/text"
)

// Max is the largest register in bytes. It travels as one NATS message, which
// takes 1 MiB at most.
const Max = 960 << 10

// Text is one text in several languages.
type Text = text.Localized

// Document is the register of one version of a code.
type Document struct {
	Format     int        `json:"format"` // 1
	Title      Text       `json:"title"`
	Version    string     `json:"version"`            // as its authors call it
	Digest     string     `json:"digest"`             // of the published code
	Since      time.Time  `json:"since"`              // when it was put in force
	Previous   string     `json:"previous,omitempty"` // digest of the code before
	Languages  []string   `json:"languages"`          // of its texts, the default first
	Articles   []Article  `json:"articles"`
	Rules      []Rule     `json:"rules"`
	Questions  []Question `json:"questions"`
	Lexicons   []Lexicon  `json:"lexicons"`
	Automation Automation `json:"automation"`
	Assessment Assessment `json:"assessment"`
	Changes    []Change   `json:"changes"` // from the code before
}

// Article is something that the code does not allow.
type Article struct {
	ID        string         `json:"id"`
	Kinds     []event.Kind   `json:"kinds"`
	Severity  int            `json:"severity"`   // 1 (light) to 4 (danger to life or to a child)
	FirstLook int            `json:"first_look"` // seconds within which a moderator looks at a report
	Ladder    []event.Action `json:"ladder"`     // what may follow, the lightest first
	Title     Text           `json:"title"`
	Text      Text           `json:"text"`
}

// Rule is something that a machine does.
type Rule struct {
	ID      string    `json:"id"`
	Says    Text      `json:"says"` // the rule in words
	Effects []Effect  `json:"effects"`
	Data    []Data    `json:"data"`     // what it looks at
	LooksAt []string  `json:"looks_at"` // the same exactly: variables of docs/conduct.md
	Shadow  bool      `json:"shadow"`   // it is tried out: it records, and has no effect
	Since   time.Time `json:"since"`    // since when it does this under these conditions
}

// Effect is one thing that a rule may do.
type Effect struct {
	What   EffectKind `json:"what"`
	Values []string   `json:"values,omitempty"` // an article, level, queue, question, or tags
	Reason Text       `json:"reason,omitempty"` // of a priority
	Quota  int        `json:"quota,omitempty"`  // of hiding: times an hour at most
}

// EffectKind is a field of a rule's `then`.
type EffectKind string

// What rules may do.
const (
	EffectArticle      EffectKind = "article"       // suggest an article
	EffectPriority     EffectKind = "priority"      // set the place in the queue
	EffectQueue        EffectKind = "queue"         // route to a queue
	EffectLanguageTeam EffectKind = "language_team" // route to who reads the language
	EffectSecondReader EffectKind = "second_reader" // let a second person agree
	EffectTags         EffectKind = "tags"          // mark the case
	EffectGroup        EffectKind = "group"         // join the case about the same account or links
	EffectHide         EffectKind = "hide"          // hide until a person has looked
	EffectAsk          EffectKind = "ask"           // send a prepared question
)

// EffectKinds returns every kind.
func EffectKinds() []EffectKind {
	return []EffectKind{
		EffectArticle, EffectPriority, EffectQueue, EffectLanguageTeam, EffectSecondReader, EffectTags, EffectGroup, EffectHide, EffectAsk,
	}
}

// Data is what a rule looks at, in the words of people.
type Data string

// What rules look at.
const (
	DataAnswers   Data = "answers"   // what was chosen in the form
	DataLanguage  Data = "language"  // detected
	DataWords     Data = "words"     // of the report
	DataLexicons  Data = "lexicons"  // terms of the lexicons among the words
	DataPersonal  Data = "personal"  // personal data among the words
	DataLinks     Data = "links"     //
	DataAccount   Data = "account"   // that was reported
	DataDecisions Data = "decisions" // earlier ones on the same account
	DataReports   Data = "reports"   // how many there are on it or in the case
)

// AllData returns everything that rules can look at, in the order of pages.
func AllData() []Data {
	return []Data{
		DataAnswers, DataLanguage, DataWords, DataLexicons, DataPersonal, DataLinks, DataAccount, DataDecisions, DataReports,
	}
}

// Question is one that the code asks reporters by itself.
type Question struct {
	ID   string `json:"id"`
	Text Text   `json:"text"`
}

// Lexicon is a list of terms, counted.
type Lexicon struct {
	Language  string         `json:"language"` // BCP 47
	Digest    string         `json:"digest"`   // SHA-256 of the file
	Terms     int            `json:"terms"`
	Reclaimed int            `json:"reclaimed"` // of them, also used by the group that they name
	Senses    map[string]int `json:"senses"`    // how many terms of each
}

// Automation is what the code lets a machine do by itself besides ordering and
// suggesting.
type Automation struct {
	Hide      bool `json:"hide"`
	HideQuota int  `json:"hide_quota,omitempty"` // of a rule that sets none, times an hour
}

// ErrDocument says that bytes are no register.
var ErrDocument = errors.New("not a register")

// Encode writes d. The same document gives the same bytes.
func Encode(d Document) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(d); err != nil {
		return nil, fmt.Errorf("encoding a register: %w", err)
	}
	if b.Len() > Max {
		return nil, fmt.Errorf("the public register of this code would have %d bytes, of %d allowed: make its texts shorter", b.Len(), Max)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Decode reads a register whose digest was compared. Fields that it does not
// know are let pass: the next version may add some.
func Decode(b []byte) (Document, error) {
	var d Document
	if err := json.Unmarshal(b, &d); err != nil || d.Format < 1 {
		return Document{}, ErrDocument
	}
	return d, nil
}

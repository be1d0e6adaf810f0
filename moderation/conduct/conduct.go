// Package conduct reads codes of conduct and applies them to a report. It is
// pure: a file and a report go in, an assessment comes out, the same on every
// machine. It must never read a clock, a network or a database, and an error
// of a rule never quotes what a person wrote.
package conduct

import (
	"fmt"
	"time"
	"unicode/utf8"

	"recourse/internal/event"
	"recourse/internal/text"
)

// MaxFile is the largest published code of conduct in bytes, its lexicons
// included. It travels as one NATS message, which takes 1 MiB at most.
const MaxFile = 960 << 10

// maxDocument is the largest YAML of a code in bytes, its lexicons apart.
const maxDocument = 512 << 10

// Code is a code of conduct: what is not allowed, what may follow, and rules
// that order and suggest. Safe for concurrent use.
type Code struct {
	Title      Text       `yaml:"title"`
	Version    string     `yaml:"version"`
	Languages  []string   `yaml:"languages"`  // BCP 47, the default first
	Lexicons   []string   `yaml:"lexicons"`   // files beside this one; their base names are languages
	Queues     []string   `yaml:"queues"`     // the first takes what no rule routes; never empty after Parse
	Automation Automation `yaml:"automation"` // what a machine may do by itself
	Questions  []Question `yaml:"questions"`
	Articles   []Article  `yaml:"articles"`
	Rules      []Rule     `yaml:"rules"`

	engine *engine // the rules and lexicons, compiled; nil in the zero Code
}

// Text is one text in several languages.
type Text = text.Localized

// Article is one rule of a code. Every corrective action cites one.
type Article struct {
	ID        string         `yaml:"id"`
	Kinds     []event.Kind   `yaml:"kinds"`      // of the public list, mapped onto this article
	Severity  int            `yaml:"severity"`   // 1 (light) to 4 (danger to life or to a child)
	FirstLook Duration       `yaml:"first_look"` // deadline for a first look
	Ladder    []event.Action `yaml:"ladder"`     // corrective actions that may follow, the lightest first; may be empty
	Title     Text           `yaml:"title"`
	Text      Text           `yaml:"text"`
}

// Automation is what a machine may do by itself. Left out, it orders and
// suggests, and nothing else.
type Automation struct {
	Hide      bool `yaml:"hide"`       // a rule may hide pending review
	HideQuota int  `yaml:"hide_quota"` // of each rule and hour; DefaultHideQuota where it is left out
}

// DefaultHideQuota is how often a rule hides in an hour where a code does not
// say.
const DefaultHideQuota = 20

// Question is a prepared question to a reporter, sent as automatic.
type Question struct {
	ID   string `yaml:"id"`
	Text Text   `yaml:"text"`
}

// Rule adds effects where its condition holds. It never closes a case and never
// acts on a person.
type Rule struct {
	ID     string  `yaml:"id"`
	Says   Text    `yaml:"says"` // in plain words, for the public register and statements of reasons
	When   string  `yaml:"when"` // CEL over Variables
	Then   Effects `yaml:"then"`
	Shadow bool    `yaml:"shadow"` // it runs and records, and has no effect
}

// Effects is what a rule does; EffectFields says it in words.
type Effects struct {
	Article      string    `yaml:"article"`
	Priority     *Priority `yaml:"priority"`
	Queue        string    `yaml:"queue"`
	LanguageTeam bool      `yaml:"language_team"`
	SecondReader bool      `yaml:"second_reader"`
	Tags         []string  `yaml:"tags"`
	Group        []GroupBy `yaml:"group"`
	Hide         bool      `yaml:"hide"`
	HideQuota    int       `yaml:"hide_quota"` // the code's where it is left out
	Ask          string    `yaml:"ask"`
}

// Priority is a place in the queue, and why.
type Priority struct {
	Level  Level `yaml:"level"`
	Reason Text  `yaml:"reason"`
}

// Level is how soon a report is looked at.
type Level string

// The levels. Low comes behind others of its severity, normal leaves the place
// as it is and outweighs low, high comes before all but the gravest, urgent
// before everything.
const (
	Low    Level = "low"
	Normal Level = "normal"
	High   Level = "high"
	Urgent Level = "urgent"
)

// Levels returns every level, the lowest first.
func Levels() []Level { return []Level{Low, Normal, High, Urgent} }

// GroupBy is what reports are joined by. Near-duplicate texts always are.
type GroupBy string

// What reports can be joined by.
const (
	GroupAccount GroupBy = "account"
	GroupLinks   GroupBy = "links"
)

// Duration is a time span in a file, such as 48h.
type Duration time.Duration

// UnmarshalText reads the form that time.ParseDuration takes. What is no time
// span becomes 0, which Parse refuses with its place: an error from here would
// not say where it stands.
func (d *Duration) UnmarshalText(b []byte) error {
	parsed, _ := time.ParseDuration(string(b))
	*d = Duration(parsed)
	return nil
}

// Parse reads a published code of conduct strictly, checks it, and compiles its
// rules and lexicons. Its error wraps ErrCode and Problems.
func Parse(file []byte) (Code, error) {
	c, _, err := parse(file)
	return c, err
}

func parse(file []byte) (Code, *source, error) {
	if len(file) > MaxFile {
		return Code{}, nil, refused(Problem{What: fmt.Sprintf("the file is larger than %d bytes, lexicons included: make it smaller", MaxFile)})
	}
	if !utf8.Valid(file) { // the decoder would replace bad bytes without a word
		return Code{}, nil, refused(Problem{What: "the file is not valid UTF-8: save it as UTF-8"})
	}
	document, lexicons := unpack(file)
	if len(document) > maxDocument {
		return Code{}, nil, refused(Problem{What: fmt.Sprintf("the YAML is larger than %d bytes: make it smaller", maxDocument)})
	}
	var c Code
	s, ok := readYAML("", document, &c)
	if ok {
		c.check(s)
		c.engine = compile(c, s, lexicons)
	}
	if len(s.problems) > 0 {
		return Code{}, nil, refused(s.problems...)
	}
	if len(c.Queues) == 0 {
		c.Queues = []string{"general"}
	}
	if c.Automation.Hide && c.Automation.HideQuota == 0 {
		c.Automation.HideQuota = DefaultHideQuota
	}
	return c, s, nil
}

func refused(problems ...Problem) error {
	all := Problems(problems)
	all.sort()
	return fmt.Errorf("%w: %w", ErrCode, all)
}

// Article returns the article with this id.
func (c Code) Article(id string) (Article, bool) {
	for _, a := range c.Articles {
		if a.ID == id {
			return a, true
		}
	}
	return Article{}, false
}

// Question returns the question with this id.
func (c Code) Question(id string) (Question, bool) {
	for _, q := range c.Questions {
		if q.ID == id {
			return q, true
		}
	}
	return Question{}, false
}

// Rule returns the rule with this id.
func (c Code) Rule(id string) (Rule, bool) {
	for _, r := range c.Rules {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}

// Step returns the corrective action that the ladder has after so many earlier
// decisions on the same account: the first after none, the last one then stays.
func (a Article) Step(earlier int) (event.Action, bool) {
	if len(a.Ladder) == 0 {
		return "", false
	}
	return a.Ladder[min(max(earlier, 0), len(a.Ladder)-1)], true
}

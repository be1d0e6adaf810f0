// Package conduct reads codes of conduct and applies them to a report. It is
// pure: a file and a report go in, an assessment comes out, the same on every
// machine. It must never read a clock, a network or a database.
package conduct

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"recourse/internal/event"
	"recourse/internal/text"
)

// MaxFile is the largest file of a code of conduct in bytes.
const MaxFile = 512 << 10

// Code is a code of conduct: what is not allowed, and what may follow.
type Code struct {
	Title     Text      `yaml:"title"`
	Version   string    `yaml:"version"`
	Languages []string  `yaml:"languages"` // BCP 47, the default first
	Articles  []Article `yaml:"articles"`
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

// ErrCode says that a file is not a code of conduct. What it wraps says where.
var ErrCode = errors.New("not a code of conduct")

// Parse reads a code of conduct strictly and checks it.
func Parse(file []byte) (Code, error) {
	if len(file) > MaxFile {
		return Code{}, fmt.Errorf("%w: the file is larger than %d bytes", ErrCode, MaxFile)
	}
	if !utf8.Valid(file) { // the decoder would replace bad bytes without a word
		return Code{}, fmt.Errorf("%w: the file is not valid UTF-8", ErrCode)
	}
	var c Code
	dec := yaml.NewDecoder(bytes.NewReader(file), yaml.DisallowUnknownField())
	if err := dec.Decode(&c); err != nil {
		return Code{}, fmt.Errorf("%w: %w", ErrCode, err)
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return Code{}, fmt.Errorf("%w: a second document follows the first", ErrCode)
	}
	if err := c.check(); err != nil {
		return Code{}, fmt.Errorf("%w: %w", ErrCode, err)
	}
	return c, nil
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

var articleID = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,63}$`)

func (c Code) check() error {
	if len(c.Languages) == 0 {
		return errors.New("languages: name at least one")
	}
	if c.Version == "" {
		return errors.New("version: is missing")
	}
	if err := c.checkText("title", c.Title); err != nil {
		return err
	}
	seen := map[string]bool{}
	mapped := map[event.Kind]string{}
	for i, a := range c.Articles {
		where := fmt.Sprintf("articles[%d] (%s)", i, a.ID)
		switch {
		case !articleID.MatchString(a.ID):
			return fmt.Errorf("%s: id: use 1 to 64 lowercase letters, digits, hyphens and underscores", where)
		case seen[a.ID]:
			return fmt.Errorf("%s: id: stands twice", where)
		case a.Severity < 1 || a.Severity > 4:
			return fmt.Errorf("%s: severity: must be 1 to 4", where)
		case a.FirstLook <= 0:
			return fmt.Errorf("%s: first_look: must be a time span longer than nothing, such as 48h or 30m", where)
		}
		for _, action := range a.Ladder {
			if !action.Valid() {
				return fmt.Errorf("%s: ladder: %q is not a corrective action", where, action)
			}
		}
		seen[a.ID] = true
		for _, k := range a.Kinds {
			switch {
			case !k.Valid():
				return fmt.Errorf("%s: kinds: %q is not on the public list", where, k)
			case mapped[k] != "":
				return fmt.Errorf("%s: kinds: %q is mapped to %s already", where, k, mapped[k])
			}
			mapped[k] = a.ID
		}
		if err := c.checkText(where+": title", a.Title); err != nil {
			return err
		}
		if err := c.checkText(where+": text", a.Text); err != nil {
			return err
		}
	}
	for _, k := range event.Kinds() {
		if mapped[k] == "" {
			return fmt.Errorf("articles: no article takes the kind %q", k)
		}
	}
	return nil
}

func (c Code) checkText(where string, t Text) error {
	for _, lang := range c.Languages {
		if t[lang] == "" {
			return fmt.Errorf("%s: has no text in %q", where, lang)
		}
	}
	return nil
}

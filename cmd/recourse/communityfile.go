package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/moderation/conduct"
)

// maxCommunityFile is the largest community file in bytes.
const maxCommunityFile = 256 << 10

// communityFile is a community as an operator writes it. demo/community.yaml
// explains every field.
type communityFile struct {
	Name      string         `yaml:"name"`
	Title     community.Text `yaml:"title"`
	Languages []string       `yaml:"languages,flow"`
	Conduct   string         `yaml:"conduct,omitempty"` // a file beside this one
	Kinds     []event.Kind   `yaml:"kinds,omitempty,flow"`
	Country   string         `yaml:"country,omitempty"`
	Intro     community.Text `yaml:"intro,omitempty"`
	Colours   fileColours    `yaml:"colours,omitempty"`
	Logo      string         `yaml:"logo,omitempty"` // a file beside this one
	Opens     string         `yaml:"opens,omitempty"`
	Paused    community.Text `yaml:"paused,omitempty"`
	AskAfter  string         `yaml:"ask_after,omitempty"`
	RateLimit fileRateLimit  `yaml:"rate_limit,omitempty"`
	Care      fileCare       `yaml:"care,omitempty"`
}

type fileColours struct {
	Accent     string `yaml:"accent,omitempty"`
	AccentDark string `yaml:"accent_dark,omitempty"`
}

type fileRateLimit struct {
	ReportsPerHour       int `yaml:"reports_per_hour,omitempty"`
	FollowUpsPerHour     int `yaml:"follow_ups_per_hour,omitempty"`
	WrongReceiptsPerHour int `yaml:"wrong_receipts_per_hour,omitempty"`
}

// draft is a community read from files and checked, without keys.
type draft struct {
	file    communityFile
	conduct []byte
	code    conduct.Code
	atStart bool // `up` applies it as it starts, and nobody asks for an earlier code

	logo     community.Logo
	opens    time.Time
	askAfter time.Duration
	care     community.Care
}

// fieldError is what is wrong with one field of a community file, and what to
// do about it.
type fieldError struct {
	field string // such as colours.accent or kinds[2]
	err   error
}

func (e fieldError) Error() string { return e.field + ": " + e.err.Error() }
func (e fieldError) Unwrap() error { return e.err }

func wrong(field, format string, args ...any) error {
	return fieldError{field: field, err: fmt.Errorf(format, args...)}
}

// readCommunity reads a community file and what stands beside it. Its errors
// say where: `file:line: field: what is wrong, and what to do`.
func readCommunity(fsys fs.FS, name string) (draft, error) {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return draft{}, fmt.Errorf("reading a community: %w", err)
	}
	d, err := parseCommunity(b)
	if err == nil {
		err = d.check(fsys, path.Dir(name))
	}
	if err != nil {
		return draft{}, placed(name, b, err)
	}
	return d, nil
}

// parseCommunity reads the file's form, strictly.
func parseCommunity(b []byte) (draft, error) {
	if len(b) > maxCommunityFile {
		return draft{}, fmt.Errorf("is larger than %d KiB: is it a community file?", maxCommunityFile>>10)
	}
	if !utf8.Valid(b) { // the decoder would replace bad bytes without a word
		return draft{}, errors.New("is not valid UTF-8: save it as UTF-8")
	}
	var d draft
	dec := yaml.NewDecoder(bytes.NewReader(b), yaml.DisallowUnknownField())
	if err := dec.Decode(&d.file); errors.Is(err, io.EOF) {
		return draft{}, errors.New("is empty: see the example in the project's cmd/recourse/demo/community.yaml")
	} else if err != nil {
		return draft{}, err
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return draft{}, errors.New("a second document follows the first: a file holds one community")
	}
	return d, nil
}

// placed puts file and line before an error.
func placed(name string, file []byte, err error) error {
	line := 0
	if field, ok := errors.AsType[fieldError](err); ok {
		line = lineOf(file, field.field)
	}
	if syntax, ok := errors.AsType[yaml.Error](err); ok {
		if token := syntax.GetToken(); token != nil && token.Position != nil {
			line = token.Position.Line
		}
		err = errors.New(syntax.GetMessage()) // its own form is a drawing of several lines
	}
	if line > 0 {
		return fmt.Errorf("%s:%d: %w", name, line, err)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// lineOf returns the line of a field, or of what it is missing in, or 0.
func lineOf(file []byte, field string) int {
	tree, err := parser.ParseBytes(file, 0)
	if err != nil {
		return 0
	}
	for field != "" {
		if p, err := yaml.PathString("$." + field); err == nil {
			if node, err := p.FilterFile(tree); err == nil && node != nil && node.GetToken() != nil {
				return node.GetToken().Position.Line
			}
		}
		field = field[:max(0, strings.LastIndexAny(field, ".["))]
	}
	return 0
}

// show writes a bundle as the file that would make it. Names of files beside it
// are not known.
func show(b community.Bundle) ([]byte, error) {
	f := communityFile{
		Name: b.Name, Title: b.Title, Languages: b.Languages, Kinds: b.Kinds, Country: b.Country, Intro: b.Intro,
		Colours: fileColours(b.Colours), Paused: b.Paused, RateLimit: fileRateLimit(b.RateLimit), Care: fileCareOf(b.Care),
	}
	if !b.Opens.IsZero() {
		f.Opens = b.Opens.Format(time.RFC3339)
	}
	if b.AskAfter > 0 {
		f.AskAfter = b.AskAfter.String()
	}
	out, err := yaml.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("writing a community: %w", err)
	}
	return out, nil
}

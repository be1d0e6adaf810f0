package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/language"

	"recourse/internal/event"
	"recourse/internal/text"
)

//go:embed texts.yaml
var textsFile []byte

// texts is texts.yaml, which says what each field is for.
type texts struct {
	Shares    map[event.Kind]int            `yaml:"shares"`
	Decisions map[event.Kind][]event.Action `yaml:"decisions"`
	Languages []languageTexts               `yaml:"languages"`
}

type languageTexts struct {
	Tag      string                  `yaml:"tag"`   // BCP 47
	Share    int                     `yaml:"share"` // of the reports, out of the sum of all
	Between  string                  `yaml:"between"`
	Openings []string                `yaml:"openings"`
	Details  []string                `yaml:"details"`
	Closings []string                `yaml:"closings"`
	Target   map[event.Kind]string   `yaml:"target"`
	Seen     map[event.Kind]string   `yaml:"seen"`
	Reasons  map[event.Action]string `yaml:"reasons"`
}

func readTexts() (texts, error) {
	var t texts
	if err := yaml.NewDecoder(bytes.NewReader(textsFile), yaml.DisallowUnknownField()).Decode(&t); err != nil {
		return texts{}, fmt.Errorf("reading texts.yaml: %w", err)
	}
	if err := t.check(); err != nil {
		return texts{}, fmt.Errorf("texts.yaml: %w", err)
	}
	return t, nil
}

// check finds everything that is missing or could not be sent as it is.
func (t texts) check() error {
	var wrong []error
	note := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	for _, kind := range event.Kinds() {
		if t.Shares[kind] < 1 {
			note("shares: %s has none", kind)
		}
		if len(t.Decisions[kind]) == 0 {
			note("decisions: %s has none", kind)
		}
		for _, action := range t.Decisions[kind] {
			if !action.Valid() {
				note("decisions: %s: %q is no action", kind, action)
			}
		}
	}
	for _, l := range t.Languages {
		for _, err := range l.check() {
			note("%s: %w", l.Tag, err)
		}
	}
	return errors.Join(wrong...)
}

func (l languageTexts) check() []error {
	var wrong []error
	note := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if _, err := language.Parse(l.Tag); err != nil {
		note("tag: %w", err)
	}
	if l.Share < 1 {
		note("share: must be 1 or more")
	}
	for name, list := range map[string][]string{"openings": l.Openings, "details": l.Details, "closings": l.Closings} {
		if len(list) < 2 {
			note("%s: must be two or more, so that reports differ", name)
		}
	}
	for _, kind := range event.Kinds() {
		// Nobody reports that of herself or himself here.
		if _, ok := l.Target[kind]; ok == (kind == event.KindChildSexualAbuse) {
			note("target: %s is missing or must not be there", kind)
		}
		if l.Seen[kind] == "" {
			note("seen: %s is missing", kind)
		}
	}
	for _, action := range event.Actions() {
		if l.Reasons[action] == "" {
			note("reasons: %s is missing", action)
		}
	}
	for _, s := range l.all() {
		if clean, err := text.CleanLine(s, 500); err != nil || clean != s || strings.TrimSpace(s) == "" {
			note("%q would not arrive as it is: %v", s, err)
		}
	}
	return wrong
}

// all is every sentence of a language.
func (l languageTexts) all() []string {
	return slices.Concat(
		l.Openings, l.Details, l.Closings,
		slices.Collect(maps.Values(l.Target)), slices.Collect(maps.Values(l.Seen)), slices.Collect(maps.Values(l.Reasons)),
	)
}

// reasonsFor is why an action was taken, in the reporter's language or else in
// the first one.
func (t texts) reasonsFor(tag string, action event.Action) string {
	for _, l := range t.Languages {
		if l.Tag == tag {
			return l.Reasons[action]
		}
	}
	return t.Languages[0].Reasons[action]
}

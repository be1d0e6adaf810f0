// Package messages holds what a service says to people, in every language that
// it has a file for.
//
// A catalogue is a folder of files named for their language, such as fr.json,
// that a translator can edit. Load refuses a file with a mistake in it and
// names file and message; Compare finds what a language lacks beside the first
// one. The package turns a message, its values, numbers, dates and spans into
// plain text. It never makes markup: what comes out is escaped by whoever
// writes it into a page.
package messages

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// Catalogue holds the messages of every language. It does not change once it
// is loaded and may be used from many goroutines.
type Catalogue struct {
	languages map[string]*Language // by tag
	tags      []string             // the fallback first
}

// Load reads every <tag>.json of a folder. The fallback is the language that
// the others are translated from, and what In returns where nothing fits. The
// error lists every mistake, one a line.
func Load(files fs.FS, fallback string) (*Catalogue, error) {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, fmt.Errorf("listing the messages: %w", err)
	}
	c := &Catalogue{languages: map[string]*Language{}}
	var faults []error
	for _, name := range names {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("reading the messages: %w", err)
		}
		tag := strings.TrimSuffix(name, path.Ext(name))
		l, err := newLanguage(tag, content)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		c.languages[tag] = l
		c.tags = append(c.tags, tag)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	if c.languages[fallback] == nil {
		return nil, fmt.Errorf("there is no %s.json", fallback)
	}
	c.order(fallback)
	return c, nil
}

// order puts the fallback first and the others by their own names, script by
// script, as a person looks for them.
func (c *Catalogue) order(fallback string) {
	byName := collate.New(language.Und)
	slices.SortFunc(c.tags, func(a, b string) int {
		switch fallback {
		case a:
			return -1
		case b:
			return 1
		default:
			return byName.CompareString(c.languages[a].Name(), c.languages[b].Name())
		}
	})
}

// Tags returns every language: the fallback, then the others by their names.
func (c *Catalogue) Tags() []string { return slices.Clone(c.tags) }

// In returns the language of a tag, or its nearest parent, as es for es-MX. It
// is the fallback where there is neither.
func (c *Catalogue) In(tag string) *Language {
	if l := c.find(tag); l != nil {
		return l
	}
	return c.languages[c.tags[0]]
}

// find returns nil for hi-Latn where there is hi: who reads Hindi in Latin
// letters can't read the other.
func (c *Catalogue) find(tag string) *Language {
	for t := language.Make(tag); t != language.Und; t = t.Parent() {
		if l, ok := c.languages[t.String()]; ok {
			return l
		}
	}
	return nil
}

// Offered returns those of a community's languages that there are messages in,
// in the community's order, and the fallback where there is none.
func (c *Catalogue) Offered(community []string) []string {
	var tags []string
	for _, tag := range community {
		if c.find(tag) != nil {
			tags = append(tags, tag)
		}
	}
	if len(tags) == 0 {
		return []string{c.tags[0]}
	}
	return tags
}

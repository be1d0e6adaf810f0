package messages

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// fewLetters is up to how many letters a message may have and still be the
// same in two languages, or be of no script in particular, as "UTC".
const fewLetters = 4

// Compare finds what the languages lack beside the first one: missing messages
// and such that are too many, lost placeholders and plural forms, and texts
// that were left in another language. It returns one line for each, with file
// and key. Same lists the keys of messages that are rightly the same as in the
// first language, by tag.
func (c *Catalogue) Compare(same map[string][]string) []string {
	first := c.languages[c.tags[0]]
	var lines []string
	for _, tag := range c.tags {
		l := c.languages[tag]
		for _, key := range l.Keys() {
			for _, fault := range l.beside(first, key, slices.Contains(same[tag], key)) {
				lines = append(lines, fmt.Sprintf("%s.json: %s: %s", tag, key, fault))
			}
		}
		for _, key := range first.Keys() {
			if !l.Has(key) {
				lines = append(lines, fmt.Sprintf("%s.json: %s: missing", tag, key))
			}
		}
		for _, key := range same[tag] {
			if l.Has(key) && !l.sameAs(first, key) {
				lines = append(lines, fmt.Sprintf("%s.json: %s: listed as the same as in %s.json, and is not", tag, key, first.tag))
			}
		}
	}
	return lines
}

// beside returns what is wrong with one message.
func (l *Language) beside(first *Language, key string, maySame bool) []string {
	e := l.entries[key]
	var faults []string
	if !l.inOwnScript(e) && !maySame {
		script, _ := l.tag.Script()
		faults = append(faults, fmt.Sprintf("no letter of the language's script (%s)", script))
	}
	if l == first {
		return faults
	}
	want, ok := first.entries[key]
	if !ok {
		return append(faults, fmt.Sprintf("not in %s.json", first.tag))
	}
	if got, want := e.placeholders(), want.placeholders(); !slices.Equal(got, want) {
		faults = append(faults, fmt.Sprintf("the placeholders are %v, want %v", got, want))
	}
	switch forms := Forms(l.tag); {
	case e.counted == want.counted:
	case want.counted == "":
		faults = append(faults, fmt.Sprintf("has plural forms, and %s.json has none", first.tag))
	case e.counted != "":
		faults = append(faults, fmt.Sprintf("counts {%s}, want {%s}", e.counted, want.counted))
	case len(forms) > 1: // a language with one form, as Korean, may write a plain text
		faults = append(faults, fmt.Sprintf("needs the plural forms %s", strings.Join(forms, ", ")))
	}
	if !maySame && letters(e.literals()) > fewLetters && l.sameAs(first, key) {
		faults = append(faults, fmt.Sprintf("the same as in %s.json", first.tag))
	}
	return faults
}

func (l *Language) sameAs(other *Language, key string) bool {
	return l.entries[key].literals() == other.entries[key].literals()
}

// inOwnScript says whether a message of more than a few letters has one of the
// language's script.
func (l *Language) inOwnScript(e entry) bool {
	s := e.literals()
	if letters(s) <= fewLetters {
		return true
	}
	script, _ := l.tag.Script()
	tables := map[string][]*unicode.RangeTable{
		"Arab": {unicode.Arabic},
		"Deva": {unicode.Devanagari},
		"Kore": {unicode.Hangul, unicode.Han},
		"Latn": {unicode.Latin},
	}[script.String()]
	return tables == nil || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsOneOf(tables, r) })
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

package messages

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// pluralMember names, in a message with forms, the value that is counted.
const pluralMember = "plural"

// An entry is a message: one text, or a text for each plural form of the language.
type entry struct {
	counted string // the value that chooses the form; "" where there is one text
	forms   map[plural.Form]text
}

// A text is what stands in a file, cut at its placeholders.
type text []part

type part struct {
	literal     string
	placeholder string // "" for a literal
}

func (t text) placeholders() []string {
	var names []string
	for _, p := range t {
		if p.placeholder != "" && !slices.Contains(names, p.placeholder) {
			names = append(names, p.placeholder)
		}
	}
	return names
}

// placeholders are those of all forms, sorted.
func (m entry) placeholders() []string {
	var names []string
	for _, t := range m.forms {
		names = append(names, t.placeholders()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// literals is a message without its placeholders: what a person translated.
func (m entry) literals() string {
	var b strings.Builder
	for _, category := range categories() {
		f, _ := formOf(category)
		for _, p := range m.forms[f] {
			b.WriteString(p.literal)
		}
	}
	return b.String()
}

// parseFile reads the messages of one language. The error names each message
// with a mistake.
func parseFile(tag language.Tag, content []byte) (map[string]entry, error) {
	if !utf8.Valid(content) {
		return nil, errors.New("not UTF-8")
	}
	raw, err := members(content)
	if err != nil {
		return nil, err
	}
	messages := make(map[string]entry, len(raw))
	var faults []error
	for _, r := range raw {
		if _, twice := messages[r.key]; twice {
			faults = append(faults, fmt.Errorf("%s: stands twice", r.key))
		}
		m, err := parseMessage(tag, r.value)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", r.key, err))
		}
		messages[r.key] = m
	}
	return messages, errors.Join(faults...)
}

type member struct {
	key   string
	value json.RawMessage
}

// members reads an object in its order and keeps a key that stands twice,
// which json.Unmarshal would drop without a word.
func members(content []byte) ([]member, error) {
	d := json.NewDecoder(bytes.NewReader(content))
	at := func(err error) error {
		before := content[:min(int(d.InputOffset()), len(content))]
		return fmt.Errorf("line %d: %w", 1+bytes.Count(before, []byte("\n")), err)
	}
	if start, err := d.Token(); err != nil {
		return nil, at(err)
	} else if start != json.Delim('{') {
		return nil, at(errors.New("not an object"))
	}
	var all []member
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, at(err)
		}
		m := member{key: fmt.Sprint(key)}
		if err := d.Decode(&m.value); err != nil {
			return nil, at(fmt.Errorf("after %q: %w", m.key, err))
		}
		all = append(all, m)
	}
	if _, err := d.Token(); err != nil {
		return nil, at(err)
	}
	if d.More() {
		return nil, at(errors.New("something follows the object"))
	}
	return all, nil
}

func parseMessage(tag language.Tag, raw json.RawMessage) (entry, error) {
	var single string
	if json.Unmarshal(raw, &single) == nil && raw[0] == '"' {
		t, err := parseText(single)
		return entry{forms: map[plural.Form]text{plural.Other: t}}, err
	}
	list, err := members(raw)
	if err != nil {
		return entry{}, errors.New("neither a text nor an object of plural forms")
	}
	m := entry{forms: map[plural.Form]text{}}
	for _, r := range list {
		var s string
		if err := json.Unmarshal(r.value, &s); err != nil {
			return entry{}, fmt.Errorf("%s: not a text", r.key)
		}
		if r.key == pluralMember {
			m.counted = s
			continue
		}
		f, known := formOf(r.key)
		if _, twice := m.forms[f]; !known || twice {
			return entry{}, fmt.Errorf("%s: stands twice, or is none of %s", r.key, strings.Join(categories(), ", "))
		}
		if m.forms[f], err = parseText(s); err != nil {
			return entry{}, fmt.Errorf("%s: %w", r.key, err)
		}
	}
	return m, m.checkForms(tag)
}

// checkForms demands exactly the forms that the language has. A form that
// stands for one number alone, as "one" in English, may leave the number out.
func (m entry) checkForms(tag language.Tag) error {
	if m.counted == "" {
		return fmt.Errorf("%q must name the placeholder that is counted", pluralMember)
	}
	numbers := numbersOf(tag)
	var faults []error
	all := m.placeholders()
	for _, category := range categories() {
		f, _ := formOf(category)
		t, given := m.forms[f]
		switch {
		case !given && numbers[f] > 0:
			faults = append(faults, fmt.Errorf("the plural form %q is missing", category))
		case given && numbers[f] == 0:
			faults = append(faults, fmt.Errorf("the language has no plural form %q", category))
		case given:
			for _, name := range all {
				mayGo := name == m.counted && numbers[f] == 1
				if !mayGo && !slices.Contains(t.placeholders(), name) {
					faults = append(faults, fmt.Errorf("the form %q lacks {%s}", category, name))
				}
			}
		default:
		}
	}
	if !slices.Contains(all, m.counted) {
		faults = append(faults, fmt.Errorf("no form has {%s}, which is counted", m.counted))
	}
	return errors.Join(faults...)
}

// parseText cuts a text at its placeholders and refuses what no message needs:
// markup, control characters, and marks that turn the direction of what follows.
func parseText(s string) (text, error) {
	if s == "" || strings.TrimSpace(s) != s {
		return nil, errors.New("empty, or a space at its beginning or end")
	}
	for _, r := range s {
		if r == '<' || r == '>' || (unicode.IsControl(r) && r != '\n') || (r >= '\u202a' && r <= '\u202e') {
			return nil, fmt.Errorf("the character %U has no place in a message", r)
		}
	}
	placeholder := regexp.MustCompile(`\{([a-z_]+)\}`)
	var t text
	end := 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(s, -1) {
		t = append(t, part{literal: s[end:at[0]]}, part{placeholder: s[at[2]:at[3]]})
		end = at[1]
	}
	t = append(t, part{literal: s[end:]})
	for _, p := range t {
		if strings.ContainsAny(p.literal, "{}") {
			return nil, errors.New("a brace that is no placeholder such as {max}")
		}
	}
	return t, nil
}

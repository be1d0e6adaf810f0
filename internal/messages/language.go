package messages

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/collate"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// Language holds the messages of one language.
type Language struct {
	tag     language.Tag
	printer *message.Printer
	entries map[string]entry
}

func newLanguage(name string, content []byte) (*Language, error) {
	tag, err := language.Parse(name)
	if err != nil || tag.String() != name {
		return nil, fmt.Errorf("%s.json is not named for a language, such as fr or pt-BR", name)
	}
	entries, err := parseFile(tag, content)
	if err != nil {
		return nil, prefixed(name+".json", err)
	}
	// Latin digits everywhere. They are CLDR's choice for all but Arabic, and
	// there they are read everywhere too. The receipt's digits are Latin in
	// every language, and a page should not write the same digit in two ways.
	digits, err := tag.SetTypeForKey("nu", "latn")
	if err != nil {
		return nil, fmt.Errorf("%s: choosing digits: %w", name, err)
	}
	return &Language{tag: tag, printer: message.NewPrinter(digits), entries: entries}, nil
}

// prefixed names the file in each of several joined errors.
func prefixed(file string, err error) error {
	lines := strings.Split(err.Error(), "\n")
	faults := make([]error, len(lines))
	for n, line := range lines {
		faults[n] = fmt.Errorf("%s: %s", file, line)
	}
	return errors.Join(faults...)
}

// Tag is the language's tag, as the file is named.
func (l *Language) Tag() string { return l.tag.String() }

// Name is the language's name in the language itself, such as Français.
func (l *Language) Name() string {
	return cases.Title(l.tag, cases.NoLower).String(display.Self.Name(l.tag))
}

// Dir is the direction of the language's script, as HTML's dir attribute
// writes it.
func (l *Language) Dir() string {
	script, _ := l.tag.Script()
	switch script.String() {
	case "Adlm", "Arab", "Hebr", "Nkoo", "Rohg", "Syrc", "Thaa":
		return "rtl"
	default:
		return "ltr"
	}
}

// Keys are the keys of all messages, sorted.
func (l *Language) Keys() []string { return slices.Sorted(maps.Keys(l.entries)) }

// Has says whether there is a message.
func (l *Language) Has(key string) bool {
	_, ok := l.entries[key]
	return ok
}

// Text returns a message with its placeholders filled in. The pairs are names
// and values: strings as they are, whole numbers as Number writes them. What is
// counted must be a whole number. A missing message or value is an error, so
// that a test finds it; the error quotes no value.
func (l *Language) Text(key string, pairs ...any) (string, error) {
	e, ok := l.entries[key]
	if !ok {
		return "", fmt.Errorf("%s.json has no message %q", l.tag, key)
	}
	form := plural.Other
	if e.counted != "" {
		n, ok := wholeNumber(value(pairs, e.counted))
		if !ok {
			return "", fmt.Errorf("the message %q needs a whole number for {%s}", key, e.counted)
		}
		form = formFor(l.tag, n)
	}
	var b strings.Builder
	for _, p := range e.forms[form] {
		b.WriteString(p.literal)
		if p.placeholder == "" {
			continue
		}
		s, ok := l.written(value(pairs, p.placeholder))
		if !ok {
			return "", fmt.Errorf("the message %q needs a text or a whole number for {%s}", key, p.placeholder)
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

// value returns nil for a name that is not among the pairs.
func value(pairs []any, name string) any {
	for n := 0; n+1 < len(pairs); n += 2 {
		if pairs[n] == name {
			return pairs[n+1]
		}
	}
	return nil
}

func wholeNumber(v any) (int, bool) {
	if r := reflect.ValueOf(v); r.IsValid() && r.CanInt() {
		return int(r.Int()), true
	}
	return 0, false
}

func (l *Language) written(v any) (string, bool) {
	if n, ok := wholeNumber(v); ok {
		return l.Number(n), true
	}
	if r := reflect.ValueOf(v); r.IsValid() && r.Kind() == reflect.String {
		return r.String(), true
	}
	return "", false
}

// Number writes a number with the language's separators and Latin digits. The
// data of x/text is CLDR 32; two rules of later versions stand here.
func (l *Language) Number(n int) string {
	switch base, _ := l.tag.Base(); base.String() {
	case "es": // four digits stay together: minimumGroupingDigits is 2
		if n > -10000 && n < 10000 {
			return l.printer.Sprint(number.Decimal(n, number.NoSeparator()))
		}
	case "fr": // the space is a narrow one
		return strings.ReplaceAll(l.printer.Sprint(number.Decimal(n)), "\u00a0", "\u202f")
	default:
	}
	return l.printer.Sprint(number.Decimal(n))
}

// Compare returns how the language's dictionaries order two names. What it
// returns is for one goroutine: ask for one per list.
func (l *Language) Compare() func(a, b string) int {
	return collate.New(l.tag, collate.IgnoreCase).CompareString
}

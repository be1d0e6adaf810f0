package helplines

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"golang.org/x/text/language"
)

// MaxFile is the largest file in bytes.
const MaxFile = 1 << 20

// document is the file as it is written.
type document struct {
	Lines []Line `yaml:"lines"`
}

// Parse reads a file strictly. Name is the file's name for errors, which read
// "name:line: what".
func Parse(file []byte, name string) (*Lines, error) {
	if len(file) > MaxFile {
		return nil, fmt.Errorf("%s:1: the file is larger than %d bytes", name, MaxFile)
	}
	if !utf8.Valid(file) { // the decoder would replace bad bytes without a word
		return nil, fmt.Errorf("%s:1: the file is not valid UTF-8", name)
	}
	var d document
	dec := yaml.NewDecoder(bytes.NewReader(file), yaml.DisallowUnknownField())
	if err := dec.Decode(&d); err != nil && !errors.Is(err, io.EOF) {
		return nil, located(err, name)
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:1: a second document follows the first", name)
	}
	if len(d.Lines) == 0 {
		return nil, fmt.Errorf("%s:1: lines: name at least one", name)
	}
	tree, err := parser.ParseBytes(file, 0)
	if err != nil {
		return nil, located(err, name)
	}
	for n, line := range d.Lines {
		field, what := unquoted(tree, n), "write numbers in quotes: without them 016 is another number"
		if field == "" {
			field, what = line.check(d.Lines[:n])
		}
		if what != "" {
			return nil, fmt.Errorf("%s:%d: %s: %s", name, lineOf(tree, n, field), field, what)
		}
	}
	return &Lines{all: d.Lines}, nil
}

// located turns an error of the decoder into "name:line: what".
func located(err error, name string) error {
	at := 1
	what := err.Error()
	if place, ok := errors.AsType[yaml.Error](err); ok {
		what = place.GetMessage()
		if token := place.GetToken(); token != nil {
			at = token.Position.Line
		}
	}
	return fmt.Errorf("%s:%d: %s", name, at, what)
}

// lineOf returns the line of a field of the nth entry, or of the entry where it
// lacks the field. The token of a mapping is the colon of its first entry, which
// stands on the line where the mapping begins.
func lineOf(tree *ast.File, n int, field string) int {
	for _, path := range []string{fieldPath(n, field), fmt.Sprintf("$.lines[%d]", n)} {
		if node := find(tree, path); node != nil {
			return node.GetToken().Position.Line
		}
	}
	return 1
}

func fieldPath(n int, field string) string { return fmt.Sprintf("$.lines[%d].%s", n, field) }

// find returns what stands at a path, or nil.
func find(tree *ast.File, path string) ast.Node {
	p, err := yaml.PathString(path)
	if err != nil {
		return nil
	}
	node, err := p.FilterFile(tree)
	if err != nil {
		return nil
	}
	return node
}

// unquoted returns the first field of the nth entry that holds a telephone
// number without quotes. YAML reads 016 as octal: people would be told to call 14.
func unquoted(tree *ast.File, n int) string {
	for _, field := range []string{"call", "text", "whatsapp"} {
		if node := find(tree, fieldPath(n, field)); node != nil && holdsNumber(node) {
			return field
		}
	}
	return ""
}

func holdsNumber(node ast.Node) bool {
	return len(ast.Filter(ast.IntegerType, node)) > 0 || len(ast.Filter(ast.FloatType, node)) > 0
}

var (
	callable   = regexp.MustCompile(`^[+*]?\d([\d *#-]{0,24}[\d#])$`)
	textable   = regexp.MustCompile(`^\+?\d[\d -]{0,24}\d$`)
	oneWord    = regexp.MustCompile(`^[\p{L}\p{N}]{1,20}$`)
	codeFormat = regexp.MustCompile(`^[A-Z]{2}$`)
)

// check returns the first field that is wrong and what is wrong with it.
func (l Line) check(earlier []Line) (field, what string) {
	switch {
	case !validCountry(l.Country):
		return "country", "must be a country's code of two capital letters (ISO 3166-1), or INT"
	case len(l.Kinds) == 0:
		return "kinds", "name at least one"
	case len(l.Languages) == 0:
		return "languages", "name at least one"
	}
	for _, k := range l.Kinds {
		if !k.Valid() {
			return "kinds", fmt.Sprintf("%q is not on the list", k)
		}
	}
	for _, tag := range l.Languages {
		if _, err := language.Parse(tag); err != nil {
			return "languages", fmt.Sprintf("%q is not a language tag", tag)
		}
	}
	if field, what := l.checkWords(earlier); what != "" {
		return field, what
	}
	if field, what := l.checkReach(); what != "" {
		return field, what
	}
	return l.checkSource()
}

func (l Line) checkWords(earlier []Line) (field, what string) {
	own := l.Languages[0]
	switch {
	case l.Name[own] == "":
		return "name", fmt.Sprintf("has no text in %q, the first of its languages", own)
	case listed(earlier, l):
		return "name", "stands twice in this country"
	case l.Always && len(l.Hours) > 0:
		return "hours", "leave them out where always is true"
	case len(l.Hours) > 0 && l.Hours[own] == "":
		return "hours", fmt.Sprintf("have no text in %q, the first of its languages", own)
	}
	return "", ""
}

func (l Line) checkReach() (field, what string) {
	if !l.Reachable() {
		return "call", "there is no way to reach it: give call, text, whatsapp, chat or url"
	}
	for _, number := range l.Call {
		if !callable.MatchString(number) {
			return "call", "write a number as it is dialled, in quotes: digits and spaces"
		}
	}
	for _, t := range l.Text {
		if !textable.MatchString(t.Number) {
			return "text", "write a number as it is dialled, in quotes: digits and spaces"
		}
		if t.Word != "" && !oneWord.MatchString(t.Word) {
			return "text", "word must be one word"
		}
	}
	if l.WhatsApp != "" && !textable.MatchString(l.WhatsApp) {
		return "whatsapp", "write a number in quotes: digits and spaces"
	}
	for _, u := range []struct{ field, address string }{{"chat", l.Chat}, {"url", l.URL}} {
		if u.address != "" && !webAddress(u.address, "https") {
			return u.field, "must be an address that begins with https://"
		}
	}
	return "", ""
}

func (l Line) checkSource() (field, what string) {
	switch {
	case !webAddress(l.Source, "https"):
		return "source", "must be an address that begins with https://"
	case l.Read != "" && !webAddress(l.Read, "https", "http"):
		return "read", "must be a web address"
	case l.Dated != "" && !isDate(l.Dated, "2006", "2006-01", time.DateOnly):
		return "dated", "must be a date: YYYY, YYYY-MM or YYYY-MM-DD"
	case !isDate(l.Checked, time.DateOnly):
		return "checked", "must be a date: YYYY-MM-DD"
	}
	return "", ""
}

func validCountry(code string) bool {
	if code == Worldwide {
		return true
	}
	if !codeFormat.MatchString(code) {
		return false
	}
	region, err := language.ParseRegion(code)
	return err == nil && region.IsCountry() && region.Canonicalize().String() == code
}

func webAddress(address string, schemes ...string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && u.User == nil && slices.Contains(schemes, u.Scheme)
}

func isDate(s string, layouts ...string) bool {
	for _, layout := range layouts {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// Package measure tells how well a matcher finds disguised words and how often
// it finds some where none are, on sentences that others wrote.
//
// Cases come as CSV with the columns of HateCheck: a row that varies another
// names it in ref_case_id. Of the pairs whose plain row matches, those count as
// caught whose varied row still matches the same term. The package is pure and
// keeps no sentence.
package measure

import (
	"io"
	"maps"
	"slices"
	"strings"

	"recourse/moderation/words"
)

// A Finder finds words in a text.
type Finder interface {
	Find(text string) []words.Match
}

// Report is what was measured in one language.
type Report struct {
	Language   string      `json:"language"`
	Variations []Variation `json:"variations,omitempty"`
	Functions  []Function  `json:"functionalities,omitempty"`
	Ordinary   *Ordinary   `json:"ordinary,omitempty"`
}

// Variation is one way to vary a sentence.
type Variation struct {
	Functionality string  `json:"functionality"`
	Pairs         int     `json:"pairs"`   // a varied row and its plain one
	Matched       int     `json:"matched"` // pairs whose plain row matches
	Caught        int     `json:"caught"`  // of those, varied rows that match a term of the plain row
	Share         float64 `json:"share"`   // caught of matched; 0 where none matched
	All           int     `json:"all"`     // of those, varied rows that match every term of the plain row
}

// Function is what matched of the rows that test one thing.
type Function struct {
	Functionality string  `json:"functionality"`
	Label         string  `json:"label"`
	Rows          int     `json:"rows"`
	Matched       int     `json:"matched"`
	Share         float64 `json:"share"`
}

// Ordinary is what matched in ordinary sentences, where nothing should.
type Ordinary struct {
	Sentences int       `json:"sentences"`
	Matched   int       `json:"matched"`
	Share     float64   `json:"share"`
	Lexicons  []Lexicon `json:"lexicons,omitempty"` // by language, of those that matched
	Matches   []Place   `json:"matches,omitempty"`
}

// Lexicon is in how many ordinary sentences a lexicon matched.
type Lexicon struct {
	Language  string `json:"language"`
	Sentences int    `json:"sentences"`
}

// Place is one false match: the number of its line, and the term.
type Place struct {
	Line     int      `json:"line"`
	Term     string   `json:"term"`
	Language string   `json:"language"`
	Disguise []string `json:"disguise,omitempty"`
}

// Cases measures a file of cases.
func Cases(f Finder, file io.Reader) ([]Variation, []Function, error) {
	rows, err := readCases(file)
	if err != nil {
		return nil, nil, err
	}
	terms := make(map[int]map[string]bool, len(rows))
	functions := map[string]*Function{}
	for _, r := range rows {
		terms[r.id] = map[string]bool{}
		for _, m := range f.Find(r.text) {
			terms[r.id][m.Term] = true
		}
		key := r.functionality + "\x00" + r.label
		if functions[key] == nil {
			functions[key] = &Function{Functionality: r.functionality, Label: r.label}
		}
		functions[key].Rows++
		if len(terms[r.id]) > 0 {
			functions[key].Matched++
		}
	}
	variations := map[string]*Variation{}
	for _, r := range rows {
		plain, paired := terms[r.reference]
		if r.reference == 0 || !paired {
			continue
		}
		v := variations[r.functionality]
		if v == nil {
			v = &Variation{Functionality: r.functionality}
			variations[r.functionality] = v
		}
		v.Pairs++
		if len(plain) == 0 {
			continue
		}
		v.Matched++
		kept := 0
		for term := range plain {
			if terms[r.id][term] {
				kept++
			}
		}
		if kept > 0 {
			v.Caught++
		}
		if kept == len(plain) {
			v.All++
		}
	}
	return inOrder(variations, func(v *Variation) { v.Share = share(v.Caught, v.Matched) }),
		inOrder(functions, func(f *Function) { f.Share = share(f.Matched, f.Rows) }), nil
}

func inOrder[T any](m map[string]*T, finish func(*T)) []T {
	var all []T
	for _, key := range slices.Sorted(maps.Keys(m)) {
		finish(m[key])
		all = append(all, *m[key])
	}
	return all
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// Sentences measures ordinary sentences, one a line.
func Sentences(f Finder, file string) *Ordinary {
	var o Ordinary
	number := 0
	lexicons := map[string]*Lexicon{}
	for line := range strings.Lines(file) {
		number++
		if strings.TrimSpace(line) == "" {
			continue
		}
		o.Sentences++
		matches := f.Find(line)
		if len(matches) > 0 {
			o.Matched++
		}
		counted := map[string]bool{}
		for _, m := range matches {
			if lexicons[m.Language] == nil {
				lexicons[m.Language] = &Lexicon{Language: m.Language}
			}
			if !counted[m.Language] {
				lexicons[m.Language].Sentences++
			}
			counted[m.Language] = true
			o.Matches = append(o.Matches, Place{Line: number, Term: m.Term, Language: m.Language, Disguise: m.Disguise})
		}
	}
	o.Lexicons = inOrder(lexicons, func(*Lexicon) {})
	o.Share = share(o.Matched, o.Sentences)
	return &o
}

package words

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// entry is a form of a term as it is compared.
type entry struct {
	text     string
	term     string // the form that names the term
	letters  []rune // folded, without what stands between; begin marks the first of a word
	accents  uint8  // letters that are written with marks
	runs     uint8  // of one letter, as the automaton sees them
	language uint8  // place in Matcher.languages
	sense    uint8  // place in Senses()
	weight   uint8
	flags    flags
	common   uint64 // other languages in which it is a common word
	next     int32  // the next entry with the same pattern, or -1
}

type flags uint8

const (
	reclaimed flags = 1 << iota
	context
	stem
	exact
	aim       // the sense is target
	plainText // it is written as it folds
)

// begin marks a letter before which the term has a space or hyphen.
const begin rune = 1 << 24

// Matcher finds the terms of its lexicons. It is safe for use by many at once.
type Matcher struct {
	automaton *automaton
	symbols   *symbols
	entries   []entry
	first     []int32 // of each pattern: its first entry
	languages []lexiconLanguage
	terms     map[string]bool   // the folded terms of one word, of all languages
	masks     map[mask][]int32  // entries by what stars leave of them
	hiding    map[mask][]string // words of terms that are mended, by their ends
	mendable  map[string]bool   // the same words
	clitics   map[string]bool   // what any language writes onto a word's front
	senses    []string
	scratch   sync.Pool
}

type lexiconLanguage struct {
	tag       string
	known     *vocabulary
	borrowed  bool // its words stand in texts of all languages
	endings   []string
	before    []string        // what is written onto a word's front
	particles map[string]bool // endings that end a word for certain
}

// Compile makes one matcher of all lexicons.
func Compile(lexicons ...Lexicon) (*Matcher, error) {
	if len(lexicons) > 255 {
		return nil, errors.New("more than 255 lexicons: join some")
	}
	m := &Matcher{
		senses: Senses(), terms: map[string]bool{}, masks: map[mask][]int32{},
		hiding: map[mask][]string{}, mendable: map[string]bool{}, clitics: map[string]bool{},
	}
	m.scratch.New = func() any { return new(scratch) }
	vocabularies := map[string]*vocabulary{}
	patterns := map[string]int32{}
	for _, lexicon := range lexicons {
		b := base(lexicon.Language)
		if vocabularies[b] == nil {
			vocabularies[b] = newVocabulary(b)
		}
		m.languages = append(m.languages, lexiconLanguage{
			tag: lexicon.Language, known: vocabularies[b], borrowed: b == "en", endings: endings(b), before: before(b),
			particles: particles(b),
		})
		for _, clitic := range before(b) {
			m.clitics[clitic] = true
		}
		for _, term := range lexicon.Terms {
			for _, form := range m.forms(term) {
				if err := m.add(term, form, patterns); err != nil {
					return nil, fmt.Errorf("lexicon %s, term %q: %w", lexicon.Language, form, err)
				}
			}
		}
	}
	if err := m.build(patterns); err != nil {
		return nil, err
	}
	return m, nil
}

// forms are what a term is looked for as, in the language that was added last.
func (m *Matcher) forms(term Term) []string {
	forms := term.AllForms()
	if term.Stem {
		known := m.languages[len(m.languages)-1].known
		for _, form := range term.AllForms() {
			forms = append(forms, known.forming.inflected(form)...)
		}
	}
	return forms
}

func (m *Matcher) add(term Term, form string, patterns map[string]int32) error {
	items, _ := read(foldUnits(form, nil), nil)
	switch {
	case len(items) == 0:
		return errors.New("it has no letter")
	case len(items) > mostLetters:
		return fmt.Errorf("it has more than %d letters", mostLetters)
	case term.Weight < 0 || term.Weight > maxWeight:
		return fmt.Errorf("its weight is not from 0 to %d", maxWeight)
	}
	e := entry{
		text: form, term: term.Text, next: -1,
		weight: uint8(term.Weight), language: uint8(len(m.languages) - 1), //nolint:gosec // both checked
	}
	sense := slices.Index(m.senses, term.Sense)
	if sense < 0 {
		return fmt.Errorf("%q is no sense", term.Sense)
	}
	e.sense = uint8(sense) //nolint:gosec // one of a few
	for flag, set := range map[flags]bool{
		reclaimed: term.Reclaimed, context: term.Context, stem: term.Stem, exact: term.Exact, aim: term.Sense == SenseTarget,
		plainText: Fold(form).String() == strings.ToLower(form),
	} {
		if set {
			e.flags |= flag
		}
	}
	var pattern strings.Builder
	var last rune
	for i, it := range items {
		r := it.raw // a digit in a term means itself
		if it.form&leet == 0 {
			r = it.rune
		}
		if c := class(it.rune); c != last {
			pattern.WriteRune(c)
			last = c
			e.runs++
		}
		if i > 0 && it.gap >= hard {
			r |= begin
		}
		if it.how&accented != 0 {
			e.accents++
		}
		e.letters = append(e.letters, r)
	}
	m.know(&e)
	key := pattern.String()
	number, ok := patterns[key]
	if !ok {
		number = int32(len(m.first)) //nolint:gosec // far fewer
		patterns[key] = number
		m.first = append(m.first, -1)
	}
	e.next, m.first[number] = m.first[number], int32(len(m.entries)) //nolint:gosec // far fewer
	m.addMask(&e, int32(len(m.entries)))                             //nolint:gosec // as above
	m.entries = append(m.entries, e)
	return nil
}

// know notes the words of a term, and where else they are common.
func (m *Matcher) know(e *entry) {
	known := m.languages[e.language].known
	var parts []string
	var word []rune
	for i, r := range e.letters {
		if i > 0 && r&begin != 0 {
			parts = append(parts, string(word))
			word = word[:0]
		}
		word = append(word, r&^begin)
	}
	parts = append(parts, string(word))
	for _, part := range parts {
		m.addWord([]rune(part))
		if utf8.RuneCountInString(part) > 2 || e.letters[0] > 0x2e80 {
			known.addTerm(part)
		}
	}
	if len(parts) > 1 {
		return
	}
	m.terms[parts[0]] = true
	if set := common().index[parts[0]]; set&known.bit == 0 {
		e.common = set
	}
}

func (m *Matcher) build(patterns map[string]int32) error {
	m.symbols = new(symbols)
	rows := make([][]uint16, len(m.first))
	for key, number := range patterns {
		row := make([]uint16, 0, len(key))
		for _, r := range key {
			symbol := m.symbols.add(r)
			if symbol == 0 {
				return errors.New("the lexicons have more than 65,535 different letters")
			}
			row = append(row, symbol)
		}
		rows[number] = row
	}
	m.automaton = newAutomaton(rows, int(m.symbols.last)+1)
	return nil
}

// class is what the automaton makes of a letter: i and l are one, since 1 and !
// may stand for either.
func class(r rune) rune {
	if r == 'l' {
		return 'i'
	}
	return r
}

// mostLetters is how many letters a term may have once it is folded.
const mostLetters = 200

// symbols numbers the letters that terms have.
type symbols struct {
	pages [0x110000 >> 8]*[256]uint16
	last  uint16
}

// add returns 0 where there are no more numbers.
func (s *symbols) add(r rune) uint16 {
	p := s.pages[r>>8]
	if p == nil {
		p = new([256]uint16)
		s.pages[r>>8] = p
	}
	if p[r&0xff] == 0 && s.last < 0xffff {
		s.last++
		p[r&0xff] = s.last
	}
	return p[r&0xff]
}

func (s *symbols) of(r rune) uint16 {
	if p := s.pages[r>>8]; p != nil {
		return p[r&0xff]
	}
	return 0
}

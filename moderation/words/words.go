// Package words finds the words of a community's lexicons in what people wrote,
// also where they are disguised: look-alike letters, hidden characters, stuffed
// marks, leetspeak, spaces between letters or left out between words, repeated
// letters.
//
// Text is folded (Fold), made a stream of letters that remembers where each
// stands and what stood before it (stream.go), and run once through an
// Aho-Corasick automaton, whatever the size of the lexicons. The automaton is
// generous: it sees no spaces and counts no repeats. What it proposes is then
// compared with the text as it stands (verify.go), which keeps "Scunthorpe" and
// "classic" out.
//
// The package is pure. It logs nothing and keeps nothing of what it was given.
package words

import (
	"cmp"
	"slices"
)

// Match is a place where a term stands in a text.
type Match struct {
	Start, End int    // bytes of the original text
	Term       string // as the lexicon writes it; of several forms the first
	Language   string // of the lexicon, BCP 47
	Sense      string // one of Senses
	Weight     int    // 0 to 4
	Reclaimed  bool   // the group itself uses the term too
	Disguise   []string
}

// Disguises, in the order in which Match.Disguise has them.
const (
	Leet       = "leet"       // digits or signs for letters, stars too
	Spaced     = "spaced"     // spaces or signs between letters
	Joined     = "joined"     // spaces between words left out
	Repeated   = "repeated"   // letters more often than they belong
	Confusable = "confusable" // letters that look alike
	Hidden     = "hidden"     // invisible characters between letters
	Accents    = "accents"    // marks added or left out
)

// contextWords is how near a target must be to a term that needs a context, in
// words, and mostTargetWords how many a target itself may have.
const (
	contextWords    = 6
	mostTargetWords = 16
)

// scratch is what one Find needs; it is used again.
type scratch struct {
	units      []unit
	items      []item
	runs       []int32 // the first item of each run of one letter
	candidates []candidate
	found      []finding
	targets    []finding // in order of their first item
	spoken     spoken
}

// candidate is a pattern that ends with a run.
type candidate struct{ run, pattern int32 }

// finding is a term that was compared and stands there.
type finding struct {
	first, last int32 // items
	entry       int32
	disguise    disguise
}

// Find returns the terms that stand in a text, in order of Start. Targets, and
// terms that need one near and have none, are left out.
func (m *Matcher) Find(text string) []Match {
	s, _ := m.scratch.Get().(*scratch)
	defer m.scratch.Put(s)
	s.units = foldUnits(text, s.units)
	var mixed bool
	if s.items, mixed = read(s.units, s.items); mixed && m.mend(s.units) {
		s.items, _ = read(s.units, s.items)
	}
	m.propose(s)
	s.found, s.spoken.known = s.found[:0], false
	v := verifier{m: m, text: text, items: s.items}
	for _, c := range s.candidates {
		for e := m.first[c.pattern]; e >= 0; e = m.entries[e].next {
			if f, ok := v.check(&m.entries[e], s.runs, c); ok {
				f.entry = e
				s.found = append(s.found, f)
			}
		}
	}
	m.findMasked(text, s)
	if len(s.found) == 0 {
		return nil
	}
	return m.matches(s)
}

// propose runs the automaton over the items, a run of one letter as one.
func (m *Matcher) propose(s *scratch) {
	s.runs, s.candidates = s.runs[:0], s.candidates[:0]
	a, state := m.automaton, int32(0)
	var last rune
	for i := range s.items {
		c := class(s.items[i].rune)
		if c == last {
			continue
		}
		last = c
		s.runs = append(s.runs, int32(i))
		symbol := m.symbols.of(c)
		if symbol == 0 {
			state = 0
			continue
		}
		state = a.step(state, symbol)
		for at := a.states[state].hit; at != 0; at = a.further[at] {
			s.candidates = append(s.candidates, candidate{int32(len(s.runs) - 1), a.output[at]}) //nolint:gosec // texts are short
		}
	}
	s.runs = append(s.runs, int32(len(s.items))) //nolint:gosec // as above
}

// matches keeps what counts, in order, each place and term once.
func (m *Matcher) matches(s *scratch) []Match {
	s.targets = s.targets[:0]
	for _, f := range s.found {
		if m.entries[f.entry].flags&aim != 0 {
			s.targets = append(s.targets, f)
		}
	}
	slices.SortFunc(s.targets, func(a, b finding) int { return cmp.Compare(a.first, b.first) })
	var found []Match
	for _, f := range s.found {
		e := &m.entries[f.entry]
		if e.flags&aim != 0 || e.flags&context != 0 && !s.targetNear(f) || !m.rightLanguage(s, f) {
			continue
		}
		found = append(found, Match{
			Start: int(s.items[f.first].start), End: int(s.items[f.last].end), Term: e.term, Language: m.languages[e.language].tag,
			Sense: m.senses[e.sense], Weight: int(e.weight), Reclaimed: e.flags&reclaimed != 0, Disguise: f.disguise.names(),
		})
	}
	slices.SortStableFunc(found, func(a, b Match) int {
		return cmp.Or(a.Start-b.Start, b.End-a.End, b.Weight-a.Weight, cmp.Compare(a.Term, b.Term), cmp.Compare(a.Language, b.Language))
	})
	return longest(found)
}

// longest leaves out what stands inside a longer form of the same term, and what
// a second lexicon says of it too.
func longest(found []Match) []Match {
	type name struct{ term, sense string }
	ends := map[name]int{}
	return slices.DeleteFunc(found, func(f Match) bool {
		n := name{f.Term, f.Sense}
		if f.End <= ends[n] {
			return true
		}
		ends[n] = f.End
		return false
	})
}

// targetNear tells whether a word that names people stands beside a finding.
func (s *scratch) targetNear(f finding) bool {
	first, last := s.items[f.first].word, s.items[f.last].word
	at, _ := slices.BinarySearchFunc(s.targets, f.first, func(t finding, first int32) int { return cmp.Compare(t.first, first) })
	for _, t := range s.targets[at:] {
		if s.items[t.first].word-last > contextWords {
			break
		}
		if t.first > f.last {
			return true
		}
	}
	for i := at - 1; i >= 0 && first-s.items[s.targets[i].first].word <= contextWords+mostTargetWords; i-- {
		if t := s.targets[i]; t.last < f.first && first-s.items[t.last].word <= contextWords {
			return true
		}
	}
	return false
}

package words

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// disguise is a set of what was varied.
type disguise uint8

const (
	byLeet disguise = 1 << iota
	bySpaces
	byJoining
	byRepeats
	byLooks
	byHiding
	byAccents
	abroad // joined to words of another language; has no name of its own
)

func (d disguise) names() []string {
	var names []string
	for i, name := range [...]string{Leet, Spaced, Joined, Repeated, Confusable, Hidden, Accents} {
		if d&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// verifier compares what the automaton proposed with the text.
type verifier struct {
	m     *Matcher
	text  string
	items []item
}

// check tells whether a proposed term stands there. Its first and last run may
// reach over what belongs to the term, as in "toosick" and "deathhere": it is
// tried with a late beginning first, and with all of the last run.
func (v *verifier) check(e *entry, runs []int32, c candidate) (finding, bool) {
	from, to := int(runs[c.run-int32(e.runs)+1]), int(runs[c.run+1])-1
	last := v.lastStart(e, from)
	for first := last; first >= max(from, last-mostStarts); first-- {
		a, ok := v.alignAt(e, first, to)
		if !ok {
			continue
		}
		if f, ok := v.accept(e, a); ok {
			return f, true
		}
		if a.tail == 0 {
			continue
		}
		if a, ok = v.alignAt(e, first, a.last-a.tail); ok {
			if f, ok := v.accept(e, a); ok {
				return f, true
			}
		}
	}
	return finding{}, false
}

func (v *verifier) accept(e *entry, a alignment) (finding, bool) {
	if !v.enoughLetters(e, a) {
		return finding{}, false
	}
	d, ok := v.judge(e, a)
	return finding{first: int32(a.first), last: int32(a.last), disguise: d}, ok //nolint:gosec // texts are short
}

// plain takes the mark of a word's beginning off, and gives a digit's letter.
func plain(r rune) rune {
	r &^= begin
	if l := like(r); l != 0 {
		return l
	}
	return r
}

// enoughLetters keeps "1995" from being a word.
func (v *verifier) enoughLetters(e *entry, a alignment) bool {
	if a.leet == 0 {
		return true
	}
	n := a.last - a.first + 1
	return e.flags&exact == 0 && n-a.leet >= 2 && 5*(n-a.leet) >= 2*n
}

func (v *verifier) startsWord(first int) bool {
	return first == 0 || v.items[first].gap >= soft
}

func (v *verifier) endsWord(last int) bool {
	return last+1 >= len(v.items) || v.items[last+1].gap >= soft
}

// judge decides whether an alignment is the term, and how it is disguised.
func (v *verifier) judge(e *entry, a alignment) (disguise, bool) {
	var d disguise
	if a.leet > 0 {
		d |= byLeet
	}
	if a.repeats {
		d |= byRepeats
	}
	if a.missing > 0 {
		d |= byJoining
	}
	if a.gaps > 0 {
		if !v.spaced(e, a) {
			return 0, false
		}
		d |= bySpaces
	} else {
		if a.wide > 0 || a.longest > 4 {
			return 0, false
		}
		joined, ok := v.bounded(e, a)
		if !ok {
			return 0, false
		}
		d |= joined
	}
	foreignLetters, accents := 0, uint8(0)
	for i := a.first; i <= a.last; i++ {
		it := &v.items[i]
		if it.how&looksAlike != 0 {
			d |= byLooks
		}
		if it.how&guessed != 0 {
			d |= byLeet
		}
		if it.how&foreign != 0 {
			foreignLetters++
		}
		if it.how&hiddenHere != 0 && i > a.first {
			d |= byHiding
		}
		if it.how&accented != 0 {
			accents++
		}
	}
	if accents > e.accents {
		d |= byAccents
	}
	if foreignLetters == a.last-a.first+1 && !v.amongLatin(a) {
		return 0, false // a word of another script that happens to look like this
	}
	return v.compareWriting(e, a, d)
}

// compareWriting looks at the letters as they were typed: the term's own accents
// are no disguise, and a word that is ordinary as it stands is none either.
func (v *verifier) compareWriting(e *entry, a alignment, d disguise) (disguise, bool) {
	if e.flags&exact != 0 && d&(byLeet|bySpaces|byJoining|byRepeats) != 0 {
		return 0, false
	}
	plainTerm := e.flags&plainText != 0
	if d == 0 && plainTerm {
		return 0, true
	}
	if bare(v.text[v.items[a.first].start:v.items[a.last].end]) == bare(e.text) {
		d &^= byAccents | byLooks
		if d == 0 {
			return 0, true
		}
	}
	if d&(bySpaces|byLeet) == 0 && v.ordinary(e, a, d) {
		return 0, false
	}
	if d == 0 {
		d = byAccents // the term has marks that the text leaves out
	}
	return d, true
}

// bare takes out all but letters and marks.
func bare(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, norm.NFC.String(s)))
}

// ordinary tells whether the whole word that holds an alignment is a common word
// as it is written: of the term's language, or of any where a term would have to
// be joined or stretched to it. A word that is a term holds no other joined one.
func (v *verifier) ordinary(e *entry, a alignment, d disguise) bool {
	first, last := a.first, a.last
	for first > 0 && a.first-first < longestWord && v.items[first].gap == none {
		first--
	}
	for last+1 < len(v.items) && last-a.last < longestWord && v.items[last+1].gap == none {
		last++
	}
	word := strings.ToLower(norm.NFC.String(v.text[v.items[first].start:v.items[last].end]))
	switch {
	case v.m.languages[e.language].known.written[word]:
		return true
	case d&(byJoining|byRepeats) == 0:
		return false
	case common().written[word]:
		return true
	}
	return (first < a.first || last > a.last) && v.m.terms[letters(word)]
}

// amongLatin tells whether a word of look-alikes stands among Latin letters, or
// alone.
func (v *verifier) amongLatin(a alignment) bool {
	from, to := max(0, a.first-12), min(len(v.items), a.last+13)
	for i := from; i < to; i++ {
		if (i < a.first || i > a.last) && v.items[i].script == latin && v.items[i].how&foreign == 0 && v.items[i].form&leet == 0 {
			return true
		}
	}
	return a.first == 0 && a.last == len(v.items)-1
}

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

// alignment is how a term lies on items.
type alignment struct {
	first, last int // items
	gaps        int // where the text has a space or sign, and the term has none
	missing     int // the other way round
	kept        int // where both have
	wide        int // gaps across the end of a sentence
	broken      int // words with a gap inside that are not spaced letter by letter
	letters     int // of the present word
	inWord      int // gaps in the present word
	repeats     bool
	leet        int
	sign        rune // of the gaps; 0 where they differ
	longest     int  // gap, in characters
}

func (v *verifier) check(e *entry, runs []int32, c candidate) (finding, bool) {
	from, to := int(runs[c.run-int32(e.runs)+1]), int(runs[c.run+1])-1
	a, ok := v.align(e, from, to)
	if !ok || !v.enoughLetters(e, a) {
		return finding{}, false
	}
	d, ok := v.judge(e, a)
	if !ok {
		return finding{}, false
	}
	return finding{first: int32(a.first), last: int32(a.last), disguise: d}, true //nolint:gosec // items are few
}

// plain takes the mark of a word's beginning off, and gives a digit's letter.
func plain(r rune) rune {
	r &^= begin
	if l := like(r); l != 0 {
		return l
	}
	return r
}

// align lays a term on the items from..to, whose first and last run may reach
// over what belongs to the term: it begins as late and ends as early as fits,
// at a word's border where there is one.
func (v *verifier) align(e *entry, from, to int) (alignment, bool) {
	var best alignment
	found := false
	last := v.lastStart(e, from)
	for first := last; first >= max(from, last-mostStarts); first-- {
		a, ok := v.alignAt(e, first, to)
		if !ok {
			continue
		}
		if !found {
			best, found = a, true
		}
		if v.startsWord(first) {
			return a, true
		}
	}
	return best, found
}

// Bounds of what is looked at around a proposal, so that no text is slow.
const (
	mostStarts  = 32 // letters of a first run that a term may begin at
	longestWord = 64 // letters of a word on each side
)

// lastStart is the last item of the run that begins at from.
func (v *verifier) lastStart(e *entry, from int) int {
	k, last := class(plain(e.letters[0])), from
	for last+1 < len(v.items) && class(v.items[last+1].rune) == k {
		last++
	}
	return last
}

func (v *verifier) alignAt(e *entry, first, to int) (alignment, bool) {
	a := alignment{first: first}
	i, t := first, e.letters
	for j := 0; j < len(t); {
		n := 1
		for j+n < len(t) && t[j+n]&^begin == t[j]&^begin {
			n++
		}
		for k := range n {
			if i > to || !fits(&v.items[i], t[j+k]) {
				return a, false
			}
			a.note(&v.items[i], i > first, t[j+k]&begin != 0, t[j+k])
			a.last = i
			i++
		}
		extra := 0
		final := j+n == len(t)
		for i <= to && fits(&v.items[i], t[j]) && (final || !fits(&v.items[i], t[j+n])) {
			if final && v.endsWord(i-1) && !v.continues(a, i) {
				break
			}
			a.note(&v.items[i], true, false, t[j])
			a.last = i
			i++
			extra++
		}
		if extra > 0 && !repeatable(t[j]&^begin, n+extra, len(t)) {
			if !final {
				return a, false
			}
			return v.alignAt(e, first, i-extra-1) // what is left belongs to the next word
		}
		a.repeats = a.repeats || extra > 0
		j += n
	}
	a.endWord()
	return a, true
}

// continues tells whether item i goes on with a run of spaced letters.
func (v *verifier) continues(a alignment, i int) bool {
	return a.gaps > 0 && v.items[i].gap >= hard && v.items[i].sign == a.sign && v.endsWord(i)
}

func fits(it *item, r rune) bool {
	r &^= begin
	if it.form&leet != 0 && it.raw == r {
		return true
	}
	if it.rune == r {
		return true
	}
	return it.form&either != 0 && (r == 'i' || r == 'l')
}

// note takes down what stands before an item and how it is written.
func (a *alignment) note(it *item, inner, begins bool, r rune) {
	if it.form&leet != 0 && it.raw != r&^begin {
		a.leet++
	}
	if begins {
		a.endWord()
	}
	a.letters++
	if !inner {
		return
	}
	switch {
	case it.gap >= hard && begins:
		a.kept++
	case it.gap >= hard:
		a.gaps++
		a.inWord++
		if a.gaps == 1 {
			a.sign = it.sign
		} else if a.sign != it.sign {
			a.sign = 0
		}
	case begins && it.gap == none:
		a.missing++
	}
	if it.gap >= hard {
		a.longest = max(a.longest, int(it.gapLen))
	}
	if it.gap == wide {
		a.wide++
	}
}

// endWord judges the gaps of a word that is complete: letter by letter, with
// one pair left together in four letters.
func (a *alignment) endWord() {
	if a.inWord > 0 && a.inWord < a.letters-1-a.letters/4 {
		a.broken++
	}
	a.letters, a.inWord = 0, 0
}

// repeatable tells whether a letter that stands n times is one that is stressed
// rather than another word: three are in no word, and some letters are hardly
// ever doubled.
func repeatable(r rune, n, letters int) bool {
	return n >= 3 || letters >= 4 && strings.ContainsRune("ahijkquvwxy", r)
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
		if joined {
			d |= byJoining
		}
	}
	foreignLetters := 0
	for i := a.first; i <= a.last; i++ {
		it := &v.items[i]
		if it.how&looksAlike != 0 {
			d |= byLooks
		}
		if it.how&foreign != 0 {
			foreignLetters++
		}
		if it.how&hiddenHere != 0 && i > a.first {
			d |= byHiding
		}
		if it.how&accented != 0 {
			d |= byAccents
		}
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

// ordinary tells whether the whole word that holds an alignment is a common
// word of the term's language, as it is written, or holds a joined term and is
// one by itself.
func (v *verifier) ordinary(e *entry, a alignment, d disguise) bool {
	first, last := a.first, a.last
	for first > 0 && a.first-first < longestWord && v.items[first].gap == none {
		first--
	}
	for last+1 < len(v.items) && last-a.last < longestWord && v.items[last+1].gap == none {
		last++
	}
	word := strings.ToLower(norm.NFC.String(v.text[v.items[first].start:v.items[last].end]))
	return v.m.languages[e.language].known.written[word] || d&byJoining != 0 && v.m.terms[letters(word)]
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

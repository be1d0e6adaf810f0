package words

import "strings"

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
	tail        int // letters more than the last run needs
	leet        int
	sign        rune // of the gaps; 0 where they differ
	longest     int  // gap, in characters
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

// alignAt lays a term on items from first, letter by letter, no further than to.
// Letters of its last run that are too many are taken with it, up to the next
// word.
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
		if final {
			a.tail = extra
		}
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

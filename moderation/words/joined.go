package words

import (
	"slices"
	"unicode"
)

// bounded tells whether a term without spaces inside stands as words of its
// own, possibly joined to others.
func (v *verifier) bounded(e *entry, a alignment) (joined disguise, ok bool) {
	before, after := v.rest(a, false)
	if len(before) == 0 && len(after) == 0 {
		return 0, e.flags&exact == 0 || !v.touchesDigits(a)
	}
	l := &v.m.languages[e.language]
	if e.flags&stem != 0 && (len(before) == 0 || e.flags&exact == 0 && chain(string(before), l.before, 2)) && ends(after, l.endings) {
		return 0, true
	}
	if e.flags&exact != 0 {
		return 0, false
	}
	if v.unmistakable(e, before, after) {
		return byJoining, true
	}
	if v.divides(e, before, after) {
		return byJoining, true
	}
	if e.flags&stem != 0 {
		for end := 1; end <= len(after) && end <= mostEnding; end++ {
			if ends(after[:end], l.endings) && (v.divides(e, before, after[end:]) || end == len(after) && v.unmistakable(e, before, nil)) ||
				l.particles[string(after[:end])] && v.divides(e, before, nil) {
				return byJoining, true
			}
		}
	}
	if l.borrowed && v.dividesAbroad(e, before, after) {
		return byJoining | abroad, true
	}
	before, after = v.rest(a, true)
	return byJoining, v.divides(e, before, after)
}

// unmistakable tells whether a term stands at one end of a longer word and is
// too long to be there by chance. A target may be shorter and within letters
// that make no words, since it is no match by itself.
func (v *verifier) unmistakable(e *entry, before, after []rune) bool {
	if len(before) > 0 && len(after) > 0 {
		return false
	}
	least, rest := 7, 3
	switch scriptOf(e.letters[0] &^ begin) {
	case latin:
	case hangul:
		least, rest = 3, 1
		if slices.ContainsFunc(e.letters, func(r rune) bool { return r&begin != 0 }) {
			least = 5
		}
	default:
		least = 5
	}
	if e.flags&aim != 0 {
		least, rest = min(least, 5), 0
	}
	return len(e.letters) >= least && len(before)+len(after) >= rest
}

// mostEnding is how many letters the endings of a joined word may have.
const mostEnding = 6

// dividesAbroad tells whether what stands around a term is known words of one
// other language that has a lexicon. Its shortest words are no sign of it.
func (v *verifier) dividesAbroad(e *entry, before, after []rune) bool {
	if len(e.letters) < 5 || len(before)+len(after) < 4 || !v.joinable(e, before, after) {
		return false
	}
	for i := range v.m.languages {
		known := v.m.languages[i].known
		if i != int(e.language) && known.divides(before, 2, true) && known.divides(after, 2, false) {
			return true
		}
	}
	return false
}

// divides tells whether what stands around a term is known words.
func (v *verifier) divides(e *entry, before, after []rune) bool {
	known := v.m.languages[e.language].known
	front, back := 2, 2
	switch {
	case scriptOf(e.letters[0]&^begin) == hangul:
		front = 1
		if len(e.letters) > 2 {
			back = 1
		}
	case len(e.letters) < 5:
		front, back = 3, 3
	case len(e.letters) > 6:
		front, back = 1, 1 // "aparasite", "deathsa", where "a" is a word
	case len(e.letters) > 5:
		back = 1
	}
	return v.joinable(e, before, after) && known.divides(before, front, true) && known.divides(after, back, false)
}

// touchesDigits tells whether a digit or sign is written onto an alignment.
func (v *verifier) touchesDigits(a alignment) bool {
	touch := func(left, right int) bool {
		return left >= 0 && right < len(v.items) && v.items[right].gapLen == 0 && (v.items[left].form|v.items[right].form)&leet != 0
	}
	return touch(a.first-1, a.first) || touch(a.last, a.last+1)
}

// rest returns the letters of the word on both sides of an alignment. Digits
// and signs end it, or are read as letters too.
func (v *verifier) rest(a alignment, digits bool) (before, after []rune) {
	inside := func(left, right int) bool {
		if left < 0 || right >= len(v.items) {
			return false
		}
		l, r := &v.items[left], &v.items[right]
		return r.gap == none || digits && r.gap == soft && r.gapLen == 0 && (l.form|r.form)&leet != 0
	}
	first := a.first
	for a.first-first <= longestRest && inside(first-1, first) {
		first--
	}
	for i := first; i < a.first; i++ {
		before = append(before, v.items[i].rune)
	}
	for i := a.last + 1; len(after) <= longestRest && inside(i-1, i); i++ {
		after = append(after, v.items[i].rune)
	}
	return before, after
}

// joinable asks more of what stands around a term the shorter it is.
func (v *verifier) joinable(e *entry, before, after []rune) bool {
	least := func(rest []rune) bool {
		n := len(rest)
		switch script := scriptOf(e.letters[0] &^ begin); {
		case n == 0:
			return true
		case script == hangul:
			return len(e.letters) >= 2
		case len(e.letters) >= 6:
			return true
		case len(e.letters) >= 5 && e.flags&aim != 0, script != latin && len(e.letters) >= 4:
			return n >= 2
		case len(e.letters) >= 4:
			return n >= 3
		case len(e.letters) == 3:
			return n >= 4
		}
		return false
	}
	return least(before) && least(after) && (len(e.letters) >= 4 || len(before) == 0 || len(after) == 0)
}

// spaced tells whether the spaces or signs inside an alignment part letters of
// its words, rather than words that happen to make it up.
func (v *verifier) spaced(e *entry, a alignment) bool {
	n := a.last - a.first + 1
	switch {
	case e.flags&exact != 0, a.longest > 3, a.wide > 0 && (a.sign == 0 || a.wide < a.gaps+a.kept):
		return false
	case !v.startsWord(a.first), !v.endsWord(a.last) && !v.endsStem(e, a):
		return false
	case n < 3:
		if script := v.items[a.first].script; script == latin || script == other {
			return false
		}
		return !v.blank(a) || !v.allKnown(e, a)
	case a.broken == 0:
		return v.alone(e, a)
	}
	least := 5 // one or two spaces inside a longer word
	if script := v.items[a.first].script; script != latin && script != other {
		least = 3
	}
	return n >= least && a.gaps <= 2 && a.wide == 0 && a.leet == 0 && !v.allKnown(e, a) && v.wholeWords(a)
}

// endsStem tells whether an ending is written onto the last of spaced letters.
func (v *verifier) endsStem(e *entry, a alignment) bool {
	if e.flags&stem == 0 {
		return false
	}
	_, after := v.rest(alignment{first: a.last, last: a.last}, false)
	return ends(after, v.m.languages[e.language].endings)
}

// blank tells whether the gaps of an alignment are spaces, or differ.
func (v *verifier) blank(a alignment) bool {
	return a.sign == 0 || unicode.IsSpace(a.sign)
}

// wholeWords tells whether an alignment begins and ends at spaces or signs.
func (v *verifier) wholeWords(a alignment) bool {
	return (a.first == 0 || v.items[a.first].gap >= hard) && (a.last+1 >= len(v.items) || v.items[a.last+1].gap >= hard)
}

// allKnown tells whether each part of an alignment is a common word by itself.
func (v *verifier) allKnown(e *entry, a alignment) bool {
	known := v.m.languages[e.language].known
	var part []rune
	for i := a.first; i <= a.last+1; i++ {
		if i > a.last || i > a.first && v.items[i].gap >= hard {
			if word := string(part); !known.has(word) {
				return false
			}
			part = part[:0]
		}
		if i <= a.last {
			part = append(part, v.items[i].rune)
		}
	}
	return true
}

// alone looks at the single letters on both sides of spaced ones: in "p a s s"
// the word is another.
func (v *verifier) alone(e *entry, a alignment) bool {
	single := func(i int) bool { return (i == 0 || v.items[i].gap >= hard) && v.endsWord(i) }
	var before, after []rune
	if next := a.first + 1; v.endsWord(a.first) {
		for i := a.first; i > 0 && len(before) <= longestRest && v.sameGap(i, next) && single(i-1); i-- {
			before = append(before, v.items[i-1].rune)
		}
	}
	if v.startsWord(a.last) {
		for i := a.last + 1; i < len(v.items) && len(after) <= longestRest && v.sameGap(i, a.last) && single(i); i++ {
			after = append(after, v.items[i].rune)
		}
	}
	slices.Reverse(before)
	known := v.m.languages[e.language].known
	return known.divides(before, 1, true) && known.divides(after, 1, false)
}

// sameGap tells whether the same stands before two items.
func (v *verifier) sameGap(i, j int) bool {
	return v.items[i].gap == hard && v.items[i].gapLen == v.items[j].gapLen && v.items[i].sign == v.items[j].sign
}

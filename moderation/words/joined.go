package words

// bounded tells whether a term without spaces inside stands as words of its
// own, possibly joined to others.
func (v *verifier) bounded(e *entry, a alignment) (joined, ok bool) {
	before, after := v.rest(a)
	if len(before) == 0 && len(after) == 0 {
		return false, e.flags&exact == 0 || !v.touchesDigits(a)
	}
	l := &v.m.languages[e.language]
	if e.flags&stem != 0 && (len(before) == 0 || e.flags&exact == 0 && chain(string(before), l.before, 2)) && ends(after, l.endings) {
		return false, true
	}
	if e.flags&exact != 0 || !v.joinable(e, before, after) {
		return false, false
	}
	long := len(e.letters) >= 5
	if l.known.divides(before, false) && l.known.divides(after, long) {
		return true, true
	}
	return false, false
}

// touchesDigits tells whether a digit or sign is written onto an alignment.
func (v *verifier) touchesDigits(a alignment) bool {
	touch := func(left, right int) bool {
		return left >= 0 && right < len(v.items) && v.items[right].gapLen == 0 && (v.items[left].form|v.items[right].form)&leet != 0
	}
	return touch(a.first-1, a.first) || touch(a.last, a.last+1)
}

// rest returns the letters of the word on both sides of an alignment.
func (v *verifier) rest(a alignment) (before, after []rune) {
	first := a.first
	for first > 0 && v.items[first].gap == none {
		first--
	}
	for i := first; i < a.first; i++ {
		before = append(before, v.items[i].rune)
	}
	for i := a.last + 1; i < len(v.items) && v.items[i].gap == none; i++ {
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
		case len(e.letters) >= 5:
			return true
		case len(e.letters) == 4:
			return n >= 3
		case len(e.letters) == 3:
			return n >= 4
		}
		return false
	}
	return least(before) && least(after) && (len(e.letters) >= 4 || len(before) == 0 || len(after) == 0)
}

// spaced tells whether the spaces or signs inside an alignment part letters of
// one word, rather than words that happen to make it up.
func (v *verifier) spaced(e *entry, a alignment) bool {
	n := a.last - a.first + 1
	if e.flags&exact != 0 || a.longest > 3 || a.wide > 0 && (a.sign == 0 || a.wide < a.gaps+a.kept) {
		return false
	}
	if !v.startsWord(a.first) || !v.endsWord(a.last) {
		return false
	}
	blank := a.sign == ' ' || a.sign == 0 || a.sign == '\u00a0' || a.sign == '\t' || a.sign == '\n'
	if n < 3 {
		script := v.items[a.first].script
		if script == latin || script == other {
			return false
		}
		return !blank || !v.allKnown(e, a)
	}
	if a.gaps+a.kept+a.missing >= n-1-n/4 && v.pieces(a) > n/2 {
		return !blank && a.sign != 0 || v.aloneAmongLetters(e, a)
	}
	// One or two spaces inside a longer word.
	least := 5
	if v.items[a.first].script != latin && v.items[a.first].script != other {
		least = 3
	}
	return n >= least && a.gaps <= 2 && a.wide == 0 && a.leet == 0 && !v.allKnown(e, a) && v.wholeWords(a)
}

// pieces counts the parts of an alignment.
func (v *verifier) pieces(a alignment) int {
	n := 1
	for i := a.first + 1; i <= a.last; i++ {
		if v.items[i].gap >= hard {
			n++
		}
	}
	return n
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
			if word := string(part); !known.folded[word] && !known.terms[word] {
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

// aloneAmongLetters looks at the single letters on both sides of spaced ones:
// in "p a s s" the word is another.
func (v *verifier) aloneAmongLetters(e *entry, a alignment) bool {
	single := func(i int) bool {
		return i >= 0 && i < len(v.items) && (i == 0 || v.items[i].gap >= soft) && v.endsWord(i)
	}
	same := func(i int) bool { return v.items[i].gap == hard && v.items[i].gapLen == v.items[a.first+1].gapLen }
	var before, after []rune
	for i := a.first; i > 0 && same(i) && single(i-1); i-- {
		before = append([]rune{v.items[i-1].rune}, before...)
	}
	for i := a.last + 1; i < len(v.items) && same(i) && single(i); i++ {
		after = append(after, v.items[i].rune)
	}
	known := v.m.languages[e.language].known
	return known.divides(before, true) && known.divides(after, true)
}

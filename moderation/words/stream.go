package words

import "strings"

// item is a letter of the stream that the automaton reads: a letter, or a digit
// or sign that may stand for one. What stands between letters is kept as the
// gap before an item.
type item struct {
	rune       rune
	raw        rune // as it stands in the folded text: 4 where rune is a
	start, end int32
	word       int32 // number of words before it
	sign       rune  // the first character of the gap
	gap        gap
	gapLen     uint8
	form       form
	how        how
	script     script
}

// gap says what stands between an item and the one before it.
type gap uint8

const (
	none gap = iota
	soft     // nothing, but a word may begin here: a digit, an apostrophe, a capital, another script
	hard     // a space or sign
	wide     // the end of a sentence or paragraph
)

// form says how an item is written.
type form uint8

const (
	leet   form = 1 << iota // a digit or sign that stands for a letter
	either                  // it stands for i or l
	sign                    // punctuation that may be no letter at all
	vowel                   // a mark
)

// like gives what digits and signs stand for; 'l' also means i.
func like(r rune) rune {
	switch r {
	case '0':
		return 'o'
	case '1', '!', '|', '¡':
		return 'l'
	case '£':
		return 'l'
	case '2':
		return 'z'
	case '3', '€':
		return 'e'
	case '4', '@':
		return 'a'
	case '5', '$':
		return 's'
	case '6', '9':
		return 'g'
	case '7', '+':
		return 't'
	case '8':
		return 'b'
	case '(', '<', '¢':
		return 'c'
	case '#':
		return 'h'
	case '¥':
		return 'y'
	}
	return 0
}

// read makes the stream of items of folded units. It is mixed where a digit,
// sign or Latin letter touches letters of another alphabet.
func read(units []unit, items []item) (stream []item, mixed bool) {
	items = items[:0]
	next := item{gap: wide}
	var words int32
	for i := range units {
		u := &units[i]
		it := item{rune: u.rune, raw: u.rune, start: u.start, end: u.end, how: u.how, script: u.script}
		switch u.kind {
		case letter:
			if (u.rune == 'l' || u.rune == 'i') && (u.how&looksAlike != 0 && u.rune == 'l' || ambiguous(units, i)) {
				it.form |= either
			}
		case mark:
			it.form |= vowel
		default:
			stands, touches := it.standIn(units, i)
			mixed = mixed || touches
			if !stands {
				next.widen(units, i)
				continue
			}
		}
		it.gap, it.gapLen, it.sign = next.gap, next.gapLen, next.sign
		if it.gap == none {
			last := &items[len(items)-1] // the first item has a wide gap
			mixed = mixed || last.script != it.script && (last.script == other || it.script == other)
			if plain := last.script == it.script && it.script != unspaced && (last.form|it.form)&leet == 0 && it.how&upper == 0; !plain &&
				border(last, &it, units, i) {
				it.gap = soft
			}
		}
		if it.gap >= hard || it.script == unspaced && len(items)%2 == 0 {
			words++
		}
		it.word = words
		items = append(items, it)
		next = item{}
	}
	return items, mixed
}

// standIn makes an item of a digit or sign that stands for a letter. It stands
// for none where it touches letters of another alphabet.
func (it *item) standIn(units []unit, i int) (stands, touches bool) {
	u := &units[i]
	r := like(u.rune)
	if u.kind != digit && (r == 0 || !signIsLetter(units, i)) {
		return false, false
	}
	if amongOtherLetters(units, i) {
		return false, true
	}
	it.rune, it.form, it.script = r, leet, latin
	if u.kind != digit {
		it.form |= sign
	}
	if r == 'l' {
		it.form |= either
	}
	return true, false
}

// widen notes that units[i] stands before the next item.
func (it *item) widen(units []unit, i int) {
	u := &units[i]
	if it.gapLen < 255 {
		it.gapLen++
	}
	if it.sign == 0 {
		it.sign = u.rune
	}
	switch u.rune {
	case '\'', '’', 'ʼ', '`', '´', '‘':
		it.gap = max(it.gap, soft)
		if it.gapLen > 1 {
			it.gap = max(it.gap, hard)
		}
	case '\n', '\r', '\u2028', '\u2029':
		it.gap = wide
	case '.', '!', '?', ';', ':', '…', '।', '؟', '؛', '。', '！', '？', '”', '»':
		it.gap = max(it.gap, hard)
		if i+1 < len(units) && units[i+1].kind == space {
			it.gap = wide
		}
	default:
		it.gap = max(it.gap, hard)
	}
}

// signIsLetter tells whether a sign can stand for a letter: next to letters on
// the right sides, or alone between letters that stand alone ("s h ! t").
func signIsLetter(units []unit, i int) bool {
	is := func(j int) bool { return j >= 0 && j < len(units) && units[j].kind <= digit }
	isSpace := func(j int) bool { return j < 0 || j >= len(units) || units[j].kind == space }
	before, after := is(i-1), is(i+1)
	switch units[i].rune {
	case '$', '@', '€', '+':
		if before && !after {
			return isSpace(i+1) || strings.ContainsRune(".,;:!?)", units[i+1].rune)
		}
	}
	if after {
		return before || isSpace(i-1)
	}
	return isSpace(i-1) && isSpace(i+1) && is(i-2) && !is(i-3) && is(i+2) && !is(i+3)
}

// amongOtherLetters tells whether a digit or sign touches letters of another
// script than Latin and no Latin ones: it stands for none of theirs.
func amongOtherLetters(units []unit, i int) bool {
	foreign := false
	for _, step := range [...]int{-1, 1} {
		for j, n := i+step, 0; n < 16 && j >= 0 && j < len(units) && units[j].kind != space; j, n = j+step, n+1 {
			if units[j].kind > mark {
				continue
			}
			if units[j].script == latin {
				return false
			}
			foreign = true
			break
		}
	}
	return foreign
}

// ambiguous tells whether a capital I or small l is of the other case than its
// word: then the one may stand for the other, which looks the same.
func ambiguous(units []unit, i int) bool {
	u := &units[i]
	if u.script != latin || u.rune != 'i' && u.rune != 'l' || u.how&looksAlike != 0 {
		return false
	}
	capital := u.how&upper != 0
	if capital != (u.rune == 'i') { // a capital L or small i is plain
		return false
	}
	same, different := 0, 0
	for _, j := range [...]int{i - 2, i - 1, i + 1, i + 2} {
		if j < 0 || j >= len(units) || units[j].kind != letter || units[j].rune == 'i' || units[j].rune == 'l' {
			continue
		}
		if units[j].how&upper != 0 == capital {
			same++
		} else {
			different++
		}
	}
	if capital && (i == 0 || units[i-1].kind != letter) {
		return false // a word may begin with a capital
	}
	return different > 0 && same == 0
}

// border tells whether a word may begin between two items that nothing parts.
func border(last, it *item, units []unit, i int) bool {
	if it.form&vowel != 0 {
		return false
	}
	if last.form&leet != 0 || it.form&leet != 0 {
		return true
	}
	if last.script != it.script {
		return true
	}
	switch it.script {
	case unspaced:
		return true
	case latin, other: // "KillThemAll"
		return it.how&upper != 0 && last.how&upper == 0 && i+1 < len(units) && units[i+1].kind == letter && units[i+1].how&upper == 0
	default: // capitals part nothing where there are none
		return false
	}
}

package words

import (
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// kind says what a folded rune is to a reader of words.
type kind uint8

const (
	letter kind = iota
	mark        // a vowel sign or the like, part of the letter before it
	digit
	space
	symbol
	jamo   // a Korean letter that may join others to a syllable
	hidden // stands for nothing: left out
	accent // a mark that is left out with its letter kept
)

// how says what folding changed.
type how uint8

const (
	looksAlike how = 1 << iota // another character that looks like this letter
	foreign                    // one of another script
	hiddenHere                 // something invisible stood before it
	accented                   // marks were taken off
	upper                      // it was a capital letter
	guessed                    // put in the place of what hid it
)

// script is as much of a letter's script as word boundaries need.
type script uint8

const (
	other script = iota
	latin
	hangul
	katakana
	unspaced // written without spaces between words: Han, Hiragana, Thai, Khmer, ...
)

// folded is what one rune becomes.
type folded struct {
	rune   rune // where several: the first
	kind   kind
	how    how
	script script
	joins  bool      // a mark that may be one character with what is before it
	more   *[]folded // where one rune becomes several: those after the first; else nil
}

// page holds 256 runes. Pages are made when a text first needs them.
type page [256]folded

type foldTable struct {
	pages       [(unicode.MaxRune + 1) >> 8]atomic.Pointer[page]
	confusables func() map[rune]string
}

// table holds facts of Unicode and nothing else, so all matchers share it.
var table = &foldTable{confusables: sync.OnceValue(readConfusables)} //nolint:gochecknoglobals // a cache of what never changes

func (t *foldTable) lookup(r rune) *folded { return &t.page(r >> 8)[r&0xff] }

func (t *foldTable) page(number rune) *page {
	p := t.pages[number].Load()
	if p == nil {
		p = t.make(number)
		t.pages[number].Store(p)
	}
	return p
}

func (t *foldTable) make(number rune) *page {
	p := new(page)
	for i := range p {
		p[i] = t.describe(number<<8 | rune(i))
	}
	return p
}

// describe works out what a rune becomes, the slow way.
func (t *foldTable) describe(r rune) folded {
	switch {
	case isHidden(r):
		return folded{kind: hidden}
	case isDroppedMark(r):
		return folded{kind: accent}
	case isJamo(r): // NFKC would make leading consonants of all
		return folded{rune: r, kind: jamo, script: hangul}
	}
	start := string(r)
	if v := variants(r); v != 0 { // before NFKC makes three characters of a letter in parentheses
		start = string(v)
	}
	result := []rune(t.fold(start))
	if len(result) == 0 {
		return folded{kind: hidden}
	}
	change := changed(r, string(result))
	if unicode.IsUpper(r) {
		change |= upper
	}
	all := make([]folded, len(result))
	for i, r := range result {
		all[i] = classify(r)
		all[i].how = change
	}
	first := all[0]
	if len(all) > 1 {
		more := all[1:]
		first.more = &more
	}
	return first
}

// fold maps a rune's string until nothing changes.
func (t *foldTable) fold(s string) string {
	for range 6 {
		before := s
		s = norm.NFKC.String(strip(norm.NFKD.String(s)))
		s = t.alike(cases.Fold().String(s))
		if s == before {
			break
		}
	}
	return s
}

func strip(s string) string {
	return strings.Map(func(r rune) rune {
		if isDroppedMark(r) || isHidden(r) {
			return -1
		}
		return r
	}, s)
}

// alike replaces look-alikes of small letters, so that both cases of a word of
// another script stay one word.
func (t *foldTable) alike(lower string) string {
	var b strings.Builder
	for _, r := range lower {
		to, ok := t.confusables()[r]
		switch {
		case ok:
			b.WriteString(strings.ToLower(to))
		case variants(r) != 0:
			b.WriteRune(variants(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func classify(r rune) folded {
	f := folded{rune: r, kind: symbol, script: scriptOf(r)}
	switch {
	case r >= '0' && r <= '9':
		f.kind = digit
	case isJamo(r):
		f.kind = jamo
	case unicode.IsLetter(r):
		f.kind = letter
	case unicode.IsMark(r):
		f.kind = mark
		f.joins = !norm.NFC.PropertiesString(string(r)).BoundaryBefore()
	case unicode.IsSpace(r):
		f.kind = space
	}
	return f
}

// changed compares a rune with what it became.
func changed(r rune, to string) how {
	s := string(r)
	lower := cases.Fold().String(s)
	first, _ := utf8.DecodeRuneInString(to)
	switch {
	case to == s || to == lower:
		return 0
	case to == norm.NFC.String(strip(norm.NFD.String(lower))), len([]rune(to)) == 1 && variants(r) != 0:
		return accented
	case scriptOf(r) != scriptOf(first) && unicode.IsLetter(r) && !unicode.Is(unicode.Common, r):
		return looksAlike | foreign
	case unicode.IsDigit(r):
		return 0
	}
	return looksAlike
}

func scriptOf(r rune) script {
	switch {
	case r < 0x80 && (r|0x20) >= 'a' && (r|0x20) <= 'z', unicode.Is(unicode.Latin, r):
		return latin
	case unicode.Is(unicode.Hangul, r):
		return hangul
	case unicode.Is(unicode.Katakana, r), r == 'ー':
		return katakana
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
		unicode.Javanese, unicode.Tai_Le, unicode.New_Tai_Lue, unicode.Tai_Tham):
		return unspaced
	}
	return other
}

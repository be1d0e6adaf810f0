package words

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Span is a place in the original text, in bytes, on borders of characters.
type Span struct{ Start, End int }

// Folded is a text as words compares it: NFKC, small letters, look-alikes
// written as what they look like, accents and hidden characters taken out.
type Folded struct {
	Runes []rune
	Spans []Span // of each rune; the marks that were taken off a letter belong to it
}

func (f Folded) String() string { return string(f.Runes) }

// Fold folds a text. Folding twice changes nothing more.
func Fold(text string) Folded {
	units := foldUnits(text, nil)
	f := Folded{Runes: make([]rune, len(units)), Spans: make([]Span, len(units))}
	for i, u := range units {
		f.Runes[i], f.Spans[i] = u.rune, Span{int(u.start), int(u.end)}
	}
	return f
}

// unit is a folded rune and where it came from.
type unit struct {
	rune       rune
	start, end int32 // texts are far shorter than 2 GiB
	kind       kind
	how        how
	script     script
}

func foldUnits(text string, units []unit) []unit {
	units = units[:0]
	var pending how
	jamos := false
	ascii := table.page(0)
	for i := 0; i < len(text); {
		var f *folded
		size := 1
		if c := text[i]; c < utf8.RuneSelf {
			f = &ascii[c]
		} else {
			var r rune
			r, size = utf8.DecodeRuneInString(text[i:])
			f = table.lookup(r)
		}
		if size == 2 && f.how&upper != 0 {
			f = besideLatin(f, text[i:], size, units)
		}
		start, end := int32(i), int32(i+size) //nolint:gosec // see unit
		i += size
		last := len(units) - 1
		switch f.kind {
		case hidden:
			pending = hiddenHere
			continue
		case accent:
			if last >= 0 && (units[last].kind <= digit || units[last].kind == jamo) {
				units[last].end = end
				units[last].how |= accented
			}
			continue
		case mark:
			if last >= 0 && joinMark(&units[last], f, end) {
				continue
			}
		case jamo:
			jamos = true
		default: // stands for itself
		}
		units = append(units, unit{f.rune, start, end, f.kind, f.how | pending, f.script})
		if f.more != nil {
			for _, more := range *f.more {
				units = append(units, unit{more.rune, start, end, more.kind, more.how, more.script})
				jamos = jamos || more.kind == jamo
			}
		}
		pending = 0
	}
	if jamos {
		units = joinJamo(units)
	}
	return units
}

// joinMark tells whether a mark is swallowed by the letter before it: because
// the two are one character, or because no word of a script without such marks
// has it there.
func joinMark(u *unit, m *folded, end int32) bool {
	if u.kind > digit && u.kind != jamo {
		return false
	}
	if u.kind == digit && m.script == other {
		return false // it stands for the letter that bears the mark
	}
	if u.script == latin || u.script == hangul || u.kind == digit {
		u.end = end
		u.how |= accented
		return true
	}
	if !m.joins {
		return false
	}
	pair := norm.NFC.String(string([]rune{u.rune, m.rune}))
	composed, size := utf8.DecodeRuneInString(pair)
	if size != len(pair) {
		return false
	}
	u.rune, u.end = composed, end
	return true
}

func readConfusables() map[rune]string {
	m := map[rune]string{}
	for line := range strings.Lines(confusables) {
		to, from, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		for _, r := range from {
			m[r] = to
		}
	}
	return m
}

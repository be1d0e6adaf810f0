package personal

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A reading is a text made easy to look at: digits of every script, kinds of
// spaces, dashes and full-width signs are one; what does not show is left out.
type reading struct {
	runes []rune
	// forms has a letter for each rune: 9 for a digit, A for a letter from A to
	// Z, L for another Latin letter, x for any other letter, itself for an ASCII
	// sign, ? for the rest. A number's form is thus a plain string, as 999-99-9999.
	forms        string
	starts, ends []int // of each rune, in bytes of the text
}

func read(text string) reading {
	var r reading
	r.runes = make([]rune, 0, len(text))
	r.starts = make([]int, 0, len(text))
	r.ends = make([]int, 0, len(text))
	var forms strings.Builder
	forms.Grow(len(text))
	for at := 0; at < len(text); {
		original, size := utf8.DecodeRuneInString(text[at:])
		if folded := fold(original); folded != hidden {
			r.runes = append(r.runes, folded)
			r.starts = append(r.starts, at)
			r.ends = append(r.ends, at+size)
			forms.WriteByte(form(folded))
		}
		at += size
	}
	r.forms = forms.String()
	return r
}

// hidden stands for what does not show.
const hidden = -1

// zeros are the zeros of the scripts whose digits are read, each followed by
// its nine others: Arabic, Persian, Devanagari, Bengali, Gurmukhi, Gujarati,
// Tamil, Telugu, Thai, full-width.
const zeros = "٠۰०০੦૦௦౦๐0"

// fold returns a rune as this package reads it.
func fold(r rune) rune {
	if r < 0xA0 {
		return r
	}
	switch {
	case r < 0x660:
		if r == 0xA0 {
			return ' '
		}
		if r == 0xAD || r == 0x61C {
			return hidden
		}
		return r
	case r <= 0x0E59, r >= 0xFF10 && r <= 0xFF19:
		for _, zero := range zeros {
			if zero <= r && r <= zero+9 {
				return '0' + r - zero
			}
		}
		return r
	case r < 0x2000, r > 0x3000 && r < 0xFE00:
		return r
	}
	return foldSign(r)
}

func foldSign(r rune) rune {
	switch {
	case r >= 0x2000 && r <= 0x200A, r == 0x202F, r == 0x205F, r == 0x3000:
		return ' '
	case r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x2069, r == 0xFEFF,
		r >= 0xFE00 && r <= 0xFE0F:
		return hidden
	case r >= 0x2010 && r <= 0x2015, r == 0x2212, r == 0xFE63, r == 0xFF0D:
		return '-'
	case r == 0x2028, r == 0x2029:
		return '\n'
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFF01 + '!'
	default:
		return r
	}
}

func form(r rune) byte {
	switch {
	case '0' <= r && r <= '9':
		return '9'
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
		return 'A'
	case r == '\t':
		return ' '
	case r < utf8.RuneSelf:
		return byte(r) //nolint:gosec // below 0x80
	case !unicode.IsLetter(r) && !unicode.IsMark(r):
		return '?'
	case r < 0x250:
		return 'L'
	default:
		return 'x'
	}
}

// digits returns the digits between two places.
func (r reading) digits(start, end int) string {
	var digits strings.Builder
	for i := start; i < end; i++ {
		if r.forms[i] == '9' {
			digits.WriteByte(byte(r.runes[i])) //nolint:gosec // a digit of ASCII
		}
	}
	return digits.String()
}

// code returns the digits and letters from A to Z between two places, as they
// are written.
func (r reading) code(start, end int) string {
	var code strings.Builder
	for i := start; i < end; i++ {
		if isCode(r.forms[i]) {
			code.WriteByte(byte(r.runes[i])) //nolint:gosec // a digit or letter of ASCII
		}
	}
	return code.String()
}

func isCode(form byte) bool { return form == '9' || form == 'A' }

func isLetter(form byte) bool { return form == 'A' || form == 'L' || form == 'x' }

// formAt is forms[i], and a line's end outside the text.
func (r reading) formAt(i int) byte {
	if i < 0 || i >= len(r.forms) {
		return '\n'
	}
	return r.forms[i]
}

// A place is a stretch of runes.
type place struct{ start, end int }

// fields are the stretches between spaces.
func (r reading) fields() []place {
	var fields []place
	start := -1
	for i := range len(r.forms) + 1 {
		switch f := r.formAt(i); {
		case f == ' ' || f == '\n' || f == '\r':
			if start >= 0 {
				fields = append(fields, place{start, i})
			}
			start = -1
		case start < 0:
			start = i
		}
	}
	return fields
}

func (r reading) hasPrefix(p place, prefix string) bool {
	i := p.start
	for _, want := range prefix {
		if i >= p.end || unicode.ToLower(r.runes[i]) != want {
			return false
		}
		i++
	}
	return true
}

func (r reading) contains(p place, signs string) bool {
	return strings.Contains(r.forms[p.start:p.end], signs)
}

// lower returns the text between two places in lower case; places outside the
// text are moved into it.
func (r reading) lower(start, end int) string {
	start, end = max(start, 0), min(end, len(r.runes))
	var lower strings.Builder
	for i := start; i < end; i++ {
		lower.WriteRune(unicode.ToLower(r.runes[i]))
	}
	return lower.String()
}

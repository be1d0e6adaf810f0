package personal

import (
	"strings"
	"unicode"
)

// A word is a stretch of letters, digits and what joins them.
type word struct {
	place

	text  string // in lower case, without a full stop
	upper bool   // begins with a capital
	digit bool   // begins with a digit
	ended bool   // a sentence, a clause or a line ends after it
	comma bool   // a comma stands after it
}

// words returns the words of the text. They are needed for addresses alone.
func (s *search) words() []word {
	var words []word
	for i := 0; i < len(s.forms); {
		if !isWordForm(s.forms[i]) {
			i++
			continue
		}
		start := i
		for i < len(s.forms) && (isWordForm(s.forms[i]) || isJoint(s, i)) {
			i++
		}
		w := word{place: place{start, i}, text: s.lower(start, i), upper: unicode.IsUpper(s.runes[start]), digit: s.forms[start] == '9'}
		for i < len(s.forms) && !isWordForm(s.forms[i]) {
			switch s.forms[i] {
			case ',':
				w.comma = true
			case '\n', ';', '!', '(', ')', '"', ':':
				w.ended = true
			case '.':
				w.ended = w.ended || w.digit || i-w.end > 0
			case '?':
				// A full stop of another script, a bullet, a quotation mark.
				w.ended = w.ended || s.runes[i] != '،' && s.runes[i] != 'º' && s.runes[i] != '°'
				w.comma = w.comma || s.runes[i] == '،'
			}
			i++
		}
		words = append(words, w)
	}
	return words
}

func isWordForm(form byte) bool { return form == '9' || isLetter(form) }

// isJoint says whether a sign joins letters of one word: 12-3, l'Église, C/, n.º.
func isJoint(s *search, i int) bool {
	if i+1 >= len(s.forms) {
		return false
	}
	switch s.forms[i] {
	case '-', '\'':
		return isWordForm(s.forms[i+1])
	case '?':
		return s.runes[i] == '’' && isWordForm(s.forms[i+1])
	case '.':
		return isLetter(s.forms[i-1]) && isLetter(s.forms[i+1]) && (i < 2 || !isLetter(s.forms[i-2]))
	case '/':
		return s.forms[i-1] == 'A' && s.runes[i-1]|0x20 == 'c' && (i < 2 || !isWordForm(s.forms[i-2]))
	default:
		return false
	}
}

// set makes a set of words separated by spaces.
func set(words string) map[string]bool {
	in := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		in[word] = true
	}
	return in
}

// Package language tells in what language a text is written, so that a report
// reaches a moderator who reads it. It knows the script first, then words that
// are frequent in one language, then trigrams. It is pure, and would rather say
// that it is not sure than guess.
package language

import (
	"strings"
	"unicode"
)

// Undetermined is what Detect says where it is not sure (BCP 47).
const Undetermined = "und"

// longest is how many letters are looked at. More change nothing, and a report
// may be long.
const longest = 600

// Detect returns the BCP 47 base language of a text, or Undetermined: where
// there are too few letters, where none of several scripts prevails, and where
// the signs contradict one another.
func Detect(text string) string {
	prose := proseOf(text)
	switch s, count := mainScript(prose); s {
	case latin:
		return byWords(prose, count)
	case cyrillic, arabic, devanagari, hebrew, ethiopic:
		return byTrigrams(prose, s, count)
	case "":
		return Undetermined
	default:
		return s
	}
}

// proseOf returns the words of a text in lower case, separated by spaces,
// without what says nothing about its language: addresses of pages and people,
// names of accounts, tags, numbers.
func proseOf(text string) string {
	var prose strings.Builder
	letters := 0
	for word := range strings.FieldsSeq(text) {
		if strings.ContainsAny(word, "@#/\\_0123456789") && !strings.ContainsFunc(word, unspaced) {
			continue
		}
		for _, r := range word {
			if unicode.IsLetter(r) || unicode.IsMark(r) {
				prose.WriteRune(unicode.ToLower(r))
				letters++
				continue
			}
			if r == '\'' || r == '’' {
				prose.WriteByte('\'')
				continue
			}
			prose.WriteByte(' ')
		}
		prose.WriteByte(' ')
		if letters >= longest {
			break
		}
	}
	return prose.String()
}

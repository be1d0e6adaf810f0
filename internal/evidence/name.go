package evidence

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxName   = 100 // characters
	maxEnding = 10  // characters of an ending that outlives a cut
	noName    = "file"
)

// Name makes a file's name safe to show and to save: the last element of a path,
// in NFC, with nothing invisible in it, nothing that turns the direction of
// writing, nothing that a file system reads as more than a letter, no dot at its
// start, and of at most 100 characters. It is "file" where nothing is left.
//
// ZWJ and ZWNJ go with the other format characters: a name must not hide
// anything, and without them it can still be read.
func Name(s string) string {
	s = norm.NFC.String(strings.ToValidUTF8(s, ""))
	s = strings.TrimRight(s, `/\`)
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	s = norm.NFC.String(strings.Map(nameRune, s))
	s = trimName(s)
	if utf8.RuneCountInString(s) > maxName {
		s = trimName(shorten(s))
	}
	if s == "" {
		return noName
	}
	return s
}

func nameRune(r rune) rune {
	switch {
	case strings.ContainsRune(`<>:"|?*`, r): // Windows gives them a meaning, and headers the quote
		return '_'
	case unicode.IsSpace(r):
		return ' '
	case !unicode.IsPrint(r), unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		return -1
	default:
		return r
	}
}

// trimName leaves single spaces within, no dot at the start, and at the end
// neither dots nor spaces, which Windows drops.
func trimName(s string) string {
	return strings.Trim(strings.Join(strings.Fields(s), " "), ". ")
}

// shorten keeps the ending, so that the name still says what the file was.
func shorten(s string) string {
	runes := []rune(s)
	ending := runes[:0]
	if dot := strings.LastIndexByte(s, '.'); dot >= 0 {
		if last := []rune(s[dot:]); len(last) <= maxEnding {
			ending = last
		}
	}
	return string(runes[:maxName-len(ending)]) + string(ending)
}

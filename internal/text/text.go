// Package text checks and normalises what people write, in any language, the
// same way for every service that takes it in.
package text

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Errors of Clean. They never quote the text.
var (
	ErrUTF8    = errors.New("is not valid UTF-8")
	ErrControl = errors.New("holds a control character")
)

// TooLongError says that a text has more characters than allowed.
type TooLongError struct{ Max int }

func (e TooLongError) Error() string { return fmt.Sprintf("is longer than %d characters", e.Max) }

// Clean returns s in NFC with line ends as "\n" and without white space around
// it. Newline and tab are kept, so are the joiners ZWJ and ZWNJ that many
// scripts need; other control characters are refused. A character is a Unicode
// code point of the result.
func Clean(s string, maxChars int) (string, error) {
	if !utf8.ValidString(s) {
		return "", ErrUTF8
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return "", ErrControl
		}
	}
	s = strings.TrimSpace(norm.NFC.String(s))
	if utf8.RuneCountInString(s) > maxChars {
		return "", TooLongError{Max: maxChars}
	}
	return s, nil
}

// CleanLine is Clean for a text of one line: tab and what ends a line are
// refused too.
func CleanLine(s string, maxChars int) (string, error) {
	s, err := Clean(s, maxChars)
	if err != nil {
		return "", err
	}
	if strings.ContainsAny(s, "\n\t\u2028\u2029") {
		return "", ErrControl
	}
	return s, nil
}

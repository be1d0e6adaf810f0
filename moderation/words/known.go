package words

import (
	"embed"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// A file a language, words separated by white space, "#" begins a comment.
//
//go:embed known/*.txt
var knownFiles embed.FS

// vocabulary is what is known of a language: common words, and the terms of the
// lexicons themselves. It tells joined words ("killthem") from a word that only
// contains another ("skills").
type vocabulary struct {
	written map[string]bool // common words as they are written
	folded  map[string]bool // the same, folded
	terms   map[string]bool // single words of the lexicons
}

func newVocabulary(tag string) *vocabulary {
	v := &vocabulary{written: map[string]bool{}, folded: map[string]bool{}, terms: map[string]bool{}}
	file, err := knownFiles.ReadFile("known/" + base(tag) + ".txt")
	if err != nil { // none for this language: its lexicons' terms must do
		return v
	}
	for line := range strings.Lines(string(file)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for word := range strings.FieldsSeq(line) {
			v.written[norm.NFC.String(word)] = true
			v.folded[letters(word)] = true
		}
	}
	return v
}

// knownLanguages are those with a file of common words.
func knownLanguages() []string {
	entries, err := knownFiles.ReadDir("known")
	if err != nil {
		return nil
	}
	var tags []string
	for _, e := range entries {
		tags = append(tags, strings.TrimSuffix(e.Name(), ".txt"))
	}
	return tags
}

func base(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	b, _ := t.Base()
	return b.String()
}

// letters folds a word and keeps its letters alone.
func letters(word string) string {
	var b strings.Builder
	for _, it := range read(foldUnits(word, nil), nil) {
		b.WriteRune(it.rune)
	}
	return b.String()
}

const (
	longestRest = 32 // letters beside a joined term
	mostWords   = 5
)

// divides tells whether letters are a row of known words. Words of one letter
// count where single says so: between spaced letters, and behind a long term.
func (v *vocabulary) divides(rest []rune, single bool) bool {
	if len(rest) == 0 {
		return true
	}
	if len(rest) > longestRest {
		return false
	}
	var least [longestRest + 1]int // words that the letters up to here make; 0 for none
	for end := 1; end <= len(rest); end++ {
		for start := 0; start < end; start++ {
			if start > 0 && least[start] == 0 || end-start == 1 && !single {
				continue
			}
			word := string(rest[start:end])
			if (v.folded[word] || v.terms[word]) && (least[end] == 0 || least[start]+1 < least[end]) {
				least[end] = least[start] + 1
			}
		}
	}
	return least[len(rest)] != 0 && least[len(rest)] <= mostWords
}

package words

import (
	"embed"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// A file a language, words separated by white space, "#" begins a comment.
//
//go:embed known/*.txt
var knownFiles embed.FS

// commonWords is what is known of one language.
type commonWords struct {
	bit     uint64          // of this language in the sets of index
	written map[string]bool // as they are written
	folded  map[string]bool // their folded letters
}

// commonIndex is what is known of all.
type commonIndex struct {
	languages map[string]*commonWords
	index     map[string]uint64 // folded words, and the languages that have them
	written   map[string]bool   // words of any language as they are written
}

// common reads the files once: they are part of the program.
var common = sync.OnceValue(readCommon) //nolint:gochecknoglobals // a cache of what never changes

func readCommon() commonIndex {
	c := commonIndex{languages: map[string]*commonWords{}, index: map[string]uint64{}, written: map[string]bool{}}
	entries, _ := knownFiles.ReadDir("known") // embedded: it is there
	for i, entry := range entries {
		file, _ := knownFiles.ReadFile("known/" + entry.Name())
		words := &commonWords{bit: 1 << i, written: map[string]bool{}, folded: map[string]bool{}}
		for line := range strings.Lines(string(file)) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			for word := range strings.FieldsSeq(line) {
				folded := letters(word)
				words.written[norm.NFC.String(word)] = true
				c.written[norm.NFC.String(word)] = true
				words.folded[folded] = true
				c.index[folded] |= words.bit
			}
		}
		c.languages[strings.TrimSuffix(entry.Name(), ".txt")] = words
	}
	return c
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
	items, _ := read(foldUnits(word, nil), nil)
	for _, it := range items {
		b.WriteRune(it.raw)
	}
	return b.String()
}

// vocabulary is what joined words may be made of in a language: its common
// words, the words of its lexicons, and their usual forms. It tells "killthem"
// from "skills".
type vocabulary struct {
	*commonWords
	terms   map[string]bool // single words of the lexicons' entries
	forms   map[string]bool // common words and terms with endings and clitics
	forming forming
}

func newVocabulary(base string) *vocabulary {
	known := common().languages[base]
	if known == nil { // no list for this language: its lexicons' words must do
		known = &commonWords{}
	}
	v := &vocabulary{commonWords: known, terms: map[string]bool{}, forms: map[string]bool{}, forming: formsOf(base)}
	for word := range known.folded {
		v.addForms(word)
	}
	return v
}

// addTerm notes a word of a term.
func (v *vocabulary) addTerm(word string) {
	if !v.terms[word] {
		v.terms[word] = true
		v.addForms(word)
	}
}

const leastInflected = 3 // letters of a word whose forms are known too

func (v *vocabulary) addForms(word string) {
	first, _ := utf8.DecodeRuneInString(word)
	if n := utf8.RuneCountInString(word); n < leastInflected && (n < 2 || scriptOf(first) != hangul) {
		return
	}
	for _, clitic := range v.forming.front {
		v.forms[clitic+word] = true
	}
	for _, ending := range v.forming.behind {
		v.forms[word+ending] = true
	}
	for _, form := range v.forming.inflected(word) {
		v.forms[form] = true
	}
}

func (v *vocabulary) has(word string) bool { return v.folded[word] || v.terms[word] || v.forms[word] }

const (
	longestRest = 32 // letters beside a joined term
	mostWords   = 5
	enoughKnown = 8 // letters beside a term that are known words, where more follow; of Korean half as many
)

// divides tells whether letters are a row of known words of so many letters at
// least. Of many letters only those beside the term need be: the last ones
// where the letters stand before it.
func (v *vocabulary) divides(rest []rune, shortest int, before bool) bool {
	if len(rest) == 0 {
		return true
	}
	if before {
		rest = rest[max(0, len(rest)-longestRest):]
	}
	rest = rest[:min(len(rest), longestRest)]
	enough, each := enoughKnown, 3
	if scriptOf(rest[0]) == hangul {
		enough, each = enoughKnown/2, 2
	}
	var least [longestRest + 1]int // words that the letters up to here make; 0 for none
	for end := shortest; end <= len(rest); end++ {
		for start := range end - shortest + 1 {
			if start > 0 && least[start] == 0 {
				continue
			}
			from, to := start, end
			if before {
				from, to = len(rest)-end, len(rest)-start
			}
			if (least[end] == 0 || least[start]+1 < least[end]) && v.has(string(rest[from:to])) {
				least[end] = least[start] + 1
			}
		}
		if words := least[end]; end >= enough && words > 1 && each*words <= end && words <= mostWords {
			return true
		}
	}
	return least[len(rest)] != 0 && least[len(rest)] <= mostWords
}

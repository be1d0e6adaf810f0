package language

import "unicode"

// Scripts of several languages. For a script of one language mainScript
// returns the language.
const (
	latin      = "Latn"
	cyrillic   = "Cyrl"
	arabic     = "Arab"
	devanagari = "Deva"
	hebrew     = "Hebr"
	ethiopic   = "Ethi"
)

// A script is one that this package tells apart.
type script struct {
	table *unicode.RangeTable
	name  string // of the script, or of its only common language
	// weight is about how many letters of an alphabet one of its letters is worth.
	weight int
}

// scripts, with the frequent ones first.
func scripts() [29]script {
	return [...]script{
		{unicode.Latin, latin, 1},
		{unicode.Arabic, arabic, 1},
		{unicode.Cyrillic, cyrillic, 1},
		{unicode.Devanagari, devanagari, 1},
		{unicode.Hangul, "ko", 3},
		{unicode.Han, "zh", 3},
		{unicode.Hiragana, "ja", 3},
		{unicode.Katakana, "ja", 2},
		{unicode.Bengali, "bn", 1},
		{unicode.Greek, "el", 1},
		{unicode.Hebrew, hebrew, 1},
		{unicode.Thai, "th", 1},
		{unicode.Tamil, "ta", 1},
		{unicode.Telugu, "te", 1},
		{unicode.Gujarati, "gu", 1},
		{unicode.Gurmukhi, "pa", 1},
		{unicode.Kannada, "kn", 1},
		{unicode.Malayalam, "ml", 1},
		{unicode.Oriya, "or", 1},
		{unicode.Sinhala, "si", 1},
		{unicode.Myanmar, "my", 1},
		{unicode.Khmer, "km", 1},
		{unicode.Lao, "lo", 1},
		{unicode.Georgian, "ka", 1},
		{unicode.Armenian, "hy", 1},
		{unicode.Ethiopic, ethiopic, 2},
		{unicode.Tibetan, "bo", 1},
		{unicode.Mongolian, "mn", 1},
		{unicode.Thaana, "dv", 1},
	}
}

// unspaced says whether a letter is of a script that leaves no spaces between
// words, or joins endings to foreign words.
func unspaced(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Hangul, unicode.Han, unicode.Hiragana, unicode.Katakana,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// mainScript returns the script or language of most of a text, and how many
// letters of an alphabet it is worth. It returns "" where there are too few
// letters or where no script has three fifths of them.
func mainScript(prose string) (name string, count int) {
	known := scripts()
	var counts [len(known)]int
	total := 0
	last := 0
	for _, r := range prose {
		if r < 0x80 {
			if 'a' <= r && r <= 'z' {
				counts[0]++
				total++
			}
			continue
		}
		// Neighbours are mostly of one script.
		if !unicode.Is(known[last].table, r) {
			last = indexOf(known[:], r)
			if last < 0 {
				last = 0
				continue
			}
		}
		counts[last] += known[last].weight
		total += known[last].weight
	}
	byName := map[string]int{}
	for i, n := range counts {
		if n > 0 {
			byName[known[i].name] += n
		}
	}
	// Japanese is written with Chinese characters between its own.
	if kana := byName["ja"]; kana > 0 && kana*10 >= byName["zh"] {
		byName["ja"] += byName["zh"]
		delete(byName, "zh")
	}
	for candidate, n := range byName {
		if n >= 4 && n*5 >= total*3 {
			return candidate, n
		}
	}
	return "", 0
}

func indexOf(known []script, r rune) int {
	for i := range known {
		if unicode.Is(known[i].table, r) {
			return i
		}
	}
	return -1
}

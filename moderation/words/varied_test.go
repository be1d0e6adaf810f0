package words

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// What people write for letters, beside the looks-alike of table. The first
// letter of a word that has one is replaced, and in a second variant the last.
var replacements = map[string]string{
	"en": "a4 e3 i1 o0 s$ t7", "fr": "a4 e3 é3 i1 o0 s5", "es": "a4 e3 i1 o0 s5", "pt": "a@ e3 i! o0 s$",
	"sw": "a4 e3 i1 o0 s5", "ko": "",
	"ar": "ع3 ح7 خ5 ط6 ق9 ا1 أ2 ه0 ء2 س$ ش4 لl كk مm نn بb ر4",
	"hi": "a4 e3 i1 o0 s5 ा1 े3 ी1 ो0 ि1 र2 न7 म@ च4 ट8",
}

var bracketed = regexp.MustCompile(`\[[^\]]+\]`)

// variant is a sentence in which one word is varied.
type variant struct{ way, plain, varied string }

// variants varies what is in brackets in each way that the language has.
func variantsOf(language, line string) []variant {
	plain := strings.NewReplacer("[", "", "]", "").Replace(line)
	var all []variant
	for _, at := range bracketed.FindAllStringIndex(line, -1) {
		word := line[at[0]+1 : at[1]-1]
		bare := strings.NewReplacer("[", "", "]", "")
		before, after := bare.Replace(line[:at[0]]), bare.Replace(line[at[1]:])
		add := func(way, varied string) { all = append(all, variant{way, plain, before + varied + after}) }
		for _, varied := range leetOf(word, replacements[language]) {
			add("leet", varied)
		}
		if language == "ko" {
			add("leet", jamoOf(word))
		}
		letters := strings.Split(strings.ReplaceAll(word, " ", ""), "")
		add("spaces added", strings.Join(letters, " "))
		add("spaces added", strings.Join(letters, "."))
		joinedBefore := strings.TrimRight(before, " ") + strings.ReplaceAll(word, " ", "") + after
		joinedAfter := before + word + strings.TrimLeft(after, " ")
		for _, varied := range []string{joinedBefore, joinedAfter} {
			if varied != plain {
				all = append(all, variant{"spaces removed", plain, varied})
			}
		}
	}
	return append(all, variant{"spaces removed", plain, strings.ReplaceAll(plain, " ", "")})
}

// leetOf replaces the first letter that has a replacement, and the last but in
// a word's beginning.
func leetOf(word, table string) []string {
	letters := []rune(word)
	var places []int
	for i, r := range letters {
		if at := strings.Index(" "+table, " "+string(unicode.ToLower(r))); at >= 0 {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		return nil
	}
	replace := func(i int) string {
		changed := slices.Clone(letters)
		_, rest, _ := strings.Cut(" "+table, " "+string(unicode.ToLower(letters[i])))
		changed[i], _ = utf8.DecodeRuneInString(rest)
		return string(changed)
	}
	found := []string{replace(places[0])}
	if len(places) > 1 {
		found = append(found, replace(places[len(places)-1]))
	}
	return found
}

// jamoOf pulls a word's syllables apart.
func jamoOf(word string) string {
	var b strings.Builder
	for _, r := range word {
		if r < firstSyllable || r > 0xd7a3 {
			b.WriteRune(r)
			continue
		}
		n := int(r - firstSyllable)
		b.WriteRune(at(leadLetters, n/finals/vowels))
		b.WriteRune(at(vowelLetters, n/finals%vowels))
		if final := n % finals; final > 0 {
			b.WriteRune(at(finalLetters, final))
		}
	}
	return b.String()
}

// The project's own sentences: the share of variants that still match a term
// of the plain sentence, by language. docs/matching.md has the figures.
func TestVariedSentencesMatchTheSameTerm(t *testing.T) {
	m, lexicons := examples(t)
	wanted := map[string]float64{"leet": 0.95, "spaces added": 0.95, "spaces removed": 0.8}
	for _, l := range lexicons {
		file, err := os.ReadFile("testdata/varied/" + l.Language + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		terms := func(text string) map[string]bool {
			found := map[string]bool{}
			for _, f := range m.Find(text) {
				found[f.Term] = true
			}
			return found
		}
		sentences, matched := 0, 0
		tried, caught, missed := map[string]int{}, map[string]int{}, map[string][]string{}
		for line := range strings.Lines(string(file)) {
			if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
				continue
			}
			sentences++
			all := variantsOf(l.Language, line)
			plain := terms(all[0].plain)
			if len(plain) == 0 {
				t.Logf("%s: no match: %s", l.Language, all[0].plain)
				continue
			}
			matched++
			for _, v := range all {
				tried[v.way]++
				same := false
				for term := range terms(v.varied) {
					same = same || plain[term]
				}
				if same {
					caught[v.way]++
				} else {
					missed[v.way] = append(missed[v.way], v.varied)
				}
			}
		}
		if sentences < 30 || 10*matched < 9*sentences {
			t.Errorf("%s: %d of %d sentences match as they stand", l.Language, matched, sentences)
		}
		for way, least := range wanted {
			share := float64(caught[way]) / float64(tried[way])
			line := fmt.Sprintf("%s, %s: %d of %d, %.1f %%", l.Language, way, caught[way], tried[way], 100*share)
			t.Log(line)
			if tried[way] < 25 || share < least {
				t.Errorf("%s; missed:\n%s", line, strings.Join(missed[way], "\n"))
			}
		}
	}
}

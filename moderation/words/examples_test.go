package words

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// examples compiles the lexicons of the example codes, all together.
func examples(t *testing.T) (*Matcher, []Lexicon) {
	t.Helper()
	files, err := filepath.Glob("../conduct/examples/lexicons/*.txt")
	if err != nil || len(files) < 8 {
		t.Fatalf("there are %d lexicons, %v", len(files), err)
	}
	var lexicons []Lexicon
	for _, name := range files {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		l, err := ParseLexicon(name, strings.TrimSuffix(filepath.Base(name), ".txt"), file)
		if err != nil {
			t.Fatal(err)
		}
		lexicons = append(lexicons, l)
	}
	return compile(t, lexicons...), lexicons
}

func TestTheExamplesFindNothingInOrdinaryWords(t *testing.T) {
	m, lexicons := examples(t)
	terms := map[string]bool{}
	for _, l := range lexicons {
		for _, term := range l.Terms {
			terms[letters(term.Text)] = true
		}
	}
	for _, tt := range scunthorpes {
		for text := range strings.SplitSeq(tt.ordinary, "; ") {
			if got := found(m, text); got != "" && !terms[letters(text)] {
				t.Errorf("%s: %q: found %q", tt.language, text, got)
			}
		}
	}
}

// Every fifth term of the examples, in sentences of common words, varied in each
// way: the share that is still found.
func TestTheExamplesTermsAreFoundHoweverDisguised(t *testing.T) {
	m, lexicons := examples(t)
	leet := strings.NewReplacer("a", "4", "e", "3", "i", "1", "o", "0")
	for _, l := range lexicons {
		words := strings.Fields(sentence(l.Language))
		before, after := strings.Join(words[:3], " "), strings.Join(words[3:], " ")
		tried, kept := map[string]int{}, map[string]int{}
		for i := 0; i < len(l.Terms); i += 5 {
			term := l.Terms[i]
			finds := func(text string) bool {
				for _, f := range m.Find(text) {
					if f.Term == term.Text {
						return true
					}
				}
				return false
			}
			if term.Exact || !finds(before+" "+term.Text+" "+after) {
				continue // targets, and what needs a context
			}
			parts := strings.Fields(term.Text)
			longest := 0
			for n, part := range parts {
				if len(part) > len(parts[longest]) {
					longest = n
				}
			}
			with := func(part string) string {
				changed := append(append([]string{}, parts[:longest]...), part)
				return before + " " + strings.Join(append(changed, parts[longest+1:]...), " ") + " " + after
			}
			for how, text := range map[string]string{
				"leet":          with(leet.Replace(parts[longest][:1]) + parts[longest][1:]),
				"spaced":        with(strings.Join(strings.Split(parts[longest], ""), " ")),
				"joined before": before + term.Text + " " + after,
				"joined behind": before + " " + term.Text + after,
				"joined inside": before + " " + strings.ReplaceAll(term.Text, " ", "") + " " + after,
			} {
				tried[how]++
				if finds(text) {
					kept[how]++
				}
			}
		}
		for how, n := range tried {
			if share := float64(kept[how]) / float64(n); n < 50 || share < 0.97 {
				t.Errorf("%s, %s: %d of %d are found", l.Language, how, kept[how], n)
			}
		}
		if len(tried) == 0 {
			t.Errorf("%s: nothing was tried", l.Language)
		}
	}
}

// sentence is six common words; a term stands in their middle.
func sentence(tag string) string {
	s := map[string]string{
		"en": "well now these about your house", "fr": "alors dans cette pour votre maison", "es": "pues hoy esta para vuestra casa",
		"pt": "agora hoje esta para nossa casa", "ar": "هذا كان على حتى بعد هناك", "ko": "그리고 오늘 우리 정말 너무 그냥", "hi": "yahan kabhi apni bahut liye ghar",
		"sw": "leo hapa kwamba kama yetu nyumba",
	}[tag]
	if s == "" {
		panic(fmt.Sprintf("no sentence in %s", tag))
	}
	return s
}

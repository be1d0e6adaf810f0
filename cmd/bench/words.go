package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"time"

	"recourse/moderation/words"
)

// Sizes of the lexicons that are compared, and of a report's words, in bytes.
const (
	smallLexicon = 1_000
	usualLexicon = 10_000
	largeLexicon = 100_000
	benchReport  = 2 << 10
	benchReports = 64
)

// benchWords compares the whole matcher with the same automaton over text that
// is only normalised and case folded, and lexicons of growing size. Terms and
// text are made up: syllables of eight languages.
func benchWords(ctx context.Context, f flags) ([]result, error) {
	reports := madeUpReports(madeUpLexicons(smallLexicon))
	bytes := float64(len(strings.Join(reports, "")))
	timed := func(scan func(string)) func(*[]float64) func(context.Context) error {
		run := func() {
			for _, words := range reports {
				scan(words)
			}
		}
		run() // warms tables
		return func(found *[]float64) func(context.Context) error {
			return func(context.Context) error {
				began := time.Now()
				for range 8 {
					run()
				}
				*found = append(*found, float64(time.Since(began).Nanoseconds())/(8*bytes))
				return nil
			}
		}
	}
	var whole, plain, small, large []float64
	var sides []func(context.Context) error
	var size float64
	for _, n := range []int{smallLexicon, usualLexicon, largeLexicon} {
		before := heap()
		matcher, err := words.Compile(madeUpLexicons(n)...)
		if err != nil {
			return nil, fmt.Errorf("compiling %d terms: %w", n, err)
		}
		size = (heap() - before) / (1 << 20)
		find := timed(func(words string) { matcher.Find(words) })
		switch n {
		case smallLexicon:
			sides = append(sides, find(&small))
		case usualLexicon:
			sides = append(sides, find(&whole), timed(func(words string) { matcher.ScanPlain(words) })(&plain))
		default:
			sides = append(sides, find(&large))
		}
	}
	if err := interleave(ctx, f.Rounds, sides...); err != nil {
		return nil, err
	}
	return []result{
		compared(fmt.Sprintf("words: the whole matcher, %d terms", usualLexicon), "MB/s",
			"NFKC, case folding and the same automaton", speeds(whole), speeds(plain)).want(">= 0.4"),
		compared(fmt.Sprintf("words: %d terms", largeLexicon), "ns/B", fmt.Sprintf("%d terms", smallLexicon), large, small).want("<= 4"),
		measured(fmt.Sprintf("words: heap of a matcher of %d terms", largeLexicon), "MiB", []float64{size}).want("<= 200"),
	}, nil
}

// speeds makes megabytes a second of nanoseconds a byte.
func speeds(nanoseconds []float64) []float64 {
	out := make([]float64, len(nanoseconds))
	for i, ns := range nanoseconds {
		out[i] = 1000 / ns
	}
	return out
}

// heap returns the bytes in use.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// syllables of eight languages, to make words of.
func syllables() map[string][]string {
	return map[string][]string{
		"en": strings.Fields("the ing er an re on ed al ly ton ness sh ow ble con com per st igh ck"),
		"fr": strings.Fields("ou é ment tion eau ai re con pa ri ble que eur ette lé vi mo sa du ch"),
		"es": strings.Fields("ción do ra mi en to sa le ño que lla ar ber ci pe má ta ve ju go"),
		"pt": strings.Fields("ção do ra nh lh ei ou ma pe ta sa ver go ju xa mi lo que bra ãe"),
		"ar": strings.Fields("كت با مد رس ال عل مي نو ري سا حم دق فت قل بي جه شر طل ون ات"),
		"ko": strings.Fields("가 나 다 라 마 바 사 아 자 차 고 노 도 로 모 보 소 오 조 한"),
		"hi": strings.Fields("का मे रा ना सु की तो ब हि न्दी प्र शा वि ले गा दे मो ज्ञा त्व ली"),
		"sw": strings.Fields("ku wa ma ni ki li ya ha ta mu sha zi ka ndu mba nya lo ge ju pe"),
	}
}

func benchLanguages() []string { return []string{"en", "fr", "es", "pt", "ar", "ko", "hi", "sw"} }

func madeUpWord(r *rand.Rand, of []string, least, most int) string {
	var b strings.Builder
	for range least + r.IntN(most-least+1) {
		b.WriteString(of[r.IntN(len(of))])
	}
	return b.String()
}

// madeUpLexicons has n terms in eight languages, one in ten of them a phrase.
func madeUpLexicons(n int) []words.Lexicon {
	r := rand.New(rand.NewPCG(6, uint64(n))) //nolint:gosec // words, no secrets
	of := syllables()
	var lexicons []words.Lexicon
	for _, tag := range benchLanguages() {
		l := words.Lexicon{Language: tag}
		for i := range n / len(of) {
			term := madeUpWord(r, of[tag], 4, 6)
			if i%10 == 0 {
				term += " " + madeUpWord(r, of[tag], 2, 3)
			}
			l.Terms = append(l.Terms, words.Term{Text: term, Sense: "insult", Weight: 1})
		}
		lexicons = append(lexicons, l)
	}
	return lexicons
}

// madeUpReports have sentences in the eight languages in turn, with capitals,
// numbers and punctuation. Every hundredth word is a term, half of them in leet.
func madeUpReports(terms []words.Lexicon) []string {
	r := rand.New(rand.NewPCG(6, 6)) //nolint:gosec // words, no secrets
	of := syllables()
	var b strings.Builder
	var reports []string
	for i := 0; len(reports) < benchReports; i++ {
		tag := benchLanguages()[i%len(of)]
		for n := range 6 + r.IntN(12) {
			word := madeUpWord(r, of[tag], 1, 3)
			switch {
			case n == 0:
				word = strings.ToUpper(word[:1]) + word[1:]
			case r.IntN(12) == 0:
				word = strconv.Itoa(r.IntN(2000))
			case r.IntN(100) == 0:
				l := terms[i%len(of)].Terms
				word = l[r.IntN(len(l))].Text
				if r.IntN(2) == 0 {
					word = strings.NewReplacer("a", "4", "i", "1", "o", "0").Replace(word)
				}
			}
			b.WriteString(word + []string{" ", " ", " ", ", "}[r.IntN(4)])
		}
		b.WriteString("end.\n")
		if b.Len() >= benchReport {
			reports = append(reports, b.String())
			b.Reset()
		}
	}
	return reports
}

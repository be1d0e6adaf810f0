package words

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func benchLexicon(n int) Lexicon {
	r := rand.New(rand.NewPCG(1, 2))
	l := Lexicon{Language: "en"}
	for range n {
		var b strings.Builder
		for range 4 + r.IntN(8) {
			b.WriteByte("etaoinshrdlucmfwypvbgkjqxz"[min(r.IntN(26), r.IntN(26))])
		}
		l.Terms = append(l.Terms, Term{Text: b.String(), Sense: "insult"})
	}
	return l
}

func BenchmarkFind(b *testing.B) {
	text := strings.Repeat("The council met on Tuesday and talked about roads. Le conseil s'est réuni mardi et a parlé des routes. El consejo se reunió el martes y habló de las carreteras. O conselho reuniu-se na terça-feira e falou das estradas. اجتمع المجلس يوم الثلاثاء وتحدث عن الطرق. 의회는 화요일에 모여 도로에 대해 이야기했다. परिषद मंगलवार को मिली और सड़कों के बारे में बात की। Baraza lilikutana Jumanne na kuzungumza kuhusu barabara. ", 4)
	for _, n := range []int{1000, 10000, 100000} {
		m, err := Compile(benchLexicon(n))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				m.Find(text)
			}
		})
		b.Run(fmt.Sprint("plain", n), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				m.ScanPlain(text)
			}
		})
	}
}

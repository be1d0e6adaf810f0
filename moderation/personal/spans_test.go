package personal_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"recourse/moderation/personal"

	"pgregory.net/rapid"
)

// pieces are what findings are made of, to be put together in all ways.
var pieces = []string{
	"+", "00", "0", "1", "12", "123", "4242", "078-05-1120", "GB29", "NWBK", "DE89", "@", "a", "x.org", ".", ",", "-", "/", " ", "\n", "(", ")",
	"Baker", "Street", "rue", "de", "calle", "Rua", "شارع", "رقم", "مكان", "세종대로", "중구", "번호판", "가", "नंबर", "मकान", "no.", "box", "tel:",
	"wa.me/", "https://", "٣", "९", "\u200b", "\xff", "é", "K", "passport", "phone", "::", "2001:db8", "203.0.113.9", "S.L.P.", "12bis", "호", "동",
	"QQ12", "A", "AB", "ABCPE1234F", "11010519491231002X", "IL", "75002", "Paris", "'", "’", "C/", "﷽", "😡", "e\u0301",
}

func TestSpansAreOfTheTextGiven(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.String(),
			rapid.Map(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 40), func(s []string) string { return strings.Join(s, "") }),
			rapid.Map(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 40), func(s []string) string { return strings.Join(s, " ") }),
			rapid.StringMatching(`[0-9 ./()+-]{0,80}`),
		).Draw(t, "text")
		checkSpans(t, text)
	})
}

func FuzzFind(f *testing.F) {
	f.Add(strings.Join(pieces, " "))
	f.Add(strings.Join(pieces, ""))
	f.Fuzz(func(t *testing.T, text string) { checkSpans(t, text) })
}

func checkSpans(t interface {
	Fatalf(format string, args ...any)
}, text string,
) {
	last := 0
	for _, f := range personal.Find(text) {
		if f.Start < last || f.End <= f.Start || f.End > len(text) {
			t.Fatalf("%q: %v after %d", text, f, last)
		}
		if !utf8.RuneStart(text[f.Start]) || f.End < len(text) && !utf8.RuneStart(text[f.End]) && utf8.ValidString(text) {
			t.Fatalf("%q: %v cuts a character", text, f)
		}
		if f.Kind == "" || f.Country != "" && len(f.Country) != 2 {
			t.Fatalf("%q: %v", text, f)
		}
		last = f.End
	}
}

// hostile are texts that would take long if anything were tried again and again.
func hostile() map[string]string {
	return map[string]string{
		"digits":    strings.Repeat("9", 40_000),
		"groups":    strings.Repeat("1 ", 20_000),
		"plus":      strings.Repeat("+1 201 555 ", 4_000),
		"phones":    strings.Repeat("010-1234-5678 ", 3_000),
		"numbers":   strings.Repeat("123456789 ", 4_000),
		"at":        strings.Repeat("@", 40_000),
		"domains":   "a@" + strings.Repeat("a.", 20_000),
		"locals":    strings.Repeat("a", 40_000) + "@",
		"streets":   strings.Repeat("Rua A 1 ", 5_000),
		"particles": strings.Repeat("de ", 13_000) + "1",
		"colons":    strings.Repeat("1:", 20_000),
		"plates":    "plate " + strings.Repeat("AB1 ", 10_000),
		"accents":   strings.Repeat("e\u0301", 15_000) + "1",
	}
}

func BenchmarkFind(b *testing.B) {
	texts := hostile()
	texts["no digit, Latin"] = strings.Repeat("He keeps writing to me at night and will not stop. ", 10)
	texts["no digit, Arabic"] = strings.Repeat("يكتب لي كل ليلة ولا أعرف كيف أجعله يتوقف. ", 12)
	texts["no digit, Hindi"] = strings.Repeat("वह मुझे हर रात लिखता है। ", 20)
	texts["no digit, Korean"] = strings.Repeat("그 사람이 매일 밤 저에게 글을 보내요. ", 24)
	texts["usual"] = strings.Repeat("He lives at 12 Baker Street and his number is 07700 900123. ", 8)
	for name, text := range texts {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				personal.Find(text)
			}
		})
	}
}

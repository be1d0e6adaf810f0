package words

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestTextIsFolded(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"capitals", "IDIOT", "idiot"},
		{"accents", "ídiotá", "idiota"},
		{"accents apart", "i\u0301diota\u0301", "idiota"},
		{"full width", "ｉｄｉｏｔ", "idiot"},
		{"mathematical", "𝓲𝓭𝓲𝓸𝓽, 𝕀𝔻𝕀𝕆𝕋", "idiot, idiot"},
		{"Cyrillic look-alikes", "іdіоt", "idiot"},
		{"Cyrillic capitals", "ВАSТАRD", "bastard"},
		{"Greek look-alikes", "ιdιοt", "idiot"},
		{"Greek capitals among Latin", "ΝIΝΝY HΕLL ΝΥΞ ΕΝ", "ninny hell vuξ εv"},
		{"circled, squared, in parentheses", "ⓘ🄳🅸⒪🆃", "idiot"},
		{"small capitals", "ɪᴅɪᴏᴛ", "idiot"},
		{"zero width", "i\u200bd\u200di\u2060o\ufefft", "idiot"},
		{"soft hyphens and bidi controls", "\u202eid\u00adi\u2066ot\u202c", "idiot"},
		{"stuffed marks", "i̷̢̛d̴̨i̶͙o̵t̸", "idiot"},
		{"an enclosing mark", "a\u20ddb", "ab"},
		{"German", "Straße, Fuß", "strasse, fuss"},
		{"Danish and Polish", "øre łaska æble", "ore laska aeble"},
		{"Hindi keeps its vowel signs", "कुत्ते", "कुत्ते"},
		{"a nukta", "क़ुर्बान गाँड", "कुर्बान गांड"},
		{"Arabic vowel points and tatweel", "كَـــلْبٌ", "كلب"},
		{"Arabic letter forms", "أحمق إنسان آه غبيّة", "احمق انسان اه غبيه"},
		{"Persian letters", "سگ کثیف", "سگ كثيف"},
		{"Hebrew points", "שָׁלוֹם", "שלום"},
		{"Korean letters apart", "ㅆㅣㅂㅏㄹ", "씨발"},
		{"conjoining Korean letters", "\u110a\u1175\u1107\u1161\u11af", "씨발"},
		{"a Korean laugh", "ㅋㅋㅋ", "ㅋㅋㅋ"},
		{"Japanese voiced kana", "ハ\u3099カ ﾊﾞｶ", "バカ バカ"},
		{"Thai", "ควาย", "ควาย"},
		{"digits of other scripts", "١٢٣ १२३ １２３", "123 123 123"},
		{"Turkish", "İIıi", "iiii"},
		{"nothing to fold", "she said: 1995, ok?", "she said: 1995, ok?"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Fold(tt.text).String(); got != tt.want {
				t.Errorf("%q becomes %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestASpanCoversTheMarksOfItsLetter(t *testing.T) {
	f := Fold("xe\u0301\u0332y")
	if want := (Span{1, 6}); f.Spans[1] != want || f.Spans[2] != (Span{6, 7}) {
		t.Errorf("the spans are %v, want the second %v", f.Spans, want)
	}
}

func TestFoldingTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkFold(t, rapid.String().Draw(t, "text"))
	})
}

func TestEveryRuneFoldsOnceAndForAll(t *testing.T) {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if utf8.ValidRune(r) && (r < 0x33500 || r>>12 == 0xe0) { // between are none
			checkFold(t, string(r))
		}
	}
}

type failer interface {
	Fatalf(format string, args ...any)
}

func checkFold(t failer, text string) {
	f := Fold(text)
	if again := Fold(f.String()).String(); again != f.String() {
		t.Fatalf("%q becomes %q and then %q", text, f.String(), again)
	}
	last := 0
	for i, span := range f.Spans {
		if span.Start < last || span.End <= span.Start || span.End > len(text) {
			t.Fatalf("%q: span %d of %v is wrong", text, i, f.Spans)
		}
		if !onBorder(text, span.Start) || !onBorder(text, span.End) {
			t.Fatalf("%q: span %v cuts a character", text, span)
		}
		last = span.Start
	}
}

// onBorder tells whether a character begins there.
func onBorder(text string, at int) bool {
	return at == len(text) || utf8.RuneStart(text[at]) || text[at] >= 0x80 && !utf8.ValidString(text)
}

func FuzzFold(f *testing.F) {
	for _, seed := range []string{"", "ídiota", "ㅆㅣㅂㅏㄹ", "क़", "\xff\xfea", "ハ\u3099", "i\u200bd", "ⓘ⒪", "\u0301", "각\u11a8"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { checkFold(t, text) })
}

package console

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"recourse/moderation/findings"
	"recourse/moderation/words"
)

// shown writes segments as [class:text|says].
func shown(all []segment) string {
	var b strings.Builder
	for _, s := range all {
		if s.Class == "" {
			b.WriteString(s.Text)
			continue
		}
		b.WriteString("[" + s.Class + ":" + s.Text + "|" + s.Says + "]")
	}
	return b.String()
}

func TestSegmentsMarkWhatWasFound(t *testing.T) {
	word := func(start, end int, sense string, weight int, disguise ...string) findings.Word {
		return findings.Word{Start: start, End: end, Term: "term", Language: "en", Sense: sense, Weight: weight, Disguise: disguise}
	}
	for _, c := range []struct {
		name, text string
		words      []findings.Word
		personal   []findings.Personal
		want       string
	}{
		{"nothing", "abc", nil, nil, "abc"},
		{"no text", "", []findings.Word{word(0, 1, "slur", 1)}, nil, ""},
		{"one", "abcdef", []findings.Word{word(2, 4, "threat", 4, words.Leet, words.Spaced)}, nil, "ab[threat:cd|threat, written with digits for letters and with gaps between letters]ef"},
		{"beside one another", "abcd", []findings.Word{word(2, 4, "slur", 1), word(0, 2, "insult", 1)}, nil, "[insult:ab|insult][slur:cd|slur]"},
		{"overlapping, the gravest gives the class", "abcdef", []findings.Word{word(0, 3, "insult", 1), word(2, 5, "threat", 4)}, nil, "[threat:abcde|insult; threat]f"},
		{"one in another", "abcdef", []findings.Word{word(1, 5, "threat", 4), word(2, 3, "insult", 1)}, nil, "a[threat:bcde|threat; insult]f"},
		{"the same twice", "abc", []findings.Word{word(0, 3, "slur", 2), word(0, 3, "slur", 2)}, nil, "[slur:abc|slur]"},
		{"personal data and a word in it", "abcdef", []findings.Word{word(2, 3, "insult", 1)}, []findings.Personal{{Start: 0, End: 4, Kind: "phone", Country: "FR"}}, "[personal:abcd|phone number, France; insult]ef"},
		{"a target alone is no match", "you", []findings.Word{word(0, 3, "target", 0)}, nil, "you"},
		{"a sense and a kind of a later version", "abcd", []findings.Word{word(0, 1, "<x>", 1, "mirrored")}, []findings.Personal{{Start: 2, End: 3, Kind: "shoe", Country: "<"}}, "[other:a|other, written in another way]b[personal:c|personal data]d"},
		{"in the middle of letters", "aéb", []findings.Word{word(2, 3, "slur", 1)}, nil, "a[slur:é|slur]b"},
		{"outside of the text", "abc", []findings.Word{word(-1, 2, "slur", 1), word(1, 9, "slur", 1), word(2, 2, "slur", 1), word(3, 1, "slur", 1)}, nil, "abc"},
	} {
		if got := shown(segments(c.text, findings.Findings{Words: c.words, Personal: c.personal})); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestSegmentsKeepEveryByte puts marks anywhere, also where nothing stands.
func TestSegmentsKeepEveryByte(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{"a", "é", "한", "👩‍👩‍👧", "\n", " ", "ש"}
	for range 2000 {
		var text strings.Builder
		for range r.IntN(12) {
			text.WriteString(alphabet[r.IntN(len(alphabet))])
		}
		var f findings.Findings
		for range r.IntN(6) {
			at := func() int { return r.IntN(text.Len()+4) - 2 }
			f.Words = append(f.Words, findings.Word{Start: at(), End: at(), Sense: "slur", Weight: r.IntN(5)})
			f.Personal = append(f.Personal, findings.Personal{Start: at(), End: at(), Kind: "phone"})
		}
		var all strings.Builder
		for _, s := range segments(text.String(), f) {
			if !utf8.ValidString(s.Text) || s.Text == "" {
				t.Fatalf("a segment of %q is cut in a character, or empty", text.String())
			}
			all.WriteString(s.Text)
		}
		if all.String() != text.String() {
			t.Fatalf("%q is shown as %q", text.String(), all.String())
		}
	}
}

func TestTheLegendTellsEachSortOnce(t *testing.T) {
	var f findings.Findings
	text := strings.Repeat("a", 40)
	for i := range 9 {
		f.Words = append(f.Words, findings.Word{Start: i, End: i + 1, Term: string(rune('a' + i)), Language: "en", Sense: "insult"})
	}
	f.Words = append(f.Words, f.Words[0], findings.Word{Start: 20, End: 21, Term: "z", Language: "fr", Sense: "slur", Reclaimed: true})
	got := legendOf(text, f)
	if len(got) != 2 || got[0].Class != "insult" || len(got[0].Found) != mostFound || got[0].More != 3 {
		t.Fatalf("the legend is %+v", got)
	}
	if want := []string{"“z” (French), which the group also uses for itself"}; !slices.Equal(got[1].Found, want) {
		t.Errorf("it says %q, want %q", got[1].Found, want)
	}
}

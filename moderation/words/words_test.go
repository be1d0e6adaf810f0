package words

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// lexicon makes a lexicon of lines.
func lexicon(t testing.TB, tag string, lines ...string) Lexicon {
	t.Helper()
	l, err := ParseLexicon(tag+".txt", tag, []byte(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func compile(t testing.TB, lexicons ...Lexicon) *Matcher {
	t.Helper()
	m, err := Compile(lexicons...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func english(t testing.TB) *Matcher {
	t.Helper()
	return compile(t, lexicon(t, "en",
		"idiot;insult;1", "idiots;insult;1", "ass;insult;1", "asshole;insult;2", "bastard;insult;2", "kill;threat;3;context", "kill yourself;self_harm;4",
		"scum;demean;2;context", "cunt;slur;3", "shit;insult;1", "sex;sexual;1;exact", "penis;sexual;1", "coon;slur;4", "cum;sexual;1;exact", "rapist;insult;2",
		"sickening;demean;1", "bitches;slur;3", "coward;insult;1;stem", "you;target;0", "women;target;0", "people;target;0", "hang all;threat;4", "1488;slur;3;exact"))
}

// found writes matches as "text=term disguises".
func found(m *Matcher, text string) string {
	var b []string
	for _, f := range m.Find(text) {
		s := text[f.Start:f.End] + "=" + f.Term
		if len(f.Disguise) > 0 {
			s += " " + strings.Join(f.Disguise, "+")
		}
		b = append(b, s)
	}
	return strings.Join(b, ", ")
}

func TestTermsAreFoundHoweverDisguised(t *testing.T) {
	m := english(t)
	tests := []struct{ name, text, want string }{
		{"as written", "You idiot.", "idiot=idiot"},
		{"capitals", "IDIOT!", "IDIOT=idiot"},
		{"leet", "an 1d10t", "1d10t=idiot leet"},
		{"leet signs", "an !d!ot and a ba$tard", "!d!ot=idiot leet, ba$tard=bastard leet"},
		{"leet at the end", "what an idio7", "idio7=idiot leet"},
		{"leet for l", "ki11 yourse1f", "ki11 yourse1f=kill yourself leet"},
		{"an at sign for a", "@sshole", "@sshole=asshole leet"},
		{"a mention is no leet", "@idiot", "idiot=idiot"},
		{"a star", "an id*ot", "id*ot=idiot leet"},
		{"stars and leet", "b**t4rd", "b**t4rd=bastard leet"},
		{"stars at a border", "**idiot** (idiot)*", "idiot=idiot, idiot=idiot"},
		{"stars for other letters", "in*ot", ""},
		{"a star before a character that is three", "i*¼", ""},
		{"stars between all letters", "i*d*i*o*t", "i*d*i*o*t=idiot spaced"},
		{"spaces", "what an i d i o t he is", "i d i o t=idiot spaced"},
		{"spaces after an article", "such a b a s t a r d", "b a s t a r d=bastard spaced"},
		{"dots", "i.d.i.o.t", "i.d.i.o.t=idiot spaced"},
		{"hyphens and leet", "1-d-i-0-t", "1-d-i-0-t=idiot leet+spaced"},
		{"one space", "bast ard", "bast ard=bastard spaced"},
		{"nearly every letter", "b a s ta r d", "b a s ta r d=bastard spaced"},
		{"joined behind", "youidiot", "idiot=idiot joined"},
		{"joined before", "idiotswithout shame", "idiots=idiots joined"},
		{"joined on both sides", "manybitcheshere", "bitches=bitches joined"},
		{"so joined", "just sosickening", "sickening=sickening joined"},
		{"a phrase joined", "killyourself now", "killyourself=kill yourself joined"},
		{"a phrase with a hyphen", "kill-yourself", "kill-yourself=kill yourself"},
		{"a phrase and another space", "kill  yourself", "kill  yourself=kill yourself"},
		{"the same letter after it", "hangall these", "hangall=hang all joined"},
		{"joined to the same letter", "idiottthere", "idiottt=idiot joined+repeated"},
		{"joined to its own last letter", "bastardduring", "bastard=bastard joined"},
		{"spaced behind an apostrophe", "he's i d i o t", "i d i o t=idiot spaced"},
		{"repeated", "idiooooot", "idiooooot=idiot repeated"},
		{"repeated in front and behind", "iiidiottt", "iiidiottt=idiot repeated"},
		{"asss", "asss", "asss=ass repeated"},
		{"look-alikes", "іdіоt", "іdіоt=idiot confusable"},
		{"a capital I for l", "kiII yourself", "kiII yourself=kill yourself"},
		{"zero width", "id\u200biot", "id\u200biot=idiot hidden"},
		{"accents", "ídïot", "ídïot=idiot accents"},
		{"stuffed marks", "i̷d̶i̷o̴t̸", "i̷d̶i̷o̴t̸=idiot accents"},
		{"a tag", "#YouIdiot", "Idiot=idiot"},
		{"underscores around", "_idiot_", "idiot=idiot"},
		{"digits behind", "idiot123", "idiot=idiot"},
		{"a double letter across a border", "as stupid idiots", "idiots=idiots"},
		{"an ending", "cowardly cowards", "coward=coward, coward=coward"},
		{"a context", "kill those people", "kill=kill"},
		{"a context in front", "these women are scum", "scum=scum"},
		{"a context six words off", "scum a b c d e women", "scum=scum"},
		{"a number that is a term", "1488", "1488=1488"},
		{"all look-alikes, alone", "аѕѕ", "аѕѕ=ass confusable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := found(m, tt.text); got != tt.want {
				t.Errorf("%q: found %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestWhatIsNoTermIsNotFound(t *testing.T) {
	m := english(t)
	for _, text := range []string{
		"Scunthorpe", "classic", "assassin", "assess", "pass", "passion", "as", "as so", "raccoon", "Penistone", "Essex", "Middlesex", "therapist", "cumin",
		"document", "skills", "shitake mushrooms in Shittagong", "Matsushita", "a55", "455", "1995", "B00", "the therapists", "p.a.s.s.i.o.n", "b.a.s.s",
		"cocoon", "bass 4 all", "kill the process", "scum", "scum a b c d e f women", "the A55 road", "Scunthorpe United 2 - 1 Essex", "he will pass on it",
		"mass hysteria", "embarrassing", "SEX5", "s e x", "idio", "iiiidi", "I did. It is", "has six", "1488th", "14 88", "grass", "assist", "Cassandra",
	} {
		if got := found(m, text); got != "" {
			t.Errorf("%q: found %q", text, got)
		}
	}
}

func TestEveryMatchIsAValidPlace(t *testing.T) {
	m := english(t)
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"idiot", "i d i o t", "k1ll", "аѕѕ", "씨발", " ", "\u200b", "\u0301", "you", "\xff", "A", "."}))
		checkMatches(t, m, strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "text"), ""))
	})
}

func checkMatches(t failer, m *Matcher, text string) {
	last := 0
	for _, f := range m.Find(text) {
		if f.Start < last || f.End <= f.Start || f.End > len(text) || !onBorder(text, f.Start) || !onBorder(text, f.End) {
			t.Fatalf("%q: %+v is no place in it", text, f)
		}
		last = f.Start
	}
}

func TestOneMatcherServesManyAtOnce(t *testing.T) {
	m := english(t)
	done := make(chan string)
	for i := range 8 {
		go func() { done <- found(m, fmt.Sprintf("%d y0u idi0t", i)) }()
	}
	for range 8 {
		if got := <-done; got != "idi0t=idiot leet" {
			t.Errorf("found %q", got)
		}
	}
}

func TestAMatchSaysWhatTheLexiconSays(t *testing.T) {
	m := compile(t, lexicon(t, "en", "queer;slur;2;reclaimed"))
	got := m.Find("so queer")
	want := Match{Start: 3, End: 8, Term: "queer", Language: "en", Sense: "slur", Weight: 2, Reclaimed: true}
	if len(got) != 1 || got[0].Term != want.Term || got[0].Start != 3 || got[0].End != 8 || !got[0].Reclaimed || got[0].Weight != 2 || got[0].Language != "en" {
		t.Errorf("it is %+v, want %+v", got, want)
	}
}

func TestATermOfTwoLexiconsIsToldOnce(t *testing.T) {
	m := compile(t, lexicon(t, "es", "idiota;insult;1"), lexicon(t, "pt", "idiota;insult;2"))
	if got := m.Find("¡idiota!"); len(got) != 1 || got[0].Weight != 2 {
		t.Errorf("found %+v", got)
	}
}

func TestATermIsFoundJoinedToWordsOfAnotherLanguage(t *testing.T) {
	m := compile(t, lexicon(t, "en", "bitch;slur;3", "ass;insult;1"), lexicon(t, "fr", "salope;slur;3"), lexicon(t, "es", "zorra;slur;3"))
	for text, want := range map[string]string{
		"cette grandebitch est dans notre maison": "bitch=bitch joined", "quelle passebitchure": "", "une grandeass": "",
		"esta mujersalope": "", // only English words go to all languages
	} {
		if got := found(m, text); got != want {
			t.Errorf("%q: found %q, want %q", text, got, want)
		}
	}
}

func TestALongWordIsFoundAtOneEndOfALongerOne(t *testing.T) {
	m := compile(t, lexicon(t, "en", "degenerate;insult;2", "moron;insult;1", "scum;demean;2;context", "villagers;target;0"))
	for text, want := range map[string]string{
		"a Krzysztofdegenerate": "degenerate=degenerate joined", "degenerateKrzysztof": "degenerate=degenerate", "undegeneratedly": "",
		"Krzysztofmoron": "", "xylovillagers are scum": "scum=scum", "degenerates": "",
		"everyonesaysthatheistheonlymoronandtheyareright": "moron=moron joined",
	} {
		if got := found(m, text); got != want {
			t.Errorf("%q: found %q, want %q", text, got, want)
		}
	}
}

func TestAnAccentOfTheTermIsNoDisguise(t *testing.T) {
	m := compile(t, lexicon(t, "es", "estúpido;insult;1"))
	for text, want := range map[string]string{"es7úpido": "es7úpido=estúpido leet", "es7üpìdo": "es7üpìdo=estúpido leet+accents", "estupido": "estupido=estúpido accents"} {
		if got := found(m, text); got != want {
			t.Errorf("%q: found %q, want %q", text, got, want)
		}
	}
}

func TestFormsOfATermAreTheTerm(t *testing.T) {
	m := compile(t, lexicon(t, "fr", "traître, traîtres, sale traître ; insult ; 2"))
	for text, want := range map[string]string{
		"des tra1tres": "tra1tres=traître leet", "un traître": "traître=traître", "ce sale traître": "sale traître=traître",
		"quels traîtres, ce traître": "traîtres=traître, traître=traître",
	} {
		if got := found(m, text); got != want {
			t.Errorf("%q: found %q, want %q", text, got, want)
		}
	}
}

func TestAnotherWordWithADoubleLetterIsNoTerm(t *testing.T) {
	m := compile(t, lexicon(t, "es", "pene;sexual;1", "perro;insult;1", "bobo;insult;1"))
	for text, want := range map[string]string{"penne": "", "pero": "", "peeene": "peeene=pene repeated", "perrrro": "perrrro=perro repeated", "boobo": "", "bobbo": ""} {
		if got := found(m, text); got != want {
			t.Errorf("%q: found %q, want %q", text, got, want)
		}
	}
}

func TestAWordThatIsCommonInAnotherLanguageNeedsItsOwn(t *testing.T) {
	m := compile(t, lexicon(t, "fr", "con;insult;2"), lexicon(t, "es", "tonto;insult;1"))
	if got := found(m, "Quel con, il est vraiment con avec nous"); got != "con=con, con=con" {
		t.Errorf("in French it found %q", got)
	}
	if got := found(m, "Vino con su hermana para hablar con todos"); got != "" {
		t.Errorf("in Spanish it found %q", got)
	}
}

// A text that is made to be slow takes milliseconds; were anything quadratic, it
// would take minutes.
func TestNoTextIsSlow(t *testing.T) {
	m := compile(t, lexicon(t, "en", "aab;insult;1", "aaaaaa;insult;1", "ab ab;insult;1;context", "ba;target;0", "ilil;insult;1;stem", "kk;insult;1"))
	for _, piece := range []string{"a", "ab", "a ", "a b ", "1", "!", "1l", "il", "k", "ab a ", "\u200b", "\u0301", "ba ab ", "*", "a*", "kkk."} {
		began := time.Now()
		m.Find(strings.Repeat(piece, 100_000/len(piece)))
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%q, again and again: 100 kB took %s", piece, took)
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, seed := range []string{"", "k1ll y0urself", "i d i o t", "youidiot", "iiidiottt", "\xff\xfe", "씨 발", "іdіоt", "1488", "a\u0301\u200b$$"} {
		f.Add(seed)
	}
	m, err := Compile(Lexicon{Language: "en", Terms: []Term{{Text: "idiot", Sense: "insult"}, {Text: "ass", Sense: "insult"}, {Text: "kill yourself", Sense: "threat"}}},
		Lexicon{Language: "ko", Terms: []Term{{Text: "씨발", Sense: "insult", Stem: true}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) { checkMatches(t, m, text) })
}

package words

import (
	"reflect"
	"testing"
)

func TestALexiconIsRead(t *testing.T) {
	l, err := ParseLexicon("en.txt", "en", []byte("\ufeff# Words\n\nscum ; demean ; 2 ; context\nqueer;slur;2;reclaimed exact\nwomen ; target ; 0\ni  will   kill you ; threat ; 4\ncoward;insult;1;stem\nhomo,  homos ، homo sexual;slur;3\n"))
	want := Lexicon{Language: "en", Terms: []Term{
		{Text: "scum", Sense: "demean", Weight: 2, Context: true},
		{Text: "queer", Sense: "slur", Weight: 2, Reclaimed: true, Exact: true},
		{Text: "women", Sense: "target"},
		{Text: "i will kill you", Sense: "threat", Weight: 4},
		{Text: "coward", Sense: "insult", Weight: 1, Stem: true},
		{Text: "homo", Forms: []string{"homos", "homo sexual"}, Sense: "slur", Weight: 3},
	}}
	if err != nil || !reflect.DeepEqual(l, want) {
		t.Errorf("it is %+v, %v", l, err)
	}
}

func TestWhatIsWrongWithALexiconIsSaid(t *testing.T) {
	tests := []struct{ file, want string }{
		{"# Words\nscum", "en.txt:2: an entry is `term ; sense ; weight ; flags`, and this has 1 of them: separate them by semicolons, and leave out only the flags"},
		{" ; slur ; 2", "en.txt:1: a term is missing: write it before the first semicolon, and one form of it between two commas"},
		{"homo, ; slur ; 2", "en.txt:1: a term is missing: write it before the first semicolon, and one form of it between two commas"},
		{"!!! ; slur ; 2", "en.txt:1: the term has no letter and no digit: only words can be looked for"},
		{"scum ; rude ; 2", `en.txt:1: "rude" is no sense: use one of slur, insult, demean, threat, sexual, incitement, self_harm, target`},
		{"scum ; slur ; 5", `en.txt:1: "5" is no weight: use a number from 0 to 4`},
		{"women ; target ; 1", "en.txt:1: a target is never a match by itself: give it the weight 0"},
		{"scum ; slur ; 2 ; near", `en.txt:1: "near" is no flag: use reclaimed, context, stem or exact, separated by spaces`},
		{"scum ; slur ; 2\nScum ; slur ; 3", "en.txt:2: \"Scum\" stands in line 1 too, with the same sense: take one out"},
		{"homo, homos ; slur ; 2\nHomos ; slur ; 3", "en.txt:2: \"Homos\" stands in line 1 too, with the same sense: take one out"},
		{"sc\xffum ; slur ; 2", "en.txt: is not UTF-8: save it as UTF-8 text"},
	}
	for _, tt := range tests {
		if _, err := ParseLexicon("en.txt", "en", []byte(tt.file)); err == nil || err.Error() != tt.want {
			t.Errorf("%q: the error is\n%v\nwant\n%s", tt.file, err, tt.want)
		}
	}
	if _, err := ParseLexicon("x/words.txt", "words!", nil); err == nil || err.Error() != `x/words.txt: "words!" is not a language: name the file by its BCP 47 tag, such as fr.txt or pt-BR.txt` {
		t.Errorf("the error is %v", err)
	}
}

func TestNoLexiconFindsNothing(t *testing.T) {
	for _, m := range []*Matcher{compile(t), compile(t, Lexicon{Language: "en"})} {
		if got := m.Find("You idiot."); got != nil {
			t.Errorf("found %v", got)
		}
	}
}

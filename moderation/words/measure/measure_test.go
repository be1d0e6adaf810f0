package measure

import (
	"encoding/json"
	"strings"
	"testing"

	"recourse/moderation/words"
)

func matcher(t *testing.T) *words.Matcher {
	t.Helper()
	m, err := words.Compile(words.Lexicon{Language: "en", Terms: []words.Term{{Text: "toad", Sense: "insult"}, {Text: "newt", Sense: "insult"}}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const cases = `functionality,mhc_case_id,test_case,label_gold,ref_case_id
plain_h,english-1,You toad and newt.,hateful,
leet_h,english-2,You t0ad and newt.,hateful,1.0
leet_h,english-3,You t.0.a.d.,hateful,1.0
swap_h,english-4,You taod.,hateful,1.0
leet_h,english-5,You fr0g.,hateful,7
leet_h,english-6,You t0ad.,hateful,99
plain_h,english-7,You frog.,hateful,
none_nh,english-8,A fine day.,non-hateful,
`

func TestAVariedRowIsComparedWithItsPlainOne(t *testing.T) {
	variations, functions, err := Cases(matcher(t), strings.NewReader(cases))
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(Report{Language: "en", Variations: variations, Functions: functions})
	if err != nil {
		t.Fatal(err)
	}
	// Row 5's plain row matches nothing, row 6's is not there.
	want := `{"language":"en","variations":[` +
		`{"functionality":"leet_h","pairs":3,"matched":2,"caught":2,"share":1,"all":1},` +
		`{"functionality":"swap_h","pairs":1,"matched":1,"caught":0,"share":0,"all":0}],"functionalities":[` +
		`{"functionality":"leet_h","label":"hateful","rows":4,"matched":3,"share":0.75},` +
		`{"functionality":"none_nh","label":"non-hateful","rows":1,"matched":0,"share":0},` +
		`{"functionality":"plain_h","label":"hateful","rows":2,"matched":1,"share":0.5},` +
		`{"functionality":"swap_h","label":"hateful","rows":1,"matched":0,"share":0}]}`
	if string(b) != want {
		t.Errorf("it is\n%s\nwant\n%s", b, want)
	}
}

func TestEnglishCasesHaveNumbers(t *testing.T) {
	file := "functionality,case_id,test_case,label_gold,ref_case_id\nplain_h,1,toad,hateful,\nleet_h,2,t0ad,hateful,1\n"
	variations, _, err := Cases(matcher(t), strings.NewReader(file))
	if err != nil || len(variations) != 1 || variations[0].Caught != 1 {
		t.Errorf("it is %+v, %v", variations, err)
	}
}

func TestOrdinarySentencesAreCountedOnce(t *testing.T) {
	o := Sentences(matcher(t), "A fine day.\n\nThe newt and the toad.\nMany toads.\n")
	b, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"sentences":3,"matched":1,"share":0.3333333333333333,"lexicons":[{"language":"en","sentences":1}],"matches":[` +
		`{"line":3,"term":"newt","language":"en"},{"line":3,"term":"toad","language":"en"}]}`
	if string(b) != want {
		t.Errorf("it is\n%s\nwant\n%s", b, want)
	}
}

func TestTablesReadWell(t *testing.T) {
	variations, _, err := Cases(matcher(t), strings.NewReader(cases))
	if err != nil {
		t.Fatal(err)
	}
	ordinary := Sentences(matcher(t), "One newt.\nTwo.\n")
	var b strings.Builder
	if err := (Report{Language: "en", Variations: variations, Ordinary: ordinary}).Print(&b); err != nil {
		t.Fatal(err)
	}
	want := `VARIED (en)  PAIRS  PLAIN MATCHES  SAME TERM CAUGHT  SHARE    EVERY TERM CAUGHT
leet_h       3      2              2                 100.0 %  1
swap_h       1      1              0                 0.0 %    0

ORDINARY (en)  SENTENCES  FALSE MATCHES  SHARE   BY LEXICON
               2          1              50.0 %  en 1
`
	if b.String() != want {
		t.Errorf("it is\n%s\nwant\n%s", b.String(), want)
	}
}

func TestWhatIsWrongWithCasesIsSaid(t *testing.T) {
	for file, want := range map[string]string{
		"":      "reading the header: EOF",
		"a,b\n": "line 1: there is no column case_id or mhc_case_id: cases need the columns of HateCheck",
		"case_id,test_case,functionality,ref_case_id\n":                   "line 1: there is no column label_gold: cases need the columns of HateCheck",
		"case_id,test_case,functionality,label_gold,ref_case_id\nx,,,,\n": "line 2: a case's id or reference is no number: use 6, 6.0 or french-6",
	} {
		_, _, err := Cases(matcher(t), strings.NewReader(file))
		if err == nil || err.Error() != want {
			t.Errorf("%q: the error is %v, want %q", file, err, want)
		}
	}
}

package conduct_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"

	"recourse/internal/event"
	"recourse/moderation/conduct"
)

const english = "# words\nyou ; target ; 0\nscum ; demean ; 2 ; context\n\nblob ; insult ; 1\nbye now ; threat ; 3\nqueer ; slur ; 2 ; reclaimed\n"

var worded = strings.Replace(ruled("rules:\n"+rule("threats", `words.weight["threat"] >= 3`, "article: safety")+
	rule("phones", `"phone" in personal.kinds`, "article: safety, tags: [phone]")), "queues:", "lexicons: [lexicons/en.txt]\nqueues:", 1)

// disk is a folder of files.
type disk map[string]string

func (d disk) read(name string) ([]byte, error) {
	if file, ok := d[name]; ok {
		return []byte(file), nil
	}
	return nil, fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
}

func load(t *testing.T, d disk) []byte {
	t.Helper()
	file, err := conduct.Load(d.read, "codes/house.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestACodeTravelsWithItsLexiconsInOneFile(t *testing.T) {
	d := disk{"codes/house.yaml": worded, "codes/lexicons/en.txt": english}
	file := load(t, d)
	if want := worded + "-- lexicons/en.txt --\n" + english; string(file) != want {
		t.Errorf("it is published as\n%s, want\n%s", file, want)
	}
	if again := load(t, disk{"codes/house.yaml": string(file)}); !bytes.Equal(again, file) {
		t.Errorf("what is published already is published as\n%s", again)
	}
	if alone := load(t, disk{"codes/house.yaml": house}); string(alone) != house {
		t.Errorf("a code without lexicons is published as\n%s", alone)
	}
	c := parse(t, string(file))
	v := c.View(event.Content{Kind: event.KindOther, Description: "Bye now, you scum. We know it: +44 20 7946 0958. You can come out now and see the rest of us."})
	var terms []string
	for _, m := range v.Matches {
		terms = append(terms, m.Term)
	}
	if !slices.Equal(terms, []string{"bye now", "scum"}) || v.Language != "en" || len(v.Personal) != 1 || v.Personal[0].Kind != "phone" || !strings.HasPrefix(v.Words, "bye now, you scum.") {
		t.Errorf("the view is %+v", v)
	}
	if got := c.Assess(v); got.Article != "safety" || len(got.Fired) != 4 || !slices.Equal(got.Fired[2].Because, []string{"words.weight"}) {
		t.Errorf("it is assessed as %+v", got)
	}
}

func TestALexiconsMistakeIsToldWithItsOwnLine(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		want       string
	}{
		{"a mistake", worded + "-- lexicons/en.txt --\n" + english + "bad ; worse ; 1\n", "lexicons/en.txt:8: "},
		{"none there", worded, "line 4: lexicons[0]: lexicons/en.txt is not in this file"},
		{"one more", worded + "-- lexicons/en.txt --\n" + english + "-- lexicons/fr.txt --\n", "lexicons/fr.txt: the code does not name this lexicon"},
		{"one twice", worded + "-- lexicons/en.txt --\n-- lexicons/en.txt --\n", "lexicons/en.txt: stands twice"},
		{"a name twice", strings.Replace(worded, "[lexicons/en.txt]", "[lexicons/en.txt, lexicons/en.txt]", 1) + "-- lexicons/en.txt --\n", "line 4: lexicons[1]: lexicons/en.txt stands twice"},
		{"a name outside", strings.Replace(worded, "[lexicons/en.txt]", "[../en.txt]", 1), "line 4: lexicons[0]: name a file beside this one"},
		{"a name of another sort", strings.Replace(worded, "[lexicons/en.txt]", "[lexicons/en.csv]", 1), "line 4: lexicons[0]: name a file beside this one"},
		{"a name that is no language", strings.Replace(worded, "[lexicons/en.txt]", "[lexicons/english.txt]", 1), `line 4: lexicons[0]: "english" is not a language`},
	} {
		found := problems(t, tt.file)
		if len(found) != 1 || !strings.HasPrefix(found[0].String(), tt.want) {
			t.Errorf("%s: the problems are %v, want %s", tt.name, found, tt.want)
		}
	}
	if got := (conduct.Problems{{File: "lexicons/en.txt", Line: 8, What: "x"}}).Named("codes/house.yaml").Error(); got != "codes/lexicons/en.txt:8: x" {
		t.Errorf("from outside it is told as %s", got)
	}
}

func TestALexiconThatCantBeReadIsToldAtItsName(t *testing.T) {
	for name, d := range map[string]disk{
		"none":                    {"codes/house.yaml": worded},
		"a line like a section's": {"codes/house.yaml": worded, "codes/lexicons/en.txt": english + "-- other.txt --\n"},
	} {
		_, err := conduct.Load(d.read, "codes/house.yaml")
		if p, ok := errors.AsType[conduct.Problems](err); !ok || len(p) != 1 || p[0].Line != 4 || !errors.Is(err, conduct.ErrCode) {
			t.Errorf("%s: it fails with %v", name, err)
		}
	}
	if _, err := conduct.Load(disk{}.read, "codes/house.yaml"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a code that is not there: %v", err)
	}
}

func TestTermsThatAreNeverFoundAreWarnedOf(t *testing.T) {
	file := func(lexicon string) string { return worded + "-- lexicons/en.txt --\n" + lexicon }
	got := strings.Join(warnings(t, file(strings.Replace(english, "you ; target ; 0\n", "\n", 1))), "\n")
	if !strings.Contains(got, "lexicons/en.txt:3: \"scum\" is never found: it needs a term of the sense target near") ||
		!strings.Contains(got, `line 3: languages[1]: there is no lexicon in "ar"`) || strings.Contains(got, "txt:5") {
		t.Errorf("it is warned of\n%s", got)
	}
	if got := strings.Join(warnings(t, file(english)), "\n"); strings.Contains(got, "never found") {
		t.Errorf("without fault it is warned of\n%s", got)
	}
}

func TestWordsThatFoldedTextNeverHoldsAreWarnedOf(t *testing.T) {
	got := warnings(t, strings.Replace(quiet, "'report.account'", `'report.words.contains("École")'`, 1))
	if len(got) != 1 || !strings.Contains(got[0], `report.words is folded and never holds "École": write "ecole"`) {
		t.Errorf("it is warned of %q", got)
	}
}

func TestTermsAreCountedAndNeverListed(t *testing.T) {
	from := worded + "-- lexicons/en.txt --\n" + english
	for _, tt := range []struct{ name, to, want string }{
		{"nothing", from, ""},
		{"more and fewer", strings.Replace(from, "blob ; insult ; 1", "lump ; insult ; 1\nclod ; insult ; 1", 1), "Lexicon lexicons/en.txt gains 2 terms, loses 1 term."},
		{"a weight", strings.Replace(from, "blob ; insult ; 1", "blob ; insult ; 2", 1), "Lexicon lexicons/en.txt changes the sense, weight or flags of 1 term."},
		{"taken out", strings.Replace(worded, "lexicons: [lexicons/en.txt]\n", "", 1), "Lexicon lexicons/en.txt is taken out, with 5 terms."},
		{"a new one", strings.Replace(worded, "en.txt]", "en.txt, ar.txt]", 1) + "-- lexicons/en.txt --\n" + english + "-- ar.txt --\nx ; insult ; 1\n", "Lexicon ar.txt is new, with 1 term."},
	} {
		var got []string
		for _, c := range conduct.Diff(parse(t, from), parse(t, tt.to)) {
			got = append(got, c.Says)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: the difference is %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestAViewHoldsWhatTheReportSays(t *testing.T) {
	v := parse(t, house).View(event.Content{
		Kind: event.KindThreat, Description: "ÉCOLE", Links: []string{"https://B.example/x", "https://a.example:8443/", "http://b.example", "%", "no link"},
		Account: event.Account{Platform: "forum", Handle: "troll"}, Grounds: []event.Ground{event.GroundAge}, Role: event.RoleAlly, Frequency: event.FrequencyOften,
	})
	if v.Kind != event.KindThreat || v.Words != "ecole" || v.Length != 5 || !slices.Equal(v.Hosts, []string{"a.example", "b.example"}) || len(v.Links) != 5 ||
		v.Platform != "forum" || !v.HasAccount || !slices.Equal(v.Grounds, []event.Ground{event.GroundAge}) || v.Role != event.RoleAlly ||
		v.Frequency != event.FrequencyOften || v.Language != "und" || v.History != (conduct.History{GroupReporters: 1}) {
		t.Errorf("the view is %+v", v)
	}
	if v = parse(t, house).View(event.Content{Account: event.Account{Platform: "forum"}}); v.HasAccount {
		t.Error("a platform alone is an account")
	}
}

func TestOneCodeServesManyAtOnce(t *testing.T) {
	c := parse(t, worded+"-- lexicons/en.txt --\n"+english)
	content := event.Content{Kind: event.KindOther, Description: "Bye now, scum: +44 20 7946 0958"}
	want := fmt.Sprint(c.Assess(c.View(content)))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				if got := fmt.Sprint(c.Assess(c.View(content))); got != want {
					t.Errorf("it is assessed as %s, want %s", got, want)
				}
			}
		})
	}
	all.Wait()
}

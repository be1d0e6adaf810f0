package conduct_test

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/moderation/conduct"
)

const house = `title: {en: House rules, ar: قواعد البيت}
version: "3"
languages: [en, ar]
articles:
  - id: respect
    kinds: [harassment, abusive_language, cyberbullying, brigading, stalking, sexual_harassment, other]
    severity: 2
    first_look: 48h
    title: {en: Respect, ar: الاحترام}
    text: {en: Do not hound anyone., ar: لا تلاحق أحدًا.}
  - id: safety
    kinds: [threat, violence, incitement, non_consensual_imagery, child_sexual_abuse, hate, deepfake]
    severity: 4
    first_look: 2h30m
    title: {en: Safety, ar: السلامة}
    text: {en: Do not threaten anyone., ar: لا تهدّد أحدًا.}
  - id: true_names
    kinds: [doxxing, impersonation, catfishing]
    severity: 1
    first_look: 12h
    title: {en: Names, ar: الأسماء}
    text: {en: Tell nobody's name., ar: لا تذكر اسم أحد.}
  - id: spirit
    severity: 1
    first_look: 720h
    title: {en: The spirit, ar: الروح}
    text: {en: Be kind., ar: كن لطيفًا.}
`

func parse(t *testing.T, file string) conduct.Code {
	t.Helper()
	c, err := conduct.Parse([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestACodeIsReadAsItIsWritten(t *testing.T) {
	c := parse(t, house)
	if c.Version != "3" || c.Title["ar"] != "قواعد البيت" || !slices.Equal(c.Languages, []string{"en", "ar"}) || len(c.Articles) != 4 {
		t.Errorf("it is read as %+v", c)
	}
	a, ok := c.Article("safety")
	if !ok || a.Severity != 4 || time.Duration(a.FirstLook) != 150*time.Minute || a.Title["en"] != "Safety" || a.Text["ar"] != "لا تهدّد أحدًا." ||
		len(a.Kinds) != 7 || a.Kinds[0] != event.KindThreat {
		t.Errorf("the article is read as %+v, %v", a, ok)
	}
	if a, ok := c.Article("Safety"); ok {
		t.Errorf("an id that is none finds %+v", a)
	}
}

func TestAMistakeIsToldWithItsPlace(t *testing.T) {
	for _, tt := range []struct {
		name, old, with string
		want            []string // what the error says
	}{
		{"an unknown field", `version: "3"`, "version: \"3\"\nvresion: \"4\"", []string{"line 3: vresion", "articles"}},
		{"an unknown field of an article", "    severity: 4", "    severity: 4\n    weight: 4", []string{"line 14: articles[1] (safety): weight", "first_look"}},
		{"a field that stands twice", `version: "3"`, "version: \"3\"\nversion: \"4\"", []string{"line 3: ", "version"}},
		{"an alias", "text: {en: Do not threaten anyone., ar: لا تهدّد أحدًا.}", "text: *safety", []string{"line 16: articles[1] (safety): text: aliases and tags are not allowed"}},
		{"a word for a number", "severity: 4", "severity: high", []string{"line 13: articles[1] (safety): severity: must be a whole number"}},
		{"YAML that is none", "languages: [en, ar]", "languages: [en, ar", []string{"line 4: "}},
		{"no language", "languages: [en, ar]", "languages: []", []string{"languages"}},
		{"no version", `version: "3"`, `version: ""`, []string{"version"}},
		{"a title that lacks a language", "{en: House rules, ar: قواعد البيت}", "{en: House rules}", []string{"title", `"ar"`}},
		{"a language without any text", "languages: [en, ar]", "languages: [en, ar, fr]", []string{"title", `"fr"`}},
		{"no id", "id: safety", "id:", []string{"articles[1]", "id"}},
		{"an id in upper case", "id: safety", "id: Safety", []string{"articles[1] (Safety)", "id"}},
		{"an id with a space", "id: safety", "id: the safety", []string{"articles[1] (the safety)", "id"}},
		{"an id that is too long", "id: safety", "id: " + strings.Repeat("s", 65), []string{"articles[1]", "id"}},
		{"an id that stands twice", "id: safety", "id: respect", []string{"articles[1] (respect)", "twice"}},
		{"no severity", "    severity: 4\n", "", []string{"articles[1] (safety)", "severity"}},
		{"a severity of 5", "severity: 4", "severity: 5", []string{"articles[1] (safety)", "severity"}},
		{"a severity of 0", "severity: 4", "severity: 0", []string{"articles[1] (safety)", "severity"}},
		{"no deadline", "    first_look: 2h30m\n", "", []string{"articles[1] (safety)", "first_look"}},
		{"a deadline of nothing", "first_look: 2h30m", "first_look: 0s", []string{"articles[1] (safety)", "first_look"}},
		{"a deadline in the past", "first_look: 2h30m", "first_look: -2h", []string{"articles[1] (safety)", "first_look"}},
		{"a deadline in words", "first_look: 2h30m", "first_look: two hours", []string{"articles[1] (safety)", "first_look", "48h"}},
		{"a deadline in days", "first_look: 2h30m", "first_look: 2d", []string{"articles[1] (safety)", "first_look", "48h"}},
		{"an article's title that lacks a language", "{en: Safety, ar: السلامة}", "{en: Safety}", []string{"articles[1] (safety)", "title", `"ar"`}},
		{"an article's text that lacks a language", "ar: لا تهدّد أحدًا.", `ar: ""`, []string{"articles[1] (safety)", "text", `"ar"`}},
		{"a kind that is not on the list", "[threat,", "[threats,", []string{"articles[1] (safety)", "kinds", `"threats"`}},
		{"a kind that is mapped twice", "[threat,", "[threat, stalking,", []string{"articles[1] (safety)", "kinds", `"stalking"`, "respect"}},
		{"a kind that stands twice in an article", "[threat,", "[threat, threat,", []string{"articles[1] (safety)", "kinds", `"threat"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if strings.Count(house, tt.old) != 1 {
				t.Fatalf("%q does not stand once in the file", tt.old)
			}
			_, err := conduct.Parse([]byte(strings.Replace(house, tt.old, tt.with, 1)))
			if !errors.Is(err, conduct.ErrCode) {
				t.Fatalf("Parse fails with %v, want ErrCode", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error does not say %s: %v", want, err)
				}
			}
		})
	}
}

func TestEveryKindMustBeMapped(t *testing.T) {
	for _, k := range event.Kinds() {
		file := regexp.MustCompile(`\b`+string(k)+`\b(, )?`).ReplaceAllString(house, "")
		_, err := conduct.Parse([]byte(file))
		if !errors.Is(err, conduct.ErrCode) || !strings.Contains(err.Error(), fmt.Sprintf("no article takes the kind %q", k)) {
			t.Errorf("without %s: %v", k, err)
		}
	}
}

func TestWhatIsNoCodeIsRefused(t *testing.T) {
	for name, file := range map[string]string{
		"nothing":              "",
		"white space":          " \n",
		"a comment":            "# nothing yet",
		"words":                "be kind",
		"a list":               "- be kind",
		"null":                 "null",
		"JSON of another sort": `{"name": "house"}`,
		"binary":               "\x00\x01\x02",
		"a second document":    house + "---\n" + house,
		"invalid UTF-8":        strings.Replace(house, "House", "Hou\xffse", 1),
		"too large a file":     worded + "-- lexicons/en.txt --\n" + strings.Repeat("#\n", conduct.MaxFile/2),
		"too large a YAML":     house + "#" + strings.Repeat("#", 512<<10),
		"many aliases": "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n" +
			"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nlanguages: *e\n",
	} {
		if _, err := conduct.Parse([]byte(file)); !errors.Is(err, conduct.ErrCode) {
			t.Errorf("%s: %v, want ErrCode", name, err)
		}
	}
}

func TestEachKindIsAssessedByTheArticleThatTakesIt(t *testing.T) {
	c := parse(t, house)
	type verdict struct {
		article   string
		priority  int
		firstLook time.Duration
	}
	respect, safety, names := verdict{"respect", 200, 48 * time.Hour}, verdict{"safety", 400, 150 * time.Minute}, verdict{"true_names", 100, 12 * time.Hour}
	want := map[event.Kind]verdict{
		event.KindHarassment: respect, event.KindAbusiveLanguage: respect, event.KindCyberbullying: respect, event.KindBrigading: respect,
		event.KindStalking: respect, event.KindSexualHarassment: respect, event.KindOther: respect,
		event.KindThreat: safety, event.KindViolence: safety, event.KindIncitement: safety, event.KindNonConsensualImagery: safety,
		event.KindChildSexualAbuse: safety, event.KindHate: safety, event.KindDeepfake: safety,
		event.KindDoxxing: names, event.KindImpersonation: names, event.KindCatfishing: names,
	}
	for _, k := range event.Kinds() {
		content := event.Content{Kind: k, Description: "words", Grounds: []event.Ground{event.GroundGender}}
		got := c.Assess(c.View(content))
		if (verdict{got.Article, got.Priority, got.FirstLook}) != want[k] {
			t.Errorf("%s is assessed as %+v, want %+v", k, got, want[k])
		}
		fired := []conduct.Fired{
			{Rule: "article-by-kind", Effect: "suggest article " + want[k].article},
			{Rule: "priority-by-severity", Effect: fmt.Sprintf("priority %d", want[k].priority)},
		}
		if !reflect.DeepEqual(got.Fired, fired) {
			t.Errorf("%s fires %v, want %v", k, got.Fired, fired)
		}
		if again := c.Assess(c.View(content)); fmt.Sprint(again) != fmt.Sprint(got) {
			t.Errorf("%s is assessed as %v and then as %v", k, got, again)
		}
	}
}

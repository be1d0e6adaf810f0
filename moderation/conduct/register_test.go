package conduct_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/internal/register"
	"recourse/moderation/conduct"
	"recourse/moderation/conduct/examples"
)

func published(day int) time.Time { return time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC) }

func TestARuleIsThereSinceItStandsAsItDoes(t *testing.T) {
	base := ruled("rules:\n" + rule("a", "report.account", "queue: safety, priority: {level: high, reason: {en: Why., ar: لماذا.}}") +
		rule("b", `report.kind == "threat"`, "queue: names, ask: where"))
	first := parse(t, base)
	earlier := &conduct.Earlier{Code: first, Register: first.Register("one", published(1), nil)}
	for _, tt := range []struct {
		name, old, with string
		a, b            int // day since when
	}{
		{"nothing", "title", "title", 1, 1},
		{"another condition", `== "threat"`, `== "doxxing"`, 1, 9},
		{"the same condition, written otherwise", `== "threat"`, `==   "threat"`, 1, 1},
		{"another effect", "queue: names, ask: where", "queue: safety, ask: where", 1, 9},
		{"a shadow", "id: b\n", "id: b\n    shadow: true\n", 1, 9},
		{"another name", "id: b\n", "id: c\n", 1, 9},
		{"better words", "{en: Says.", "{en: Says it.", 1, 1},
		{"a better reason", "{en: Why.", "{en: Since.", 1, 1},
		{"another level", "level: high", "level: urgent", 9, 1},
	} {
		changed := strings.Replace(base, tt.old, tt.with, 1)
		if changed == base && tt.name != "nothing" {
			t.Errorf("%s: %q does not stand in the code", tt.name, tt.old)
		}
		d := parse(t, changed).Register("two", published(9), earlier)
		if d.Previous != "one" || !d.Rules[0].Since.Equal(published(tt.a)) || !d.Rules[1].Since.Equal(published(tt.b)) {
			t.Errorf("%s: since %v and %v after %s, want days %d and %d", tt.name, d.Rules[0].Since, d.Rules[1].Since, d.Previous, tt.a, tt.b)
		}
	}
}

func TestARegisterSaysWhatRulesDoAndLookAt(t *testing.T) {
	code := parse(t, ruled("rules:\n"+
		rule("a", `"phone" in personal.kinds || report.words.contains("x")`, "hide: true, tags: [x], group: [account]")+
		strings.Replace(rule("b", "account.reports > 3", "queue: names, second_reader: true, ask: where"), "id: b\n", "id: b\n    shadow: true\n", 1)))
	d := code.Register("one", published(1), nil)
	a, b := d.Rules[0], d.Rules[1]
	if !slices.Equal(a.LooksAt, []string{"report.words", "personal.kinds"}) || !slices.Equal(a.Data, []register.Data{register.DataWords, register.DataPersonal}) {
		t.Errorf("it looks at %v, %v", a.LooksAt, a.Data)
	}
	var does []register.EffectKind
	for _, e := range a.Effects {
		does = append(does, e.What)
	}
	if !slices.Equal(does, []register.EffectKind{register.EffectTags, register.EffectGroup, register.EffectHide}) || a.Effects[2].Quota != 5 || !b.Shadow {
		t.Errorf("it does %v; the other is a trial: %v", a.Effects, b.Shadow)
	}
	got := d.Assessment
	if !slices.Equal(got.Automated, does) || got.Trials != 1 || slices.Contains(got.Oversight, register.OversightSecondReader) ||
		!slices.Contains(got.Oversight, register.OversightQuota) || !slices.Contains(got.Affected, register.AffectedHidden) ||
		slices.Contains(got.Affected, register.AffectedAsked) ||
		!slices.Equal(got.Data, []register.Data{register.DataAnswers, register.DataWords, register.DataPersonal, register.DataReports}) {
		t.Errorf("the assessment is %+v", got)
	}
}

func TestEveryVariableIsDataThatPeopleKnow(t *testing.T) {
	for _, v := range conduct.Variables() {
		condition := map[string]string{
			"string": v.Name + ` == "x"`, "int": v.Name + " > 1", "bool": v.Name, "list(string)": `"x" in ` + v.Name,
			"map(string, int)": v.Name + `["threat"] > 1`,
		}[v.Type]
		code := parse(t, ruled("rules:\n"+rule("a", condition, "queue: names, ask: where")))
		if d := code.Register("one", published(1), nil); len(d.Rules[0].Data) != 1 || !slices.Contains(register.AllData(), d.Rules[0].Data[0]) {
			t.Errorf("%s is %v", v.Name, d.Rules[0].Data)
		}
	}
}

func TestTheExamplesHaveARegisterWithoutTerms(t *testing.T) {
	for _, name := range examples.Names() {
		file, err := conduct.Load(examples.Read, name+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		code, err := conduct.Parse(file)
		if err != nil {
			t.Fatal(err)
		}
		d := code.Register("one", published(1), nil)
		encoded, err := register.Encode(d)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := register.Decode(encoded); err != nil || back.Assessment.Terms == 0 || back.Assessment.Reclaimed == 0 || len(back.Rules) != len(code.Rules) {
			t.Errorf("%s: %+v, %v", name, back.Assessment, err)
		}
		for _, leaked := range []string{"i will kill you", "scum ", "report.words.contains"} {
			if strings.Contains(string(encoded), leaked) {
				t.Errorf("%s: the register holds %q", name, leaked)
			}
		}
		t.Logf("%s: %d bytes", name, len(encoded))
	}
}

func TestChangesAreInCodes(t *testing.T) {
	from := ruled("rules:\n" + rule("a", "report.account", "queue: names, ask: where"))
	to := strings.NewReplacer("severity: 4", "severity: 3", "first_look: 2h30m", "first_look: 48h", "report.account", "!report.account").Replace(from)
	first := parse(t, from)
	d := parse(t, to).Register("two", published(2), &conduct.Earlier{Code: first, Register: first.Register("one", published(1), nil)})
	got, err := json.Marshal(d.Changes)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"about":"article","id":"safety","what":"severity","from":["4"],"to":["3"],"says":"Article safety changes its severity from 4 to 3."}`,
		`"what":"deadline","from":["2h30m"],"to":["48h"]`, `{"about":"rule","id":"a","what":"condition","says":`,
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%s is not among the changes %s", want, got)
		}
	}
}

package conduct_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/moderation/conduct"
	"recourse/moderation/personal"
	"recourse/moderation/words"
)

// ruled is house with what rules need and with these rules.
func ruled(rules string) string {
	return strings.Replace(house, "articles:\n", `queues: [general, safety, names]
automation: {hide: true, hide_quota: 5}
questions:
  - id: where
    text: {en: Where was it?, ar: أين؟}
  - id: when
    text: {en: When was it?, ar: متى؟}
articles:
`, 1) + rules
}

const says = "says: {en: Says., ar: يقول.}"

func rule(id, when, then string) string {
	return "  - id: " + id + "\n    " + says + "\n    when: '" + when + "'\n    then: {" + then + "}\n"
}

func problems(t *testing.T, file string) conduct.Problems {
	t.Helper()
	_, err := conduct.Parse([]byte(file))
	if !errors.Is(err, conduct.ErrCode) {
		t.Fatalf("Parse fails with %v, want ErrCode", err)
	}
	p, ok := errors.AsType[conduct.Problems](err)
	if !ok {
		t.Fatalf("the error holds no problems: %v", err)
	}
	return p
}

func TestRulesAreRefusedWithTheirLine(t *testing.T) {
	const line = 36 // of the first rule's id
	for _, tt := range []struct {
		name, rules string
		line        int
		want        string
	}{
		{"a condition that is no bool", rule("a", `report.kind`, "queue: safety"), line + 2, "rules[0] (a): when: is a string: a condition must be true or false"},
		{"an unknown variable", rule("a", `report.kid == "x"`, "queue: safety"), line + 2, "undeclared reference to"},
		{"a type mistake", rule("a", `report.length == "x"`, "queue: safety"), line + 2, "found no matching overload"},
		{"a type mistake in a block", "  - id: a\n    " + says + "\n    when: |\n      report.account &&\n      report.length == \"x\"\n    then: {queue: safety}\n", line + 4, "found no matching overload"},
		{"a syntax mistake", rule("a", `report.length ==`, "queue: safety"), line + 2, "Syntax error"},
		{"a regular expression that is none", rule("a", `report.words.matches("(")`, "queue: safety"), line + 2, "invalid matches argument"},
		{"too dear a condition", rule("a", `report.links.exists(a, report.links.exists(b, a.contains(b)))`, "queue: safety"), line + 2, "may cost"},
		{"no condition", "  - id: a\n    " + says + "\n    then: {queue: safety}\n", line, "when: is missing"},
		{"an id twice", rule("a", "report.account", "queue: safety") + rule("a", "report.account", "queue: safety"), line + 4, "rules[1] (a): id: stands twice"},
		{"an id that every code has", rule("article-by-kind", "report.account", "queue: safety"), line, "stands twice"},
		{"an id that is none", rule("A", "report.account", "queue: safety"), line, "lowercase"},
		{"no effect", "  - id: a\n    " + says + "\n    when: report.account\n", line, "then: has no effect: add at least one of article, priority"},
		{"an empty effect", rule("a", "report.account", "hide: false"), line + 3, "has no effect"},
		{"an unknown effect", rule("a", "report.account", "ban: true, queue: safety"), line + 3, "then: ban: is not a field here"},
		{"an unknown article", rule("a", "report.account", "article: nothing"), line + 3, `then: article: there is no article "nothing"`},
		{"an unknown queue", rule("a", "report.account", "queue: nothing"), line + 3, `then: queue: there is no queue "nothing"`},
		{"an unknown question", rule("a", "report.account", "ask: nothing"), line + 3, `then: ask: there is no question "nothing"`},
		{"an unknown level", rule("a", "report.account", "priority: {level: higher, reason: {en: a, ar: b}}"), line + 3, `"higher" is no level: use low, normal, high, urgent`},
		{"a reason that lacks a language", rule("a", "report.account", "priority: {level: high, reason: {en: a}}"), line + 3, `reason: has no text in "ar"`},
		{"words that lack a language", strings.Replace(rule("a", "report.account", "queue: safety"), ", ar: يقول.", "", 1), line + 1, `says: has no text in "ar"`},
		{"a tag that is none", rule("a", "report.account", "tags: [A b]"), line + 3, "is no tag"},
		{"a group that is none", rule("a", "report.account", "group: [text]"), line + 3, "use account or links"},
		{"a quota without hiding", rule("a", "report.account", "queue: safety, hide_quota: 3"), line + 3, "without hide"},
		{"a quota below nothing", rule("a", "report.account", "hide: true, hide_quota: -3"), line + 3, "must be 1 or more"},
		{"hiding by reports on the account", rule("a", "account.reports > 100", "hide: true"), line + 2, "account.reports counts reporters"},
		{"hiding by a burst", rule("a", `report.kind == "threat" || account.last_hour > 9`, "hide: true"), line + 2, "account.last_hour counts reporters"},
		{"hiding by reporters", rule("a", `[1].exists(x, x < group.reporters)`, "hide: true"), line + 2, "group.reporters counts reporters"},
		{"hiding by reporters in the shadow", rule("a", "group.reporters > 3", "hide: true") + "    shadow: true\n", line + 2, "group.reporters counts reporters"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := problems(t, ruled("rules:\n"+tt.rules))
			if len(found) != 1 || found[0].Line != tt.line || !strings.Contains(found[0].What, tt.want) {
				t.Errorf("the problems are %+v, want one in line %d: %s", found, tt.line, tt.want)
			}
		})
	}
}

func TestHidingNeedsTheCodesLeave(t *testing.T) {
	file := strings.Replace(ruled("rules:\n"+rule("a", "report.account", "hide: true")), "automation: {hide: true, hide_quota: 5}\n", "", 1)
	found := problems(t, file)
	if len(found) != 1 || !strings.Contains(found[0].What, "rules[0] (a): then: hide: this code does not allow it") {
		t.Errorf("the problems are %+v", found)
	}
}

func TestHidingHasAQuotaWhereNoneIsNamed(t *testing.T) {
	file := strings.Replace(ruled("rules:\n"+rule("a", "true", "hide: true")), ", hide_quota: 5", "", 1)
	c := parse(t, file)
	if got := c.Assess(conduct.View{Kind: event.KindOther}).Hide; c.Automation.HideQuota != 20 || !reflect.DeepEqual(got, []conduct.Hiding{{Rule: "a", Quota: 20}}) {
		t.Errorf("the code has %d, the rule %+v", c.Automation.HideQuota, got)
	}
}

func TestRulesMayNotCostTooMuchTogether(t *testing.T) {
	many := func(n int) string {
		rules := []string{"rules:\n"}
		for i := range n {
			rules = append(rules, rule(fmt.Sprintf("r%d", i), `report.words.matches("(a|b)+ (c|d)+ (e|f)+ (g|h)+ and so on, at some length")`, "queue: safety"))
		}
		return ruled(strings.Join(rules, ""))
	}
	parse(t, many(10))
	if found := problems(t, many(60)); len(found) != 1 || !strings.Contains(found[0].What, "rules: together the rules may cost") {
		t.Errorf("the problems are %v", found)
	}
}

func TestEveryProblemIsToldAtOnceInTheOrderOfLines(t *testing.T) {
	file := ruled("rules:\n" + rule("a", "report.length", "queue: nothing"))
	file = strings.Replace(file, "severity: 4", "severity: 9", 1)
	file = strings.Replace(file, `version: "3"`, "version: \"3\"\ncolour: red", 1)
	var lines []int
	for _, p := range problems(t, file) {
		lines = append(lines, p.Line)
	}
	if !slices.Equal(lines, []int{3, 21, 39, 40}) {
		t.Errorf("the problems stand in lines %v: %v", lines, problems(t, file))
	}
	if got := problems(t, file).Named("house.yaml").Error(); !strings.HasPrefix(got, "house.yaml:3: colour: ") {
		t.Errorf("they are told as %s", got)
	}
}

// A view in which everything says something.
func fullView() conduct.View {
	return conduct.View{
		Kind: event.KindDoxxing, Grounds: []event.Ground{event.GroundReligion}, Role: event.RoleTarget, Frequency: event.FrequencyOften, Language: "fr",
		Words: "call her at home", Length: 16, Links: []string{"https://example.org/a"}, Hosts: []string{"example.org"}, Platform: "forum", HasAccount: true,
		Matches: []words.Match{
			{Term: "scum", Sense: "demean", Weight: 2}, {Term: "kill you", Sense: "threat", Weight: 4}, {Term: "kill", Sense: "threat", Weight: 1},
		},
		Personal: []personal.Finding{{Kind: "phone"}, {Kind: "address"}, {Kind: "phone"}},
		History:  conduct.History{AccountDecisions: 1, AccountReports: 2, LastHour: 3, GroupReporters: 4},
	}
}

func TestEachVariableIsWhatItsMeaningSays(t *testing.T) {
	for name, when := range map[string]string{
		"report.kind": `report.kind == "doxxing"`, "report.grounds": `report.grounds == ["religion"]`, "report.role": `report.role == "target"`,
		"report.frequency": `report.frequency == "often"`, "report.language": `report.language == "fr"`, "report.words": `report.words.contains("at home")`,
		"report.length": "report.length == 16", "report.links": `report.links.exists(l, l.startsWith("https:"))`, "report.hosts": `report.hosts == ["example.org"]`,
		"report.platform": `report.platform == "forum"`, "report.account": "report.account", "words.senses": `words.senses == ["demean", "threat"]`,
		"words.weight": `words.weight["threat"] == 4 && words.weight["slur"] == 0`, "words.count": "words.count == 3", "words.reclaimed": "!words.reclaimed && words.count > 0",
		"personal.kinds": `personal.kinds == ["address", "phone"]`, "account.decisions": "account.decisions == 1", "account.reports": "account.reports == 2",
		"account.last_hour": "account.last_hour == 3", "group.reporters": "group.reporters == 4",
	} {
		c := parse(t, ruled("rules:\n"+rule("a", when, "queue: safety")))
		if got := c.Assess(fullView()); got.Queue != "safety" {
			t.Errorf("%s: %s does not hold", name, when)
		}
		if got := c.Assess(conduct.View{Kind: event.KindOther}); got.Queue != "general" {
			t.Errorf("%s: %s holds on nothing", name, when)
		}
	}
	if n := len(conduct.Variables()); n != 20 {
		t.Errorf("there are %d variables; add the new one above", n)
	}
}

func TestEffectsArePutTogetherAfterAllRulesRan(t *testing.T) {
	reason := "reason: {en: Why., ar: لماذا.}"
	c := parse(t, ruled("rules:\n"+
		rule("one", "true", "article: respect, queue: names, tags: [b, a], ask: where, group: [links]")+
		rule("two", "true", "article: safety, queue: safety, tags: [c, a], ask: where, group: [account, links], hide: true")+
		rule("three", "true", "priority: {level: low, "+reason+"}, ask: when, hide: true, hide_quota: 9, second_reader: true")+
		rule("four", "true", "priority: {level: high, "+reason+"}, language_team: true")+
		rule("never", "false", "priority: {level: urgent, "+reason+"}")+
		rule("shadow", "true", "article: safety, priority: {level: urgent, "+reason+"}, queue: safety, hide: true, ask: when, tags: [z]")+"    shadow: true\n"))
	got := c.Assess(conduct.View{Kind: event.KindDoxxing, Language: "ar"})
	text := conduct.Text{"en": "Why.", "ar": "لماذا."}
	want := conduct.Assessment{
		Kind: event.KindDoxxing, Article: "safety", Suggestions: []string{"respect", "true_names"}, Priority: 400,
		PriorityReasons: []conduct.PriorityReason{{Rule: "four", Text: text}}, FirstLook: 150 * time.Minute, Queue: "names", Language: "ar",
		LanguageTeam: true, SecondReader: true, Tags: []string{"a", "b", "c"}, Group: []conduct.GroupBy{conduct.GroupAccount, conduct.GroupLinks},
		Hide: []conduct.Hiding{{Rule: "two", Quota: 5}, {Rule: "three", Quota: 9}}, Ask: []string{"where", "when"},
		Fired: []conduct.Fired{
			{Rule: "article-by-kind", Effect: "suggest article true_names"},
			{Rule: "priority-by-severity", Effect: "priority 100"},
			{Rule: "one", Effect: "suggest article respect; queue names; tag b, a; group by links; ask where"},
			{Rule: "two", Effect: "suggest article safety; queue safety; tag c, a; group by account, links; hide pending review; ask where"},
			{Rule: "three", Effect: "priority low; second reader; hide pending review; ask when"},
			{Rule: "four", Effect: "priority high; language team"},
			{Rule: "shadow", Effect: "suggest article safety; priority urgent; queue safety; tag z; hide pending review; ask when", Shadow: true},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("it is assessed as\n%+v, want\n%+v", got, want)
	}
	less := got.WithoutHide(conduct.QuotaReached, "two", "shadow")
	if !reflect.DeepEqual(less.Hide, []conduct.Hiding{{Rule: "three", Quota: 9}}) || !strings.Contains(less.Fired[3].Effect, "hide suggested (quota reached)") ||
		!strings.Contains(less.Fired[4].Effect, "hide pending review") || !strings.Contains(less.Fired[6].Effect, "hide pending review") || !reflect.DeepEqual(got, want) {
		t.Errorf("with the quota used up it is %+v", less)
	}
}

func TestArticleAndPriorityOfEachSetOfRules(t *testing.T) {
	level := func(l string) string { return "priority: {level: " + l + ", reason: {en: Why., ar: لماذا.}}" }
	for _, tt := range []struct {
		name        string
		kind        event.Kind
		then        []string
		article     string
		suggestions []string
		priority    int
		firstLook   time.Duration
	}{
		{"nothing", event.KindOther, nil, "respect", nil, 200, 48 * time.Hour},
		{"a lighter article", event.KindOther, []string{"article: true_names"}, "respect", []string{"true_names"}, 200, 48 * time.Hour},
		{"the same article", event.KindOther, []string{"article: respect"}, "respect", nil, 200, 48 * time.Hour},
		{"one as severe, with a longer deadline", event.KindDoxxing, []string{"article: spirit"}, "spirit", []string{"true_names"}, 100, 12 * time.Hour},
		{"a more severe one", event.KindDoxxing, []string{"article: respect", "article: safety"}, "safety", []string{"respect", "true_names"}, 400, 150 * time.Minute},
		{"low", event.KindOther, []string{level("low")}, "respect", nil, 150, 48 * time.Hour},
		{"normal", event.KindOther, []string{level("normal")}, "respect", nil, 200, 48 * time.Hour},
		{"low and normal", event.KindOther, []string{level("low"), level("normal")}, "respect", nil, 200, 48 * time.Hour},
		{"high", event.KindOther, []string{level("high"), level("low")}, "respect", nil, 350, 48 * time.Hour},
		{"high of the gravest", event.KindThreat, []string{level("high")}, "safety", nil, 400, 150 * time.Minute},
		{"urgent", event.KindThreat, []string{level("high"), level("urgent")}, "safety", nil, 500, 150 * time.Minute},
		{"low of a graver article", event.KindOther, []string{level("low"), "article: safety"}, "safety", []string{"respect"}, 350, 150 * time.Minute},
	} {
		for _, order := range []string{"as written", "the other way round"} {
			rules := []string{"rules:\n"}
			for i, then := range tt.then {
				rules = append(rules, rule(string(rune('a'+i)), "true", then))
			}
			got := parse(t, ruled(strings.Join(rules, ""))).Assess(conduct.View{Kind: tt.kind})
			if got.Article != tt.article || !slices.Equal(got.Suggestions, tt.suggestions) || got.Priority != tt.priority || got.FirstLook != tt.firstLook {
				t.Errorf("%s, %s: it is %s (then %v), priority %d, first look %s", tt.name, order, got.Article, got.Suggestions, got.Priority, got.FirstLook)
			}
			slices.Reverse(tt.then)
		}
	}
}

func TestARulesErrorLosesNothingAndQuotesNothing(t *testing.T) {
	c := parse(t, ruled("rules:\n"+
		rule("one", `words.weight[report.words] > 0`, "queue: names")+
		rule("two", "1 / report.length == 0", "queue: names")+
		rule("three", "true", "queue: safety")))
	got := c.Assess(conduct.View{Kind: event.KindOther, Words: "a secret of hers"})
	if got.Queue != "safety" || got.Article != "respect" || len(got.Fired) != 5 {
		t.Errorf("it is assessed as %+v", got)
	}
	want := []conduct.Fired{{Rule: "one", Error: "no such key"}, {Rule: "two", Error: "division by zero"}}
	if !reflect.DeepEqual(got.Fired[2:4], want) {
		t.Errorf("the failures are recorded as %+v", got.Fired[2:4])
	}
}

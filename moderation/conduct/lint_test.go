package conduct_test

import (
	"slices"
	"strings"
	"testing"

	"recourse/moderation/conduct"
)

func warnings(t *testing.T, file string) []string {
	t.Helper()
	_, found, err := conduct.Check([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, p := range found {
		texts = append(texts, p.String())
	}
	return texts
}

// quiet is a code without anything to say of.
var quiet = strings.NewReplacer("    title: {en: Respect", "    ladder: [notice]\n    title: {en: Respect", "    title: {en: Safety", "    ladder: [notice]\n    title: {en: Safety",
	"    title: {en: Names", "    ladder: [notice]\n    title: {en: Names", "    title: {en: The spirit", "    ladder: [notice]\n    title: {en: The spirit").Replace(ruled("rules:\n" +
	rule("a", `report.kind == "doxxing" && report.role != "" && words.weight["threat"] > 1`, "article: spirit, queue: safety, ask: where, hide: true") +
	rule("b", `report.account`, "queue: names, ask: when") +
	rule("e", `report.hosts.exists(h, h.endsWith(".example")) && ["a", "b"].all(x, report.words.contains(x))`, "tags: [e]")))

func TestACodeWithoutFaultIsNotWarnedOf(t *testing.T) {
	if got := warnings(t, quiet); len(got) > 0 {
		t.Errorf("it is warned of %q", got)
	}
}

func TestWhatHasNoUseIsWarnedOf(t *testing.T) {
	for _, tt := range []struct{ name, old, with, want string }{
		{"an article without a ladder", "    ladder: [notice]\n    title: {en: Safety", "    title: {en: Safety", "line 19: articles[1] (safety): has no ladder"},
		{"an article that nothing leads to", "article: spirit", "article: safety", "line 33: articles[3] (spirit): no kind and no rule leads here"},
		{"a question that nobody asks", "ask: when", "ask: where", "line 9: questions[1] (when): no rule asks it"},
		{"a queue that nothing routes to", "queue: names", "queue: safety", "line 4: queues[2]: no rule routes to the queue names"},
		{"leave to hide without a rule", ", hide: true}", "}", "line 5: automation: hide: no rule hides"},
		{"a language that is none of the code's", "{en: Says., ar: يقول.}\n    when: 'report.account'", "{en: Says., ar: يقول., fr: Dit.}\n    when: 'report.account'", "line 45: rules[1] (b): says: fr: is not one of"},
		{"what always holds", "'report.account'", "'report.account || 1 < 2'", "line 46: rules[1] (b): when: holds for every report"},
		{"what never holds", "'report.account'", "'report.account && 2 in [1]'", "line 46: rules[1] (b): when: never holds"},
		{"a kind that is none", `report.kind == "doxxing"`, `report.kind == "doxing"`, `line 42: rules[0] (a): when: report.kind never is or has "doxing"`},
		{"a role that is none", `report.role != ""`, `"me" != report.role`, `line 42: rules[0] (a): when: report.role never is or has "me"`},
		{"a sense that is none", `words.weight["threat"]`, `words.weight["threats"]`, `line 42: rules[0] (a): when: words.weight never is or has "threats"`},
		{"a ground that is none", "'report.account'", `'"height" in report.grounds'`, `line 46: rules[1] (b): when: report.grounds never is or has "height"`},
		{"personal data that is none", "'report.account'", `'"telephone" in personal.kinds'`, `line 46: rules[1] (b): when: personal.kinds never is or has "telephone"`},
		{"one of several kinds", "'report.account'", `'report.kind in ["threat", "menace"]'`, `line 46: rules[1] (b): when: report.kind never is or has "menace"`},
	} {
		if strings.Count(quiet, tt.old) != 1 {
			t.Errorf("%s: %q does not stand once", tt.name, tt.old)
		}
		got := warnings(t, strings.Replace(quiet, tt.old, tt.with, 1))
		if len(got) != 1 || !strings.HasPrefix(got[0], tt.want) {
			t.Errorf("%s: it is warned of %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestTheSameConditionTwiceIsWarnedOf(t *testing.T) {
	same := rule("c", `(report.account)`, "queue: names, ask: when")
	other := rule("d", `report.account`, "tags: [t]")
	got := warnings(t, quiet+same+other)
	if len(got) != 2 || !strings.Contains(got[0], "rules[3] (c): when: the rule b has the same condition and the same effects") ||
		!strings.Contains(got[1], "rules[4] (d): when: the rule b has the same condition: put") {
		t.Errorf("it is warned of %q", got)
	}
	shadowed := strings.Replace(quiet, "    when: 'report.account'", "    shadow: true\n    when: 'report.account'", 1)
	if got := warnings(t, shadowed+same); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "same condition: put") }) {
		t.Errorf("beside a shadow it is warned of %q", got)
	}
}

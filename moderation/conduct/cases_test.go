package conduct_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"recourse/moderation/conduct"
)

var tested = ruled("rules:\n" +
	rule("links", `report.hosts.exists(h, h == "bad.example")`, "article: safety, queue: safety, tags: [b, a], ask: where, hide: true, second_reader: true, language_team: true") +
	rule("again", `account.decisions > 1 && account.reports == 3 && account.last_hour == 1 && group.reporters == 5`, "queue: names") +
	rule("who", `report.role == "ally" && report.frequency == "often" && report.grounds == ["age"] && report.platform == "p" && report.account && report.language == "ko"`, "tags: [who]") +
	rule("always", "true", "tags: [c]") +
	rule("fails", `words.weight[report.platform] > 3`, "queue: names"))

const cases = `# cases of the house
- name: a bad link
  report: {kind: other, words: See here., links: ["https://bad.example/x"], account: {platform: slur}}
  want:
    article: safety
    priority: 400
    queue: safety
    second_reader: true
    language_team: true
    hide: true
    tags: [c, b, a]
    ask: [where]
    matched: []
    fired: [links, always, article-by-kind]
    not_fired: [again, who, fails]
- name: history
  report: {kind: other, account: {platform: slur}, history: {account_decisions: 2, account_reports: 3, last_hour: 1, group_reporters: 5}}
  want: {queue: names, fired: [again]}
- name: who
  report:
    kind: doxxing
    grounds: [age]
    role: ally
    frequency: often
    language: ko
    account: {platform: p, handle: h}
`

func test(t *testing.T, file string) conduct.Tested {
	t.Helper()
	read, err := conduct.ReadCases("house_test.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, tested).Test(read)
}

func TestCasesShowWhatACodeDoes(t *testing.T) {
	got := test(t, strings.Replace(cases, "platform: p,", "platform: slur,", 1))
	if got.Cases != 3 || len(got.Failures) > 0 {
		t.Errorf("%d cases fail with %v", got.Cases, got.Failures)
	}
	want := []conduct.Coverage{{"links", 1, 2}, {"again", 1, 2}, {"who", 0, 3}, {"always", 3, 0}, {"fails", 0, 3}}
	if !reflect.DeepEqual(got.Rules, want) {
		t.Errorf("the rules are covered as %+v", got.Rules)
	}
	if who := test(t, cases).Rules[2]; who.Fired != 1 {
		t.Errorf("what a report says of itself is not passed on: %+v", who)
	}
	if !got.Rules[0].Covered() || got.Rules[2].Covered() || got.Rules[3].Covered() {
		t.Error("Covered does not say what it should")
	}
}

func TestAFailureIsToldWithItsLine(t *testing.T) {
	for _, tt := range []struct{ old, with, want string }{
		{"article: safety", "article: respect", "house_test.yaml:5: a bad link: article is safety, and respect is wanted"},
		{"priority: 400", "priority: 100", "house_test.yaml:6: a bad link: priority is 400, and 100 is wanted"},
		{"queue: safety", "queue: general", "house_test.yaml:7: a bad link: queue is safety, and general is wanted"},
		{"second_reader: true", "second_reader: false", "house_test.yaml:8: a bad link: second_reader is true, and false is wanted"},
		{"language_team: true", "language_team: false", "house_test.yaml:9: a bad link: language_team is true, and false is wanted"},
		{"hide: true", "hide: false", "house_test.yaml:10: a bad link: hide is true, and false is wanted"},
		{"tags: [c, b, a]", "tags: [a]", "house_test.yaml:11: a bad link: tags is [a, b, c], and [a] is wanted"},
		{"ask: [where]", "ask: []", "house_test.yaml:12: a bad link: ask is [where], and [] is wanted"},
		{"matched: []", "matched: [scum]", "house_test.yaml:13: a bad link: matched is [], and [scum] is wanted"},
		{"fired: [links, always, article", "fired: [links, who, article", "house_test.yaml:14: a bad link: the rule who did not fire"},
		{"not_fired: [again, who, fails]", "not_fired: [again, always]", "house_test.yaml:15: a bad link: the rule always fired, and it should not"},
		{"not_fired: [again, who, fails]", "not_fired: [nobody]", `house_test.yaml:15: a bad link: there is no rule "nobody"`},
		{"platform: p,", "platform: p,", "house_test.yaml:19: who: the rule fails failed: no such key"},
	} {
		file := strings.Replace(cases, "platform: p,", "platform: slur,", 1)
		if tt.old == tt.with {
			file = cases
		}
		if strings.Count(file, tt.old) != 1 && tt.old != tt.with {
			t.Errorf("%q does not stand once", tt.old)
		}
		got := test(t, strings.Replace(file, tt.old, tt.with, 1))
		if got.Failures.Error() != tt.want {
			t.Errorf("%q for %q: the failures are\n%s, want\n%s", tt.with, tt.old, got.Failures.Error(), tt.want)
		}
	}
}

func TestCasesThatAreNoneAreRefused(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"", "house_test.yaml: the file is empty"},
		{"name: x", "house_test.yaml:1: must be a list"},
		{"- name: x\n  report: {kind: rude}", "house_test.yaml:2: [0] (x): report: kind: is not on the public list"},
		{"- name: x\n  report: {kind: other, grounds: [height]}", `house_test.yaml:2: [0] (x): report: grounds[0]: "height" is not on the public list`},
		{"- report: {kind: other}", "house_test.yaml:1: [0]: name: is missing"},
		{"- name: x\n  report: {kind: other}\n  want: {articles: respect}", "house_test.yaml:3: [0] (x): want: articles: is not a field here"},
		{"- name: x\n  report: {kind: other}\n  want: {priority: high}", "house_test.yaml:3: [0] (x): want: priority: must be a whole number"},
	} {
		_, err := conduct.ReadCases("house_test.yaml", []byte(tt.file))
		if p, ok := errors.AsType[conduct.Problems](err); !ok || len(p) != 1 || !strings.HasPrefix(p[0].String(), tt.want) {
			t.Errorf("%q is refused with %v, want %s", tt.file, err, tt.want)
		}
	}
}

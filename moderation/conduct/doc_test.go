package conduct_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"recourse/internal/event"
	"recourse/moderation/conduct"
)

// block returns what stands between two markers of a text.
func block(t *testing.T, text, from, to string) string {
	t.Helper()
	_, after, ok := strings.Cut(text, from)
	inner, _, ended := strings.Cut(after, to)
	if !ok || !ended {
		t.Fatalf("%q and %q do not stand in the guide", from, to)
	}
	return inner
}

func TestTheGuideSaysOfEachVariableAndEffectWhatTheCodeSays(t *testing.T) {
	guide := guide(t)
	var variables, effects strings.Builder
	variables.WriteString("\n| name | type | what it is |\n| --- | --- | --- |\n")
	for _, v := range conduct.Variables() {
		fmt.Fprintf(&variables, "| %#q | %#q | %s |\n", v.Name, v.Type, v.Meaning)
	}
	if got := block(t, guide, "<!-- variables -->", "<!-- end -->"); got != variables.String() {
		t.Errorf("docs/conduct.md: put this table between the markers:\n%s", variables.String())
	}
	effects.WriteString("\n| effect | what it does |\n| --- | --- |\n")
	for _, e := range conduct.EffectTable() {
		fmt.Fprintf(&effects, "| %#q | %s |\n", e.Name, e.Meaning)
	}
	if got := block(t, guide, "<!-- effects -->", "<!-- end -->"); got != effects.String() {
		t.Errorf("docs/conduct.md: put this table between the markers:\n%s", effects.String())
	}
}

func TestTheGuidesExampleIsACodeAndItsCasesHold(t *testing.T) {
	guide := guide(t)
	document := block(t, guide, "```yaml\n", "```")
	lexicon := block(t, guide, "```\n# term", "```")
	file := document + "-- lexicons/en.txt --\n# term" + lexicon + "-- lexicons/fr.txt --\n"
	if got := warnings(t, file); len(got) > 0 {
		t.Errorf("it is warned of %q", got)
	}
	_, after, _ := strings.Cut(guide, "## Cases")
	cases, err := conduct.ReadCases("conduct_test.yaml", []byte(block(t, after, "```yaml\n", "```")))
	if err != nil {
		t.Fatal(err)
	}
	got := parse(t, file).Test(cases)
	if len(got.Failures) > 0 {
		t.Error(got.Failures)
	}
	for _, r := range got.Rules {
		if !r.Covered() {
			t.Errorf("the cases show the rule %s %d times firing and %d times not", r.Rule, r.Fired, r.Quiet)
		}
	}
	conditions := block(t, guide, "Some conditions:\n\n```\n", "```")
	for condition := range strings.Lines(conditions) {
		parse(t, ruled("rules:\n"+rule("a", strings.TrimSpace(condition), "queue: safety")))
	}
}

func TestTheGuideNamesEveryFieldAndWord(t *testing.T) {
	guide := guide(t)
	names := append(texts(event.Actions()), texts(conduct.Levels())...)
	names = append(names, "reclaimed", "context", "stem", "exact", "shadow", "says", "slur", "insult", "demean", "threat", "sexual", "incitement", "self_harm", "target")
	for _, name := range names {
		if !strings.Contains(guide, "`"+name+"`") && !strings.Contains(guide, "`"+name+": true`") {
			t.Errorf("docs/conduct.md does not name %s", name)
		}
	}
}

func guide(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/conduct.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

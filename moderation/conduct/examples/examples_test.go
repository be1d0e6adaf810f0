package examples_test

import (
	"slices"
	"strings"
	"testing"

	"recourse/internal/event"
	"recourse/moderation/conduct"
	"recourse/moderation/conduct/examples"
)

// load reads a code as a community would, with the cases beside it.
func load(t *testing.T, name string) (conduct.Code, []conduct.Case) {
	t.Helper()
	file, err := conduct.Load(examples.Read, name+".yaml")
	if err != nil {
		t.Fatal(err)
	}
	code, err := conduct.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	beside, err := examples.Read(name + "_test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cases, err := conduct.ReadCases(name+"_test.yaml", beside)
	if err != nil {
		t.Fatal(err)
	}
	return code, cases
}

func TestEachCodeDoesWhatItsCasesWantAndTheyShowEveryRuleBothWays(t *testing.T) {
	for _, name := range []string{"civic", "social", "newsroom"} {
		t.Run(name, func(t *testing.T) {
			code, cases := load(t, name)
			tested := code.Test(cases)
			for _, failure := range tested.Failures {
				t.Error(failure)
			}
			for _, rule := range tested.Rules {
				if !rule.Covered() {
					t.Errorf("the rule %s fires in %d cases and does not in %d", rule.Rule, rule.Fired, rule.Quiet)
				}
			}
		})
	}
}

func TestTheCivicCasesShowHateForEveryGround(t *testing.T) {
	_, cases := load(t, "civic")
	var seen []event.Ground
	for _, c := range cases {
		if c.Want.Article == "no-hate" {
			seen = append(seen, c.Report.Grounds...)
		}
	}
	for _, ground := range event.Grounds() {
		if ground != event.GroundNone && ground != event.GroundUnknown && !slices.Contains(seen, ground) {
			t.Errorf("no case of hate for %s", ground)
		}
	}
}

// A city's code orders and suggests. A reader of it must be able to rely on
// that it hides nothing.
func TestTheCivicCodeHidesNothing(t *testing.T) {
	code, _ := load(t, "civic")
	if code.Automation.Hide {
		t.Error("it allows a machine to hide")
	}
}

func TestTheFilesAreInBlockStyle(t *testing.T) {
	for _, name := range []string{"civic", "social", "newsroom", "civic_test", "social_test", "newsroom_test"} {
		file, err := examples.Read(name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(file)) {
			line = strings.TrimSpace(line)
			if strings.Contains(line, ": {") || strings.Contains(line, ": [") && !strings.HasSuffix(line, ": []") && !strings.HasPrefix(line, "when:") {
				t.Errorf("%s.yaml: %s", name, line)
			}
		}
	}
}

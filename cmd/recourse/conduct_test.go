package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"recourse/internal/community"
	"recourse/internal/testbench"
	"recourse/moderation/conduct"
)

const conductRules = `queues: [general, safety]
rules:
  - id: far
    says: {en: Far., fr: Loin., ar: بعيد.}
    when: report.hosts.exists(h, h == "far.example")
    then: {queue: safety}
`

const conductCases = `- name: far
  report: {kind: other, links: ["https://far.example/"]}
  want: {queue: safety, fired: [far]}
- name: near
  report: {kind: other}
  want: {queue: general, not_fired: [far]}
`

// conductFiles writes a code and its cases, and returns the code's name.
func conductFiles(t *testing.T, code, cases string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"code.yaml": code, "code_test.yaml": cases} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "code.yaml")
}

func TestACodeOfConductIsChecked(t *testing.T) {
	good := testbench.DemoConduct + conductRules
	for _, tt := range []struct {
		name, code string
		args       []string
		exit       int
		want       string
	}{
		{"a good one, whose articles have no ladder", good, nil, 0, "FILE: 3 articles, 1 rule, 0 lexicons, 3 warnings. Digest " + community.Digest([]byte(good)) + "\n"},
		{"a mistake", strings.Replace(good, "queue: safety", "queue: danger", 1), nil, 3, `FILE:LINE: rules[0] (far): then: queue: there is no queue "danger": add it to queues` + "\n"},
		{"a lexicon that is not there", good + "lexicons: [lexicons/en.txt]\n", nil, 3, "lexicons/en.txt: no such file or directory"},
		{"a warning", good + "questions:\n  - id: q\n    text: {en: Q?, fr: Q ?, ar: س؟}\n", nil, 0, "warning: questions[0] (q): no rule asks it"},
		{"a warning, strictly", good + "questions:\n  - id: q\n    text: {en: Q?, fr: Q ?, ar: س؟}\n", []string{"--strict"}, 3, "warning: questions[0] (q): no rule asks it"},
	} {
		file := conductFiles(t, tt.code, conductCases)
		out, exit := runProgram(t, append([]string{"conduct", "check", file}, tt.args...)...)
		line := strings.Count(tt.code[:max(0, strings.Index(tt.code, "danger"))], "\n") + 1
		want := strings.NewReplacer("FILE", file, "LINE", strconv.Itoa(line)).Replace(tt.want)
		if exit != tt.exit || !strings.Contains(out, want) {
			t.Errorf("%s: it ends with %d and prints %q, want %d and %q", tt.name, exit, out, tt.exit, want)
		}
		var got checkedJSON
		out, exit = runProgram(t, append([]string{"conduct", "check", "--json", file}, tt.args...)...)
		if err := json.Unmarshal([]byte(out), &got); err != nil || exit != tt.exit || got.OK != (exit == 0) {
			t.Errorf("%s: as JSON it ends with %d and prints %q: %v", tt.name, exit, out, err)
		}
	}
	if _, exit := runProgram(t, "conduct", "check", "/nowhere.yaml"); exit != 1 {
		t.Errorf("a file that is not there ends with %d", exit)
	}
}

func TestTheCasesOfACodeAreRun(t *testing.T) {
	code := testbench.DemoConduct + conductRules
	file := conductFiles(t, code, conductCases)
	out, exit := runProgram(t, "conduct", "test", "--strict", file)
	if want := file + ": 2 cases, 0 failures; 1 of 1 rule shown both ways\n"; exit != 0 || out != want {
		t.Errorf("they end with %d and print %q, want %q", exit, out, want)
	}
	cases := strings.TrimSuffix(file, ".yaml") + "_test.yaml"
	bad := conductFiles(t, code, strings.Replace(conductCases, "queue: general", "queue: safety", 1))
	if out, exit = runProgram(t, "conduct", "test", bad); exit != 3 || !strings.Contains(out, "code_test.yaml:6: near: queue is general, and safety is wanted\n") {
		t.Errorf("a failure ends with %d and prints %q", exit, out)
	}
	half, _, _ := strings.Cut(conductCases, "- name: near")
	once := conductFiles(t, code, half)
	if out, exit = runProgram(t, "conduct", "test", once); exit != 0 || !strings.Contains(out, "do not show both ways: rule far (fired in 1, did not in 0)") {
		t.Errorf("half the coverage ends with %d and prints %q", exit, out)
	}
	if _, exit = runProgram(t, "conduct", "test", "--strict", once); exit != 3 {
		t.Errorf("half the coverage, strictly, ends with %d", exit)
	}
	var got testedJSON
	out, exit = runProgram(t, "conduct", "test", "--json", once, cases)
	if err := json.Unmarshal([]byte(out), &got); err != nil || exit != 0 || got.Cases != 2 || got.Rules[0] != (conduct.Coverage{Rule: "far", Fired: 1, Quiet: 1}) {
		t.Errorf("as JSON they end with %d and print %q: %v", exit, out, err)
	}
}

func TestTwoCodesAreCompared(t *testing.T) {
	from := conductFiles(t, testbench.DemoConduct, "")
	to := conductFiles(t, testbench.DemoConduct+conductRules, "")
	const want = "Rule far is new: “Far.” It does this: queue safety.\n"
	if out, exit := runProgram(t, "conduct", "diff", from, to); exit != 0 || !strings.HasSuffix(out, want) {
		t.Errorf("the comparison ends with %d and prints %q", exit, out)
	}
	out, exit := runProgram(t, "conduct", "diff", "--json", from, to)
	var got []conduct.Change
	if err := json.Unmarshal([]byte(out), &got); err != nil || exit != 0 || len(got) != 2 || got[1].About != "rule far" {
		t.Errorf("as JSON it ends with %d and prints %q: %v", exit, out, err)
	}
	if out, exit := runProgram(t, "conduct", "diff", from, from); exit != 0 || out != "The codes say the same.\n" {
		t.Errorf("the same code twice ends with %d and prints %q", exit, out)
	}
}

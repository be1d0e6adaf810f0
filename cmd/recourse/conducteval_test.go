package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/internal/testbench"
	"recourse/moderation/words/measure"
)

// evalFiles writes a code with a lexicon, cases and sentences, and returns
// their names.
func evalFiles(t *testing.T) (code, cases, sentences string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	write("lexicons/en.txt", "toad ; insult ; 1\n")
	return write("code.yaml", testbench.DemoConduct+"lexicons: [lexicons/en.txt]\n"),
		write("en.csv", "functionality,case_id,test_case,label_gold,ref_case_id\nplain_h,1,You toad.,hateful,\nleet_h,2,You t0ad.,hateful,1.0\n"),
		write("sentences.txt", "A fine day.\nA toad.\n")
}

func TestACodesMatchingIsMeasured(t *testing.T) {
	code, cases, sentences := evalFiles(t)
	out, exit := runProgram(t, "conduct", "eval", code, "--cases", cases, "--ordinary", sentences)
	for _, want := range []string{"VARIED (en)", "leet_h       1      1              1                 100.0 %  1", "plain_h             hateful  1     1        100.0 %", "50.0 %  en 1"} {
		if exit != 0 || !strings.Contains(out, want) {
			t.Errorf("exit code %d; %q is not in\n%s", exit, want, out)
		}
	}
	out, exit = runProgram(t, "conduct", "eval", code, "--ordinary", sentences, "--language", "fr", "--json")
	var report measure.Report
	if err := json.Unmarshal([]byte(out), &report); err != nil || exit != 0 {
		t.Fatalf("exit code %d, %v\n%s", exit, err, out)
	}
	if report.Language != "fr" || report.Ordinary.Sentences != 2 || report.Ordinary.Matched != 1 || report.Variations != nil {
		t.Errorf("it is %+v", report)
	}
	if strings.Contains(out, "fine day") {
		t.Error("a sentence is printed")
	}
}

func TestMeasuringSaysWhatIsMissing(t *testing.T) {
	code, cases, sentences := evalFiles(t)
	bare := filepath.Join(filepath.Dir(code), "bare.yaml")
	if err := os.WriteFile(bare, []byte(testbench.DemoConduct), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, c := range map[string]conductEvalCmd{
		"nothing to measure with: give --cases, --ordinary or both": {File: code},
		"has no lexicons":                    {File: bare, Ordinary: sentences},
		"line 1: there is no column case_id": {File: code, Cases: sentences},
		"no such file":                       {File: filepath.Join(filepath.Dir(code), "none.yaml"), Cases: cases},
	} {
		if err := c.Run(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: the error is %v, want %q", c, err, want)
		}
	}
}

package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"recourse/moderation/conduct"
)

type conductTestCmd struct {
	File   string   `arg:"" help:"Code of conduct (YAML); its lexicons stand beside it."`
	Cases  []string `arg:"" optional:"" help:"Files of cases. Without any: the code's name with _test.yaml, beside it."`
	Strict bool     `help:"Fail too where the cases do not show each rule both ways."`
	JSON   bool     `help:"Print JSON."`
}

func (conductTestCmd) Help() string {
	return `Assesses the report of each case and compares with what the case wants. Each failure is printed as file:line: what. The
coverage says of each rule in how many cases it fired and in how many it did not; a rule should do both. docs/conduct.md
shows how cases are written. Exit code 0: all as wanted; 3: a case failed or the code has mistakes; 1: it could not be read.

Example: recourse conduct test conduct.yaml`
}

// testedJSON is what conduct test --json prints.
type testedJSON struct {
	OK       bool               `json:"ok"`
	Cases    int                `json:"cases"`
	Failures []problemJSON      `json:"failures"`
	Rules    []conduct.Coverage `json:"rules"`
}

func (c conductTestCmd) Run() error {
	tested, err := c.test()
	mistakes, bad := errors.AsType[conduct.Problems](err)
	if err != nil && !bad {
		return err
	}
	tested.Failures = append(tested.Failures, mistakes...)
	var uncovered []string
	for _, rule := range tested.Rules {
		if !rule.Covered() {
			uncovered = append(uncovered, fmt.Sprintf("%s (fired in %d, did not in %d)", rule.Rule, rule.Fired, rule.Quiet))
		}
	}
	failed := len(tested.Failures) > 0 || c.Strict && len(uncovered) > 0
	if c.JSON {
		rules := append([]conduct.Coverage{}, tested.Rules...) // [] for a script, not null
		err := printJSON(testedJSON{OK: !failed, Cases: tested.Cases, Failures: problemsJSON("error", tested.Failures), Rules: rules})
		if err != nil {
			return err
		}
	} else {
		printProblems("", tested.Failures)
		for _, rule := range uncovered {
			fmt.Printf("%s: the cases do not show both ways: rule %s\n", c.File, rule)
		}
		if !bad {
			fmt.Printf("%s: %s, %s; %d of %s shown both ways\n", c.File, counted(tested.Cases, "case", "cases"),
				counted(len(tested.Failures), "failure", "failures"), len(tested.Rules)-len(uncovered), counted(len(tested.Rules), "rule", "rules"))
		}
	}
	if failed {
		return errSick
	}
	return nil
}

func (c conductTestCmd) test() (conduct.Tested, error) {
	loaded, err := loadCode(c.File)
	if err != nil {
		return conduct.Tested{}, err
	}
	files := c.Cases
	if len(files) == 0 {
		files = []string{strings.TrimSuffix(c.File, ".yaml") + "_test.yaml"}
	}
	var cases []conduct.Case
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			return conduct.Tested{}, fmt.Errorf("reading the cases of %s: %w", c.File, err)
		}
		read, err := conduct.ReadCases(name, b)
		if err != nil {
			return conduct.Tested{}, err
		}
		cases = append(cases, read...)
	}
	return loaded.code.Test(cases), nil
}

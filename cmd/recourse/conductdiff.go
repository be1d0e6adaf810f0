package main

import (
	"errors"
	"fmt"

	"recourse/moderation/conduct"
)

type conductDiffCmd struct {
	From string `arg:"" help:"The earlier code of conduct."`
	To   string `arg:"" help:"The later one."`
	JSON bool   `help:"Print JSON."`
}

func (conductDiffCmd) Help() string {
	return `Prints a sentence for each change: articles, texts by language, ladders, deadlines, rules, and how many terms of each
lexicon come and go, never which. Exit code 0: compared, whether or not there is a difference; 3: one of the codes has
mistakes; 1: one could not be read.

Example: recourse conduct diff old/conduct.yaml conduct.yaml`
}

func (c conductDiffCmd) Run() error {
	var codes []conduct.Code
	for _, file := range []string{c.From, c.To} {
		loaded, err := loadCode(file)
		if problems, ok := errors.AsType[conduct.Problems](err); ok {
			printProblems("", problems)
			return errSick
		}
		if err != nil {
			return err
		}
		codes = append(codes, loaded.code)
	}
	changes := conduct.Diff(codes[0], codes[1])
	if c.JSON {
		return printJSON(append([]conduct.Change{}, changes...)) // [] for a script, not null
	}
	for _, change := range changes {
		fmt.Println(change.Says)
	}
	if len(changes) == 0 {
		fmt.Println("The codes say the same.")
	}
	return nil
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"recourse/moderation/conduct"
)

type conductCmd struct {
	Check    conductCheckCmd    `cmd:"" help:"Check a code of conduct and its lexicons."`
	Test     conductTestCmd     `cmd:"" help:"Run the cases that stand beside a code of conduct."`
	Diff     conductDiffCmd     `cmd:"" help:"Say in plain words what changes from one code to another."`
	Eval     conductEvalCmd     `cmd:"" help:"Measure what a code's lexicons find in sentences of others."`
	Backtest conductBacktestCmd `cmd:"" help:"Replay past reports with a draft, and say what would change."`
	Publish  conductPublishCmd  `cmd:"" help:"Put a code of conduct in force, with its public register."`
}

// loadedCode is a code of conduct read from files.
type loadedCode struct {
	published []byte // as communities get it
	code      conduct.Code
	warnings  conduct.Problems
}

// loadCode reads a code and the lexicons beside it. What is wrong with them is
// conduct.Problems, named as a person finds the files from here.
func loadCode(file string) (loadedCode, error) {
	published, err := conduct.Load(os.ReadFile, file)
	var loaded loadedCode
	if err == nil {
		loaded.published = published
		loaded.code, loaded.warnings, err = conduct.Check(published)
	}
	if problems, ok := errors.AsType[conduct.Problems](err); ok {
		return loadedCode{}, problems.Named(file)
	}
	if err != nil {
		return loadedCode{}, err
	}
	loaded.warnings = loaded.warnings.Named(file)
	return loaded, nil
}

// problemJSON is what --json prints of a problem.
type problemJSON struct {
	File  string `json:"file"`
	Line  int    `json:"line"`
	Level string `json:"level"` // error or warning
	Says  string `json:"says"`
}

func problemsJSON(level string, problems conduct.Problems) []problemJSON {
	out := []problemJSON{} // [] for a script, not null
	for _, p := range problems {
		out = append(out, problemJSON{File: p.File, Line: p.Line, Level: level, Says: p.What})
	}
	return out
}

func printJSON(v any) error {
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func printProblems(before string, problems conduct.Problems) {
	for _, p := range problems {
		p.What = before + p.What
		fmt.Println(p)
	}
}

// counted is a number and its noun.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/text/language"

	"recourse/moderation/conduct"
	"recourse/moderation/words/measure"
)

type conductEvalCmd struct {
	File     string `arg:"" help:"Code of conduct (YAML); its lexicons stand beside it."`
	Cases    string `help:"Cases (CSV with HateCheck's columns)." type:"existingfile"`
	Ordinary string `help:"Ordinary sentences, one a line." type:"existingfile"`
	Language string `help:"Language of the files, such as fr. Without it: the name of the file, such as fr.csv."`
	JSON     bool   `help:"Print JSON."`
}

func (conductEvalCmd) Help() string {
	return `Measures what the code's lexicons find in sentences of others. Cases: of the pairs of a plain row and a row that varies it
(ref_case_id), whose plain row matches, how many varied rows still match the same term, by variation; and what matches by
functionality and label. Ordinary sentences: in how many something matches, which would be false. All lexicons of the code
run, whatever the language. No sentence is printed. docs/matching.md explains the figures. Exit code 0: measured; 3: the code
has mistakes; 1: something could not be read.

Example: recourse conduct eval conduct.yaml --cases fr.csv --ordinary sentences.txt --language fr`
}

func (c conductEvalCmd) Run() error {
	if c.Cases == "" && c.Ordinary == "" {
		return errors.New("nothing to measure with: give --cases, --ordinary or both")
	}
	loaded, err := loadCode(c.File)
	if problems, ok := errors.AsType[conduct.Problems](err); ok {
		printProblems("", problems)
		return errSick
	}
	if err != nil {
		return err
	}
	matcher := loaded.code.Matcher()
	if matcher == nil {
		return fmt.Errorf("%s has no lexicons: there is nothing to find words with", c.File)
	}
	report := measure.Report{Language: c.language()}
	if c.Cases != "" {
		file, err := os.ReadFile(c.Cases)
		if err != nil {
			return fmt.Errorf("reading the cases: %w", err)
		}
		report.Variations, report.Functions, err = measure.Cases(matcher, bytes.NewReader(file))
		if err != nil {
			return fmt.Errorf("%s: %w", c.Cases, err)
		}
	}
	if c.Ordinary != "" {
		file, err := os.ReadFile(c.Ordinary)
		if err != nil {
			return fmt.Errorf("reading the sentences: %w", err)
		}
		report.Ordinary = measure.Sentences(matcher, string(file))
	}
	if c.JSON {
		return printJSON(report)
	}
	return report.Print(os.Stdout)
}

// language is the one that was given, or a file's name where that is one.
func (c conductEvalCmd) language() string {
	if c.Language != "" {
		return c.Language
	}
	for _, file := range []string{c.Cases, c.Ordinary} {
		name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		if tag, err := language.Parse(name); file != "" && err == nil {
			return tag.String()
		}
	}
	return language.Und.String()
}

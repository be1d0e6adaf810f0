package main

import (
	"errors"
	"fmt"

	"recourse/internal/community"
	"recourse/moderation/conduct"
)

type conductCheckCmd struct {
	File   string `arg:"" help:"Code of conduct (YAML); its lexicons stand beside it."`
	Strict bool   `help:"Fail on warnings too."`
	JSON   bool   `help:"Print JSON."`
}

func (conductCheckCmd) Help() string {
	return `Reads the code and its lexicons, type-checks every rule and bounds what it may cost. Each mistake is printed as
file:line: what, and what to do. Warnings are what has no use or sense: rules that never fire, articles without a ladder,
questions nobody asks. Exit code 0: fine, perhaps with warnings; 3: something must be mended; 1: it could not be read.

Example: recourse conduct check conduct.yaml`
}

// checkedJSON is what conduct check --json prints.
type checkedJSON struct {
	OK       bool          `json:"ok"`
	Digest   string        `json:"digest,omitempty"` // of the published form
	Problems []problemJSON `json:"problems"`
}

func (c conductCheckCmd) Run() error {
	loaded, err := loadCode(c.File)
	mistakes, bad := errors.AsType[conduct.Problems](err)
	if err != nil && !bad {
		return err
	}
	failed := bad || c.Strict && len(loaded.warnings) > 0
	if c.JSON {
		out := checkedJSON{OK: !failed, Problems: append(problemsJSON("error", mistakes), problemsJSON("warning", loaded.warnings)...)}
		if !bad {
			out.Digest = community.Digest(loaded.published)
		}
		if err := printJSON(out); err != nil {
			return err
		}
	} else {
		printProblems("", mistakes)
		printProblems("warning: ", loaded.warnings)
		if !bad {
			fmt.Printf("%s: %s, %s, %s, %s. Digest %s\n", c.File,
				counted(len(loaded.code.Articles), "article", "articles"), counted(len(loaded.code.Rules), "rule", "rules"),
				counted(len(loaded.code.Lexicons), "lexicon", "lexicons"), counted(len(loaded.warnings), "warning", "warnings"),
				community.Digest(loaded.published))
		}
	}
	if failed {
		return errSick
	}
	return nil
}

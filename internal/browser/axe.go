package browser

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// mostTurns is how often axe's timers are run; a page needs some ten.
const mostTurns = 1000

// axeScript runs axe and reduces what it found to []Violation.
//
//go:embed axe.js
var axeScript string

// Violation is a rule of axe-core that the page breaks.
type Violation struct {
	ID     string   `json:"id"`     // of the rule
	Impact string   `json:"impact"` // minor, moderate, serious or critical
	Help   string   `json:"help"`   // one sentence
	URL    string   `json:"url"`    // a page about it
	Nodes  []string `json:"nodes"`  // each element at fault, and what is wrong with it
}

func (v Violation) String() string {
	return fmt.Sprintf("%s (%s): %s, %s\n\t%s", v.ID, v.Impact, v.Help, v.URL, strings.Join(v.Nodes, "\n\t"))
}

// Axe checks the page with axe-core, whose source it is given, against WCAG 2.2
// A and AA and axe's own best practices. It needs no scripts in the page.
func (t *Tab) Axe(source string) ([]Violation, error) {
	var loaded bool
	if err := t.Eval("typeof axe !== 'undefined'", &loaded); err != nil {
		return nil, err
	}
	if !loaded {
		if err := t.Eval(axeScript+source+"\n;true", nil); err != nil {
			return nil, fmt.Errorf("loading axe-core: %w", err)
		}
	}
	if err := t.Eval("check()", nil); err != nil {
		return nil, fmt.Errorf("running axe-core: %w", err)
	}
	for range mostTurns {
		var found json.RawMessage
		if err := t.Eval("runTimers(), found", &found); err != nil {
			return nil, fmt.Errorf("running axe-core: %w", err)
		}
		if string(found) == "null" {
			continue
		}
		var violations []Violation
		if err := json.Unmarshal(found, &violations); err != nil {
			return nil, fmt.Errorf("running axe-core: it says %s", found)
		}
		return violations, nil
	}
	return nil, errors.New("running axe-core: it does not end")
}

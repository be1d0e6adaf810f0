package conduct

import (
	"slices"
	"strings"

	"recourse/internal/event"
)

// because names the variables whose value made a rule fire: those without which
// it would not have. Where each of several would do alone, as on both sides of
// an "or", it names those; where neither is so, all that the rule looks at.
func (e *engine) because(p *program, a *activation) []string {
	if len(p.looksAt) == 1 {
		if p.hollow {
			return nil // it fires on nothing as well
		}
		return []string{e.variables[p.looksAt[0]].Name}
	}
	defer a.show()
	var needed []string
	for i, v := range p.looksAt {
		a.hide(p.looksAt[i : i+1]...)
		if held, _ := p.holds(a); !held {
			needed = append(needed, e.variables[v].Name)
		}
		a.show()
	}
	if len(needed) > 0 || p.hollow {
		return needed
	}
	var enough, all []string
	for i, v := range p.looksAt {
		a.hide(p.looksAt[:i]...)
		a.hide(p.looksAt[i+1:]...)
		if held, _ := p.holds(a); held {
			enough = append(enough, e.variables[v].Name)
		}
		a.show()
		all = append(all, e.variables[v].Name)
	}
	if len(enough) > 0 {
		return enough
	}
	return all
}

// Outcome is what rules can change of a case.
type Outcome struct {
	Article      string
	Priority     int
	Queue        string
	SecondReader bool
	Hidden       bool
}

// Outcome returns the part of a that Without compares.
func (a Assessment) Outcome() Outcome {
	return Outcome{Article: a.Article, Priority: a.Priority, Queue: a.Queue, SecondReader: a.SecondReader, Hidden: len(a.Hide) > 0}
}

// Explain puts the effects of rules that fired before together again, as Assess
// did. Like WhatIf it needs no content.
func (c Code) Explain(kind event.Kind, fired []Fired) Assessment {
	return c.merge(kind, c.effective(fired))
}

// Without is what the outcome would have been if a rule had not fired.
type Without struct {
	Rule string
	Outcome
}

// WhatIf returns, for each rule without which the outcome would have been
// another, that outcome. It needs no content: the kind and the rules that fired
// say enough.
func (c Code) WhatIf(kind event.Kind, fired []Fired) []Without {
	var changed []Without
	rules := c.effective(fired)
	actual := c.merge(kind, rules).Outcome()
	for i, r := range rules {
		if other := c.merge(kind, slices.Concat(rules[:i], rules[i+1:])).Outcome(); other != actual {
			changed = append(changed, Without{Rule: r.ID, Outcome: other})
		}
	}
	return changed
}

// effective returns the rules that fired and have an effect, in the order of
// the file, whatever the order in which they are given. One whose quota was used
// up when it fired hides nothing.
func (c Code) effective(fired []Fired) []*Rule {
	effects := make(map[string]string, len(fired))
	for _, f := range fired {
		if !f.Shadow && f.Error == "" {
			effects[f.Rule] = f.Effect
		}
	}
	var rules []*Rule
	for i := range c.Rules {
		r := &c.Rules[i]
		effect, ok := effects[r.ID]
		if !ok || r.Shadow {
			continue
		}
		if r.Then.Hide && strings.Contains(effect, suggestedWords) {
			shown := *r
			shown.Then.Hide = false
			r = &shown
		}
		rules = append(rules, r)
	}
	return rules
}

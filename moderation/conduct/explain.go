package conduct

import "recourse/internal/event"

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
	names := func(fires bool, shown func(i int) *activation) []string {
		var found []string
		for _, i := range p.looksAt {
			if held, _ := p.holds(shown(i)); held == fires {
				found = append(found, e.variables[i].Name)
			}
		}
		return found
	}
	if found := names(false, func(i int) *activation { return a.emptied(i) }); len(found) > 0 {
		return found
	}
	if p.hollow {
		return nil
	}
	nothing := a.emptied(p.looksAt...)
	if found := names(true, nothing.shown); len(found) > 0 {
		return found
	}
	var all []string
	for _, i := range p.looksAt {
		all = append(all, e.variables[i].Name)
	}
	return all
}

// shown returns a with this variable shown as it is.
func (a *activation) shown(i int) *activation {
	b := *a
	b.hidden &^= 1 << i
	return &b
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
	actual := c.merge(kind, "", fired).Outcome()
	for i, f := range fired {
		rest := make([]Fired, 0, len(fired))
		rest = append(append(rest, fired[:i]...), fired[i+1:]...)
		if other := c.merge(kind, "", rest).Outcome(); other != actual {
			changed = append(changed, Without{Rule: f.Rule, Outcome: other})
		}
	}
	return changed
}

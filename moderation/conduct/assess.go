package conduct

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"recourse/internal/event"
)

// Assessment is what a code of conduct says of a report. It orders, suggests
// and, where the code allows it, hides until a person has looked: a person
// decides.
type Assessment struct {
	Kind            event.Kind
	Article         string
	Suggestions     []string         // further articles that rules suggest, the most severe first
	Priority        int              // higher comes first in the queue
	PriorityReasons []PriorityReason // of the rules that set it
	FirstLook       time.Duration    // deadline for a first look, from when it was received
	Queue           string
	Language        string // detected in the words
	LanguageTeam    bool   // for moderators who read Language
	SecondReader    bool
	Tags            []string  // sorted
	Group           []GroupBy // sorted
	Hide            []Hiding  // rules that hide pending review
	Ask             []string  // ids of questions, each once
	Fired           []Fired   // what every code does by itself, then rules in their order
}

// PriorityReason is why a rule set the priority.
type PriorityReason struct {
	Rule string
	Text Text
}

// Hiding is a rule that hides, and how often it may in an hour.
type Hiding struct {
	Rule  string
	Quota int
}

// Fired is a rule that fired, and its effect, as moderators see it.
type Fired struct {
	Rule    string
	Effect  string
	Shadow  bool     // it only records
	Error   string   // the sort of failure where its condition could not be evaluated; it had no effect then
	Because []string // variables whose value made it fire
}

// Assess applies the code to a report. Every rule runs; then their effects are
// put together. A rule that fails is recorded and has no effect.
func (c Code) Assess(v View) Assessment {
	fired := c.base(v.Kind)
	if v.Failed {
		fired = append(fired, Fired{Rule: RuleLook, Error: "evaluation failed"})
	}
	var rules []*Rule
	if c.engine != nil {
		fired, rules = c.engine.run(&v, fired)
	}
	a := c.merge(v.Kind, rules)
	a.Language, a.Fired = v.Language, fired
	return a
}

// base is what every code does by itself.
func (c Code) base(kind event.Kind) []Fired {
	a, ok := c.articleOf(kind)
	if !ok {
		return nil
	}
	return []Fired{
		{Rule: RuleArticle, Effect: "suggest article " + a.ID},
		{Rule: RulePriority, Effect: fmt.Sprintf("priority %d", bySeverity*a.Severity)},
	}
}

// articleOf returns the article that takes a kind. Parse refuses a code in
// which one has none.
func (c Code) articleOf(kind event.Kind) (Article, bool) {
	for _, a := range c.Articles {
		if slices.Contains(a.Kinds, kind) {
			return a, true
		}
	}
	return Article{}, false
}

// run evaluates every rule. It adds to fired what did, and returns those with an
// effect.
func (e *engine) run(v *View, fired []Fired) ([]Fired, []*Rule) {
	var rules []*Rule
	a := e.activation(v)
	for i := range e.rules {
		p := &e.rules[i]
		held, failure := p.holds(a)
		switch {
		case failure != "":
			fired = append(fired, Fired{Rule: p.rule.ID, Shadow: p.rule.Shadow, Error: failure})
		case held:
			fired = append(fired, Fired{Rule: p.rule.ID, Effect: p.words, Shadow: p.rule.Shadow, Because: e.because(p, a)})
			if !p.rule.Shadow {
				rules = append(rules, &p.rule)
			}
		}
	}
	return fired, rules
}

// WithoutHide returns a where these rules may not hide now: they suggest it, and
// say why.
func (a Assessment) WithoutHide(why string, rules ...string) Assessment {
	a.Hide = slices.DeleteFunc(slices.Clone(a.Hide), func(h Hiding) bool { return slices.Contains(rules, h.Rule) })
	a.Fired = slices.Clone(a.Fired)
	for i, f := range a.Fired {
		if slices.Contains(rules, f.Rule) && !f.Shadow {
			a.Fired[i].Effect = strings.Replace(f.Effect, hideWords, suggestedWords+" ("+why+")", 1)
		}
	}
	return a
}

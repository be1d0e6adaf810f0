package conduct

import (
	"fmt"
	"reflect"
	"slices"

	"cel.dev/cel-go/cel"
)

// Check is Parse, and what stands in the code without use or sense: no mistake,
// but worth a look before it is published.
func Check(file []byte) (c Code, warnings Problems, err error) {
	c, s, err := parse(file)
	if err != nil {
		return Code{}, nil, err
	}
	l := &linter{code: c, source: s}
	l.articles()
	l.languages()
	l.unused()
	l.lexicons()
	if err := l.rules(); err != nil {
		return Code{}, nil, err
	}
	s.problems.sort()
	return c, s.problems, nil
}

type linter struct {
	code   Code
	source *source
}

func (l *linter) warnf(path, format string, args ...any) { l.source.wrongf(path, format, args...) }

func (l *linter) articles() {
	suggested := map[string]bool{}
	for _, r := range l.code.Rules {
		suggested[r.Then.Article] = true
	}
	for i, a := range l.code.Articles {
		at := fmt.Sprintf("articles[%d]", i)
		if len(a.Ladder) == 0 {
			l.warnf(at, "has no ladder: say which corrective actions may follow, such as ladder: [notice, warning, remove]")
		}
		if len(a.Kinds) == 0 && !suggested[a.ID] {
			l.warnf(at, "no kind and no rule leads here: moderators must find it themselves")
		}
	}
}

// languages looks for texts in a language that the code does not name.
func (l *linter) languages() {
	extra := func(path string, t Text) {
		for tag := range t {
			if !slices.Contains(l.code.Languages, tag) {
				l.warnf(path+"."+tag, "is not one of the code's languages: nobody sees it. Add %q to languages, or take the text out", tag)
			}
		}
	}
	extra("title", l.code.Title)
	for i, a := range l.code.Articles {
		extra(fmt.Sprintf("articles[%d].title", i), a.Title)
		extra(fmt.Sprintf("articles[%d].text", i), a.Text)
	}
	for i, q := range l.code.Questions {
		extra(fmt.Sprintf("questions[%d].text", i), q.Text)
	}
	for i, r := range l.code.Rules {
		extra(fmt.Sprintf("rules[%d].says", i), r.Says)
		if r.Then.Priority != nil {
			extra(fmt.Sprintf("rules[%d].then.priority.reason", i), r.Then.Priority.Reason)
		}
	}
}

// unused looks for what no rule uses.
func (l *linter) unused() {
	asked, routed, hides := map[string]bool{}, map[string]bool{}, false
	for _, r := range l.code.Rules {
		asked[r.Then.Ask], routed[r.Then.Queue] = true, true
		hides = hides || r.Then.Hide
	}
	for i, q := range l.code.Questions {
		if !asked[q.ID] {
			l.warnf(fmt.Sprintf("questions[%d]", i), "no rule asks it")
		}
	}
	for i, q := range l.code.Queues {
		if i > 0 && !routed[q] { // the first takes the rest
			l.warnf(fmt.Sprintf("queues[%d]", i), "no rule routes to the queue %s", q)
		}
	}
	if l.code.Automation.Hide && !hides {
		l.warnf("automation.hide", "no rule hides: take it out, so that the public register does not announce it")
	}
}

// rules looks for conditions that can't tell reports apart, and for those that
// stand twice.
func (l *linter) rules() error {
	env, err := Environment()
	if err != nil {
		return fmt.Errorf("checking the rules: %w", err)
	}
	earlier := map[string]Rule{}
	for i, p := range l.code.engine.rules {
		at := fmt.Sprintf("rules[%d].when", i)
		constant, value, err := constant(env, p.checked)
		if err != nil {
			return fmt.Errorf("checking the rule %s: %w", p.rule.ID, err)
		}
		switch {
		case constant && value:
			l.warnf(at, "holds for every report: say when it should not, or put its effects into the articles")
		case constant:
			l.warnf(at, "never holds: the rule is unreachable")
		}
		l.literals(at, p.checked)
		condition, err := cel.AstToString(p.checked)
		if err != nil {
			return fmt.Errorf("checking the rule %s: %w", p.rule.ID, err)
		}
		first, twice := earlier[condition]
		switch {
		case twice && reflect.DeepEqual(first.Then, p.rule.Then) && (!first.Shadow || p.rule.Shadow):
			l.warnf(at, "the rule %s has the same condition and the same effects: this one can never change anything, take it out", first.ID)
		case twice:
			l.warnf(at, "the rule %s has the same condition: put the effects of both into one", first.ID)
		default:
			earlier[condition] = p.rule
		}
	}
	return nil
}

// constant reports whether a condition has the same value whatever the report
// says, and which.
func constant(env *cel.Env, checked *cel.Ast) (constant, value bool, err error) {
	program, err := env.Program(checked, cel.EvalOptions(cel.OptPartialEval))
	if err != nil {
		return false, false, err
	}
	unknown, err := env.PartialVars(cel.NoVars())
	if err != nil {
		return false, false, err
	}
	out, _, err := program.Eval(unknown)
	if err != nil {
		return false, false, nil //nolint:nilerr // it fails for some report, so it is no constant
	}
	value, constant = out.Value().(bool)
	return constant, value, nil
}

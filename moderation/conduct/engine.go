package conduct

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"
	"golang.org/x/tools/txtar"

	"recourse/moderation/words"
)

// engine is a code's rules and lexicons, compiled. Safe for concurrent use.
type engine struct {
	variables []Variable
	empty     []ref.Val      // a value of each variable that says nothing
	index     map[string]int // of a variable, by name
	rules     []program      // one for each rule of the code
	lexicons  []words.Lexicon
	files     []txtar.File   // of the lexicons
	matcher   *words.Matcher // nil without lexicons
}

// program is a compiled rule.
type program struct {
	rule    Rule
	words   string // its effects
	run     cel.Program
	checked *cel.Ast
	looksAt []int // indexes of the variables in it, in their public order
	hollow  bool  // whether it holds where all that it looks at is empty
}

// Environment is what the rules' conditions are checked against. It has CEL's
// standard functions and macros and nothing else: no clock, no network.
func Environment() (*cel.Env, error) {
	options := []cel.EnvOption{
		cel.EnableMacroCallTracking(), // to write a condition with exists() out again
		cel.ASTValidators(cel.ValidateRegexLiterals(), cel.ValidateHomogeneousAggregateLiterals(), cel.ValidateDurationLiterals(),
			cel.ValidateTimestampLiterals(), cel.ValidateComprehensionNestingLimit(2)),
	}
	for _, v := range Variables() {
		options = append(options, cel.VariableWithDoc(v.Name, v.celType(), v.Meaning))
	}
	return cel.NewEnv(options...)
}

// compile type-checks the rules, bounds their cost and compiles them. What is
// wrong it notes.
func compile(c Code, s *source, lexicons []txtar.File) *engine {
	env, err := Environment()
	if err != nil {
		s.add(0, fmt.Sprintf("the rules can't be compiled: %v", err))
		return nil
	}
	e := &engine{variables: Variables(), index: map[string]int{}}
	for i, v := range e.variables {
		e.index[v.Name] = i
		e.empty = append(e.empty, v.value(&View{}))
	}
	e.compileLexicons(c, s, lexicons)
	var total uint64
	for i, rule := range c.Rules {
		at := fmt.Sprintf("rules[%d].when", i)
		if rule.When == "" {
			continue
		}
		p, cost, ok := e.compileRule(env, s, at, rule)
		if !ok {
			continue
		}
		total += cost
		e.rules = append(e.rules, p)
	}
	if total > maxCost {
		s.wrongf("rules", "together the rules may cost %d, of %d allowed: make the dearest simpler, or look at less",
			total, uint64(maxCost))
	}
	return e
}

func (e *engine) compileRule(env *cel.Env, s *source, at string, rule Rule) (p program, most uint64, ok bool) {
	checked, issues := env.Compile(rule.When)
	if issues.Err() != nil {
		for _, problem := range issues.Errors() {
			line := s.begins[at] + problem.Location.Line() - 1
			s.add(line, fmt.Sprintf("%s%s (column %d of the condition)", s.label(at), problem.Message, problem.Location.Column()+1))
		}
		return program{}, 0, false
	}
	if checked.OutputType() != cel.BoolType {
		s.wrongf(at, "is a %s: a condition must be true or false, so compare it with something", checked.OutputType())
		return program{}, 0, false
	}
	estimate, err := env.EstimateCost(checked, estimator{e})
	if err != nil {
		s.wrongf(at, "its cost can't be estimated: %v", err)
		return program{}, 0, false
	}
	if estimate.Max > maxRuleCost {
		s.wrongf(at, "may cost %d, of %d allowed: make it simpler, or look at less", estimate.Max, uint64(maxRuleCost))
		return program{}, 0, false
	}
	p = program{rule: rule, words: strings.Join(rule.Then.words(), "; "), checked: checked, looksAt: e.looksAt(checked)}
	if i := slices.IndexFunc(p.looksAt, func(v int) bool { return slices.Contains(counts(), e.variables[v].Name) }); i >= 0 && rule.Then.Hide {
		s.wrongf(at, "%s counts reporters, and the rule hides: many reports may raise order, never act on somebody. "+
			"Take the count out, or the effect hide", e.variables[p.looksAt[i]].Name)
		return program{}, 0, false
	}
	if p.run, err = env.Program(checked, cel.EvalOptions(cel.OptOptimize)); err != nil {
		s.wrongf(at, "can't be compiled: %v", err)
		return program{}, 0, false
	}
	p.hollow, _ = p.holds(e.activation(&View{}))
	return p, estimate.Max, true
}

// counts are the variables that say how many people reported. A crowd must not
// be able to make a machine act.
func counts() []string { return []string{"account.reports", "account.last_hour", "group.reporters"} }

// looksAt returns the indexes of the variables in a condition.
func (e *engine) looksAt(checked *cel.Ast) []int {
	found := map[int]bool{}
	for _, reference := range checked.NativeRep().ReferenceMap() {
		if i, ok := e.index[reference.Name]; ok {
			found[i] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// holds runs the condition. Its error says of which sort a failure is and
// nothing of the values: CEL's own messages may quote them.
func (p *program) holds(a *activation) (bool, string) {
	out, _, err := p.run.Eval(a)
	if err != nil {
		return false, class(err)
	}
	held, _ := out.Value().(bool)
	return held, ""
}

// class is the sort of a failure.
func class(err error) string {
	message := err.Error()
	sorts := []string{"no such key", "division by zero", "modulus by zero", "overflow", "index out of bounds", "no such overload"}
	for _, sort := range sorts {
		if strings.Contains(message, sort) {
			return sort
		}
	}
	return "evaluation failed"
}

// activation gives a program the values of a view, each made when it is first
// looked at.
type activation struct {
	engine *engine
	view   *View
	held   []ref.Val
	hidden uint64 // bits of the variables that are shown empty
}

func (e *engine) activation(v *View) *activation {
	return &activation{engine: e, view: v, held: make([]ref.Val, len(e.variables))}
}

// hide shows these variables empty, until show.
func (a *activation) hide(variables ...int) {
	for _, i := range variables {
		a.hidden |= 1 << i
	}
}

func (a *activation) show() { a.hidden = 0 }

// ResolveName implements cel.Activation.
func (a *activation) ResolveName(name string) (any, bool) {
	i, ok := a.engine.index[name]
	switch {
	case !ok:
		return nil, false
	case a.hidden&(1<<i) != 0:
		return a.engine.empty[i], true
	case a.held[i] == nil:
		a.held[i] = a.engine.variables[i].value(a.view)
	}
	return a.held[i], true
}

// Parent implements cel.Activation.
func (a *activation) Parent() cel.Activation { return nil }

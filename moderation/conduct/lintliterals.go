package conduct

import (
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"recourse/internal/event"
	"recourse/moderation/personal"
	"recourse/moderation/words"
)

// vocabulary returns the words that a variable can have, where it has few.
func vocabulary(variable string) []string {
	switch variable {
	case "report.kind":
		return plain(event.Kinds())
	case "report.grounds":
		return plain(event.Grounds())
	case "report.role":
		return plain(event.Roles())
	case "report.frequency":
		return plain(event.Frequencies())
	case "words.senses", "words.weight":
		return senses()
	case "personal.kinds":
		return []string{
			personal.Phone, personal.Email, personal.Address, personal.BankAccount, personal.BankCard, personal.NationalID,
			personal.Plate, personal.IPAddress,
		}
	default:
		return nil
	}
}

func plain[T ~string](values []T) []string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return texts
}

// literals looks for words in a condition that what they are compared with can
// never have, as after a slip of the pen.
func (l *linter) literals(at string, checked *cel.Ast) {
	root := ast.NavigateAST(checked.NativeRep())
	for _, e := range ast.MatchDescendants(root, ast.KindMatcher(ast.CallKind)) {
		call := e.AsCall()
		l.folded(at, call)
		switch call.FunctionName() {
		case operators.Equals, operators.NotEquals, operators.In, operators.OldIn, operators.Index:
		default:
			continue
		}
		args := call.Args()
		if len(args) != 2 {
			continue
		}
		l.compare(at, args[0], args[1])
		l.compare(at, args[1], args[0])
	}
}

// folded warns of a text that folded words can't hold, such as one with a
// capital letter or an accent.
func (l *linter) folded(at string, call ast.CallExpr) {
	if !call.IsMemberFunction() || call.Target().Kind() != ast.IdentKind || call.Target().AsIdent() != "report.words" {
		return
	}
	switch call.FunctionName() {
	case "contains", "startsWith", "endsWith":
		for _, text := range literalTexts(call.Args()[0]) {
			if folded := words.Fold(text).String(); folded != text {
				l.warnf(at, "report.words is folded and never holds %q: write %q", text, folded)
			}
		}
	}
}

func (l *linter) compare(at string, variable, other ast.Expr) {
	if variable.Kind() != ast.IdentKind {
		return
	}
	possible := vocabulary(variable.AsIdent())
	if len(possible) == 0 {
		return
	}
	for _, text := range literalTexts(other) {
		if text != "" && !slices.Contains(possible, text) {
			l.warnf(at, "%s never is or has %q: use one of %s", variable.AsIdent(), text, list(possible))
		}
	}
}

// literalTexts returns the texts that an expression spells out.
func literalTexts(e ast.Expr) []string {
	switch e.Kind() {
	case ast.LiteralKind:
		if text, ok := e.AsLiteral().(types.String); ok {
			return []string{string(text)}
		}
	case ast.ListKind:
		var texts []string
		for _, element := range e.AsList().Elements() {
			texts = append(texts, literalTexts(element)...)
		}
		return texts
	default: // anything else has its value only when it runs
	}
	return nil
}

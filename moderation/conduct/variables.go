package conduct

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Variable is something that a rule can look at.
type Variable struct {
	Name    string
	Type    string // as CEL writes it
	Meaning string // in plain words; docs/conduct.md repeats it

	most  uint64 // elements of a list or map at most, or characters of a string
	each  uint64 // characters of an element at most
	value func(v *View) ref.Val
}

// Variables is the typed view of a report that rules see. Both the type check
// and docs/conduct.md come from it.
func Variables() []Variable {
	return []Variable{
		{"report.kind", "string", "what is reported: a kind of the public list, such as `doxxing`", 32, 0, func(v *View) ref.Val { return types.String(v.Kind) }},
		{"report.grounds", "list(string)", "why the person was picked, as the reporter says, such as `religion`", 12, 24, func(v *View) ref.Val { return stringList(v.Grounds) }},
		{"report.role", "string", "who reports: `target`, `witness`, `ally` or `operator`; empty where it is not said", 16, 0, func(v *View) ref.Val { return types.String(v.Role) }},
		{"report.frequency", "string", "how often it happens, as the reporter says; empty where it is not said", 16, 0, func(v *View) ref.Val { return types.String(v.Frequency) }},
		{"report.language", "string", "the language that was detected in the words, such as `fr`; `und` where that is not sure", 16, 0, func(v *View) ref.Val { return types.String(v.Language) }},
		{"report.words", "string", "what the reporter wrote, folded: small letters, look-alike characters written plainly, no accents and no hidden characters", 2 * 20_000, 0, func(v *View) ref.Val { return types.String(v.Words) }},
		{"report.length", "int", "how many characters the reporter wrote", 0, 0, func(v *View) ref.Val { return types.Int(v.Length) }},
		{"report.links", "list(string)", "the links that the reporter gave", 50, 2048, func(v *View) ref.Val { return stringList(v.Links) }},
		{"report.hosts", "list(string)", "the hosts of these links, such as `example.org`, sorted", 50, 253, func(v *View) ref.Val { return stringList(v.Hosts) }},
		{"report.platform", "string", "the platform of the reported account, as the reporter names it", 100, 0, func(v *View) ref.Val { return types.String(v.Platform) }},
		{"report.account", "bool", "whether the report names an account", 0, 0, func(v *View) ref.Val { return types.Bool(v.HasAccount) }},
		{"words.senses", "list(string)", "the senses of the lexicon's terms that matched, such as `threat` or `slur`, sorted", 8, 16, func(v *View) ref.Val { return stringList(v.senses()) }},
		{"words.weight", "map(string, int)", "the highest weight of a match for each sense; 0 for a sense that nothing matched, so that `words.weight[\"threat\"] >= 3` always has an answer", 8, 16, func(v *View) ref.Val { return weightMap(v.weights()) }},
		{"words.count", "int", "how many terms of the lexicons matched", 0, 0, func(v *View) ref.Val { return types.Int(len(v.Matches)) }},
		{"words.reclaimed", "bool", "whether something matched and every match is a word that the group it names also uses for itself", 0, 0, func(v *View) ref.Val { return types.Bool(v.reclaimed()) }},
		{"personal.kinds", "list(string)", "kinds of personal data found in the words, such as `phone`, `address` or `bank_account`, sorted", 16, 24, func(v *View) ref.Val { return stringList(v.personalKinds()) }},
		{"account.decisions", "int", "earlier decisions with an action on the same account", 0, 0, func(v *View) ref.Val { return types.Int(v.History.AccountDecisions) }},
		{"account.reports", "int", "other reports on the same account in the last 30 days", 0, 0, func(v *View) ref.Val { return types.Int(v.History.AccountReports) }},
		{"account.last_hour", "int", "other reports on the same account in the last hour", 0, 0, func(v *View) ref.Val { return types.Int(v.History.LastHour) }},
		{"group.reporters", "int", "reports in the case that this one joins, itself included", 0, 0, func(v *View) ref.Val { return types.Int(v.History.GroupReporters) }},
	}
}

func stringList[T ~string](values []T) ref.Val {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return types.NewStringList(types.DefaultTypeAdapter, texts)
}

func weightMap(weights map[string]int) ref.Val {
	values := make(map[ref.Val]ref.Val, len(weights))
	for sense, weight := range weights {
		values[types.String(sense)] = types.Int(weight)
	}
	return types.NewRefValMap(types.DefaultTypeAdapter, values)
}

// celType of a variable, for the type check.
func (v Variable) celType() *cel.Type {
	switch v.Type {
	case "int":
		return cel.IntType
	case "bool":
		return cel.BoolType
	case "list(string)":
		return cel.ListType(cel.StringType)
	case "map(string, int)":
		return cel.MapType(cel.StringType, cel.IntType)
	default:
		return cel.StringType
	}
}

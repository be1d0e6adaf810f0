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
func Variables() []Variable { return append(reportVariables(), foundVariables()...) }

// reportVariables are what the report says.
func reportVariables() []Variable {
	return []Variable{
		{
			Name: "report.kind", Type: "string", most: 32,
			Meaning: "what is reported: a kind of the public list, such as `doxxing`",
			value:   func(v *View) ref.Val { return types.String(v.Kind) },
		},
		{
			Name: "report.grounds", Type: "list(string)", most: 12, each: 24,
			Meaning: "why the person was picked, as the reporter says, such as `religion`",
			value:   func(v *View) ref.Val { return stringList(v.Grounds) },
		},
		{
			Name: "report.role", Type: "string", most: 16,
			Meaning: "who reports: `target`, `witness`, `ally` or `operator`; empty where it is not said",
			value:   func(v *View) ref.Val { return types.String(v.Role) },
		},
		{
			Name: "report.frequency", Type: "string", most: 16,
			Meaning: "how often it happens, as the reporter says; empty where it is not said",
			value:   func(v *View) ref.Val { return types.String(v.Frequency) },
		},
		{
			Name: "report.language", Type: "string", most: 16,
			Meaning: "the language that was detected in the words, such as `fr`; `und` where that is not sure",
			value:   func(v *View) ref.Val { return types.String(v.Language) },
		},
		{
			Name: "report.words", Type: "string", most: 2 * 20_000,
			Meaning: "what the reporter wrote, folded: small letters, look-alike characters written plainly, no " +
				"accents and no hidden characters",
			value: func(v *View) ref.Val { return types.String(v.Words) },
		},
		{
			Name: "report.length", Type: "int",
			Meaning: "how many characters the reporter wrote",
			value:   func(v *View) ref.Val { return types.Int(v.Length) },
		},
		{
			Name: "report.links", Type: "list(string)", most: 50, each: 2048,
			Meaning: "the links that the reporter gave",
			value:   func(v *View) ref.Val { return stringList(v.Links) },
		},
		{
			Name: "report.hosts", Type: "list(string)", most: 50, each: 253,
			Meaning: "the hosts of these links, such as `example.org`, sorted",
			value:   func(v *View) ref.Val { return stringList(v.Hosts) },
		},
		{
			Name: "report.platform", Type: "string", most: 100,
			Meaning: "the platform of the reported account, as the reporter names it",
			value:   func(v *View) ref.Val { return types.String(v.Platform) },
		},
		{
			Name: "report.account", Type: "bool",
			Meaning: "whether the report names an account",
			value:   func(v *View) ref.Val { return types.Bool(v.HasAccount) },
		},
	}
}

// foundVariables are what was found in the words, and what is known besides.
func foundVariables() []Variable {
	return []Variable{
		{
			Name: "words.senses", Type: "list(string)", most: 8, each: 16,
			Meaning: "the senses of the lexicon's terms that matched, such as `threat` or `slur`, sorted",
			value:   func(v *View) ref.Val { return stringList(v.senses()) },
		},
		{
			Name: "words.weight", Type: "map(string, int)", most: 8, each: 16,
			Meaning: "the highest weight of a match for each sense; 0 for a sense that nothing matched, so that " +
				"`words.weight[\"threat\"] >= 3` always has an answer",
			value: func(v *View) ref.Val { return weightMap(v.weights()) },
		},
		{
			Name: "words.count", Type: "int",
			Meaning: "how many terms of the lexicons matched",
			value:   func(v *View) ref.Val { return types.Int(len(v.Matches)) },
		},
		{
			Name: "words.reclaimed", Type: "bool",
			Meaning: "whether something matched and every match is a word that the group it names also uses for itself",
			value:   func(v *View) ref.Val { return types.Bool(v.reclaimed()) },
		},
		{
			Name: "personal.kinds", Type: "list(string)", most: 16, each: 24,
			Meaning: "kinds of personal data found in the words, such as `phone`, `address` or `bank_account`, sorted",
			value:   func(v *View) ref.Val { return stringList(v.personalKinds()) },
		},
		{
			Name: "account.decisions", Type: "int",
			Meaning: "earlier decisions with an action on the same account",
			value:   func(v *View) ref.Val { return types.Int(v.History.AccountDecisions) },
		},
		{
			Name: "account.reports", Type: "int",
			Meaning: "other reports on the same account in the last 30 days",
			value:   func(v *View) ref.Val { return types.Int(v.History.AccountReports) },
		},
		{
			Name: "account.last_hour", Type: "int",
			Meaning: "other reports on the same account in the last hour",
			value:   func(v *View) ref.Val { return types.Int(v.History.LastHour) },
		},
		{
			Name: "group.reporters", Type: "int",
			Meaning: "reports in the case that this one joins, itself included",
			value:   func(v *View) ref.Val { return types.Int(v.History.GroupReporters) },
		},
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

package conduct_test

import (
	"fmt"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"

	"recourse/moderation/conduct"
)

// conditions are 200 rules of the sorts that codes have; few hold.
func conditions() []string {
	sorts := []string{
		`report.kind == "doxxing" && "phone" in personal.kinds && account.decisions > %d`,
		`"threat" in words.senses && words.weight["threat"] >= 3 && report.length > %d`,
		`report.grounds.exists(g, g in ["gender", "religion", "disability"]) && account.decisions >= %d`,
		`report.words.contains("number %d")`,
		`report.language in ["fr", "en"] && words.count > %d && !words.reclaimed`,
		`report.hosts.exists(h, h == "host%d.example") || report.platform == "none"`,
		`group.reporters > %d && account.last_hour > 10`,
		`report.role == "target" && report.account && account.reports > %d`,
	}
	var all []string
	for i := range 200 {
		all = append(all, fmt.Sprintf(sorts[i%len(sorts)], i+10))
	}
	return all
}

// BenchmarkRules compares an assessment by 200 rules with the bare compiled
// programs, which get a map made beforehand.
func BenchmarkRules(b *testing.B) {
	rules := []string{"rules:\n"}
	for i, when := range conditions() {
		rules = append(rules, rule(fmt.Sprintf("rule%d", i), when, "queue: safety"))
	}
	c, err := conduct.Parse([]byte(ruled(strings.Join(rules, ""))))
	if err != nil {
		b.Fatal(err)
	}
	view := fullView()
	b.Run("assess", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if got := c.Assess(view); got.Article != "true_names" {
				b.Fatalf("it is assessed as %+v", got)
			}
		}
	})
	b.Run("assess where all fire", func(b *testing.B) {
		every := []string{"rules:\n"}
		for i := range conditions() {
			when := fmt.Sprintf(`report.kind == "doxxing" && ("phone" in personal.kinds || account.decisions > %d)`, i)
			every = append(every, rule(fmt.Sprintf("rule%d", i), when, "queue: safety"))
		}
		c, err := conduct.Parse([]byte(ruled(strings.Join(every, ""))))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if got := c.Assess(view); len(got.Fired) != 202 {
				b.Fatalf("%d fire", len(got.Fired))
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		programs := bare(b)
		values := map[string]any{
			"report.kind": "doxxing", "report.grounds": []string{"religion"}, "report.role": "target", "report.language": "fr",
			"report.words": view.Words, "report.length": view.Length, "report.hosts": view.Hosts, "report.platform": "forum", "report.account": true,
			"words.senses": []string{"demean", "threat"}, "words.weight": map[string]int{"threat": 4, "slur": 0}, "words.count": 3, "words.reclaimed": false,
			"personal.kinds": []string{"address", "phone"}, "account.decisions": 1, "account.reports": 2, "account.last_hour": 3, "group.reporters": 4,
		}
		b.ReportAllocs()
		for b.Loop() {
			for _, p := range programs {
				if _, _, err := p.Eval(values); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

func bare(b *testing.B) []cel.Program {
	b.Helper()
	env, err := conduct.Environment()
	if err != nil {
		b.Fatal(err)
	}
	var programs []cel.Program
	for _, when := range conditions() {
		checked, issues := env.Compile(when)
		if issues.Err() != nil {
			b.Fatal(issues.Err())
		}
		p, err := env.Program(checked, cel.EvalOptions(cel.OptOptimize))
		if err != nil {
			b.Fatal(err)
		}
		programs = append(programs, p)
	}
	return programs
}

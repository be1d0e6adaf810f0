package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"recourse/internal/event"
	"recourse/moderation/conduct"
	"recourse/moderation/personal"
	"recourse/moderation/words"
)

// benchRules compares an assessment by 200 rules, from a report that was looked
// at to its place in the queue and why, with the bare compiled programs, which
// get their values in a map made beforehand.
func benchRules(ctx context.Context, f flags) ([]result, error) {
	conditions := rulesOfManySorts()
	code, err := codeOf(conditions)
	if err != nil {
		return nil, err
	}
	programs, err := programsOf(conditions)
	if err != nil {
		return nil, err
	}
	view, values := aView()
	const times = 500
	var ours, bare []float64
	err = interleave(ctx, f.Rounds,
		func(context.Context) error {
			began := time.Now()
			for range times {
				if a := code.Assess(view); a.Article == "" {
					return errors.New("a report has no article")
				}
			}
			ours = append(ours, micros(time.Since(began), times))
			return nil
		},
		func(context.Context) error {
			began := time.Now()
			for range times {
				for _, p := range programs {
					if _, _, err := p.Eval(values); err != nil {
						return fmt.Errorf("evaluating a condition: %w", err)
					}
				}
			}
			bare = append(bare, micros(time.Since(began), times))
			return nil
		})
	if err != nil {
		return nil, err
	}
	return []result{compared("rules: a report by 200 rules", "µs", "the bare compiled conditions", ours, bare).want("<= 3")}, nil
}

func micros(took time.Duration, times int) float64 {
	return float64(took.Nanoseconds()) / 1000 / float64(times)
}

// rulesOfManySorts are 200 conditions; some of them hold.
func rulesOfManySorts() []string {
	sorts := []string{
		`report.kind == "doxxing" && "phone" in personal.kinds && account.decisions > %d`,
		`"threat" in words.senses && words.weight["threat"] >= 3 && report.length < %d`,
		`report.grounds.exists(g, g in ["gender", "religion", "disability"]) && account.decisions >= %d`,
		`report.words.contains("number %d")`,
		`report.language in ["fr", "en"] && words.count > %d && !words.reclaimed`,
		`report.hosts.exists(h, h == "host%d.example") || report.platform == "none"`,
		`group.reporters > %d && account.last_hour > 10`,
		`report.role == "target" && report.account && account.reports > %d`,
	}
	var all []string
	for i := range 200 {
		all = append(all, fmt.Sprintf(sorts[i%len(sorts)], i))
	}
	return all
}

func codeOf(conditions []string) (conduct.Code, error) {
	var b strings.Builder
	b.WriteString("title: {en: Bench}\nversion: \"1\"\nlanguages: [en]\nqueues: [general, safety]\narticles:\n")
	b.WriteString("  - id: all\n    severity: 2\n    first_look: 24h\n    title: {en: All}\n    text: {en: All.}\n    kinds:\n")
	for _, k := range event.Kinds() {
		fmt.Fprintf(&b, "      - %s\n", k)
	}
	b.WriteString("rules:\n")
	for i, when := range conditions {
		fmt.Fprintf(&b, "  - id: rule%d\n    says: {en: A rule.}\n    when: '%s'\n    then: {tags: [tag%d], queue: safety}\n", i, when, i)
	}
	code, err := conduct.Parse([]byte(b.String()))
	if err != nil {
		return conduct.Code{}, fmt.Errorf("reading the code of conduct: %w", err)
	}
	return code, nil
}

func programsOf(conditions []string) ([]cel.Program, error) {
	env, err := conduct.Environment()
	if err != nil {
		return nil, fmt.Errorf("making the environment of conditions: %w", err)
	}
	var programs []cel.Program
	for _, when := range conditions {
		checked, issues := env.Compile(when)
		if issues.Err() != nil {
			return nil, fmt.Errorf("compiling a condition: %w", issues.Err())
		}
		p, err := env.Program(checked, cel.EvalOptions(cel.OptOptimize))
		if err != nil {
			return nil, fmt.Errorf("compiling a condition: %w", err)
		}
		programs = append(programs, p)
	}
	return programs, nil
}

// aView is a report that was looked at, and the same as CEL takes it.
func aView() (conduct.View, map[string]any) {
	v := conduct.View{
		Kind: event.KindDoxxing, Grounds: []event.Ground{event.GroundReligion}, Role: event.RoleTarget, Language: "fr",
		Words: strings.Repeat("he writes that he knows my street ", 8), Length: 272, Links: []string{"https://example.org/1"},
		Hosts: []string{"example.org"}, Platform: "forum", HasAccount: true,
		Matches: []words.Match{
			{Sense: "threat", Weight: 4, Term: "i will kill you"}, {Sense: "demean", Weight: 2, Term: "scum"},
		},
		Personal: []personal.Finding{{Kind: personal.Phone}, {Kind: personal.Address}},
		History:  conduct.History{AccountDecisions: 1, AccountReports: 2, LastHour: 3, GroupReporters: 4},
	}
	return v, map[string]any{
		"report.kind": "doxxing", "report.grounds": []string{"religion"}, "report.role": "target", "report.language": "fr",
		"report.words": v.Words, "report.length": v.Length, "report.hosts": v.Hosts, "report.platform": "forum", "report.account": true,
		"words.senses": []string{"demean", "threat"}, "words.weight": map[string]int{"threat": 4, "demean": 2}, "words.count": 2,
		"words.reclaimed": false, "personal.kinds": []string{"address", "phone"}, "account.decisions": 1, "account.reports": 2,
		"account.last_hour": 3, "group.reporters": 4,
	}
}

package console

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"recourse/internal/event"
	"recourse/moderation/conduct"
	"recourse/moderation/store"
)

// firedRule is a rule of the code of conduct that fired for a report.
type firedRule struct {
	Rule    string   `json:"rule"`
	Says    string   `json:"says"` // in plain words; empty where the code can't be read
	Effect  string   `json:"effect"`
	Shadow  bool     `json:"shadow"`  // it only recorded
	Error   string   `json:"error"`   // the sort of failure of its condition; it had no effect then
	Because []string `json:"because"` // names of the variables whose value made it fire
	Asked   string   `json:"asked"`   // the question that it asked the reporter, or empty

	saysIn string // the language of Says
}

// SaysIn is the language of Says, or "".
func (f firedRule) SaysIn() string { return f.saysIn }

// acted says whether it had an effect.
func (f firedRule) acted() bool { return !f.Shadow && f.Error == "" }

// explanation is what the rules that fired for a report led to.
type explanation struct {
	ConductVersion  string    `json:"conduct_version"`  // of the code; empty where it can't be read now
	PriorityReasons []string  `json:"priority_reasons"` // of the rules that set the priority
	Suggestions     []string  `json:"suggestions"`      // ids of further articles, the most severe first
	HiddenBy        []string  `json:"hidden_by"`        // ids of rules that hid what was reported
	WhatIf          []without `json:"what_if"`          // rules without which the outcome would have been another
	Machine         []string  `json:"machine"`          // what the reporter is told that rules did, with a decision

	machineIn string // the language of Machine
}

// without is what would have been without a rule.
type without struct {
	Rule         string   `json:"rule"`
	Article      string   `json:"article"`
	Priority     int      `json:"priority"`
	Queue        string   `json:"queue"`
	SecondReader bool     `json:"second_reader"`
	Hidden       bool     `json:"hidden"`
	Differs      []string `json:"differs"` // what would have been another, in words
}

func rulesOf(report event.ID, rows []store.ModerationRuleFired) []firedRule {
	rules := []firedRule{}
	for _, row := range rows {
		if row.ReportID == report {
			rules = append(rules, firedRule{
				Rule: row.Rule, Effect: row.Effect, Shadow: row.Shadow, Error: row.Error, Because: nonNil(row.Because),
			})
		}
	}
	return rules
}

func nonNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// explain puts the code's own words to what fired for each report, and what
// follows from it. Without the code the rules stand there by their ids.
func (f *caseFile) explain(ctx context.Context, titles *titles) {
	for i := range f.Reports {
		r := &f.Reports[i]
		code := titles.code(ctx, r.Conduct)
		kind := f.Kind
		if r.Content != nil {
			kind = r.Content.Kind
		}
		explainReport(r, code, kind)
	}
}

func explainReport(r *report, code conduct.Code, kind event.Kind) {
	r.explanation = explanation{
		ConductVersion: code.Version, PriorityReasons: []string{}, Suggestions: []string{}, HiddenBy: []string{},
		WhatIf: []without{}, Machine: []string{},
	}
	place := func(f firedRule) int {
		return slices.IndexFunc(code.Rules, func(rule conduct.Rule) bool { return rule.ID == f.Rule })
	}
	slices.SortStableFunc(r.Rules, func(a, b firedRule) int { return cmp.Compare(place(a), place(b)) })
	fired := make([]conduct.Fired, len(r.Rules))
	for i := range r.Rules {
		f := &r.Rules[i]
		fired[i] = conduct.Fired{Rule: f.Rule, Effect: f.Effect, Shadow: f.Shadow, Error: f.Error, Because: f.Because}
		rule, ok := code.Rule(f.Rule)
		if !ok {
			f.Says, f.saysIn = everyCode(f.Rule), consoleLanguage
			continue
		}
		f.Says, f.saysIn = rule.Says.Choose(consoleLanguage, code.Languages)
		if question, asks := code.Question(rule.Then.Ask); asks && f.acted() {
			f.Asked = question.Text.In(consoleLanguage, code.Languages)
		}
	}
	if len(code.Articles) == 0 {
		return
	}
	assessed := code.Explain(kind, fired)
	for _, reason := range assessed.PriorityReasons {
		r.PriorityReasons = append(r.PriorityReasons, reason.Text.In(consoleLanguage, code.Languages))
	}
	r.Suggestions = append(r.Suggestions, assessed.Suggestions...)
	for _, hiding := range assessed.Hide {
		r.HiddenBy = append(r.HiddenBy, hiding.Rule)
	}
	for _, other := range code.WhatIf(kind, fired) {
		r.WhatIf = append(r.WhatIf, whatIf(code, assessed.Outcome(), other))
	}
	language := ""
	if r.Content != nil {
		language = r.Content.Language
	}
	r.Machine, r.machineIn = machineDid(code, fired, language)
}

// whatIf says in words what would have been another.
func whatIf(code conduct.Code, actual conduct.Outcome, other conduct.Without) without {
	w := without{
		Rule: other.Rule, Article: other.Article, Priority: other.Priority, Queue: other.Queue, SecondReader: other.SecondReader,
		Hidden: other.Hidden, Differs: []string{},
	}
	differs := func(format string, args ...any) { w.Differs = append(w.Differs, fmt.Sprintf(format, args...)) }
	if other.Article != actual.Article {
		differs("the suggested article would be “%s”", titleIn(code, other.Article, consoleLanguage))
	}
	if other.Priority != actual.Priority {
		differs("the priority would be %d, not %d", other.Priority, actual.Priority)
	}
	if other.Queue != actual.Queue {
		differs("the queue would be %s, not %s", other.Queue, actual.Queue)
	}
	if other.SecondReader != actual.SecondReader {
		differs("no second reader would be asked for")
	}
	if other.Hidden != actual.Hidden {
		differs("nothing would be hidden until a moderator has looked")
	}
	return w
}

// machineDid is what a reporter is told that rules of the code did, in a
// language or else in the code's own, and which one that is. What only records,
// failed, or is done by every code is left out.
func machineDid(code conduct.Code, fired []conduct.Fired, language string) (says []string, in string) {
	base, _, _ := strings.Cut(language, "-")
	says = []string{}
	for _, rule := range code.Rules {
		acted := slices.ContainsFunc(fired, func(f conduct.Fired) bool { return f.Rule == rule.ID && !f.Shadow && f.Error == "" })
		if acted {
			var text string
			text, in = rule.Says.Choose(language, append([]string{base}, code.Languages...))
			says = append(says, text)
		}
	}
	return says, in
}

// everyCode says what a rule does that is none of a code's own.
func everyCode(rule string) string {
	switch rule {
	case conduct.RuleArticle:
		return "Every code suggests the article that takes this kind of report."
	case conduct.RulePriority:
		return "Every code orders reports by the severity of the article."
	case conduct.RuleLook:
		return "Looking at the words failed, so no rule could look at them either."
	case conduct.RuleAlike:
		return "A report in nearly the same words joins the case that is open."
	case conduct.RuleSameAccount:
		return "The code joins reports about the same account."
	case conduct.RuleSameLinks:
		return "The code joins reports about the same links."
	default:
		return ""
	}
}

// lookedAt says in plain words what a variable of a rule is.
func lookedAt(name string) string {
	for _, v := range conduct.Variables() {
		if v.Name == name {
			meaning, _, _ := strings.Cut(v.Meaning, ";")
			return strings.ReplaceAll(strings.TrimSuffix(meaning, ", sorted"), "`", "")
		}
	}
	return name
}

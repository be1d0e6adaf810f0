package conduct

import (
	"fmt"
	"slices"
	"strings"

	"recourse/internal/event"
)

// Case is a report and what a code is wanted to say of it: an entry of a
// *_test.yaml beside the code. Of what is wanted only the fields that are given
// are compared.
type Case struct {
	Name   string     `yaml:"name"`
	Report CaseReport `yaml:"report"`
	Want   CaseWant   `yaml:"want"`

	source *source
	path   string
}

// CaseReport is a report as a test writes it.
type CaseReport struct {
	Kind      event.Kind      `yaml:"kind"`
	Words     string          `yaml:"words"`
	Links     []string        `yaml:"links"`
	Account   CaseAccount     `yaml:"account"`
	Grounds   []event.Ground  `yaml:"grounds"`
	Role      event.Role      `yaml:"role"`
	Frequency event.Frequency `yaml:"frequency"`
	Language  string          `yaml:"language"` // in place of the one that would be detected
	History   CaseHistory     `yaml:"history"`
}

// CaseAccount is the reported account.
type CaseAccount struct {
	Platform string `yaml:"platform"`
	Handle   string `yaml:"handle"`
}

// CaseHistory is what is known of the account and the case.
type CaseHistory struct {
	AccountDecisions int `yaml:"account_decisions"`
	AccountReports   int `yaml:"account_reports"`
	LastHour         int `yaml:"last_hour"`
	GroupReporters   int `yaml:"group_reporters"`
}

// CaseWant is what a test wants. Lists are compared whatever their order.
type CaseWant struct {
	Article      string   `yaml:"article"`
	Priority     int      `yaml:"priority"`
	Queue        string   `yaml:"queue"`
	LanguageTeam bool     `yaml:"language_team"`
	SecondReader bool     `yaml:"second_reader"`
	Hide         bool     `yaml:"hide"`
	Tags         []string `yaml:"tags"`      // all of them
	Ask          []string `yaml:"ask"`       // all of them
	Fired        []string `yaml:"fired"`     // at least these rules
	NotFired     []string `yaml:"not_fired"` // none of these
	Matched      []string `yaml:"matched"`   // all terms of the lexicons that are found in the words
}

// Tested is how the cases went.
type Tested struct {
	Cases    int
	Failures Problems
	Rules    []Coverage // every rule of the code, in its order
}

// Coverage is in how many cases a rule fired, and in how many it did not.
type Coverage struct {
	Rule  string `json:"rule"`
	Fired int    `json:"fired"`
	Quiet int    `json:"quiet"`
}

// Covered reports whether the cases show the rule both ways.
func (c Coverage) Covered() bool { return c.Fired > 0 && c.Quiet > 0 }

// ReadCases reads a file of cases. Its error wraps Problems.
func ReadCases(name string, file []byte) ([]Case, error) {
	var cases []Case
	s, ok := readYAML(name, file, &cases)
	for i := range cases {
		c := &cases[i]
		c.source, c.path = s, fmt.Sprintf("[%d]", i)
		if !ok {
			continue
		}
		if c.Name == "" {
			s.wrongf(c.path, "name: is missing: say what the case shows")
		}
		if !c.Report.Kind.Valid() {
			s.wrongf(c.path+".report.kind", "is not on the public list: use one of %s", list(event.Kinds()))
		}
		for j, g := range c.Report.Grounds {
			if !slices.Contains(event.Grounds(), g) {
				s.wrongf(fmt.Sprintf("%s.report.grounds[%d]", c.path, j), "%q is not on the public list: use one of %s", g, list(event.Grounds()))
			}
		}
	}
	if len(s.problems) > 0 {
		s.problems.sort()
		return nil, fmt.Errorf("the cases can't be read: %w", s.problems)
	}
	return cases, nil
}

// Test assesses each case and compares.
func (c Code) Test(cases []Case) Tested {
	t := Tested{Cases: len(cases)}
	fired := map[string]int{}
	for _, one := range cases {
		view := c.caseView(one.Report)
		got := c.Assess(view)
		m := &matcher{code: c, one: one}
		m.compare(view, got)
		t.Failures = append(t.Failures, m.failures...)
		for _, f := range got.Fired {
			if f.Error == "" {
				fired[f.Rule]++
			}
		}
	}
	for _, r := range c.Rules {
		t.Rules = append(t.Rules, Coverage{Rule: r.ID, Fired: fired[r.ID], Quiet: t.Cases - fired[r.ID]})
	}
	t.Failures.sort()
	return t
}

func (c Code) caseView(r CaseReport) View {
	view := c.View(event.Content{
		Kind: r.Kind, Description: r.Words, Links: r.Links, Account: event.Account{Platform: r.Account.Platform, Handle: r.Account.Handle},
		Grounds: r.Grounds, Role: r.Role, Frequency: r.Frequency,
	})
	if r.Language != "" {
		view.Language = r.Language
	}
	view.History = History(r.History)
	view.History.GroupReporters = max(1, view.History.GroupReporters)
	return view
}

// matcher compares one case.
type matcher struct {
	code     Code
	one      Case
	failures Problems
}

// failedf notes a failure at a wanted field, or at the case where it has none.
func (m *matcher) failedf(field, format string, args ...any) {
	s := m.one.source
	line := s.line(m.one.path + ".want." + field)
	m.failures = append(m.failures, Problem{File: s.name, Line: line, What: m.one.Name + ": " + fmt.Sprintf(format, args...)})
}

// given reports whether the case wants something of a field.
func (m *matcher) given(field string) bool {
	_, ok := m.one.source.lines[m.one.path+".want."+field]
	return ok
}

func (m *matcher) compare(view View, got Assessment) {
	want := m.one.Want
	for _, f := range []struct {
		field     string
		got, want any
	}{
		{"article", got.Article, want.Article},
		{"priority", got.Priority, want.Priority},
		{"queue", got.Queue, want.Queue},
		{"language_team", got.LanguageTeam, want.LanguageTeam},
		{"second_reader", got.SecondReader, want.SecondReader},
		{"hide", len(got.Hide) > 0, want.Hide},
	} {
		if m.given(f.field) && f.got != f.want {
			m.failedf(f.field, "%s is %v, and %v is wanted", f.field, f.got, f.want)
		}
	}
	var terms []string
	for _, found := range view.Matches {
		terms = append(terms, found.Term)
	}
	m.compareLists("tags", got.Tags, want.Tags)
	m.compareLists("ask", got.Ask, want.Ask)
	m.compareLists("matched", terms, want.Matched)
	m.compareRules(got)
}

func (m *matcher) compareLists(field string, got, want []string) {
	got, want = sortedSet(got), sortedSet(want)
	if m.given(field) && !slices.Equal(got, want) {
		m.failedf(field, "%s is [%s], and [%s] is wanted", field, strings.Join(got, ", "), strings.Join(want, ", "))
	}
}

func sortedSet(values []string) []string {
	set := slices.Clone(values)
	slices.Sort(set)
	return slices.Compact(set)
}

func (m *matcher) compareRules(got Assessment) {
	fired := map[string]bool{}
	for _, f := range got.Fired {
		fired[f.Rule] = f.Error == ""
		if f.Error != "" {
			m.failedf("", "the rule %s failed: %s", f.Rule, f.Error)
		}
	}
	known := func(id string) bool {
		_, ok := m.code.Rule(id)
		return ok || slices.Contains(builtIn(), id)
	}
	for field, rules := range map[string][]string{"fired": m.one.Want.Fired, "not_fired": m.one.Want.NotFired} {
		for i, id := range rules {
			at := fmt.Sprintf("%s[%d]", field, i)
			switch {
			case !known(id):
				m.failedf(at, "there is no rule %q", id)
			case fired[id] && field == "not_fired":
				m.failedf(at, "the rule %s fired, and it should not", id)
			case !fired[id] && field == "fired":
				m.failedf(at, "the rule %s did not fire", id)
			}
		}
	}
}

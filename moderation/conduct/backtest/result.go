package backtest

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"recourse/moderation/conduct"
)

// Result is what a backtest found, as it is printed.
type Result struct {
	Reports Reports        `json:"reports"`
	Cases   int            `json:"cases"`   // with a report that was judged
	Decided int            `json:"decided"` // of these, by moderators
	Changed int            `json:"changed"` // of these, in what a code can change
	By      map[string]int `json:"by"`      // cases that change, by sort
	Moves   []MoveCount    `json:"moves"`   // how they change, the most frequent first
	Listed  []Changed      `json:"listed"`  // the first that change
	Rules   []Rule         `json:"rules"`   // of the draft in its order, then those that only earlier codes had
}

// Reports counts reports.
type Reports struct {
	Judged  int          `json:"judged"`
	Skipped map[Skip]int `json:"skipped"`
}

// Rule is what became of a rule. Figures count cases, but for Errors.
type Rule struct {
	ID      string `json:"rule"`
	Draft   bool   `json:"draft"` // the draft has it
	Shadow  bool   `json:"shadow"`
	Article string `json:"article,omitempty"` // that it suggests
	Before  int    `json:"before"`            // it fired under the codes that bound the cases
	Now     int    `json:"now"`               // it fires under the draft
	New     int    `json:"new"`
	Gone    int    `json:"gone"`
	Errors  int    `json:"errors"` // reports in which it could not be evaluated

	// Of the decided cases in which it fires, those in which moderators acted, and
	// under its article where it suggests one.
	Precision Share `json:"precision"`
	// Of the cases that were acted on under its article, those in which it fires;
	// nil where it suggests none.
	Recall *Share `json:"recall,omitempty"`
	// Decided cases in which it fires, under a code that had no such article.
	NewArticle int `json:"decided_without_its_article"`
}

// Tellable is the least number of cases from which a share is told.
const Tellable = 20

// Share is a part of N, with the 95 % interval of Wilson. It is nil where N is
// below Tellable.
type Share struct {
	Part int      `json:"part"`
	N    int      `json:"n"`
	Of   *float64 `json:"share,omitempty"`
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
}

// NewShare returns the share of part in n.
func NewShare(part, n int) Share {
	s := Share{Part: part, N: n}
	if n < Tellable {
		return s
	}
	p := float64(part) / float64(n)
	low, high := wilson(part, n)
	s.Of, s.Low, s.High = &p, &low, &high
	return s
}

// wilson is the score interval at 95 % (E. B. Wilson, Probable inference, the
// law of succession, and statistical inference, 1927).
func wilson(part, n int) (low, high float64) {
	const z = 1.959963984540054 // the normal distribution's 97.5 % quantile
	count := float64(n)
	p := float64(part) / count
	middle := p + z*z/(2*count)
	half := z * math.Sqrt(p*(1-p)/count+z*z/(4*count*count))
	scale := 1 + z*z/count
	return max(0, (middle-half)/scale), min(1, (middle+half)/scale)
}

// Articles returns, for Sums.Add, the article that a rule of the draft suggests.
func Articles(draft conduct.Code) func(rule string) string {
	of := make(map[string]string, len(draft.Rules))
	for _, r := range draft.Rules {
		of[r.ID] = r.Then.Article
	}
	return func(rule string) string { return of[rule] }
}

// Result returns what was found with this draft. Call it once all is added.
func (s *Sums) Result(draft conduct.Code) Result {
	r := Result{
		Reports: Reports{Judged: s.Reports, Skipped: map[Skip]int{}}, Cases: s.Cases, Decided: s.Decided, Changed: s.Changed,
		By: map[string]int{}, Moves: slices.Clone(s.Moves), Listed: append([]Changed{}, s.Listed...), Rules: []Rule{},
	}
	for _, skip := range Skips() {
		r.Reports.Skipped[skip] = s.Skipped[skip]
	}
	for _, what := range Whats() {
		r.By[what] = s.By[what]
	}
	if r.Moves == nil {
		r.Moves = []MoveCount{}
	}
	slices.SortFunc(r.Moves, func(a, b MoveCount) int {
		return cmp.Or(cmp.Compare(b.Cases, a.Cases), cmp.Compare(a.What, b.What), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	for _, rule := range draft.Rules {
		r.Rules = append(r.Rules, s.ruleResult(rule.ID, rule, true))
	}
	for _, id := range slices.Sorted(maps.Keys(s.Rules)) {
		if _, ok := draft.Rule(id); !ok {
			r.Rules = append(r.Rules, s.ruleResult(id, conduct.Rule{}, false))
		}
	}
	return r
}

func (s *Sums) ruleResult(id string, rule conduct.Rule, inDraft bool) Rule {
	var own ruleSums
	if found := s.Rules[id]; found != nil {
		own = *found
	}
	out := Rule{
		ID: id, Draft: inDraft, Shadow: rule.Shadow, Article: rule.Then.Article, Before: own.Before, Now: own.Now, New: own.New,
		Gone: own.Gone, Errors: own.Errors, Precision: NewShare(own.Right, own.N), NewArticle: own.NoSuch,
	}
	if article := rule.Then.Article; article != "" {
		recall := NewShare(own.ActedNow, s.Acted[article])
		out.Recall = &recall
	}
	return out
}

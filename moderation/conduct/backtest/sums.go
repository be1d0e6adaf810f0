package backtest

import (
	"slices"

	"recourse/internal/event"
)

// Sums is what was found so far. It can be stored as JSON and gone on with. Of
// cases with several reports it holds those whose last report has not come, so
// that its size does not grow with the number of reports.
type Sums struct {
	List    int `json:"list"` // how many changed cases are listed, at most
	Reports int `json:"reports"`

	Skipped map[Skip]int          `json:"skipped"`
	Cases   int                   `json:"cases"`   // with a report that was judged
	Decided int                   `json:"decided"` // of these
	Changed int                   `json:"changed"`
	By      map[string]int        `json:"by"` // cases that change, by Move.What
	Moves   []MoveCount           `json:"moves"`
	Listed  []Changed             `json:"listed"`
	Rules   map[string]*ruleSums  `json:"rules"`
	Acted   map[string]int        `json:"acted"` // cases decided with an action, by article
	Pending map[event.ID]*pending `json:"pending"`
}

// Changed is a case that would change: its first report that does, and how
// many do.
type Changed struct {
	Case    event.ID `json:"case"`
	Reports int      `json:"reports"` // that were judged
	Changed int      `json:"changed"` // of these
	Before  Outcome  `json:"before"`
	After   Outcome  `json:"after"`
}

// ruleSums counts cases; Errors counts reports.
type ruleSums struct {
	Before   int `json:"before"` // it fired under the code that bound the case
	Now      int `json:"now"`    // it fires under the draft
	New      int `json:"new"`    // now and not before
	Gone     int `json:"gone"`
	Errors   int `json:"errors"`
	N        int `json:"n"`          // decided cases in which it fires
	Right    int `json:"right"`      // of these, as the rule would have it
	NoSuch   int `json:"no_article"` // decided under a code that had not the rule's article: not in N
	ActedNow int `json:"acted_now"`  // decided with an action under the rule's article
}

// pending is a case with reports to come.
type pending struct {
	Reports int      `json:"reports"`
	Changed int      `json:"changed"`
	First   Changed  `json:"first"` // outcomes only
	Moves   []Move   `json:"moves"`
	Before  []string `json:"before"` // rules that fired in some report
	Now     []string `json:"now"`
}

// NewSums returns sums that list at most so many cases.
func NewSums(list int) *Sums {
	return &Sums{
		List: list, Skipped: map[Skip]int{}, By: map[string]int{}, Rules: map[string]*ruleSums{}, Acted: map[string]int{},
		Pending: map[event.ID]*pending{},
	}
}

// Add counts a report. The draft's rules say what is right; article names that
// of a rule, or "".
func (s *Sums) Add(r Report, article func(rule string) string) {
	p := s.Pending[r.Case]
	if p == nil {
		p = &pending{}
	}
	if r.Skip != "" {
		s.Skipped[r.Skip]++
	} else {
		s.Reports++
		p.add(r)
		for _, rule := range r.After.Failed {
			s.rule(rule).Errors++
		}
	}
	if !r.Last {
		s.Pending[r.Case] = p
		return
	}
	delete(s.Pending, r.Case)
	if p.Reports > 0 {
		s.close(r.Case, p, r.Decision, article)
	}
}

func (p *pending) add(r Report) {
	p.Reports++
	p.Before = merged(p.Before, r.Before.Fired)
	p.Now = merged(p.Now, r.After.Fired)
	moves := movesOf(r.Before.Outcome, r.After.Outcome)
	if len(moves) == 0 {
		return
	}
	if p.Changed == 0 {
		p.First = Changed{Before: r.Before.Outcome, After: r.After.Outcome}
	}
	p.Changed++
	p.Moves = merged(p.Moves, moves)
}

// close counts a case whose reports are all there.
func (s *Sums) close(id event.ID, p *pending, d *Decision, article func(rule string) string) {
	s.Cases++
	if p.Changed > 0 {
		s.change(id, p)
	}
	for _, rule := range p.Before {
		s.rule(rule).Before++
		if !slices.Contains(p.Now, rule) {
			s.rule(rule).Gone++
		}
	}
	acted := d != nil && d.Action != event.ActionNone
	if d != nil {
		s.Decided++
	}
	if acted {
		s.Acted[d.Article]++
	}
	for _, rule := range p.Now {
		own := s.rule(rule)
		own.Now++
		if !slices.Contains(p.Before, rule) {
			own.New++
		}
		suggested := article(rule)
		switch {
		case d == nil:
		case suggested != "" && !d.knows(suggested):
			own.NoSuch++
		default:
			own.N++
			if acted && (suggested == "" || suggested == d.Article) {
				own.Right++
			}
			if acted && suggested == d.Article {
				own.ActedNow++
			}
		}
	}
}

func (d *Decision) knows(article string) bool {
	if d.Code == nil {
		return false
	}
	_, ok := d.Code.Article(article)
	return ok
}

func (s *Sums) change(id event.ID, p *pending) {
	s.Changed++
	if len(s.Listed) < s.List {
		s.Listed = append(s.Listed, Changed{
			Case: id, Reports: p.Reports, Changed: p.Changed, Before: p.First.Before, After: p.First.After,
		})
	}
	var what []string
	for _, m := range p.Moves {
		what = merged(what, []string{m.What})
		s.count(m)
	}
	for _, w := range what {
		s.By[w]++
	}
}

func (s *Sums) rule(id string) *ruleSums {
	if s.Rules[id] == nil {
		s.Rules[id] = &ruleSums{}
	}
	return s.Rules[id]
}

// merged adds to a list what is not in it.
func merged[T comparable](list, more []T) []T {
	for _, v := range more {
		if !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}

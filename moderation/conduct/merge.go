package conduct

import (
	"cmp"
	"slices"
	"time"

	"recourse/internal/event"
)

// Places in the queue. An article's is bySeverity times its severity.
const (
	bySeverity = 100
	lowBy      = 50 // how far low stands behind others of its severity
	highAt     = 350
	urgentAt   = 500
)

// merge puts the effects of rules together. Only ties depend on the rules'
// order, which is that of the file: there the first wins.
func (c Code) merge(kind event.Kind, rules []*Rule) Assessment {
	a := Assessment{Kind: kind}
	if len(c.Queues) > 0 {
		a.Queue = c.Queues[0]
	}
	c.mergeArticles(&a, kind, rules)
	mergePriority(&a, rules)
	routed := false
	for _, r := range rules {
		then := &r.Then
		if then.Queue != "" && !routed {
			a.Queue, routed = then.Queue, true
		}
		a.LanguageTeam = a.LanguageTeam || then.LanguageTeam
		a.SecondReader = a.SecondReader || then.SecondReader
		a.Tags = append(a.Tags, then.Tags...)
		a.Group = append(a.Group, then.Group...)
		if then.Hide {
			quota := cmp.Or(then.HideQuota, c.Automation.HideQuota, DefaultHideQuota)
			a.Hide = append(a.Hide, Hiding{Rule: r.ID, Quota: quota})
		}
		if then.Ask != "" && !slices.Contains(a.Ask, then.Ask) {
			a.Ask = append(a.Ask, then.Ask)
		}
	}
	slices.Sort(a.Tags)
	a.Tags = slices.Compact(a.Tags)
	slices.Sort(a.Group)
	a.Group = slices.Compact(a.Group)
	return a
}

// Groups says whether a rule may join reports by more than their words.
func (c Code) Groups() bool {
	return slices.ContainsFunc(c.Rules, func(r Rule) bool { return len(r.Then.Group) > 0 && !r.Shadow })
}

// mergeArticles chooses the article: the most severe that is suggested, where
// it is at least as severe as the kind's own. The deadline is the shorter one,
// so that no rule makes anybody wait longer.
func (c Code) mergeArticles(a *Assessment, kind event.Kind, rules []*Rule) {
	own, mapped := c.articleOf(kind)
	var all []Article
	add := func(article Article) {
		if !slices.ContainsFunc(all, func(other Article) bool { return other.ID == article.ID }) {
			all = append(all, article)
		}
	}
	for _, r := range rules {
		if article, ok := c.Article(r.Then.Article); ok {
			add(article)
		}
	}
	if mapped {
		add(own) // last, so that one as severe that a rule suggests comes before it
	}
	if len(all) == 0 {
		return
	}
	slices.SortStableFunc(all, func(x, y Article) int { return cmp.Compare(y.Severity, x.Severity) })
	chosen := all[0]
	a.Article, a.Priority, a.FirstLook = chosen.ID, bySeverity*chosen.Severity, time.Duration(chosen.FirstLook)
	if mapped {
		a.FirstLook = min(a.FirstLook, time.Duration(own.FirstLook))
	}
	for _, other := range all[1:] {
		a.Suggestions = append(a.Suggestions, other.ID)
	}
}

// mergePriority applies the highest level that is set.
func mergePriority(a *Assessment, rules []*Rule) {
	highest := -1
	for _, r := range rules {
		if r.Then.Priority != nil {
			highest = max(highest, slices.Index(Levels(), r.Then.Priority.Level))
		}
	}
	if highest < 0 {
		return
	}
	level := Levels()[highest]
	switch level {
	case Low:
		a.Priority = max(0, a.Priority-lowBy)
	case High:
		a.Priority = max(highAt, a.Priority)
	case Urgent:
		a.Priority = urgentAt
	case Normal: // as it is
	}
	for _, r := range rules {
		if r.Then.Priority != nil && r.Then.Priority.Level == level {
			a.PriorityReasons = append(a.PriorityReasons, PriorityReason{Rule: r.ID, Text: r.Then.Priority.Reason})
		}
	}
}

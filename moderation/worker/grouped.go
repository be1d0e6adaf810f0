package worker

import (
	"context"
	"fmt"
	"slices"
	"time"

	"recourse/internal/event"
	"recourse/moderation"
	"recourse/moderation/store"
)

// grouped is a case that reports of a batch go into, and what its reports' rules
// lead to together.
type grouped struct {
	id      event.ID
	there   bool     // stored before this batch, and locked
	first   event.ID // the report of this batch that opens it; zero where it was there
	reports int      // with those of this batch

	article, queue string
	language       string // of its first report
	priority       int    // the highest of its reports'
	due            time.Time
	languageTeam   bool
	secondReader   bool
	tags           []string // sorted
	hiddenSince    time.Time
	shownAt        time.Time // a person showed it again

	changed bool // what the receipts of its earlier reports show
}

// found takes what is stored of a case.
func (c *grouped) found(row store.LockCasesToJoinRow) {
	c.there, c.article, c.queue, c.priority, c.due = true, row.Article, row.Queue, int(row.Priority), row.FirstLookDue
	c.languageTeam, c.secondReader, c.tags = row.LanguageTeam, row.SecondReader, row.Tags
	if row.HiddenSince != nil {
		c.hiddenSince = *row.HiddenSince
	}
	if row.ShownAt != nil {
		c.shownAt = *row.ShownAt
	}
}

// take adds what a report's rules lead to. Where its place in the queue is a
// higher one, its article and queue are the case's from now on; its deadline
// holds where it is earlier.
func (c *grouped) take(o *opened, now time.Time) {
	a := o.assessment
	if c.article == "" || moderation.PriorityOf(a.Priority, 0) > moderation.PriorityOf(c.priority, 0) {
		c.article, c.queue, c.priority = a.Article, a.Queue, a.Priority
	}
	if c.due.IsZero() || o.firstLook.Before(c.due) {
		c.due, c.changed = o.firstLook, true
	}
	if c.first == o.submitted.Report {
		c.language = a.Language
	}
	c.languageTeam = c.languageTeam || a.LanguageTeam
	c.secondReader = c.secondReader || a.SecondReader
	c.tags = slices.Compact(slices.Sorted(slices.Values(slices.Concat(c.tags, a.Tags))))
	if len(a.Hide) > 0 && c.hiddenSince.IsZero() {
		c.hiddenSince, c.changed = now, true
	}
}

// tellOthers has the receipts of the reports that were in a case tell what has
// changed of it.
func (g *grouping) tellOthers(ctx context.Context, q *store.Queries, now time.Time) error {
	var changed []event.ID
	for _, c := range g.order {
		if c.there && c.changed {
			changed = append(changed, c.id)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	rows, err := q.RaiseReportsOfCases(ctx, changed)
	if err != nil {
		return fmt.Errorf("raising the versions of a case's reports: %w", err)
	}
	for _, row := range rows {
		due := store.InsertStatusesDueParams{CaseID: row.CaseID, ReportIds: []event.ID{row.ID}, CreatedAt: now}
		if err := q.InsertStatusesDue(ctx, due); err != nil {
			return fmt.Errorf("leaving statuses to the relay: %w", err)
		}
	}
	return nil
}

// priorityNow is the case's place in the queue with all its reports.
func (c *grouped) priorityNow() int { return moderation.PriorityOf(c.priority, c.reports) }

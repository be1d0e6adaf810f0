package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"recourse/internal/event"
	"recourse/moderation"
	"recourse/moderation/store"
)

// reopen opens a decided case again: a person looks once more, within the time
// that the article promises for a first look.
func (c *change) reopen(
	ctx context.Context, before moderation.Case, why moderation.Again, caseEvent string, milestone event.Milestone,
) error {
	if err := c.note(ctx); err != nil {
		return err
	}
	code, err := c.worker.code(ctx, c.row.Conduct)
	if err != nil {
		return err
	}
	article, _ := code.Article(c.row.Article) // of a code that has it: the worker suggested it
	after := before.Reopen(why, c.now.Add(time.Duration(article.FirstLook)))
	if err := c.setCase(ctx, after, nil); err != nil {
		return err
	}
	version, err := c.q.RaiseReportVersion(ctx, c.report.ID)
	if err != nil {
		return fmt.Errorf("raising a report's version: %w", err)
	}
	if err := c.milestone(ctx, version, milestone); err != nil {
		return err
	}
	return c.tellOthers(ctx, after, caseEvent)
}

// erase takes the report back. Its row stays without content, so that a replay
// finds it. The case of which it was the last report is closed.
func (c *change) erase(ctx context.Context, before moderation.Case) error {
	id := c.report.ID
	steps := []struct {
		what string
		run  func() error
	}{
		{"its data keys", func() error { return c.q.EraseDataKeys(ctx, id) }},
		{"its files' keys", func() error { return c.q.EraseEvidenceKeys(ctx, id) }},
		{"its files", func() error { return c.q.EraseEvidence(ctx, id) }},
		{"its files' names", func() error { return c.q.EraseEvidenceDetails(ctx, id) }},
		{"its unfinished files", func() error { return c.q.EraseUploads(ctx, id) }},
		{"its follow-ups", func() error { return c.q.EraseFollowUps(ctx, id) }},
		{"its messages", func() error { return c.q.EraseMessages(ctx, id) }},
		{"its rules", func() error { return c.q.EraseRules(ctx, id) }},
		{"its sketches", func() error { return c.q.EraseSketches(ctx, id) }},
		{"the signature of its text", func() error { return c.q.EraseSignature(ctx, id) }},
		{"its contact", func() error { return c.q.EraseContact(ctx, id) }},
		{"its content", func() error { return c.q.EraseReport(ctx, store.EraseReportParams{ReportID: id, At: &c.now}) }},
		{"its messages in the streams", func() error { return askErasure(ctx, c.q, c.f.followUp, c.now) }},
	}
	for _, step := range steps {
		if err := step.run(); err != nil {
			return fmt.Errorf("erasing a report: %s: %w", step.what, err)
		}
	}
	if err := c.milestone(ctx, c.report.Version+1, event.MilestoneWithdrawn); err != nil {
		return err
	}
	left, err := c.q.LiveReportsOf(ctx, c.row.ID)
	if err != nil {
		return fmt.Errorf("looking for other reports of a case: %w", err)
	}
	if len(left) > 0 {
		priority := int32(moderation.PriorityOf(int(c.row.Priority), len(left))) //nolint:gosec // below a thousand
		if err := c.q.SetPriority(ctx, store.SetPriorityParams{ID: c.row.ID, Priority: priority}); err != nil {
			return fmt.Errorf("lowering a case's priority: %w", err)
		}
		return c.raise(ctx, before.Heard())
	}
	if err := c.q.ForgetFindings(ctx, c.row.ID); err != nil {
		return fmt.Errorf("forgetting what rules made of words: %w", err)
	}
	if err := c.q.EraseCaseKey(ctx, c.row.ID); err != nil {
		return fmt.Errorf("erasing what was written about a case: %w", err)
	}
	if before.State == moderation.Closed { // the decision stands, without its reasons
		if err := c.q.NothingUnread(ctx, c.row.ID); err != nil {
			return fmt.Errorf("marking a case read: %w", err)
		}
		return nil
	}
	after := before.Abandon()
	if err := c.setCase(ctx, after, &c.now); err != nil {
		return err
	}
	return c.tellOthers(ctx, after, event.CaseClosed)
}

func (c *change) setCase(ctx context.Context, after moderation.Case, closedAt *time.Time) error {
	version := int32(after.Version) //nolint:gosec // raised by one from an integer column
	err := c.q.SetCase(ctx, store.SetCaseParams{
		ID: after.ID, State: string(after.State), Version: version, Again: string(after.Again), FirstLookDue: after.Due, ClosedAt: closedAt,
	})
	if err != nil {
		return fmt.Errorf("changing a case: %w", err)
	}
	return nil
}

func (c *change) milestone(ctx context.Context, version int32, name event.Milestone) error {
	err := c.q.InsertMilestones(ctx, store.InsertMilestonesParams{
		ReportIds: []event.ID{c.report.ID}, Versions: []int32{version}, Names: []string{string(name)}, Ats: []time.Time{c.now},
	})
	if err != nil {
		return fmt.Errorf("storing a milestone: %w", err)
	}
	return nil
}

// tellOthers leaves a case event to the relay, and the status of the case's
// other reports: what they show of the case has changed.
func (c *change) tellOthers(ctx context.Context, after moderation.Case, name string) error {
	live, err := c.q.LiveReportsOf(ctx, after.ID)
	if err != nil {
		return fmt.Errorf("looking for the reports of a case: %w", err)
	}
	if live == nil {
		live = []event.ID{}
	}
	e := event.CaseEvent{
		Version: event.CaseEventVersion, Case: after.ID, Community: c.row.Community, Event: name,
		Sequence: after.Version, At: c.now, Reports: live,
	}
	payload, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encoding a case event: %w", err)
	}
	err = c.q.InsertEvents(ctx, store.InsertEventsParams{
		CaseIds: []event.ID{after.ID}, MessageIds: []string{e.MessageID()}, CreatedAt: c.now,
		Subjects: []string{event.CaseSubject(name, c.row.Community, after.ID).String()}, Payloads: []string{string(payload)},
	})
	if err != nil {
		return fmt.Errorf("leaving a case event to the relay: %w", err)
	}
	var others []event.ID
	for _, id := range live {
		if id == c.report.ID {
			continue
		}
		if _, err := c.q.RaiseReportVersion(ctx, id); err != nil {
			return fmt.Errorf("raising a report's version: %w", err)
		}
		others = append(others, id)
	}
	if len(others) == 0 {
		return nil
	}
	err = c.q.InsertStatusesDue(ctx, store.InsertStatusesDueParams{CaseID: after.ID, ReportIds: others, CreatedAt: c.now})
	if err != nil {
		return fmt.Errorf("leaving statuses to the relay: %w", err)
	}
	return nil
}

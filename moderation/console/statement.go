package console

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"recourse/internal/event"
	"recourse/moderation"
	"recourse/moderation/conduct"
	"recourse/moderation/store"
)

// tellReporters raises the version of each report of the case, notes the
// milestones, seals a statement of reasons to each receipt, and leaves the new
// statuses to the relay and the news to notify. It returns the reports.
func (d *desk) tellReporters(
	ctx context.Context, q *store.Queries, made decided, v moderation.Decision, code conduct.Code,
) ([]event.ID, error) {
	if err := q.RaiseReportVersions(ctx, made.Case); err != nil {
		return nil, fmt.Errorf("raising reports' versions: %w", err)
	}
	rows, err := q.ReportsOf(ctx, made.Case)
	if err != nil {
		return nil, fmt.Errorf("reading a case's reports: %w", err)
	}
	rules, err := q.RulesOf(ctx, made.Case)
	if err != nil {
		return nil, fmt.Errorf("reading the rules that fired: %w", err)
	}
	messages := store.InsertMessagesParams{DecisionID: &made.ID, At: made.DecidedAt}
	var milestones store.InsertMilestonesParams
	for _, row := range rows {
		if row.WithdrawnAt != nil {
			continue // nobody waits for an answer, and nothing is kept for it
		}
		sealed, err := d.statement(row, rules, v, code)
		if err != nil {
			return nil, err
		}
		messages.Ids = append(messages.Ids, event.NewID())
		messages.ReportIds = append(messages.ReportIds, row.ID)
		messages.Sealed = append(messages.Sealed, string(sealed))
		for _, name := range []event.Milestone{event.MilestoneDecided, event.MilestoneClosed} {
			milestones.ReportIds = append(milestones.ReportIds, row.ID)
			milestones.Versions = append(milestones.Versions, row.Version)
			milestones.Names = append(milestones.Names, string(name))
			milestones.Ats = append(milestones.Ats, made.DecidedAt)
		}
	}
	if err := q.InsertMilestones(ctx, milestones); err != nil {
		return nil, fmt.Errorf("storing milestones: %w", err)
	}
	if err := q.InsertMessages(ctx, messages); err != nil {
		return nil, fmt.Errorf("storing statements of reasons: %w", err)
	}
	due := store.InsertStatusesDueParams{CaseID: made.Case, ReportIds: messages.ReportIds, CreatedAt: made.DecidedAt}
	if err := q.InsertStatusesDue(ctx, due); err != nil {
		return nil, fmt.Errorf("leaving statuses to the relay: %w", err)
	}
	if err := q.InsertNews(ctx, messages.ReportIds); err != nil {
		return nil, fmt.Errorf("leaving news to notify: %w", err)
	}
	return messages.ReportIds, nil
}

// statement is what one reporter is told, sealed to the receipt. It is in the
// language of the report where the code has it. A report that was erased has
// told its language to nobody. What rules did is said whatever the moderator
// writes.
func (d *desk) statement(
	row store.ReportsOfRow, rules []store.ModerationRuleFired, v moderation.Decision, code conduct.Code,
) ([]byte, error) {
	content, err := d.content(row)
	if err != nil && !errors.Is(err, errErased) {
		return nil, err
	}
	var fired []conduct.Fired
	for _, f := range rules {
		if f.ReportID == row.ID {
			fired = append(fired, conduct.Fired{Rule: f.Rule, Effect: f.Effect, Shadow: f.Shadow, Error: f.Error})
		}
	}
	machine, _ := machineDid(code, fired, content.Language)
	return sealMessage(row, event.Message{
		Type: event.MessageDecision, Action: v.Action, Article: v.Article,
		Title: titleIn(code, v.Article, content.Language), Reasons: v.Reasons, Machine: machine,
	})
}

// titleIn is an article's title in a language, or else in that language's
// base (pt for pt-BR), or else in the code's own order of languages.
func titleIn(code conduct.Code, article, language string) string {
	a, ok := code.Article(article)
	if !ok {
		return article
	}
	base, _, _ := strings.Cut(language, "-")
	return a.Title.In(language, append([]string{base}, code.Languages...))
}

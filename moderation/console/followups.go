package console

import (
	"context"
	"fmt"
	"time"

	"recourse/internal/event"
	"recourse/internal/postgres"
	"recourse/moderation"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// followUp is what a reporter sent later, with the receipt.
type followUp struct {
	ID        event.ID          `json:"id"`
	Event     string            `json:"event"`  // amended, message, consent, outcome, appeal, evidence
	Effect    moderation.Effect `json:"effect"` // what it did when it came
	At        time.Time         `json:"at"`     // when it was sent
	New       bool              `json:"new"`    // it came to a decided case, and no moderator has read it
	TextState legibility        `json:"text_state"`
	Text      string            `json:"text"`
	Consent   *event.Consent    `json:"consent"` // of a consent: what it forbids from then on
	Stopped   *bool             `json:"stopped"` // of an outcome
}

// openFollowUps puts beside each report what followed it.
func (d *desk) openFollowUps(ctx context.Context, q *store.Queries, f *caseFile) error {
	rows, err := q.FollowUpsOf(ctx, f.ID)
	if err != nil {
		return fmt.Errorf("reading what followed: %w", err)
	}
	for _, row := range rows {
		up := followUp{
			ID: row.ID, Event: row.Event, Effect: moderation.Effect(row.Effect), At: row.At.UTC(),
			New: f.UnreadSince != nil && !row.StoredAt.Before(*f.UnreadSince),
		}
		var content event.FollowUpContent
		err := errErased
		if row.Content != nil {
			err = d.unseal(vault.FollowUpPlace(row.ID), row.Community, row.Month, row.Wrapped, row.Content, &content)
		}
		up.TextState = legibilityOf(err)
		switch up.TextState {
		case legible:
			up.Text, up.Consent, up.Stopped = content.Text, content.Consent, content.Stopped
		case locked:
			d.log.Error("a follow-up can't be opened", "follow_up", row.ID, "error", postgres.Redact(err))
		case erased: // as it should be
		}
		if r := f.report(row.ReportID); r != nil {
			r.FollowUps = append(r.FollowUps, up)
		}
	}
	return nil
}

package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"recourse/internal/event"
	"recourse/internal/seal"
	"recourse/moderation/findings"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// findingsOf seals what was found in a report's words like the words. Where
// nothing was found there is nothing.
func findingsOf(key vault.DataKey, o opened) ([]byte, error) {
	f := findings.Of(o.view.Matches, o.view.Personal)
	if f.Empty() {
		return nil, nil
	}
	b, err := f.Encode()
	if err != nil {
		return nil, err
	}
	return key.Seal(vault.FindingsPlace(o.submitted.Report), b), nil
}

// addQuestions seals what rules ask the reporter to the receipt, in the
// reporter's language where the code has it.
func (r *rows) addQuestions(o opened, now time.Time) ([]event.SealedMessage, error) {
	var asked []event.SealedMessage
	for _, id := range o.assessment.Ask {
		question, ok := o.code.Question(id)
		if !ok {
			continue // Parse refuses such a rule
		}
		base, _, _ := strings.Cut(o.language, "-")
		text := question.Text.In(o.language, append([]string{base}, o.code.Languages...))
		body, err := json.Marshal(event.Message{Type: event.MessageReply, Text: text, Automatic: true})
		if err != nil {
			return nil, fmt.Errorf("encoding a question: %w", err)
		}
		here := seal.Context{Purpose: seal.PurposeMessage, Community: o.submitted.Community, Report: o.submitted.Report}
		envelope, err := seal.Seal(o.replyKey, here, body, seal.Buckets())
		if err != nil {
			return nil, fmt.Errorf("sealing a question: %w", err)
		}
		sealed, err := json.Marshal(envelope)
		if err != nil {
			return nil, fmt.Errorf("encoding an envelope: %w", err)
		}
		m := store.InsertOwnMessageParams{ID: event.NewID(), ReportID: o.submitted.Report, At: now, Sealed: sealed}
		r.questions = append(r.questions, m)
		asked = append(asked, event.SealedMessage{ID: m.ID, At: m.At, Sealed: envelope})
	}
	return asked, nil
}

// ask stores the questions, and has reporters who left an address told that
// there is news.
func (r *rows) ask(ctx context.Context, q *store.Queries) error {
	var told []event.ID
	for _, m := range r.questions {
		if err := q.InsertOwnMessage(ctx, m); err != nil {
			return fmt.Errorf("storing a question: %w", err)
		}
		told = append(told, m.ReportID)
	}
	if len(told) == 0 {
		return nil
	}
	if err := q.InsertNews(ctx, told); err != nil {
		return fmt.Errorf("telling reporters of a question: %w", err)
	}
	return nil
}

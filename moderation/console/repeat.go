package console

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"recourse/internal/event"
	"recourse/moderation"
	"recourse/moderation/store"
)

// idOf is random, but where there is an Idempotency-Key: then the same key of
// the same moderator on the same case is the same thing, and the table in which
// it stands is all the memory that needs.
func idOf(what, key string, m moderator, id event.ID) event.ID {
	if key == "" {
		return event.NewID()
	}
	h := sha256.Sum256(fmt.Appendf(nil, "recourse/%s/v1|%s|%s|%s", what, m.ID, id, key))
	return event.ID(h[:len(event.ID{})])
}

func (v verdict) decisionID(m moderator, id event.ID) event.ID { return idOf("decision", v.Key, m, id) }

// decidedBefore finds the decision that the same Idempotency-Key made, if any.
func (d *desk) decidedBefore(
	ctx context.Context, q *store.Queries, row store.ModerationCase, v verdict, id event.ID,
) (made decided, again bool, err error) {
	there, err := q.DecisionByID(ctx, store.DecisionByIDParams{ID: id, CaseID: row.ID})
	if errors.Is(err, pgx.ErrNoRows) {
		return decided{}, false, nil
	}
	if err != nil {
		return decided{}, false, fmt.Errorf("looking for a decision: %w", err)
	}
	key, err := d.caseKey(ctx, q, row.ID)
	if err != nil {
		return decided{}, false, err
	}
	reasons, err := key.Open(reasonsPlace(row.ID, id), there.Reasons)
	if err != nil {
		return decided{}, false, err
	}
	if there.Action != string(v.Action) || there.Article != v.Article || string(reasons) != v.Reasons {
		return decided{}, false, errKeyReused
	}
	return decided{
		ID: id, Case: row.ID, Version: int(there.CaseVersion), State: moderation.State(row.State),
		Action: v.Action, Article: v.Article, DecidedAt: there.DecidedAt.UTC(),
	}, true, nil
}

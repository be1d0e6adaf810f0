package console

import (
	"context"
	"fmt"
	"time"

	"recourse/internal/event"
	"recourse/moderation"
	"recourse/moderation/store"
)

// linked is another case about the same account or the same link. It is found
// by keyed sketches: the console itself can make none.
type linked struct {
	ID          event.ID         `json:"id"`
	Kind        event.Kind       `json:"kind"`
	State       moderation.State `json:"state"`
	OpenedAt    time.Time        `json:"opened_at"`
	SameAccount bool             `json:"same_account"`
	SameLink    bool             `json:"same_link"`
}

// link lists what is linked with the case, the newest first.
func (f *caseFile) link(ctx context.Context, q *store.Queries, m moderator) error {
	rows, err := q.LinkedCases(ctx, store.LinkedCasesParams{CaseID: f.ID, Community: f.Community, ModeratorID: m.ID})
	if err != nil {
		return fmt.Errorf("looking for linked cases: %w", err)
	}
	f.Linked = make([]linked, len(rows))
	for i, row := range rows {
		f.Linked[i] = linked{
			ID: row.ID, Kind: event.Kind(row.Kind), State: moderation.State(row.State), OpenedAt: row.OpenedAt,
			SameAccount: row.SameAccount, SameLink: row.SameLink,
		}
	}
	return nil
}

package console

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/internal/event"
	"recourse/moderation"
	"recourse/moderation/access"
	"recourse/moderation/audit"
	"recourse/moderation/store"
)

// errNothingWaits says that nobody's case is free.
var errNothingWaits = errors.New("no open case is free")

// doubleClick is the time within which a second press of one button is taken
// for the first.
const doubleClick = 2 * time.Second

// next claims the best free case that a filter lets through. It is for the
// button: pressed twice, it returns the same case.
func (d *desk) next(ctx context.Context, m moderator, f filter) (event.ID, error) {
	var id event.ID
	err := d.caring(ctx, m, f, func(f filter) (err error) {
		id, err = d.nextOf(ctx, m, f)
		return err
	})
	return id, err
}

func (d *desk) nextOf(ctx context.Context, m moderator, f filter) (event.ID, error) {
	var id event.ID
	now := d.now()
	err := d.inTx(ctx, func(q *store.Queries) (err error) {
		if err := q.LockModerator(ctx, m.ID.String()); err != nil {
			return fmt.Errorf("waiting for the moderator's other requests: %w", err)
		}
		since := now.Add(moderation.Lease - doubleClick)
		id, err = q.JustClaimed(ctx, store.JustClaimedParams{ModeratorID: &m.ID, Since: &since})
		if err == nil {
			return nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("looking for a case just claimed: %w", err)
		}
		id, err = d.claimNext(ctx, q, m, f, now)
		return err
	})
	return id, err
}

// nextOpened is next, with the case opened in the same transaction: where it
// can't be, it is not claimed either.
func (d *desk) nextOpened(ctx context.Context, m moderator, f filter) (caseFile, error) {
	var opened caseFile
	err := d.caring(ctx, m, f, func(f filter) (err error) {
		now := d.now()
		opened, err = d.opened(ctx, m, now, func(q *store.Queries) (event.ID, error) {
			return d.claimNext(ctx, q, m, f, now)
		})
		return err
	})
	return opened, err
}

func (d *desk) claimNext(ctx context.Context, q *store.Queries, m moderator, f filter, now time.Time) (event.ID, error) {
	if !m.Can(access.CaseClaim) && len(m.Communities) > 0 {
		return event.ID{}, denied{By: m.ID, Action: access.CaseClaim}
	}
	communities, err := f.communities(m)
	if err != nil {
		return event.ID{}, err
	}
	id, err := q.NextCase(ctx, store.NextCaseParams{
		Communities: communities, ModeratorID: m.ID, Kind: string(f.Kind), Queue: f.Queue, Language: f.Language, Tag: f.Tag, Now: now,
		Spared: f.sparedKinds(),
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return event.ID{}, errNothingWaits
	}
	if err != nil {
		return event.ID{}, fmt.Errorf("looking for the next case: %w", err)
	}
	_, err = d.changeClaim(ctx, q, m, id, now, moderation.Case.Claim, auditClaimed)
	return id, err
}

// claim gives the moderator a case, or more time with it.
func (d *desk) claim(ctx context.Context, m moderator, id event.ID) (caseSummary, error) {
	if err := d.mayTake(ctx, m, id); err != nil {
		return caseSummary{}, err
	}
	return d.change(ctx, m, id, moderation.Case.Claim, auditClaimed)
}

// release gives a case back to the queue.
func (d *desk) release(ctx context.Context, m moderator, id event.ID) (caseSummary, error) {
	return d.change(ctx, m, id, moderation.Case.Release, auditReleased)
}

// rule is moderation.Case.Claim or Release.
type rule func(c moderation.Case, moderator event.ID, now time.Time) (moderation.Case, error)

func (d *desk) change(ctx context.Context, m moderator, id event.ID, r rule, action string) (caseSummary, error) {
	now := d.now()
	var row store.ModerationCase
	err := d.inTx(ctx, func(q *store.Queries) (err error) {
		row, err = d.changeClaim(ctx, q, m, id, now, r, action)
		return err
	})
	if err != nil {
		return caseSummary{}, err
	}
	named := store.CaseByIDRow{
		ID: row.ID, Community: row.Community, State: row.State, Version: row.Version, Kind: row.Kind, Article: row.Article,
		Conduct: row.Conduct, Priority: row.Priority, OpenedAt: row.OpenedAt, FirstLookDue: row.FirstLookDue,
		ClosedAt: row.ClosedAt, ClaimedBy: row.ClaimedBy, ClaimedUntil: row.ClaimedUntil, ClaimedByName: &m.Name,
		Again: row.Again, UnreadSince: row.UnreadSince, Queue: row.Queue, Language: row.Language, LanguageTeam: row.LanguageTeam,
		SecondReader: row.SecondReader, Tags: row.Tags, HiddenSince: row.HiddenSince,
	}
	return summarise(named, now).titled(ctx, d.codes.titles()), nil
}

func (d *desk) changeClaim(
	ctx context.Context, q *store.Queries, m moderator, id event.ID, now time.Time, r rule, action string,
) (store.ModerationCase, error) {
	row, err := d.lock(ctx, q, m, access.CaseClaim, id)
	if err != nil {
		return row, err
	}
	changed, err := r(caseOf(row), m.ID, now)
	if err != nil {
		return row, err
	}
	row.ClaimedBy, row.ClaimedUntil = audit.OrNull(changed.ClaimedBy), nil
	if row.ClaimedBy != nil {
		row.ClaimedUntil = &changed.ClaimedUntil
	}
	err = q.SetClaim(ctx, store.SetClaimParams{ID: id, ClaimedBy: row.ClaimedBy, ClaimedUntil: row.ClaimedUntil})
	if err != nil {
		return row, fmt.Errorf("setting who holds a case: %w", err)
	}
	return row, audit.Entry{At: now, Actor: m.ID, Action: action, Case: id}.Write(ctx, q)
}

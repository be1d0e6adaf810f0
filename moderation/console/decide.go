package console

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"recourse/internal/event"
	"recourse/moderation"
	"recourse/moderation/access"
	"recourse/moderation/audit"
	"recourse/moderation/conduct"
	"recourse/moderation/status"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// verdict is what a moderator sends to decide a case.
type verdict struct {
	moderation.Decision

	Version int    // of the case, that she saw
	Key     string // Idempotency-Key of an API client; empty for none
}

// ruling is a decision that may be taken.
type ruling struct {
	moderation.Decision

	ID     event.ID
	By     event.ID // who decided it
	Second event.ID // who consented; zero where the case needs nobody to
	Alone  bool     // somebody should have, and there is nobody else
}

// decided is a decision that stands.
type decided struct {
	ID        event.ID         `json:"id"`
	Case      event.ID         `json:"case"`
	Version   int              `json:"version"` // of the case, that the decision made
	State     moderation.State `json:"state"`   // of the case after it
	Action    event.Action     `json:"action"`
	Article   string           `json:"article"`
	DecidedAt time.Time        `json:"decided_at"`
}

// decide closes a case: the decision, a statement of reasons to each reporter,
// what the relay is to publish and the audit entry, all or nothing. Where the
// case needs a second reader it is a proposal that waits, and nothing more.
func (d *desk) decide(ctx context.Context, m moderator, id event.ID, v verdict) (made decided, waits *proposed, err error) {
	code, err := d.codeOf(ctx, m, id)
	if err != nil {
		return decided{}, nil, err
	}
	checked, bad := v.Check(func(article string) bool { _, ok := code.Article(article); return ok })
	v.Decision = checked

	err = d.inTx(ctx, func(q *store.Queries) error {
		row, err := d.lock(ctx, q, m, access.CaseDecide, id)
		if err != nil {
			return err
		}
		if v.Key != "" {
			var again bool
			if made, again, err = d.decidedBefore(ctx, q, row, v, v.decisionID(m, id)); again || err != nil {
				return err
			}
		}
		second, alone, err := needsSecond(ctx, q, m, row)
		if err != nil {
			return err
		}
		if second {
			waits, err = d.propose(ctx, q, m, row, v, bad)
			return err
		}
		row.SecondReader = row.SecondReader && !alone
		closed, err := holding(caseOf(row), m, d.now()).Close(m.ID, v.Version, d.now())
		if err != nil {
			return err
		}
		if err := mayDecide(ctx, q, row.ID, v, bad); err != nil {
			return err
		}
		made, err = d.store(ctx, q, row, closed, ruling{Decision: v.Decision, ID: v.decisionID(m, id), By: m.ID, Alone: alone}, code)
		return err
	})
	if err != nil {
		return decided{}, nil, err
	}
	return made, waits, nil
}

// mayDecide returns every field of a verdict that is at fault: those found
// before, and what the case itself forbids.
func mayDecide(ctx context.Context, q *store.Queries, id event.ID, v verdict, bad []moderation.FieldError) error {
	if err := mayRefer(ctx, q, id, v.Action); err != nil {
		fault, ok := errors.AsType[moderation.FieldError](err)
		if !ok {
			return err
		}
		bad = append(bad, fault)
	}
	if len(bad) > 0 {
		return fieldErrors(bad)
	}
	return nil
}

// mayRefer refuses to hand a case on against the will of a reporter. The case is
// locked: a consent that arrives now waits, and changes the case's version.
func mayRefer(ctx context.Context, q *store.Queries, id event.ID, action event.Action) error {
	if action != event.ActionRefer {
		return nil
	}
	rows, err := q.ReportsOf(ctx, id)
	if err != nil {
		return fmt.Errorf("reading a case's reports: %w", err)
	}
	for _, row := range rows {
		if row.WithdrawnAt == nil && row.NotBeyondCommunity {
			return moderation.FieldError{Field: "action", Err: moderation.ErrNotBeyond}
		}
	}
	return nil
}

// codeOf reads the code that binds a case, before anything is locked.
func (d *desk) codeOf(ctx context.Context, m moderator, id event.ID) (conduct.Code, error) {
	row, err := d.find(ctx, store.New(d.pool), m, access.CaseDecide, id)
	if err != nil {
		return conduct.Code{}, d.recorded(ctx, err)
	}
	return d.codes.get(ctx, row.Conduct)
}

// holding is the case with a claim renewed that ran out while its moderator was
// still writing: as long as nobody else has taken the case, she holds it again.
func holding(c moderation.Case, m moderator, now time.Time) moderation.Case {
	if c.ClaimedBy != m.ID {
		return c
	}
	renewed, err := c.Claim(m.ID, now)
	if err != nil {
		return c // closed: what comes next says so
	}
	return renewed
}

// store writes a decision that may be taken.
func (d *desk) store(
	ctx context.Context, q *store.Queries, row store.ModerationCase, closed moderation.Case, r ruling, code conduct.Code,
) (decided, error) {
	at := status.At(d.now())
	made := decided{
		ID: r.ID, Case: row.ID, Version: closed.Version, State: closed.State,
		Action: r.Action, Article: r.Article, DecidedAt: at,
	}
	key, err := d.keyToSeal(ctx, q, row, at)
	if err != nil {
		return decided{}, err
	}
	reasons := key.Seal(reasonsPlace(row.ID, made.ID), []byte(r.Reasons))
	version := int32(closed.Version) //nolint:gosec // raised by one from an integer column
	err = q.InsertDecision(ctx, store.InsertDecisionParams{
		ID: made.ID, CaseID: row.ID, CaseVersion: version, ModeratorID: r.By, SecondModeratorID: audit.OrNull(r.Second),
		Action: string(r.Action), Article: r.Article, Conduct: row.Conduct, Reasons: reasons, DecidedAt: at,
	})
	if err != nil {
		return decided{}, fmt.Errorf("storing a decision: %w", err)
	}
	if err := q.CloseCase(ctx, store.CloseCaseParams{ID: row.ID, Version: version, ClosedAt: &at}); err != nil {
		return decided{}, fmt.Errorf("closing a case: %w", err)
	}
	if err := q.EraseTextSketches(ctx, row.ID); err != nil {
		return decided{}, fmt.Errorf("closing a case to alike reports: %w", err)
	}
	if err := q.EraseSignaturesOfCase(ctx, row.ID); err != nil {
		return decided{}, fmt.Errorf("closing a case to alike reports: %w", err)
	}
	reports, err := d.tellReporters(ctx, q, made, r.Decision, code)
	if err != nil {
		return decided{}, err
	}
	if err := queueEvents(ctx, q, row, made, reports); err != nil {
		return decided{}, err
	}
	sealed := sha256.Sum256(reasons)
	e := audit.Entry{At: d.now(), Actor: r.By, Action: auditDecided, Case: row.ID, Detail: []string{
		"decision " + made.ID.String(), "version " + strconv.Itoa(made.Version), string(r.Action), r.Article, row.Conduct,
		fmt.Sprintf("sealed reasons %x", sealed),
	}}
	if r.Alone {
		e.Action = auditDecidedAlone
	}
	return made, e.Write(ctx, q)
}

// lastDecision tells who decided a closed case, and when. It opens nothing.
// Whoever is told was told before that the case is closed. It is errAbandoned
// where nobody decided.
func (d *desk) lastDecision(ctx context.Context, m moderator, id event.ID) (by moderator, at time.Time, err error) {
	q := store.New(d.pool)
	row, err := d.find(ctx, q, m, access.CaseSee, id)
	if err != nil {
		return moderator{}, time.Time{}, d.recorded(ctx, err)
	}
	rows, err := q.DecisionsOf(ctx, id)
	if err != nil {
		return moderator{}, time.Time{}, fmt.Errorf("reading a case's decisions: %w", err)
	}
	for _, last := range slices.Backward(rows) {
		if row.ClosedAt != nil && last.DecidedAt.Equal(*row.ClosedAt) {
			return moderator{ID: last.ModeratorID, Name: last.Moderator}, last.DecidedAt, nil
		}
	}
	return moderator{}, time.Time{}, errAbandoned
}

// keyToSeal is the case's data key, which it makes where there is none yet.
func (d *desk) keyToSeal(ctx context.Context, q *store.Queries, row store.ModerationCase, now time.Time) (vault.DataKey, error) {
	key, err := d.caseKey(ctx, q, row.ID)
	if errors.Is(err, errErased) {
		var wrapped vault.WrappedKey
		if key, wrapped, err = d.vault.NewKey(row.ID, row.Community, now); err != nil {
			return vault.DataKey{}, fmt.Errorf("making a data key: %w", err)
		}
		err = q.InsertDataKey(ctx, store.InsertDataKeyParams(wrapped))
	}
	if err != nil {
		return vault.DataKey{}, fmt.Errorf("getting a case's data key: %w", err)
	}
	return key, nil
}

// queueEvents leaves decided and closed to the relay, in this order.
func queueEvents(ctx context.Context, q *store.Queries, row store.ModerationCase, made decided, reports []event.ID) error {
	p := store.InsertEventsParams{CreatedAt: made.DecidedAt}
	for _, name := range []string{event.CaseDecided, event.CaseClosed} {
		e := event.CaseEvent{
			Version: event.CaseEventVersion, Case: row.ID, Community: row.Community, Event: name,
			Sequence: made.Version, At: made.DecidedAt, Reports: reports,
			Decision: &event.CaseDecision{ID: made.ID, Action: made.Action, Article: made.Article, Conduct: row.Conduct},
		}
		payload, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encoding a case event: %w", err)
		}
		p.CaseIds = append(p.CaseIds, row.ID)
		p.MessageIds = append(p.MessageIds, e.MessageID())
		p.Subjects = append(p.Subjects, event.CaseSubject(name, row.Community, row.ID).String())
		p.Payloads = append(p.Payloads, string(payload))
	}
	if err := q.InsertEvents(ctx, p); err != nil {
		return fmt.Errorf("leaving case events to the relay: %w", err)
	}
	return nil
}

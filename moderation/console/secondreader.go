package console

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/internal/event"
	"recourse/moderation"
	"recourse/moderation/access"
	"recourse/moderation/audit"
	"recourse/moderation/status"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// proposed is a decision that waits for a second reader's consent. Whoever
// changes the case drops it: a trigger of the table cases.
type proposed struct {
	ID         event.ID     `json:"id"`
	Case       event.ID     `json:"case"`
	Version    int          `json:"version"` // of the case, that the proposer saw
	Action     event.Action `json:"action"`
	Article    string       `json:"article"`
	ProposedAt time.Time    `json:"proposed_at"`
}

// waiting is a proposal opened for a look at it.
type waiting struct {
	proposed

	ArticleTitle string     `json:"article_title"`
	Moderator    moderator  `json:"moderator"`
	ReasonsState legibility `json:"reasons_state"`
	Reasons      string     `json:"reasons"`
}

func proposedOf(row store.ProposalOfRow) proposed {
	return proposed{
		ID: row.ID, Case: row.CaseID, Version: int(row.CaseVersion), Action: event.Action(row.Action), Article: row.Article,
		ProposedAt: row.ProposedAt.UTC(),
	}
}

func waitingOf(row store.ProposalOfRow) *waiting {
	return &waiting{proposed: proposedOf(row), Moderator: moderator{ID: row.ModeratorID, Name: row.Moderator}}
}

func proposalPlace(caseID, proposalID event.ID) vault.Place {
	return vault.Place{Owner: caseID, Table: "proposal", Column: "reasons", Row: proposalID}
}

// secondReader notes whether there is anybody who could consent.
func (f *caseFile) secondReader(ctx context.Context, q *store.Queries, m moderator) error {
	if !f.SecondReader || f.ClosedAt != nil {
		return nil
	}
	others, err := q.OtherModerators(ctx, othersThan(m, f.ID, f.Community))
	if err != nil {
		return fmt.Errorf("looking for other moderators: %w", err)
	}
	f.Alone = !others
	return nil
}

// othersThan asks for anybody else who may decide a case.
func othersThan(m moderator, id event.ID, community string) store.OtherModeratorsParams {
	p := store.OtherModeratorsParams{CaseID: id, Community: community, ModeratorID: m.ID}
	for _, role := range access.Having(access.CaseDecide) {
		p.Deciders = append(p.Deciders, string(role))
	}
	return p
}

// needsSecond says whether a decision of the case waits for somebody's consent.
// Where the community has no other moderator it does not: nothing would ever
// follow then. The audit says so.
func needsSecond(ctx context.Context, q *store.Queries, m moderator, row store.ModerationCase) (needed, alone bool, err error) {
	if !row.SecondReader || row.State != string(moderation.Open) {
		return false, false, nil
	}
	others, err := q.OtherModerators(ctx, othersThan(m, row.ID, row.Community))
	if err != nil {
		return false, false, fmt.Errorf("looking for other moderators: %w", err)
	}
	return others, !others, nil
}

// propose leaves a decision to a second reader and gives the case back to the
// queue. Nobody is told. Sent again by the same moderator, it is the same
// proposal.
func (d *desk) propose(
	ctx context.Context, q *store.Queries, m moderator, row store.ModerationCase, v verdict, bad []moderation.FieldError,
) (*proposed, error) {
	there, err := q.ProposalOf(ctx, row.ID)
	switch {
	case err == nil:
		return d.proposedBefore(ctx, q, m, there, v)
	case !errors.Is(err, pgx.ErrNoRows):
		return nil, fmt.Errorf("looking for a proposal: %w", err)
	}
	_, proposal, err := holding(caseOf(row), m, d.now()).Propose(m.ID, v.Version, d.now())
	if err != nil {
		return nil, err
	}
	if err := mayDecide(ctx, q, row.ID, v, bad); err != nil {
		return nil, err
	}
	made := proposed{
		ID: event.NewID(), Case: row.ID, Version: proposal.Version, Action: v.Action, Article: v.Article, ProposedAt: status.At(d.now()),
	}
	key, err := d.keyToSeal(ctx, q, row, made.ProposedAt)
	if err != nil {
		return nil, err
	}
	reasons := key.Seal(proposalPlace(row.ID, made.ID), []byte(v.Reasons))
	err = q.InsertProposal(ctx, store.InsertProposalParams{
		CaseID: row.ID, ID: made.ID, DecisionID: v.decisionID(m, row.ID), CaseVersion: row.Version, ModeratorID: m.ID,
		Action: string(v.Action), Article: v.Article, Reasons: reasons, ProposedAt: made.ProposedAt,
	})
	if err != nil {
		return nil, fmt.Errorf("storing a proposal: %w", err)
	}
	if err := q.SetClaim(ctx, store.SetClaimParams{ID: row.ID}); err != nil {
		return nil, fmt.Errorf("giving a case back: %w", err)
	}
	return &made, audit.Entry{At: d.now(), Actor: m.ID, Action: auditProposed, Case: row.ID, Detail: []string{
		"proposal " + made.ID.String(), "version " + strconv.Itoa(made.Version), string(v.Action), v.Article, row.Conduct,
		fmt.Sprintf("sealed reasons %x", sha256.Sum256(reasons)),
	}}.Write(ctx, q)
}

// proposedBefore returns a proposal that is there where the same moderator sent
// the same again.
func (d *desk) proposedBefore(
	ctx context.Context, q *store.Queries, m moderator, there store.ProposalOfRow, v verdict,
) (*proposed, error) {
	p := proposedOf(there)
	if there.ModeratorID != m.ID || p.Version != v.Version || p.Action != v.Action || p.Article != v.Article {
		return nil, moderation.ErrProposed
	}
	reasons, err := d.proposedReasons(ctx, q, there)
	if err != nil {
		return nil, err
	}
	if reasons != v.Reasons {
		return nil, moderation.ErrProposed
	}
	return &p, nil
}

func (d *desk) proposedReasons(ctx context.Context, q *store.Queries, row store.ProposalOfRow) (string, error) {
	key, err := d.caseKey(ctx, q, row.CaseID)
	if err != nil {
		return "", err
	}
	reasons, err := key.Open(proposalPlace(row.CaseID, row.ID), row.Reasons)
	return string(reasons), err
}

// consent lets a proposal take effect: it is the proposer's decision, with a
// second reader. A second click finds the decision made.
func (d *desk) consent(ctx context.Context, m moderator, id, proposal event.ID, seen int) (made decided, err error) {
	code, err := d.codeOf(ctx, m, id)
	if err != nil {
		return decided{}, err
	}
	err = d.inTx(ctx, func(q *store.Queries) error {
		row, err := d.lock(ctx, q, m, access.CaseDecide, id)
		if err != nil {
			return err
		}
		if row.State == string(moderation.Closed) {
			made, err = consentedBefore(ctx, q, m, row, seen)
			return err
		}
		there, err := proposalOf(ctx, q, row, proposal, seen)
		if err != nil {
			return err
		}
		p := moderation.Proposal{By: there.ModeratorID, Version: int(there.CaseVersion)}
		closed, err := caseOf(row).Consent(p, m.ID, seen, d.now())
		if err != nil {
			return err
		}
		reasons, err := d.proposedReasons(ctx, q, there)
		if err != nil {
			return err
		}
		err = audit.Entry{At: d.now(), Actor: m.ID, Action: auditConsent, Case: id, Detail: []string{
			"proposal " + there.ID.String(), "version " + strconv.Itoa(seen),
		}}.Write(ctx, q)
		if err != nil {
			return err
		}
		made, err = d.store(ctx, q, row, closed, ruling{
			Decision: moderation.Decision{Action: event.Action(there.Action), Article: there.Article, Reasons: reasons},
			ID:       there.DecisionID, By: there.ModeratorID, Second: m.ID,
		}, code)
		return err
	})
	return made, err
}

// proposalOf is the proposal that a moderator read.
func proposalOf(ctx context.Context, q *store.Queries, row store.ModerationCase, id event.ID, seen int) (store.ProposalOfRow, error) {
	there, err := q.ProposalOf(ctx, row.ID)
	switch {
	case err != nil && !errors.Is(err, pgx.ErrNoRows):
		return there, fmt.Errorf("looking for a proposal: %w", err)
	case int(row.Version) != seen:
		return there, moderation.ErrVersion
	case err != nil || there.ID != id:
		return there, moderation.ErrNoProposal
	}
	return there, nil
}

// consentedBefore is the decision to which the moderator consented when she saw
// this version of the case.
func consentedBefore(ctx context.Context, q *store.Queries, m moderator, row store.ModerationCase, seen int) (decided, error) {
	rows, err := q.DecisionsOf(ctx, row.ID)
	if err != nil {
		return decided{}, fmt.Errorf("reading a case's decisions: %w", err)
	}
	for _, made := range rows {
		if made.SecondModeratorID != nil && *made.SecondModeratorID == m.ID && int(made.CaseVersion) == seen+1 {
			return decided{
				ID: made.ID, Case: row.ID, Version: int(made.CaseVersion), State: moderation.State(row.State),
				Action: event.Action(made.Action), Article: made.Article, DecidedAt: made.DecidedAt.UTC(),
			}, nil
		}
	}
	return decided{}, moderation.ErrClosed
}

// refuse drops a proposal; who made it takes it back. Where it is not there any
// more, nothing is to be done.
func (d *desk) refuse(ctx context.Context, m moderator, id, proposal event.ID) error {
	return d.inTx(ctx, func(q *store.Queries) error {
		row, err := d.lock(ctx, q, m, access.CaseDecide, id)
		if err != nil {
			return err
		}
		if row.State == string(moderation.Closed) {
			return moderation.ErrClosed
		}
		there, err := q.ProposalOf(ctx, id)
		switch {
		case errors.Is(err, pgx.ErrNoRows), err == nil && there.ID != proposal:
			return nil
		case err != nil:
			return fmt.Errorf("looking for a proposal: %w", err)
		}
		if err := caseOf(row).Refuse(m.ID, d.now()); err != nil {
			return err
		}
		if err := q.DeleteProposal(ctx, id); err != nil {
			return fmt.Errorf("dropping a proposal: %w", err)
		}
		action := auditRefused
		if there.ModeratorID == m.ID {
			action = auditTakeBack
		}
		return audit.Entry{At: d.now(), Actor: m.ID, Action: action, Case: id, Detail: []string{"proposal " + proposal.String()}}.Write(ctx, q)
	})
}

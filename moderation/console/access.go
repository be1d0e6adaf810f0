package console

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"recourse/internal/event"
	"recourse/internal/postgres"
	"recourse/moderation/access"
	"recourse/moderation/audit"
	"recourse/moderation/store"
)

// moderator is who is signed in, whatever the roles.
type moderator struct {
	ID          event.ID                 `json:"id"`
	Name        string                   `json:"name"`
	Communities []string                 `json:"-"` // all with a role, sorted
	Roles       map[string][]access.Role `json:"-"` // by community
}

// moderatorOf is a row as it is read with each request. Roles are joined by
// commas, one text for each community.
func moderatorOf(row store.SessionModeratorRow) moderator {
	m := moderator{ID: row.ID, Name: row.Name, Communities: row.Communities, Roles: map[string][]access.Role{}}
	for i, community := range row.Communities {
		for role := range strings.SplitSeq(row.Roles[i], ",") {
			m.Roles[community] = append(m.Roles[community], access.Role(role))
		}
	}
	return m
}

// may reports whether m may do a in a community.
func (m moderator) may(a access.Action, community string) bool {
	return access.Allowed(m.Roles[community], a)
}

// where returns the communities in which m may do a.
func (m moderator) where(a access.Action) []string {
	return slices.DeleteFunc(slices.Clone(m.Communities), func(community string) bool { return !m.may(a, community) })
}

// Can is may in any community, for pages.
func (m moderator) Can(a access.Action) bool { return len(m.where(a)) > 0 }

// denied says that a person's roles don't let her do something. The audit log
// has it too.
type denied struct {
	By        event.ID
	Action    access.Action
	Community string   // "" where it is about none
	Case      event.ID // zero where it is about none
}

func (e denied) Error() string { return "not allowed: " + string(e.Action) }

// anywhere is denied where m may do a nowhere, though a person of some
// community. Who is of none yet sees empty pages.
func (d *desk) anywhere(ctx context.Context, m moderator, a access.Action) error {
	if len(m.Communities) == 0 || m.Can(a) {
		return nil
	}
	return d.recorded(ctx, denied{By: m.ID, Action: a})
}

// recorded writes that something was denied, and returns err. It is denied even
// where that can't be written.
func (d *desk) recorded(ctx context.Context, err error) error {
	no, ok := errors.AsType[denied](err)
	if !ok {
		return err
	}
	e := audit.Entry{At: d.now(), Actor: no.By, Action: auditDenied, Case: no.Case, Detail: []string{string(no.Action), no.Community}}
	if failed := e.Write(ctx, store.New(d.pool)); failed != nil {
		d.log.Error("what was denied can't be recorded", "error", postgres.Redact(failed))
	}
	return err
}

// lock locks a case until the transaction ends, for something that m may do
// with it.
func (d *desk) lock(ctx context.Context, q *store.Queries, m moderator, a access.Action, id event.ID) (store.ModerationCase, error) {
	row, err := q.LockCase(ctx, store.LockCaseParams{ID: id, Communities: m.Communities, ModeratorID: m.ID})
	if errors.Is(err, pgx.ErrNoRows) {
		return row, errNoCase
	}
	if err != nil {
		return row, fmt.Errorf("locking a case: %w", err)
	}
	if !m.may(a, row.Community) {
		return row, denied{By: m.ID, Action: a, Community: row.Community, Case: id}
	}
	return row, nil
}

// find reads a case for something that m may do with it.
func (d *desk) find(ctx context.Context, q *store.Queries, m moderator, a access.Action, id event.ID) (store.CaseByIDRow, error) {
	row, err := q.CaseByID(ctx, store.CaseByIDParams{ID: id, Communities: m.Communities, ModeratorID: m.ID})
	if errors.Is(err, pgx.ErrNoRows) {
		return row, errNoCase
	}
	if err != nil {
		return row, fmt.Errorf("reading a case: %w", err)
	}
	if !m.may(a, row.Community) {
		return row, denied{By: m.ID, Action: a, Community: row.Community, Case: id}
	}
	return row, nil
}

func isDenied(err error) bool {
	_, ok := errors.AsType[denied](err)
	return ok
}

package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"recourse/internal/event"
	"recourse/internal/postgres"
	"recourse/moderation"
	"recourse/moderation/access"
	"recourse/moderation/audit"
	"recourse/moderation/status"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// splitOff is a report with a case of its own.
type splitOff struct {
	Case    event.ID `json:"case"` // its own
	Report  event.ID `json:"report"`
	From    event.ID `json:"from"`         // the case that it left
	Version int      `json:"from_version"` // of that case now
}

// split gives a report of a case a case of its own: the case that it leaves
// under its next version, the new one, what the relay is to publish and the
// audit entry, all or nothing. Who may decide the case may.
func (d *desk) split(ctx context.Context, m moderator, id, reportID event.ID, version int) (splitOff, error) {
	done := splitOff{Case: splitID(id, reportID), Report: reportID, From: id}
	err := d.inTx(ctx, func(q *store.Queries) error {
		row, err := d.lock(ctx, q, m, access.CaseDecide, id)
		if err != nil {
			return err
		}
		done.Version = int(row.Version)
		if there, err := q.CaseThere(ctx, done.Case); err != nil || there {
			return err // it was done before: a double click
		}
		report, err := reportOf(ctx, q, id, reportID)
		if fault, ok := errors.AsType[moderation.FieldError](err); ok {
			return fieldErrors{fault}
		}
		if err != nil {
			return err
		}
		live, err := q.LiveReportsOf(ctx, id)
		if err != nil {
			return fmt.Errorf("reading a case's reports: %w", err)
		}
		now := d.now()
		held := caseOf(row)
		if held.ClaimedBy == m.ID { // her claim ran out while she read, and nobody else has taken the case
			if held, err = held.Claim(m.ID, now); err != nil {
				return err
			}
		}
		left, err := held.Split(m.ID, version, len(live), now)
		if err != nil {
			return err
		}
		done.Version = left.Version
		return d.move(ctx, q, m, row, report, done, len(live)-1)
	})
	if err != nil {
		return splitOff{}, err
	}
	return done, nil
}

// splitID is the id of the case that a report of a case gets. It is made of
// both: a report leaves a case once, so asked for twice it is the same case.
func splitID(id, report event.ID) event.ID { return idOf("split", report.String(), moderator{}, id) }

// move moves a report that may be moved. Its reporter is told nothing, since
// nothing has changed for them yet: the status goes out under its next version.
func (d *desk) move(
	ctx context.Context, q *store.Queries, m moderator, row store.ModerationCase, report store.ReportsOfRow, done splitOff, left int,
) error {
	now := status.At(d.now())
	err := q.InsertSplitCase(ctx, store.InsertSplitCaseParams{
		ID: done.Case, ReportID: report.ID, FromID: row.ID, OpenedAt: now,
		Priority: int32(moderation.PriorityOf(int(row.Priority), 1)), //nolint:gosec // below a thousand
	})
	if err != nil {
		return fmt.Errorf("opening a case: %w", err)
	}
	if err := d.sealAgain(ctx, q, row, report.ID, done.Case, now); err != nil {
		return err
	}
	err = q.MoveReport(ctx, store.MoveReportParams{ID: done.Case, ReportID: report.ID, FromID: row.ID})
	if err != nil {
		return fmt.Errorf("moving a report: %w", err)
	}
	err = q.LeaveCase(ctx, store.LeaveCaseParams{
		ID: row.ID, Version: int32(done.Version), //nolint:gosec // raised by one from an integer column
		Priority: int32(moderation.PriorityOf(int(row.Priority), left)), //nolint:gosec // below a thousand
	})
	if err != nil {
		return fmt.Errorf("changing the case that a report leaves: %w", err)
	}
	if _, err := q.RaiseReportVersion(ctx, report.ID); err != nil {
		return fmt.Errorf("raising a report's version: %w", err)
	}
	due := store.InsertStatusesDueParams{CaseID: done.Case, ReportIds: []event.ID{report.ID}, CreatedAt: now}
	if err := q.InsertStatusesDue(ctx, due); err != nil {
		return fmt.Errorf("leaving a status to the relay: %w", err)
	}
	if err := queueOpened(ctx, q, row.Community, done, now); err != nil {
		return err
	}
	return audit.Entry{At: d.now(), Actor: m.ID, Action: auditSplit, Case: row.ID, Report: report.ID, Detail: []string{
		"case " + done.Case.String(), "version " + strconv.Itoa(done.Version),
	}}.Write(ctx, q)
}

// queueOpened leaves the new case's first event to the relay.
func queueOpened(ctx context.Context, q *store.Queries, community string, done splitOff, now time.Time) error {
	e := event.CaseEvent{
		Version: event.CaseEventVersion, Case: done.Case, Community: community, Event: event.CaseOpened,
		Sequence: 1, At: now, Reports: []event.ID{done.Report},
	}
	payload, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encoding a case event: %w", err)
	}
	err = q.InsertEvents(ctx, store.InsertEventsParams{
		CaseIds: []event.ID{e.Case}, MessageIds: []string{e.MessageID()}, CreatedAt: now,
		Subjects: []string{event.CaseSubject(e.Event, community, e.Case).String()}, Payloads: []string{string(payload)},
	})
	if err != nil {
		return fmt.Errorf("leaving a case event to the relay: %w", err)
	}
	return nil
}

// sealAgain seals moderation's copies of what was written to the reporter under
// the new case's key: the old case's opens nothing there, and goes with that
// case's last report. A copy that nobody can open stays as it is.
func (d *desk) sealAgain(ctx context.Context, q *store.Queries, row store.ModerationCase, report, into event.ID, now time.Time) error {
	copies, err := q.CopiesOf(ctx, report)
	if err != nil {
		return fmt.Errorf("reading what was written to a reporter: %w", err)
	}
	if len(copies) == 0 {
		return nil
	}
	from, err := d.caseKey(ctx, q, row.ID)
	if errors.Is(err, errErased) || errors.Is(err, vault.ErrOpen) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("getting a case's data key: %w", err)
	}
	key, err := d.keyToSeal(ctx, q, store.ModerationCase{ID: into, Community: row.Community}, now)
	if err != nil {
		return err
	}
	for _, kept := range copies {
		text, err := from.Open(replyPlace(row.ID, kept.ID), kept.Copy)
		if errors.Is(err, vault.ErrOpen) {
			d.log.Error("a copy of a message can't be opened", "message", kept.ID, "error", postgres.Redact(err))
			continue
		}
		if err != nil {
			return fmt.Errorf("opening a copy of a message: %w", err)
		}
		again := store.SealCopyAgainParams{ID: kept.ID, Copy: key.Seal(replyPlace(into, kept.ID), text)}
		if err := q.SealCopyAgain(ctx, again); err != nil {
			return fmt.Errorf("sealing a copy of a message again: %w", err)
		}
	}
	return nil
}

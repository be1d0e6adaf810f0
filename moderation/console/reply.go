package console

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/internal/event"
	"recourse/internal/seal"
	"recourse/moderation"
	"recourse/moderation/access"
	"recourse/moderation/audit"
	"recourse/moderation/status"
	"recourse/moderation/store"
)

// reply is a message to a reporter, from moderation's own copy.
type reply struct {
	ID        event.ID   `json:"id"`
	At        time.Time  `json:"at"`
	Moderator moderator  `json:"moderator"`
	TextState legibility `json:"text_state"`
	Text      string     `json:"text"`
}

// letter is what a moderator sends to a reporter.
type letter struct {
	moderation.Reply

	Version int    // of the case, that she saw; 0 where she does not say: then what is unread stays so
	Key     string // Idempotency-Key, or the form's hidden token; empty for none
}

// sent is a message that is on its way.
type sent struct {
	ID     event.ID  `json:"id"`
	Case   event.ID  `json:"case"`
	Report event.ID  `json:"report"`
	SentAt time.Time `json:"sent_at"`
}

// write sends a message to one reporter of a case, open or closed: the message
// sealed to the receipt, moderation's own copy, the status that the relay is to
// write and the audit entry, all or nothing. Who may read the case may write.
func (d *desk) write(ctx context.Context, m moderator, id event.ID, l letter) (sent, error) {
	checked, bad := l.Check()
	l.Reply = checked
	var done sent
	err := d.inTx(ctx, func(q *store.Queries) error {
		row, err := d.lock(ctx, q, m, access.CaseMessage, id)
		if err != nil {
			return err
		}
		if l.Key != "" {
			var again bool
			if done, again, err = d.writtenBefore(ctx, q, row, l, l.messageID(m, id)); again || err != nil {
				return err
			}
		}
		report, err := reportOf(ctx, q, id, l.Report)
		if fault, ok := errors.AsType[moderation.FieldError](err); ok {
			bad = append(bad, fault)
		} else if err != nil {
			return err
		}
		if len(bad) > 0 {
			return fieldErrors(bad)
		}
		done, err = d.send(ctx, q, m, row, report, l)
		return err
	})
	if err != nil {
		return sent{}, err
	}
	return done, nil
}

// reportOf is the case's report with this id.
func reportOf(ctx context.Context, q *store.Queries, caseID, id event.ID) (store.ReportsOfRow, error) {
	rows, err := q.ReportsOf(ctx, caseID)
	if err != nil {
		return store.ReportsOfRow{}, fmt.Errorf("reading a case's reports: %w", err)
	}
	for _, row := range rows {
		if row.ID != id {
			continue
		}
		if row.WithdrawnAt != nil {
			return row, moderation.ErrWithdrawn
		}
		return row, nil
	}
	return store.ReportsOfRow{}, moderation.FieldError{Field: "report", Err: moderation.ErrOtherReport}
}

// send writes a message that may be sent.
func (d *desk) send(
	ctx context.Context, q *store.Queries, m moderator, row store.ModerationCase, report store.ReportsOfRow, l letter,
) (sent, error) {
	done := sent{ID: l.messageID(m, row.ID), Case: row.ID, Report: report.ID, SentAt: status.At(d.now())}
	sealed, err := sealMessage(report, event.Message{Type: event.MessageReply, Text: l.Text})
	if err != nil {
		return sent{}, err
	}
	key, err := d.keyToSeal(ctx, q, row, done.SentAt)
	if err != nil {
		return sent{}, err
	}
	kept := key.Seal(replyPlace(row.ID, done.ID), []byte(l.Text))
	err = q.InsertReply(ctx, store.InsertReplyParams{
		ID: done.ID, ReportID: report.ID, At: done.SentAt, Sealed: sealed, ModeratorID: &m.ID, Copy: kept,
	})
	if err != nil {
		return sent{}, fmt.Errorf("storing a message: %w", err)
	}
	if _, err := q.RaiseReportVersion(ctx, report.ID); err != nil {
		return sent{}, fmt.Errorf("raising a report's version: %w", err)
	}
	due := store.InsertStatusesDueParams{CaseID: row.ID, ReportIds: []event.ID{report.ID}, CreatedAt: done.SentAt}
	if err := q.InsertStatusesDue(ctx, due); err != nil {
		return sent{}, fmt.Errorf("leaving a status to the relay: %w", err)
	}
	if err := q.InsertNews(ctx, due.ReportIds); err != nil {
		return sent{}, fmt.Errorf("leaving news to notify: %w", err)
	}
	// What came after she looked is still unread.
	if l.Version == int(row.Version) {
		if err := q.MarkRead(ctx, row.ID); err != nil {
			return sent{}, fmt.Errorf("marking a case as read: %w", err)
		}
	}
	return done, audit.Entry{At: d.now(), Actor: m.ID, Action: auditReplied, Case: row.ID, Report: report.ID, Detail: []string{
		"message " + done.ID.String(), fmt.Sprintf("sealed copy %x", sha256.Sum256(kept)),
	}}.Write(ctx, q)
}

// sealMessage seals a message to a report's receipt.
func sealMessage(report store.ReportsOfRow, m event.Message) (json.RawMessage, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encoding a message: %w", err)
	}
	key, err := seal.ParsePublicKey("receipt", report.ReplyKey)
	if err != nil {
		return nil, fmt.Errorf("reading a report's reply key: %w", err)
	}
	c := seal.Context{Purpose: seal.PurposeMessage, Community: report.Community, Report: report.ID}
	envelope, err := seal.Seal(key, c, body, seal.Buckets())
	if err != nil {
		return nil, err
	}
	sealed, err := json.Marshal(envelope)
	if err != nil {
		return nil, fmt.Errorf("encoding an envelope: %w", err)
	}
	return sealed, nil
}

// messageID is random, or made of the key, as a decision's.
func (l letter) messageID(m moderator, id event.ID) event.ID { return idOf("message", l.Key, m, id) }

// writtenBefore finds the message that the same key made, if any.
func (d *desk) writtenBefore(
	ctx context.Context, q *store.Queries, row store.ModerationCase, l letter, id event.ID,
) (done sent, again bool, err error) {
	there, err := q.ReplyByID(ctx, store.ReplyByIDParams{ID: id, CaseID: row.ID})
	if errors.Is(err, pgx.ErrNoRows) {
		return sent{}, false, nil
	}
	if err != nil {
		return sent{}, false, fmt.Errorf("looking for a message: %w", err)
	}
	key, err := d.caseKey(ctx, q, row.ID)
	if err != nil {
		return sent{}, false, err
	}
	text, err := key.Open(replyPlace(row.ID, id), there.Copy)
	if err != nil {
		return sent{}, false, err
	}
	if there.ReportID != l.Report || string(text) != l.Text {
		return sent{}, false, errKeyReused
	}
	return sent{ID: id, Case: row.ID, Report: there.ReportID, SentAt: there.At.UTC()}, true, nil
}

// note marks what came since a case was decided as read, as far as the moderator
// has seen it.
func (d *desk) note(ctx context.Context, m moderator, id event.ID, version int) error {
	return d.inTx(ctx, func(q *store.Queries) error {
		row, err := d.lock(ctx, q, m, access.CaseRead, id)
		if err != nil {
			return err
		}
		switch {
		case row.UnreadSince == nil:
			return nil
		case int(row.Version) != version:
			return moderation.ErrVersion
		}
		if err := q.MarkRead(ctx, id); err != nil {
			return fmt.Errorf("marking a case as read: %w", err)
		}
		return audit.Entry{
			At: d.now(), Actor: m.ID, Action: auditNoted, Case: id, Detail: []string{"version " + strconv.Itoa(version)},
		}.Write(ctx, q)
	})
}

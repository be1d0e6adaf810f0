package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/event"
	"recourse/internal/fault"
	"recourse/internal/keys"
	"recourse/internal/postgres"
	"recourse/internal/seal"
	"recourse/moderation"
	"recourse/moderation/status"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// followed is a follow-up that was decoded and opened, and is not stored yet.
type followed struct {
	msg       jetstream.Msg
	followUp  event.FollowUp
	content   event.FollowUpContent
	plaintext []byte // of content
	sequence  uint64 // in REPORTS

	part *uploaded // of evidence, instead of content
}

// orphanAfter is how long a follow-up waits for its report.
const orphanAfter = 24 * time.Hour

// errNoReport says that the report which something follows is not there yet.
var errNoReport = errors.New("the report is not there yet")

func (w *Worker) readFollowUp(msg jetstream.Msg, subject event.Subject) (*followed, error) {
	up, err := event.DecodeFollowUp(msg.Data())
	if err != nil {
		return nil, unreadable{event.ReasonDecode, err}
	}
	if up.Report != subject.ID || up.Community != subject.Community || up.Event != subject.Event {
		return nil, unreadable{event.ReasonSubject, errors.New("subject and payload disagree")}
	}
	if up.Event == event.ReportEvidence {
		part, err := w.readEvidence(msg, up)
		return &followed{msg: msg, followUp: up, part: part}, err
	}
	meta, err := msg.Metadata()
	if err != nil {
		return nil, err
	}
	f := &followed{msg: msg, followUp: up, sequence: meta.Sequence.Stream}
	f.plaintext, err = w.openEnvelope(seal.Context{Purpose: seal.PurposeFollowUp, Community: up.Community, Report: up.Report}, up.Moderation)
	if _, bad := errors.AsType[unreadable](err); bad && up.Event == event.ReportWithdrawn {
		// All that it needs stands outside. A report that can't be opened for want
		// of a key is withdrawn no less.
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	if err := event.DecodeStrict(f.plaintext, &f.content); err != nil {
		return nil, unreadable{event.ReasonOpen, err}
	}
	switch {
	case !bytes.Equal(f.content.Binding, up.Binding()):
		return nil, unreadable{event.ReasonSubject, errors.New("the words belong to another message")}
	case up.Event == event.ReportConsent && f.content.Consent == nil, up.Event == event.ReportOutcome && f.content.Stopped == nil:
		return nil, unreadable{event.ReasonOpen, errors.New("what it is about is missing")}
	}
	return f, nil
}

// follow stores one follow-up, tells the status and acknowledges.
func (w *Worker) follow(ctx context.Context, h *holding, f *followed) error {
	var told status.Report
	var bad unreadable
	var err error
	if f.part != nil {
		told, err = w.commitPart(ctx, f.part)
	} else {
		told, err = w.commitFollowUp(ctx, f)
	}
	switch {
	case errors.Is(err, errNoReport):
		return w.orphan(ctx, h, f)
	case errors.As(err, &bad):
		return w.quarantine(ctx, h, f.msg, bad)
	case err != nil:
		w.putBack(h, f.msg)
		if !forGood(err) {
			return err
		}
		w.log.Error("a follow-up can't be stored", "report", f.followUp.Report, "error", postgres.Redact(err))
		return nil
	}
	return w.settle(ctx, h, []jetstream.Msg{f.msg}, []status.Report{told})
}

// forGood says whether an error is the message's own and will not pass: it is
// counted then.
func forGood(err error) bool {
	return !postgres.IsTransient(err) || errors.Is(err, vault.ErrOpen) || errors.Is(err, keys.ErrNoKey) || errors.Is(err, seal.ErrPublicKey)
}

// orphan lets a follow-up wait for its report, a day and no longer: it must not
// hold the stream up.
func (w *Worker) orphan(ctx context.Context, h *holding, f *followed) error {
	meta, err := f.msg.Metadata()
	if err != nil {
		return err
	}
	if w.now().Sub(meta.Timestamp) > orphanAfter {
		return w.quarantine(ctx, h, f.msg, unreadable{event.ReasonOrphan, errors.New("what it follows did not come")})
	}
	w.putBack(h, f.msg)
	h.mark(f.msg, awaiting)
	return nil
}

// commitFollowUp does what the follow-up does, in one transaction, and returns
// the report's status after it. Delivered again, it changes nothing.
func (w *Worker) commitFollowUp(ctx context.Context, f *followed) (status.Report, error) {
	up := f.followUp
	fault.Point("worker.followup.before")
	err := w.inPlace(ctx, func(tx pgx.Tx) error {
		q := store.New(tx)
		place, err := q.ReportPlace(ctx, up.Report)
		if errors.Is(err, pgx.ErrNoRows) {
			return w.followNothing(ctx, q, f)
		}
		if err != nil {
			return fmt.Errorf("looking for a report: %w", err)
		}
		if place.Community != up.Community {
			return errNoReport
		}
		row, err := q.LockCaseOfReport(ctx, place.CaseID)
		if err != nil {
			return fmt.Errorf("locking a case: %w", err)
		}
		report, err := q.LockReport(ctx, up.Report)
		if err != nil {
			return fmt.Errorf("locking a report: %w", err)
		}
		if report.CaseID != row.ID {
			return errMoved
		}
		if there, err := q.FollowUpThere(ctx, up.ID); err != nil || there {
			return err
		}
		change := &change{worker: w, q: q, f: f, report: report, row: row, now: status.At(w.now())}
		if err := change.apply(ctx); err != nil {
			return err
		}
		fault.Point("worker.followup.within")
		return nil
	})
	if err != nil {
		return status.Report{}, err
	}
	fault.Point("worker.followup.after")
	w.stored()
	return loadStatus(ctx, store.New(w.pool), up.Report)
}

// aWhile is how many deliveries a withdrawal waits for its report, which is
// mostly just being stored.
const aWhile = 3

// followNothing is for a report that is in no case. A withdrawal takes effect
// all the same after a while, so that what nobody could read, as in quarantine,
// goes too.
func (w *Worker) followNothing(ctx context.Context, q *store.Queries, f *followed) error {
	up := f.followUp
	if _, err := q.TombstoneOf(ctx, up.Report); err == nil {
		return askErasure(ctx, q, up, status.At(w.now())) // what it follows was withdrawn: nothing is kept
	} else if !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("looking for a tombstone: %w", err)
	}
	meta, err := f.msg.Metadata()
	if err != nil {
		return err
	}
	if up.Event != event.ReportWithdrawn || meta.NumDelivered < aWhile {
		return errNoReport
	}
	// Whoever stores the report at this moment is waited for, and who comes later
	// finds the tombstone.
	if err := q.WithdrawUnread(ctx); err != nil {
		return fmt.Errorf("waiting for reports that are being stored: %w", err)
	}
	if _, err := q.ReportPlace(ctx, up.Report); !errors.Is(err, pgx.ErrNoRows) {
		return errors.Join(err, errNoReport) // it is there now: the next delivery finds it
	}
	now := status.At(w.now())
	err = q.InsertTombstone(ctx, store.InsertTombstoneParams{
		ReportID: up.Report, Community: up.Community, StatusKey: up.StatusKey, ReplyKey: up.ReplyKey, WithdrawnAt: now,
	})
	if err != nil {
		return fmt.Errorf("storing a tombstone: %w", err)
	}
	return askErasure(ctx, q, up, now)
}

func askErasure(ctx context.Context, q *store.Queries, up event.FollowUp, now time.Time) error {
	err := q.AskErasure(ctx, store.AskErasureParams{
		ReportIds: []event.ID{up.Report}, Communities: []string{up.Community}, AskedAt: now,
	})
	if err != nil {
		return fmt.Errorf("asking for an erasure: %w", err)
	}
	return nil
}

// change is one follow-up's transaction, with its case and report locked.
type change struct {
	worker *Worker
	q      *store.Queries
	f      *followed
	report store.LockReportRow
	row    store.LockCaseOfReportRow
	now    time.Time
}

func (c *change) apply(ctx context.Context) error {
	up, before := c.f.followUp, c.before()
	stage := moderation.StageOf(before.State, before.Again, c.report.WithdrawnAt != nil)
	effect := moderation.Follow(stage, up.Event, c.f.content.Stopped != nil && *c.f.content.Stopped)
	if err := c.keep(ctx, effect); err != nil {
		return err
	}
	switch effect {
	case moderation.Refused:
		return askErasure(ctx, c.q, up, c.now) // it is in the stream again
	case moderation.Erased:
		return c.erase(ctx, before)
	case moderation.Appealed:
		return c.reopen(ctx, before, moderation.AgainAppeal, event.CaseAppealed, event.MilestoneAppealed)
	case moderation.Reopened:
		return c.reopen(ctx, before, moderation.AgainOutcome, event.CaseReopened, event.MilestoneReopened)
	case moderation.Kept:
		return c.hear(ctx, before)
	default:
		return fmt.Errorf("an effect that is not known: %s", effect)
	}
}

func (c *change) before() moderation.Case {
	return moderation.Case{
		ID: c.row.ID, State: moderation.State(c.row.State), Version: int(c.row.Version),
		Again: moderation.Again(c.row.Again), Due: c.row.FirstLookDue,
	}
}

// keep stores what was sent, sealed under a data key of its own, and shows the
// reporter's own words on the status. Of a report that is gone, or goes now, no
// words are kept.
func (c *change) keep(ctx context.Context, effect moderation.Effect) error {
	up := c.f.followUp
	row := store.InsertFollowUpParams{
		ID: up.ID, ReportID: up.Report, Event: up.Event, Effect: string(effect), At: up.At, StoredAt: c.now,
		Sequence: int64(c.f.sequence), //nolint:gosec // JetStream counts from 1; 2^63 is not reached
	}
	if effect != moderation.Refused && effect != moderation.Erased {
		key, wrapped, err := c.worker.vault.NewKey(up.ID, up.Community, c.now)
		if err != nil {
			return err
		}
		row.Content = key.Seal(vault.FollowUpPlace(up.ID), c.f.plaintext)
		err = c.q.InsertDataKeys(ctx, store.InsertDataKeysParams{
			Owners: []event.ID{wrapped.Owner}, Communities: []string{wrapped.Community}, Months: []string{wrapped.Month},
			Wrapped: [][]byte{wrapped.Wrapped},
		})
		if err != nil {
			return fmt.Errorf("storing a data key: %w", err)
		}
	}
	if err := c.q.InsertFollowUp(ctx, row); err != nil {
		return fmt.Errorf("storing a follow-up: %w", err)
	}
	if row.Content == nil || c.f.content.Text == "" {
		return nil
	}
	return c.showAgain(ctx)
}

// showAgain seals the reporter's own words to the receipt.
func (c *change) showAgain(ctx context.Context) error {
	up := c.f.followUp
	key, err := seal.ParsePublicKey("receipt", c.report.ReplyKey)
	if err != nil {
		return err
	}
	body, err := json.Marshal(event.Message{Type: event.MessageOwn, Event: up.Event, Text: c.f.content.Text})
	if err != nil {
		return fmt.Errorf("encoding a message: %w", err)
	}
	here := seal.Context{Purpose: seal.PurposeMessage, Community: up.Community, Report: up.Report}
	envelope, err := seal.Seal(key, here, body, seal.Buckets())
	if err != nil {
		return err
	}
	sealed, err := json.Marshal(envelope)
	if err != nil {
		return fmt.Errorf("encoding an envelope: %w", err)
	}
	if err := c.q.InsertOwnMessage(ctx, store.InsertOwnMessageParams{ID: up.ID, ReportID: up.Report, At: up.At, Sealed: sealed}); err != nil {
		return fmt.Errorf("storing a reporter's own message: %w", err)
	}
	return nil
}

// hear raises the versions of report and case: whoever decides must have seen
// it. On a closed case it waits to be read.
func (c *change) hear(ctx context.Context, before moderation.Case) error {
	if err := c.note(ctx); err != nil {
		return err
	}
	if _, err := c.q.RaiseReportVersion(ctx, c.report.ID); err != nil {
		return fmt.Errorf("raising a report's version: %w", err)
	}
	after := before.Heard()
	if err := c.raise(ctx, after); err != nil {
		return err
	}
	if before.State == moderation.Closed {
		if err := c.q.MarkUnread(ctx, store.MarkUnreadParams{ID: after.ID, Since: &c.now}); err != nil {
			return fmt.Errorf("marking a case unread: %w", err)
		}
	}
	return nil
}

// raise stores a case's version.
func (c *change) raise(ctx context.Context, after moderation.Case) error {
	version := int32(after.Version) //nolint:gosec // raised by one from an integer column
	if err := c.q.RaiseCaseVersion(ctx, store.RaiseCaseVersionParams{ID: after.ID, Version: version}); err != nil {
		return fmt.Errorf("raising a case's version: %w", err)
	}
	return nil
}

// note keeps what a consent or an outcome sets.
func (c *change) note(ctx context.Context) error {
	later, err := c.q.LaterThere(ctx, store.LaterThereParams{
		ReportID: c.report.ID, Event: c.f.followUp.Event, Sequence: int64(c.f.sequence), //nolint:gosec // as above
	})
	if err != nil {
		return fmt.Errorf("looking for a later follow-up: %w", err)
	}
	if later { // this one was held up: the reporter's last word holds
		return nil
	}
	if consent := c.f.content.Consent; consent != nil {
		err := c.q.SetConsent(ctx, store.SetConsentParams{
			ReportID: c.report.ID, DoNotTellAccount: consent.DoNotTellAccount, NotBeyondCommunity: consent.NotBeyondCommunity,
		})
		if err != nil {
			return fmt.Errorf("setting what a reporter forbids: %w", err)
		}
	}
	if c.f.content.Stopped != nil {
		if err := c.q.SetStopped(ctx, store.SetStoppedParams{ReportID: c.report.ID, Stopped: c.f.content.Stopped}); err != nil {
			return fmt.Errorf("noting whether it stopped: %w", err)
		}
	}
	return nil
}

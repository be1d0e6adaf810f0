package janitor

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/event"
	"recourse/internal/fault"
	"recourse/internal/postgres"
	"recourse/moderation/store"
)

// Erase deletes from the streams, bytes and all, what was asked for: every
// message of a withdrawn report, in QUARANTINE too. The withdrawal itself stays:
// it holds nothing, and statistics must hear of it.
func (j *Janitor) Erase(ctx context.Context) error {
	q := store.New(j.pool)
	due, err := q.ErasuresDue(ctx)
	if err != nil {
		return fmt.Errorf("looking for erasures: %w", err)
	}
	var failed error
	for _, e := range due {
		if err := j.erase(ctx, q, e); err != nil {
			failed = errors.Join(failed, err) // the others must not wait for this one
			continue
		}
		fault.Point("janitor.erase.after")
		at := j.now()
		if err := q.ErasureDone(ctx, store.ErasureDoneParams{ReportID: e.ReportID, AskedAt: e.AskedAt, DoneAt: &at}); err != nil {
			failed = errors.Join(failed, fmt.Errorf("noting an erasure: %w", err))
		}
	}
	return failed
}

// DeleteSpent deletes the messages of parts that are stored elsewhere, or
// refused.
func (j *Janitor) DeleteSpent(ctx context.Context) error {
	q := store.New(j.pool)
	spent, err := q.SpentParts(ctx)
	if err != nil {
		return fmt.Errorf("looking for spent parts: %w", err)
	}
	if len(spent) == 0 {
		return nil
	}
	stream, err := j.js.Stream(ctx, event.StreamReports)
	if err != nil {
		return err
	}
	for _, part := range spent {
		subject := event.ReportSubject(event.ReportEvidence, part.Community, part.ReportID).String()
		if err := eraseOne(ctx, stream, uint64(part.Sequence), subject); err != nil { //nolint:gosec // a stream's sequence
			return fmt.Errorf("deleting a spent part: %w", err)
		}
		if err := q.ForgetSpentPart(ctx, store.ForgetSpentPartParams{ReportID: part.ReportID, Sequence: part.Sequence}); err != nil {
			return fmt.Errorf("forgetting a spent part: %w", err)
		}
	}
	return nil
}

func (j *Janitor) erase(ctx context.Context, q *store.Queries, e store.ErasuresDueRow) error {
	// Before anything goes: an id counted twice does no harm, one forgotten would.
	err := q.RememberPurged(ctx, store.RememberPurgedParams{Ids: []event.ID{e.ReportID}, PurgedAt: j.now()})
	if err != nil {
		return fmt.Errorf("remembering an erased report: %w", err)
	}
	fault.Point("janitor.erase.before")
	kept := event.ReportSubject(event.ReportWithdrawn, e.Community, e.ReportID).String()
	for stream, subject := range map[string]string{
		event.StreamReports:    event.ReportSubject("*", e.Community, e.ReportID).String(),
		event.StreamQuarantine: event.QuarantineSubject(e.Community, e.ReportID),
	} {
		if err := j.eraseSubject(ctx, stream, subject, kept); err != nil {
			return fmt.Errorf("erasing from %s: %w", stream, err)
		}
	}
	return nil
}

// eraseSubject deletes every message on subjects that match, but for one.
func (j *Janitor) eraseSubject(ctx context.Context, name, subject, kept string) error {
	stream, err := j.js.Stream(ctx, name)
	if err != nil {
		return err
	}
	for seq := uint64(1); ; {
		msg, err := stream.GetMsg(ctx, seq, jetstream.WithGetMsgSubject(subject))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		seq = msg.Sequence + 1
		if msg.Subject == kept {
			continue
		}
		if err := stream.SecureDeleteMsg(ctx, msg.Sequence); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
			return err
		}
		fault.Point("janitor.erase.within")
	}
}

// forgetUploads deletes the chunks of files that were never finished, in the
// stream first: their rows say where they are.
func (j *Janitor) forgetUploads(ctx context.Context) error {
	q := store.New(j.pool)
	old, err := q.UnfinishedUploads(ctx, j.now().Add(-uploadsKeep))
	if err != nil {
		return fmt.Errorf("looking for unfinished files: %w", err)
	}
	if len(old) == 0 {
		return nil
	}
	stream, err := j.js.Stream(ctx, event.StreamReports)
	if err != nil {
		return err
	}
	for _, u := range old {
		if err := j.forgetUpload(ctx, stream, u); err != nil {
			return err
		}
	}
	return nil
}

// forgetUpload forgets one, and has its reporter told: the same file can then be
// sent again from its beginning.
func (j *Janitor) forgetUpload(ctx context.Context, stream jetstream.Stream, u store.UnfinishedUploadsRow) error {
	return postgres.InTx(ctx, j.pool, func(tx pgx.Tx) error {
		q := store.New(tx)
		sequences, err := q.UploadSequences(ctx, store.UploadSequencesParams{ReportID: u.ReportID, FileID: u.FileID})
		if err != nil {
			return fmt.Errorf("looking for chunks: %w", err)
		}
		subject := event.ReportSubject(event.ReportEvidence, u.Community, u.ReportID).String()
		for _, seq := range sequences {
			if err := eraseOne(ctx, stream, uint64(seq), subject); err != nil { //nolint:gosec // a stream's sequence
				return fmt.Errorf("deleting a chunk: %w", err)
			}
		}
		if err := q.DeleteUpload(ctx, store.DeleteUploadParams{ReportID: u.ReportID, FileID: u.FileID}); err != nil {
			return fmt.Errorf("forgetting an unfinished file: %w", err)
		}
		if err := q.TellOfReport(ctx, store.TellOfReportParams{ReportID: u.ReportID, At: j.now()}); err != nil {
			return fmt.Errorf("leaving a status to the relay: %w", err)
		}
		return nil
	})
}

// eraseOne deletes a message if it is there, on the subject that is expected: a
// stream that was made anew counts from one again.
func eraseOne(ctx context.Context, stream jetstream.Stream, seq uint64, subject string) error {
	msg, err := stream.GetMsg(ctx, seq)
	if errors.Is(err, jetstream.ErrMsgNotFound) || (err == nil && msg.Subject != subject) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := stream.SecureDeleteMsg(ctx, seq); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
		return err
	}
	return nil
}

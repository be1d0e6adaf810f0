// Package quarantine is what an operator does with messages that could not be
// decoded or opened: look at the list, try one again, drop one for good. It
// never opens what it lists.
package quarantine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/event"
	"recourse/moderation/store"
)

// Entry is one message in QUARANTINE.
type Entry struct {
	Sequence  uint64       `json:"sequence"` // in QUARANTINE
	Report    string       `json:"report"`   // id, or seq-<n> where the message names no report
	Community string       `json:"community"`
	Reason    event.Reason `json:"reason"`
	At        time.Time    `json:"at"`
	Bytes     int          `json:"bytes"`
}

// Quarantine works as the NATS user admin and the owner of the tables.
type Quarantine struct {
	js    jetstream.JetStream
	store *store.Queries
}

// New returns a Quarantine.
func New(js jetstream.JetStream, q *store.Queries) Quarantine { return Quarantine{js: js, store: q} }

// Errors of Retry and Drop.
var (
	ErrNone      = errors.New("no such message is in quarantine")
	ErrDuplicate = errors.New("REPORTS took the message for one it has already; it stays in quarantine")
)

// List returns every message, the oldest first.
func (q Quarantine) List(ctx context.Context) ([]Entry, error) {
	stream, err := q.js.Stream(ctx, event.StreamQuarantine)
	if err != nil {
		return nil, fmt.Errorf("looking up the stream of quarantined messages: %w", err)
	}
	var entries []Entry
	for seq := uint64(1); ; {
		msg, err := stream.GetMsg(ctx, seq, jetstream.WithGetMsgSubject(">"))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return entries, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading a quarantined message: %w", err)
		}
		tokens := strings.Split(msg.Subject, ".")
		entries = append(entries, Entry{
			Sequence: msg.Sequence, Community: tokens[1], Report: tokens[len(tokens)-1],
			Reason: event.Reason(msg.Header.Get(event.HeaderReason)), At: msg.Time.UTC(), Bytes: len(msg.Data),
		})
		seq = msg.Sequence + 1
	}
}

// Retry publishes a message under its own subject again and takes it out of
// quarantine once REPORTS has it.
func (q Quarantine) Retry(ctx context.Context, sequence uint64) error {
	stream, msg, err := q.get(ctx, sequence)
	if err != nil {
		return err
	}
	again := &nats.Msg{Subject: msg.Header.Get(event.HeaderSubject), Data: msg.Data, Header: nats.Header{}}
	// A message id of its own: under the first one REPORTS would take it for a
	// duplicate and store nothing.
	id := "retry-" + strconv.FormatUint(sequence, 10) + "-" + event.NewID().String()
	ack, err := q.js.PublishMsg(ctx, again, jetstream.WithMsgID(id), jetstream.WithExpectStream(event.StreamReports))
	if err != nil {
		return fmt.Errorf("publishing the message again: %w", err)
	}
	if ack.Duplicate {
		return ErrDuplicate
	}
	return remove(ctx, stream, sequence)
}

// Drop deletes a message for good, its bytes included, in REPORTS too: the
// janitor would take it for lost there and put it back. Its id is remembered
// first, so that it counts as acknowledged still.
func (q Quarantine) Drop(ctx context.Context, sequence uint64) error {
	stream, msg, err := q.get(ctx, sequence)
	if err != nil {
		return err
	}
	subject := msg.Header.Get(event.HeaderSubject)
	reports, err := q.js.Stream(ctx, event.StreamReports)
	if err != nil {
		return fmt.Errorf("looking up the stream of reports: %w", err)
	}
	if s, err := event.ParseSubject(subject); err == nil && slices.Contains(event.FollowUps(), s.Event) {
		// Others on its subject are no less follow-ups of the same report.
		if err := removeOriginal(ctx, reports, msg); err != nil {
			return err
		}
		return remove(ctx, stream, sequence)
	}
	if s, err := event.ParseSubject(subject); err == nil && s.Event == event.ReportSubmitted {
		dropped := store.RememberDroppedParams{ReportID: s.ID, PurgedAt: time.Now()}
		if err := q.store.RememberDropped(ctx, dropped); err != nil {
			return fmt.Errorf("remembering the report: %w", err)
		}
	}
	for {
		original, err := reports.GetLastMsgForSubject(ctx, subject)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			break
		}
		if err != nil {
			return fmt.Errorf("reading the message in REPORTS: %w", err)
		}
		if err := remove(ctx, reports, original.Sequence); err != nil {
			return err
		}
	}
	return remove(ctx, stream, sequence)
}

func (q Quarantine) get(ctx context.Context, sequence uint64) (jetstream.Stream, *jetstream.RawStreamMsg, error) {
	stream, err := q.js.Stream(ctx, event.StreamQuarantine)
	if err != nil {
		return nil, nil, fmt.Errorf("looking up the stream of quarantined messages: %w", err)
	}
	msg, err := stream.GetMsg(ctx, sequence)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil, ErrNone
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading a quarantined message: %w", err)
	}
	return stream, msg, nil
}

// removeOriginal deletes the message of REPORTS that was quarantined, if it is
// there still.
func removeOriginal(ctx context.Context, reports jetstream.Stream, quarantined *jetstream.RawStreamMsg) error {
	sequence, err := strconv.ParseUint(quarantined.Header.Get(event.HeaderSequence), 10, 64)
	if err != nil {
		return nil //nolint:nilerr // it names none
	}
	original, err := reports.GetMsg(ctx, sequence)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the message in REPORTS: %w", err)
	}
	if original.Subject != quarantined.Header.Get(event.HeaderSubject) {
		return nil
	}
	return remove(ctx, reports, sequence)
}

func remove(ctx context.Context, stream jetstream.Stream, sequence uint64) error {
	if err := stream.SecureDeleteMsg(ctx, sequence); err != nil {
		return fmt.Errorf("deleting a message: %w", err)
	}
	return nil
}

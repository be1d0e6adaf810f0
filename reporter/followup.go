package reporter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
)

// maxText is the longest text of a follow-up, in characters.
const maxText = 5000

// followUp is what a reporter does later, with the receipt.
type followUp struct {
	event   string
	text    string         // cleaned
	consent *event.Consent // of consent
	stopped *bool          // of outcome
	key     string         // idempotency key, or ""
}

// refusal says why a follow-up can't be taken at the report's stage.
type refusal string

// The refusals. The page looks up its words as `refused.<refusal>`.
const (
	errWithdrawn  refusal = "withdrawn"   // nothing is left that it could follow
	errUndecided  refusal = "undecided"   // nothing to appeal yet, and nothing that could have stopped
	errBeingAgain refusal = "being_again" // someone is looking again already
)

func (r refusal) Error() string {
	switch r {
	case errWithdrawn:
		return "This report was withdrawn."
	case errUndecided:
		return "Nothing is decided yet. Send a message instead."
	case errBeingAgain:
		return "It is being looked at again already. Send a message instead."
	case errNotOpened:
		return "The report has not been opened yet. Try again in a moment."
	case errNoFiles:
		return "No file is taken for this kind of abuse: copying such material can be a crime. Tell where it is, in words."
	case errFileRefused:
		return "This file was refused before. POST /v1/status says why."
	case errManyFiles:
		return "This report has as many files as it can."
	default:
		return "This can't be done now."
	}
}

// refusedAt says why the follow-up can't be taken, or "". What crosses a change
// of stage on its way is settled by the worker; nothing of it is lost.
func (f followUp) refusedAt(found progress) refusal {
	stage := found.Stage
	switch {
	case stage == event.StageWithdrawn:
		return errWithdrawn
	case found.quarantined && f.event != event.ReportWithdrawn:
		return errNotOpened
	case f.event != event.ReportAppeal && f.event != event.ReportOutcome:
		return ""
	case stage == event.StageDecided:
		return ""
	case stage == event.StageAppealed, stage == event.StageReopened:
		return errBeingAgain
	default:
		return errUndecided
	}
}

// takenBefore says whether p shows that this very follow-up was taken: its
// answer was lost, and it is sent again.
func (f followUp) takenBefore(p progress, id event.ID) bool {
	return f.event == event.ReportWithdrawn && p.Stage == event.StageWithdrawn ||
		f.event == event.ReportOutcome && f.text == "" && p.Stopped != nil && *p.Stopped == *f.stopped ||
		slices.ContainsFunc(p.Messages, func(m message) bool { return m.ID == id })
}

// follow seals and publishes a follow-up, and returns its id once it is stored.
// Its errors match errUnknown, errAway, limitedError and refusal, and never quote
// it.
func (i *Intake) follow(ctx context.Context, secret receipt.Receipt, f followUp) (event.ID, error) {
	found, err := i.lookup.find(ctx, secret)
	if err != nil {
		return event.ID{}, err
	}
	id, err := i.secrets.followUpID(found.ID, f)
	if err != nil {
		return event.ID{}, err
	}
	if f.takenBefore(found, id) {
		return id, nil
	}
	if why := f.refusedAt(found); why != "" {
		return event.ID{}, why
	}
	bundle, ok := i.communities.Get(found.community)
	if !ok {
		return event.ID{}, fmt.Errorf("%w: the report's community is not known", errAway)
	}
	if err := i.allowFollowUp(ctx, bundle, found.ID); err != nil {
		return event.ID{}, err
	}
	up, err := newFollowUp(id, f.event, bundle, secret, i.now())
	if err != nil {
		return event.ID{}, err
	}
	plain, err := encode(event.FollowUpContent{Text: f.text, Consent: f.consent, Stopped: f.stopped, Binding: up.Binding()})
	if err != nil {
		return event.ID{}, err
	}
	if up.Moderation, err = sealToModeration(bundle, seal.PurposeFollowUp, up.Report, plain, seal.Buckets()); err != nil {
		return event.ID{}, err
	}
	if err := i.publishFollowUps(ctx, up); err != nil {
		return event.ID{}, err
	}
	return id, nil
}

// newFollowUp returns a follow-up with its envelope still empty.
func newFollowUp(id event.ID, name string, b community.Bundle, secret receipt.Receipt, now time.Time) (event.FollowUp, error) {
	up := event.FollowUp{
		Version: event.FollowUpVersion, ID: id, Report: secret.ReportID(), Community: b.Name, Event: name,
		At: now.UTC().Truncate(time.Second),
	}
	if name != event.ReportWithdrawn {
		return up, nil
	}
	reply, err := secret.PublicKey()
	up.StatusKey, up.ReplyKey = secret.StatusKey(), reply
	return up, err
}

func sealToModeration(b community.Bundle, p seal.Purpose, report event.ID, plain []byte, padding seal.Padding) (seal.Envelope, error) {
	key, err := b.Keys.Moderation.Seal()
	if err != nil {
		return seal.Envelope{}, fmt.Errorf("reading the moderation key of a community: %w", err)
	}
	return seal.Seal(key, seal.Context{Purpose: p, Community: b.Name, Report: report}, plain, padding)
}

// publishFollowUps returns nil once all are stored.
func (i *Intake) publishFollowUps(ctx context.Context, all ...event.FollowUp) error {
	if !i.nats.IsConnected() {
		return errAway
	}
	msgs := make([]*nats.Msg, len(all))
	for n, up := range all {
		payload, err := json.Marshal(up)
		if err != nil {
			return fmt.Errorf("encoding a follow-up: %w", err)
		}
		msgs[n] = &nats.Msg{
			Subject: event.ReportSubject(up.Event, up.Community, up.Report).String(), Data: payload,
			Header: nats.Header{jetstream.MsgIDHeader: {up.ID.String()}},
		}
	}
	// As a report: who goes away halfway does not leave it undecided.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), natsTimeout)
	defer cancel()
	if err := errors.Join(bus.PublishAll(ctx, i.publisher.js, event.StreamReports, msgs)...); err != nil {
		return fmt.Errorf("%w: publishing a follow-up: %w", errAway, err)
	}
	return nil
}

// followUpID returns the id of a follow-up: the same for the same words under
// the same key, and for every withdrawal of one report.
func (s secrets) followUpID(report event.ID, f followUp) (event.ID, error) {
	if f.key == "" && f.event != event.ReportWithdrawn {
		return event.NewID(), nil
	}
	canonical, err := encode(event.FollowUpContent{Text: f.text, Consent: f.consent, Stopped: f.stopped})
	if err != nil {
		return event.ID{}, err
	}
	key := f.key
	if f.event == event.ReportWithdrawn {
		key = ""
	}
	sum := mac(s.receiptSeed, "follow-up", string(report[:]), f.event, key, string(canonical))
	return event.ID(sum[:len(event.ID{})]), nil
}

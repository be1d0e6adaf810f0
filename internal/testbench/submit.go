package testbench

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
)

// Sealed is a report as the intake would publish it, sealed to the bundle's
// keys, for tests of those who receive it. Change alters it before it is sealed
// and, where it touches an envelope, once more after.
func Sealed(
	t testing.TB, bundle community.Bundle, content event.Content, change func(*event.Submitted),
) (receipt.Receipt, *nats.Msg) {
	t.Helper()
	r := receipt.New()
	public, err := r.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	envelope := func(k community.PublicKey, p seal.Purpose, padding seal.Padding, v any) seal.Envelope {
		body, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		key, err := k.Seal()
		if err != nil {
			t.Fatal(err)
		}
		e, err := seal.Seal(key, seal.Context{Purpose: p, Community: bundle.Name, Report: r.ReportID()}, body, padding)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	s := event.Submitted{
		Version: event.SubmittedVersion, Report: r.ReportID(), Community: bundle.Name, Conduct: bundle.Conduct,
		ReceivedAt: time.Now().UTC().Truncate(time.Second), StatusKey: r.StatusKey(), ReplyKey: public,
		Contact: envelope(bundle.Keys.Contact, seal.PurposeContact, seal.Exactly(event.ContactSize),
			event.Contact{Address: "someone@example.org"}),
		Statistics: envelope(bundle.Keys.Statistics, seal.PurposeStatistics, seal.Exactly(event.DimensionsSize), event.Dimensions{
			Kind: content.Kind, Grounds: []event.Ground{event.GroundUnknown}, Gender: event.GenderUnknown,
			AgeBand: event.AgeUnknown, Role: event.RoleTarget, Language: "und",
		}),
	}
	if change != nil {
		change(&s)
	}
	content.Binding = s.Binding()
	s.Moderation = envelope(bundle.Keys.Moderation, seal.PurposeModeration, seal.Buckets(), content)
	if change != nil {
		change(&s)
	}
	payload, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	subject := event.ReportSubject(event.ReportSubmitted, bundle.Name, r.ReportID()).String()
	return r, &nats.Msg{Subject: subject, Data: payload, Header: nats.Header{}}
}

// Publish publishes a message to REPORTS as the intake, under a message id of
// its own.
func (b *Bus) Publish(t testing.TB, msg *nats.Msg) *jetstream.PubAck {
	t.Helper()
	ack, err := b.JS(t, keys.Intake).PublishMsg(t.Context(), msg, jetstream.WithMsgID(event.NewID().String()))
	if err != nil {
		t.Fatal(err)
	}
	return ack
}

// Messages returns every message of a stream, the oldest first.
func (b *Bus) Messages(t testing.TB, stream string) []*jetstream.RawStreamMsg {
	t.Helper()
	s, err := b.JS(t, keys.Admin).Stream(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	var all []*jetstream.RawStreamMsg
	for seq := uint64(1); ; {
		msg, err := s.GetMsg(t.Context(), seq, jetstream.WithGetMsgSubject(">"))
		if err != nil {
			return all
		}
		all = append(all, msg)
		seq = msg.Sequence + 1
	}
}

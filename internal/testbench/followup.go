package testbench

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
)

// FollowUp is what a reporter does later, as the intake would publish it. Change
// alters it before it is sealed.
func FollowUp(
	t testing.TB, bundle community.Bundle, r receipt.Receipt, name string, content event.FollowUpContent, change func(*event.FollowUp),
) *nats.Msg {
	t.Helper()
	public, err := r.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	up := event.FollowUp{
		Version: event.FollowUpVersion, ID: event.NewID(), Report: r.ReportID(), Community: bundle.Name, Event: name,
		At: time.Now().UTC().Truncate(time.Second),
	}
	if name == event.ReportWithdrawn {
		up.StatusKey, up.ReplyKey = r.StatusKey(), public
	}
	if change != nil {
		change(&up)
	}
	content.Binding = up.Binding()
	body, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	return sealed(t, bundle, up, seal.PurposeFollowUp, body, seal.Buckets())
}

// Evidence is a file as the intake would publish it: its chunks, then its
// manifest.
func Evidence(t testing.TB, bundle community.Bundle, r receipt.Receipt, file event.ID, name string, data []byte) []*nats.Msg {
	t.Helper()
	digest := sha256.Sum256(data)
	manifest := &event.Manifest{Name: name, Size: len(data), Digest: digest[:], Sent: digest[:]}
	var parts []event.EvidencePart
	for chunk := range slices.Chunk(data, event.EvidenceChunk) {
		parts = append(parts, event.EvidencePart{File: file, Index: manifest.Chunks, Data: chunk})
		manifest.Chunks++
	}
	parts = append(parts, event.EvidencePart{File: file, Manifest: manifest})
	var msgs []*nats.Msg
	for _, part := range parts {
		up := event.FollowUp{
			Version: event.FollowUpVersion, ID: event.NewID(), Report: r.ReportID(), Community: bundle.Name, Event: event.ReportEvidence,
			At: time.Now().UTC().Truncate(time.Second),
		}
		part.Binding = up.Binding()
		plain, err := part.Encode()
		if err != nil {
			t.Fatal(err)
		}
		msgs = append(msgs, sealed(t, bundle, up, seal.PurposeEvidence, plain, seal.Exactly(event.EvidenceSize)))
	}
	return msgs
}

func sealed(t testing.TB, bundle community.Bundle, up event.FollowUp, p seal.Purpose, plain []byte, padding seal.Padding) *nats.Msg {
	t.Helper()
	key, err := bundle.Keys.Moderation.Seal()
	if err != nil {
		t.Fatal(err)
	}
	here := seal.Context{Purpose: p, Community: up.Community, Report: up.Report}
	if up.Moderation, err = seal.Seal(key, here, plain, padding); err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(up)
	if err != nil {
		t.Fatal(err)
	}
	return &nats.Msg{Subject: event.ReportSubject(up.Event, up.Community, up.Report).String(), Data: payload, Header: nats.Header{}}
}

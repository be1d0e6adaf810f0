package testbench

import (
	"encoding/json"
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
	key, err := bundle.Keys.Moderation.Seal()
	if err != nil {
		t.Fatal(err)
	}
	here := seal.Context{Purpose: seal.PurposeFollowUp, Community: up.Community, Report: up.Report}
	if up.Moderation, err = seal.Seal(key, here, body, seal.Buckets()); err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(up)
	if err != nil {
		t.Fatal(err)
	}
	return &nats.Msg{Subject: event.ReportSubject(name, up.Community, up.Report).String(), Data: payload, Header: nats.Header{}}
}

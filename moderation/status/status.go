// Package status writes what a reporter's receipt shows: one record per report
// in the bucket `status`, sealed to the receipt. Worker and relay write it; a
// record of a lower version never overwrites one of a higher.
package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"recourse/internal/bus"
	"recourse/internal/event"
	"recourse/internal/seal"
	"recourse/moderation"
	"recourse/moderation/store"
)

// Report is what a status record is made of.
type Report struct {
	ID         event.ID
	Case       event.ID
	Community  string
	StatusKey  string
	ReplyKey   seal.PublicKey
	Version    int
	Stage      event.Stage
	Due        time.Time // until when a moderator looks at it
	Consent    event.Consent
	Stopped    *bool
	Hidden     bool // until a moderator has looked
	NoFiles    bool // none are taken: of this kind, having them can be a crime
	Evidence   []event.EvidenceFile
	Milestones []event.MilestoneAt
	Messages   []event.SealedMessage
}

// Load reads what stands in PostgreSQL now.
func Load(ctx context.Context, q *store.Queries, report event.ID) (Report, error) {
	row, err := q.StatusOf(ctx, report)
	if err != nil {
		return Report{}, fmt.Errorf("reading a report's status: %w", err)
	}
	milestones, err := q.MilestonesOf(ctx, report)
	if err != nil {
		return Report{}, fmt.Errorf("reading a report's milestones: %w", err)
	}
	messages, err := q.MessagesOf(ctx, report)
	if err != nil {
		return Report{}, fmt.Errorf("reading a report's messages: %w", err)
	}
	key, err := seal.ParsePublicKey("receipt", row.ReplyKey)
	if err != nil {
		return Report{}, err
	}
	r := Report{
		ID: row.ID, Case: row.CaseID, Community: row.Community, StatusKey: row.StatusKey, ReplyKey: key, Version: int(row.Version),
		Stage:   moderation.StageOf(moderation.State(row.State), moderation.Again(row.Again), row.WithdrawnAt != nil),
		Due:     row.FirstLookDue.UTC(),
		Consent: event.Consent{DoNotTellAccount: row.DoNotTellAccount, NotBeyondCommunity: row.NotBeyondCommunity},
		Stopped: row.Stopped,
		Hidden:  row.HiddenSince != nil,
		NoFiles: event.Kind(row.Kind) == event.KindChildSexualAbuse,
	}
	if r.Stage != event.StageWithdrawn {
		if r.Evidence, err = files(ctx, q, report); err != nil {
			return Report{}, err
		}
	}
	// One change can make several milestones at the same second: they stand in
	// their usual order.
	usual := event.Milestones()
	slices.SortStableFunc(milestones, func(a, b store.MilestonesOfRow) int {
		if a.Version != b.Version {
			return int(a.Version - b.Version)
		}
		return slices.Index(usual, event.Milestone(a.Name)) - slices.Index(usual, event.Milestone(b.Name))
	})
	for _, m := range milestones {
		r.Milestones = append(r.Milestones, event.MilestoneAt{Name: event.Milestone(m.Name), At: m.At.UTC()})
	}
	for _, m := range messages {
		sealed := event.SealedMessage{ID: m.ID, At: m.At.UTC()}
		if err := json.Unmarshal(m.Sealed, &sealed.Sealed); err != nil {
			return Report{}, errors.New("a stored message is not an envelope")
		}
		r.Messages = append(r.Messages, sealed)
	}
	return r, nil
}

// files are those that came with the receipt, and what is on its way.
func files(ctx context.Context, q *store.Queries, report event.ID) ([]event.EvidenceFile, error) {
	stored, err := q.EvidenceOf(ctx, report)
	if err != nil {
		return nil, fmt.Errorf("reading a report's files: %w", err)
	}
	begun, err := q.UploadsOf(ctx, report)
	if err != nil {
		return nil, fmt.Errorf("reading a report's uploads: %w", err)
	}
	var all []event.EvidenceFile
	for _, f := range stored {
		all = append(all, event.EvidenceFile{ID: f.FileID, State: f.State, Reason: f.Reason, At: f.At.UTC()})
	}
	for _, u := range begun {
		f := event.EvidenceFile{ID: u.FileID, State: event.EvidenceReceiving, At: u.BeganAt.UTC()}
		for _, index := range u.Received {
			f.Received = append(f.Received, int(index))
		}
		all = append(all, f)
	}
	return all, nil
}

// record seals r to its receipt.
func (r Report) record() ([]byte, error) {
	plain := event.Status{
		Report: r.ID, Stage: r.Stage, Consent: r.Consent, Stopped: r.Stopped, Hidden: r.Hidden, NoFiles: r.NoFiles,
		Evidence:   r.Evidence[:min(len(r.Evidence), mostFiles)],
		Milestones: r.Milestones, Messages: newest(r.Messages),
	}
	if r.Stage == event.StageOpen || r.Stage == event.StageAppealed || r.Stage == event.StageReopened {
		plain.Due = r.Due
	}
	body, err := json.Marshal(plain)
	if err != nil {
		return nil, fmt.Errorf("encoding a status: %w", err)
	}
	here := seal.Context{Purpose: seal.PurposeStatus, Community: r.Community, Report: r.ID}
	envelope, err := seal.Seal(r.ReplyKey, here, body, seal.Buckets())
	if err != nil {
		return nil, err
	}
	return json.Marshal(event.StatusRecord{V: event.StatusRecordVersion, Version: r.Version, Sealed: envelope})
}

// mostSealed bounds the messages of one record, in bytes of ciphertext: in base64
// and with the rest they fit the largest envelope.
const mostSealed = 320 << 10

// mostFiles bounds the files of one record: stored, refused and on their way.
const mostFiles = 2 * event.EvidenceFiles

// newest leaves the oldest messages out where all of them would not fit.
func newest(messages []event.SealedMessage) []event.SealedMessage {
	size := 0
	for i, m := range slices.Backward(messages) {
		if size += len(m.Sealed.Ciphertext) + 256; size > mostSealed {
			return messages[i+1:]
		}
	}
	return messages
}

// putTime bounds one Put: an answer that was lost with its server never comes.
const putTime = 2 * time.Second

// conflicts bounds how often Put starts over when others write the same record.
const conflicts = 10

// Put writes r unless a record of its version or a higher one is there.
func Put(ctx context.Context, kv jetstream.KeyValue, r Report) error {
	value, err := r.record()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, putTime)
	defer cancel()
	// Most records are new: try that first, it saves a read.
	_, err = kv.Create(ctx, r.StatusKey, value)
	if isConflict(err) {
		err = jetstream.ErrKeyExists
	}
	return settle(ctx, kv, r, value, err)
}

// PutAll writes the statuses of reports that are new, bus.MaxBatch at most, as
// Put would one by one, and returns an error for each.
func PutAll(ctx context.Context, js jetstream.JetStream, kv jetstream.KeyValue, reports []Report) []error {
	ctx, cancel := context.WithTimeout(ctx, putTime)
	defer cancel()
	values, errs := records(reports)
	var msgs []*nats.Msg
	var at []int // the report of each message
	for i, value := range values {
		if errs[i] == nil {
			msgs = append(msgs, &nats.Msg{
				Subject: "$KV." + event.BucketStatus + "." + reports[i].StatusKey, Data: value,
				Header: nats.Header{jetstream.ExpectedLastSubjSeqHeader: {"0"}},
			})
			at = append(at, i)
		}
	}
	for n, err := range bus.PublishAll(ctx, js, "KV_"+event.BucketStatus, msgs) {
		i := at[n]
		if isConflict(err) {
			err = jetstream.ErrKeyExists
		}
		errs[i] = settle(ctx, kv, reports[i], values[i], err)
	}
	return errs
}

// records seals on every core.
func records(reports []Report) ([][]byte, []error) {
	values, errs := make([][]byte, len(reports)), make([]error, len(reports))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, r := range reports {
		g.Go(func() error {
			values[i], errs[i] = r.record()
			return nil
		})
	}
	_ = g.Wait() // each has its own error
	return values, errs
}

// settle takes the outcome of creating a record, and updates where it is there.
func settle(ctx context.Context, kv jetstream.KeyValue, r Report, value []byte, err error) error {
	for range conflicts {
		if err == nil || !errors.Is(err, jetstream.ErrKeyExists) {
			break
		}
		var done bool
		if done, err = update(ctx, kv, r, value); done {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("writing a status record: %w", err)
	}
	return nil
}

// update says done where nothing is left to do. A conflict comes back as
// jetstream.ErrKeyExists.
func update(ctx context.Context, kv jetstream.KeyValue, r Report, value []byte) (done bool, err error) {
	entry, err := kv.Get(ctx, r.StatusKey)
	if errors.Is(err, jetstream.ErrKeyNotFound) { // expired in between
		_, err = kv.Create(ctx, r.StatusKey, value)
		return err == nil, err
	}
	if err != nil {
		return true, err
	}
	var there event.StatusRecord
	if err := json.Unmarshal(entry.Value(), &there); err == nil && there.Version >= r.Version {
		return true, nil
	}
	_, err = kv.Update(ctx, r.StatusKey, value, entry.Revision())
	if isConflict(err) {
		return false, jetstream.ErrKeyExists
	}
	return true, err
}

func isConflict(err error) bool {
	api, ok := errors.AsType[*jetstream.APIError](err)
	return ok && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence ||
		api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant) // of a stream with replicas
}

// At returns t as records show times: UTC, whole seconds.
func At(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

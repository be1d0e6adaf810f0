package reporter

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
)

// errUnknown says that no report has this receipt.
var errUnknown = errors.New("no report has this receipt")

// progress is what a receipt shows: what became of its report.
type progress struct {
	ID         event.ID             `json:"id"`
	Stage      event.Stage          `json:"stage"`
	Due        *time.Time           `json:"first_look_due,omitempty"` // until when a moderator looks at it
	Ask        bool                 `json:"ask"`                      // whether it is time to say if it stopped
	Stopped    *bool                `json:"stopped"`                  // null: not answered since the last decision
	Consent    event.Consent        `json:"consent"`
	Hidden     bool                 `json:"hidden"`   // until a moderator has looked
	NoFiles    bool                 `json:"no_files"` // none are taken: see event.Status
	Evidence   []event.EvidenceFile `json:"evidence"`
	Milestones []event.MilestoneAt  `json:"milestones"`
	Messages   []message            `json:"messages"`

	community   string
	quarantined bool // nobody can read it now: what follows it would wait in vain
}

// message is a message to the reporter, opened with the receipt.
type message struct {
	ID event.ID  `json:"id"`
	At time.Time `json:"at"`
	event.Message
}

// lookup finds a report by its receipt, and nothing by anything else.
type lookup struct {
	nc          *nats.Conn
	js          jetstream.JetStream
	communities *community.Source
	log         *slog.Logger
	now         func() time.Time

	bucket atomic.Pointer[jetstream.KeyValue] // looked up once, then kept: a lookup costs a request
}

// find returns errUnknown where there is no such report, and errAway where
// that can't be told now.
func (l *lookup) find(ctx context.Context, r receipt.Receipt) (progress, error) {
	if !l.nc.IsConnected() {
		return progress{}, errAway
	}
	ctx, cancel := context.WithTimeout(ctx, natsTimeout)
	defer cancel()
	sealed, err := l.record(ctx, r.StatusKey())
	if err == nil {
		return l.open(r, sealed)
	}
	if !errors.Is(err, errUnknown) {
		return progress{}, err
	}
	// Nobody has worked on it yet, or nobody can: then it stands where it was
	// stored, or in quarantine.
	id := event.ID(r.ReportID())
	for _, place := range []struct{ stream, filter string }{
		{event.StreamReports, "reports." + event.ReportSubmitted + ".*." + id.String()},
		{event.StreamQuarantine, "quarantine.*." + id.String()},
	} {
		name, at, err := l.received(ctx, place.stream, place.filter, id)
		if errors.Is(err, errUnknown) {
			continue
		}
		if err != nil {
			return progress{}, err
		}
		return progress{
			ID: id, Stage: event.StageOpen, Evidence: []event.EvidenceFile{}, Messages: []message{},
			Milestones: []event.MilestoneAt{{Name: event.MilestoneReceived, At: at}}, community: name,
			quarantined: place.stream == event.StreamQuarantine || l.inQuarantine(ctx, name, id),
		}, nil
	}
	return progress{}, errUnknown
}

// record reads a value of the bucket `status`.
func (l *lookup) record(ctx context.Context, key string) (event.StatusRecord, error) {
	kv := l.bucket.Load()
	if kv == nil {
		found, err := l.js.KeyValue(ctx, event.BucketStatus)
		if err != nil {
			return event.StatusRecord{}, fmt.Errorf("%w: looking up the bucket of statuses: %w", errAway, err)
		}
		kv = &found
		l.bucket.Store(kv)
	}
	entry, err := (*kv).Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return event.StatusRecord{}, errUnknown
	}
	if err != nil {
		return event.StatusRecord{}, fmt.Errorf("%w: reading a status: %w", errAway, err)
	}
	var r event.StatusRecord
	if err := json.Unmarshal(entry.Value(), &r); err != nil || r.V != event.StatusRecordVersion {
		return event.StatusRecord{}, errors.New("a status record is not of a version known here")
	}
	return r, nil
}

// open opens a record with its receipt. A record does not say whose community
// it is, so that the bucket tells nothing of who is reported to whom; the seal
// does, and opens for one of them only.
func (l *lookup) open(r receipt.Receipt, record event.StatusRecord) (progress, error) {
	opener, err := r.Opener()
	if err != nil {
		return progress{}, err
	}
	all := l.communities.All()
	if len(all) == 0 {
		return progress{}, fmt.Errorf("%w: the communities have not been read yet", errAway)
	}
	for _, b := range all {
		body, err := opener.Open(seal.Context{Purpose: seal.PurposeStatus, Community: b.Name, Report: r.ReportID()}, record.Sealed)
		if err != nil {
			continue
		}
		// A newer worker may write more than this version knows.
		var s event.Status
		if err := json.Unmarshal(body, &s); err != nil {
			return progress{}, errors.New("a status is malformed")
		}
		return l.progressOf(b, s, l.openMessages(opener, b.Name, r.ReportID(), s.Messages)), nil
	}
	return progress{}, errors.New("a status does not open with its receipt for any community")
}

// inQuarantine says whether nobody can read a report: it stands in REPORTS all
// the same.
func (l *lookup) inQuarantine(ctx context.Context, name string, id event.ID) bool {
	_, _, err := l.received(ctx, event.StreamQuarantine, event.QuarantineSubject(name, id), id)
	return err == nil
}

func (l *lookup) progressOf(b community.Bundle, s event.Status, messages []message) progress {
	p := progress{
		ID: s.Report, Stage: s.Stage, Stopped: s.Stopped, Consent: s.Consent, Hidden: s.Hidden, NoFiles: s.NoFiles, Evidence: s.Evidence,
		Milestones: receivedFirst(s.Milestones), Messages: messages, community: b.Name,
	}
	if p.Stage == "" { // of a worker of an earlier version, which knew no follow-up
		p.Stage = event.StageOpen
		if _, decided := lastAt(s.Milestones, event.MilestoneDecided); decided {
			p.Stage = event.StageDecided
		}
	}
	if p.Evidence == nil {
		p.Evidence = []event.EvidenceFile{}
	}
	if !s.Due.IsZero() {
		p.Due = &s.Due
	}
	decided, ok := lastAt(s.Milestones, event.MilestoneDecided)
	askAt := decided.Add(cmp.Or(b.AskAfter, community.DefaultAskAfter))
	p.Ask = ok && p.Stage == event.StageDecided && p.Stopped == nil && !l.now().Before(askAt)
	return p
}

// lastAt returns when a milestone was last reached.
func lastAt(milestones []event.MilestoneAt, name event.Milestone) (at time.Time, ok bool) {
	for _, m := range milestones {
		if m.Name == name && !m.At.Before(at) {
			at, ok = m.At, true
		}
	}
	return at, ok
}

func (l *lookup) openMessages(opener receipt.Opener, name string, id event.ID, sealed []event.SealedMessage) []message {
	messages := make([]message, 0, len(sealed))
	for _, s := range sealed {
		m := message{ID: s.ID, At: s.At}
		body, err := opener.Open(seal.Context{Purpose: seal.PurposeMessage, Community: name, Report: id}, s.Sealed)
		if err == nil {
			err = json.Unmarshal(body, &m.Message)
		}
		if err != nil {
			l.log.Warn("a message to a reporter does not open and is left out", "community", name)
			continue
		}
		messages = append(messages, m)
	}
	return messages
}

func receivedFirst(milestones []event.MilestoneAt) []event.MilestoneAt {
	sorted := append([]event.MilestoneAt{}, milestones...)
	place := func(m event.MilestoneAt) int {
		if m.Name == event.MilestoneReceived {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(sorted, func(a, b event.MilestoneAt) int { return place(a) - place(b) })
	return sorted
}

// received asks a stream's leader for the newest message that matches filter
// and returns whose community its report is and when it came in. The request is made by hand: a stream's
// handle needs STREAM.INFO, and that tells how many reports there are.
func (l *lookup) received(ctx context.Context, stream, filter string, id event.ID) (name string, at time.Time, err error) {
	request, err := json.Marshal(map[string]string{"last_by_subj": filter})
	if err != nil {
		return "", time.Time{}, fmt.Errorf("encoding a request for %s: %w", stream, err)
	}
	reply, err := l.nc.RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+stream, request)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("%w: asking %s: %w", errAway, stream, err)
	}
	var answer struct {
		Error   *jetstream.APIError `json:"error"`
		Message *struct {
			Subject string    `json:"subject"`
			Data    []byte    `json:"data"`
			Time    time.Time `json:"time"`
		} `json:"message"`
	}
	err = json.Unmarshal(reply.Data, &answer)
	switch {
	case err != nil:
		return "", time.Time{}, fmt.Errorf("reading an answer of %s: %w", stream, err)
	case answer.Error != nil && answer.Error.ErrorCode == jetstream.JSErrCodeMessageNotFound:
		return "", time.Time{}, errUnknown
	case answer.Error != nil:
		return "", time.Time{}, fmt.Errorf("%w: asking %s: %w", errAway, stream, answer.Error)
	case answer.Message == nil:
		return "", time.Time{}, fmt.Errorf("an answer of %s holds no message", stream)
	}
	if s, err := event.DecodeSubmitted(answer.Message.Data); err == nil && s.Report == id {
		return s.Community, s.ReceivedAt, nil
	}
	// It can't be decoded. The subject ends in community and id.
	tokens := strings.Split(answer.Message.Subject, ".")
	return tokens[max(0, len(tokens)-2)], answer.Message.Time.UTC().Truncate(time.Second), nil
}

package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/event"
	"recourse/internal/fault"
	"recourse/internal/postgres"
	"recourse/moderation/status"
	"recourse/moderation/store"
)

// maxAttempts is how often a message that was delivered more than once is
// tried before it goes to QUARANTINE: it may be what kills the worker.
const maxAttempts = 20

// A message comes again after putBackWait the first times, then a second later
// each time.
const (
	soonDeliveries = 5
	longestWait    = time.Minute
)

// work works on one batch: what is delivered for the first time together, what
// came back alone. It returns an error where a part is away, so that the lane
// waits before it fetches more; every message is settled or put back by then.
func (w *Worker) work(ctx context.Context, batch []jetstream.Msg) error {
	h := hold(batch)
	defer h.stop()
	var fresh, again []jetstream.Msg
	for _, msg := range batch {
		meta, err := msg.Metadata()
		if err != nil {
			return fmt.Errorf("a message without metadata: %w", err)
		}
		if meta.NumDelivered > 1 {
			again = append(again, msg)
		} else {
			fresh = append(fresh, msg)
		}
	}
	away := w.take(ctx, h, fresh)
	for _, msg := range again {
		away = errors.Join(away, w.takeAgain(ctx, h, msg))
	}
	return away
}

// takeAgain works on a message that came back, alone and after its own count
// was committed, so that one that kills the worker is found out.
func (w *Worker) takeAgain(ctx context.Context, h *holding, msg jetstream.Msg) error {
	meta, err := msg.Metadata()
	if err != nil {
		return err
	}
	q, sequence := store.New(w.pool), int64(meta.Sequence.Stream) //nolint:gosec // JetStream counts from 1; 2^63 is not reached
	attempts, err := q.CountAttempt(ctx, store.CountAttemptParams{Stream: meta.Stream, Sequence: sequence, At: w.now()})
	if err != nil {
		w.putBack(h, msg)
		return fmt.Errorf("counting an attempt: %w", err)
	}
	fault.Point("worker.count.after")
	if attempts >= maxAttempts {
		err = w.quarantine(ctx, h, msg, unreadable{event.ReasonAttempts, fmt.Errorf("%d attempts", attempts)})
	} else {
		err = w.take(ctx, h, []jetstream.Msg{msg})
	}
	switch {
	case err != nil, h.fate(msg) == awaiting:
		// What may pass later is not counted. Where this fails too, one count
		// stays: a few outages never reach the limit, since it needs twenty.
		_ = q.UncountAttempt(ctx, store.UncountAttemptParams{Stream: meta.Stream, Sequence: sequence})
	case h.fate(msg) == settled:
		_ = q.ForgetAttempts(ctx, store.ForgetAttemptsParams{Stream: meta.Stream, Sequence: sequence})
	}
	return err
}

// take reads, stores, tells the status and acknowledges: new reports together,
// then what follows reports, one by one. Where a batch can't be stored, each of
// its reports is tried alone, so that one never holds the others.
func (w *Worker) take(ctx context.Context, h *holding, msgs []jetstream.Msg) (away error) {
	var reports []opened
	var later []jetstream.Msg
	for _, msg := range msgs {
		if follows(msg) {
			later = append(later, msg) // read one at a time: a part of a file is large
			continue
		}
		o, _, err := w.read(ctx, msg)
		if err != nil {
			away = errors.Join(away, w.setAside(ctx, h, msg, err))
			continue
		}
		reports = append(reports, o)
	}
	away = errors.Join(away, w.takeReports(ctx, h, reports))
	for _, msg := range later {
		_, f, err := w.read(ctx, msg)
		if err != nil {
			away = errors.Join(away, w.setAside(ctx, h, msg, err))
			continue
		}
		away = errors.Join(away, w.follow(ctx, h, f))
	}
	return away
}

// follows says whether a message follows a report.
func follows(msg jetstream.Msg) bool {
	s, err := event.ParseSubject(msg.Subject())
	return err == nil && slices.Contains(event.FollowUps(), s.Event)
}

// setAside sends what can't be read to QUARANTINE, and puts back what may pass
// later.
func (w *Worker) setAside(ctx context.Context, h *holding, msg jetstream.Msg, err error) error {
	if bad, ok := errors.AsType[unreadable](err); ok {
		return w.quarantine(ctx, h, msg, bad)
	}
	w.putBack(h, msg)
	return err
}

func (w *Worker) takeReports(ctx context.Context, h *holding, reports []opened) (away error) {
	if len(reports) == 0 {
		return nil
	}
	statuses, err := w.commit(ctx, reports)
	if err == nil {
		w.stored()
		msgs := make([]jetstream.Msg, len(reports))
		for i, o := range reports {
			msgs[i] = o.msg
		}
		w.storedTotal.Add(float64(len(reports)))
		return w.settle(ctx, h, msgs, statuses)
	}
	if len(reports) > 1 {
		for i := range reports {
			away = errors.Join(away, w.takeReports(ctx, h, reports[i:i+1]))
		}
		return away
	}
	w.putBack(h, reports[0].msg)
	if postgres.IsTransient(err) {
		return err
	}
	// Not the server's fault: this message's. It comes back and is counted.
	w.log.Error("a report can't be stored", "report", reports[0].submitted.Report, "error", postgres.Redact(err))
	return nil
}

// settle tells the status that each message led to, and acknowledges it.
func (w *Worker) settle(ctx context.Context, h *holding, msgs []jetstream.Msg, statuses []status.Report) error {
	kv, err := bus.Bucket(ctx, w.js, event.BucketStatus)
	if err != nil {
		for _, msg := range msgs {
			w.putBack(h, msg)
		}
		return err
	}
	fault.Point("worker.status.before")
	var failed error
	told := w.tell(ctx, kv, statuses)
	for i, msg := range msgs {
		err := told[i]
		if err != nil {
			w.putBack(h, msg)
			failed = errors.Join(failed, err)
			continue
		}
		fault.Point("worker.status.after")
		h.mark(msg, settled)
		if err := msg.Ack(); err != nil {
			failed = errors.Join(failed, fmt.Errorf("acknowledging: %w", err))
			continue
		}
		fault.Point("worker.ack.after")
	}
	return failed
}

// tell writes statuses. One that the server refuses, as when the bucket is full,
// is left to the relay: the report itself is stored, and must not hold the
// stream up.
func (w *Worker) tell(ctx context.Context, kv jetstream.KeyValue, reports []status.Report) []error {
	errs := status.PutAll(ctx, w.js, kv, reports)
	for i, err := range errs {
		if _, refused := errors.AsType[*jetstream.APIError](err); !refused {
			continue
		}
		due := store.InsertStatusesDueParams{CaseID: reports[i].Case, ReportIds: []event.ID{reports[i].ID}, CreatedAt: w.now()}
		if errs[i] = store.New(w.pool).InsertStatusesDue(ctx, due); errs[i] != nil {
			errs[i] = fmt.Errorf("leaving a status to the relay: %w", errs[i])
		}
	}
	return errs
}

// quarantine moves a message to QUARANTINE as it is, still sealed, and ends its
// delivery once that is acknowledged.
func (w *Worker) quarantine(ctx context.Context, h *holding, msg jetstream.Msg, why unreadable) error {
	meta, err := msg.Metadata()
	if err != nil {
		return err
	}
	subject := event.QuarantineUnnamed(meta.Sequence.Stream)
	if s, err := event.ParseSubject(msg.Subject()); err == nil {
		subject = event.QuarantineSubject(s.Community, s.ID)
	}
	sequence := strconv.FormatUint(meta.Sequence.Stream, 10)
	out := &nats.Msg{Subject: subject, Data: msg.Data(), Header: nats.Header{
		event.HeaderReason:   {string(why.reason)},
		event.HeaderSubject:  {msg.Subject()},
		event.HeaderSequence: {sequence},
	}}
	fault.Point("worker.quarantine.before")
	ctx, cancel := context.WithTimeout(ctx, ackTime)
	defer cancel()
	// The same message quarantined twice has the same id and is stored once.
	id := jetstream.WithMsgID(sequence + " " + msg.Subject())
	if _, err := w.js.PublishMsg(ctx, out, id, jetstream.WithExpectStream(event.StreamQuarantine)); err != nil {
		w.putBack(h, msg)
		return fmt.Errorf("putting a message into quarantine: %w", err)
	}
	fault.Point("worker.quarantine.after")
	h.mark(msg, settled)
	w.log.Error("a message went to quarantine", "sequence", meta.Sequence.Stream, "reason", why.reason)
	w.quarantinedTotal.WithLabelValues(string(why.reason)).Inc()
	if err := msg.TermWithReason(string(why.reason)); err != nil {
		return fmt.Errorf("ending a message's delivery: %w", err)
	}
	return nil
}

// putBack has a message delivered again after a while: soon at first, then
// rarely, so that what lacks a key for hours does not hold up the rest.
func (w *Worker) putBack(h *holding, msg jetstream.Msg) {
	h.mark(msg, returned)
	w.putBackTotal.Inc()
	wait := putBackWait
	if meta, err := msg.Metadata(); err == nil && meta.NumDelivered > soonDeliveries {
		wait = min(putBackWait*time.Duration(meta.NumDelivered-soonDeliveries), longestWait) //nolint:gosec // small
	}
	// A lost negative ack costs no more than AckWait.
	_ = msg.NakWithDelay(wait)
}

package janitor

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/event"
	"recourse/moderation/store"
)

// Reconcile puts back every report of REPORTS that the worker has acknowledged
// and that is in no case and not in QUARANTINE, as after a restore of an older
// copy of PostgreSQL. It returns how many it put back.
func (j *Janitor) Reconcile(ctx context.Context) (putBack int, err error) {
	stream, err := j.js.Stream(ctx, event.StreamReports)
	if err != nil {
		return 0, fmt.Errorf("looking up the stream of reports: %w", err)
	}
	// The floor first: what it covers was committed before the tables are read.
	floor, err := workerFloor(ctx, stream)
	if err != nil {
		return 0, err
	}
	missing, err := j.missing(ctx)
	if err != nil {
		return 0, err
	}
	for _, subject := range missing {
		msg, err := stream.GetLastMsgForSubject(ctx, subject)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		if err != nil {
			return putBack, fmt.Errorf("reading a report that is in no case: %w", err)
		}
		if msg.Sequence > floor {
			continue // the worker has it before it
		}
		again := &nats.Msg{Subject: msg.Subject, Data: msg.Data, Header: nats.Header{}}
		id := fmt.Sprintf("reconciled-%d", msg.Sequence)
		if _, err := j.js.PublishMsg(ctx, again, jetstream.WithMsgID(id), jetstream.WithExpectStream(event.StreamReports)); err != nil {
			return putBack, fmt.Errorf("putting a report back: %w", err)
		}
		j.log.Error("a report that was acknowledged was in no case, and was put back", "sequence", msg.Sequence)
		putBack++
	}
	return putBack, nil
}

// missing returns the subjects of reports in no case and not in quarantine. The
// worker may have some of them still before it.
func (j *Janitor) missing(ctx context.Context) (map[event.ID]string, error) {
	missing, err := bus.ReportIDs(ctx, j.js, event.StreamReports, bus.SubmittedReports)
	if err != nil {
		return nil, err
	}
	ids := make([]event.ID, 0, len(missing))
	for id := range missing {
		ids = append(ids, id)
	}
	q := store.New(j.pool)
	const chunk = 10_000
	for len(ids) > 0 {
		part := ids[:min(chunk, len(ids))]
		ids = ids[len(part):]
		known, err := q.ReportsKnown(ctx, part)
		if err != nil {
			return nil, fmt.Errorf("looking for reports: %w", err)
		}
		for _, id := range known {
			delete(missing, id)
		}
	}
	if len(missing) == 0 {
		return missing, nil
	}
	quarantined, err := bus.ReportIDs(ctx, j.js, event.StreamQuarantine, bus.QuarantinedReports)
	if err != nil {
		return nil, err
	}
	for id := range quarantined {
		delete(missing, id)
	}
	return missing, nil
}

// workerFloor is the sequence up to which the worker has acknowledged all.
func workerFloor(ctx context.Context, stream jetstream.Stream) (uint64, error) {
	consumers := stream.ListConsumers(ctx)
	floor := uint64(0)
	for info := range consumers.Info() {
		if info.Name == event.ConsumerWorker {
			floor = info.AckFloor.Stream
		}
	}
	if err := consumers.Err(); err != nil {
		return 0, fmt.Errorf("listing consumers: %w", err)
	}
	return floor, nil
}

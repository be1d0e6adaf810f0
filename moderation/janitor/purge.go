package janitor

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/event"
	"recourse/moderation/store"
)

// purgeAtOnce bounds how many messages one pass removes.
const purgeAtOnce = 20_000

// purge removes what is older than keep and acknowledged by every consumer.
func (j *Janitor) purge(ctx context.Context, name string) error {
	stream, err := j.js.Stream(ctx, name)
	if err != nil {
		return err
	}
	info := stream.CachedInfo()
	floor, err := ackFloor(ctx, stream)
	if err != nil {
		return err
	}
	first, last := info.State.FirstSeq, min(floor, info.State.LastSeq, info.State.FirstSeq+purgeAtOnce-1)
	if info.State.Msgs == 0 || last < first {
		return nil
	}
	end, err := firstNewer(ctx, stream, first, last, j.now().Add(-j.keep))
	if err != nil || end == first {
		return err
	}
	if name == event.StreamReports {
		ids, safe, err := j.reportsBelow(ctx, stream, first, end)
		if err != nil {
			return err
		}
		end = safe
		// Before the purge: an id counted twice does no harm, one forgotten would.
		if err := store.New(j.pool).RememberPurged(ctx, store.RememberPurgedParams{Ids: ids, PurgedAt: j.now()}); err != nil {
			return fmt.Errorf("remembering purged reports: %w", err)
		}
	}
	return stream.Purge(ctx, jetstream.WithPurgeSequence(end))
}

// ackFloor is the highest sequence up to which every durable consumer has
// acknowledged all that concerns it; 0 where there is none. A consumer that has
// nothing before it is done with all that was there when the stream was looked
// up, whatever its last acknowledgement was for.
func ackFloor(ctx context.Context, stream jetstream.Stream) (uint64, error) {
	floor, found := uint64(0), false
	consumers := stream.ListConsumers(ctx)
	for info := range consumers.Info() {
		if info.Config.Durable == "" {
			continue
		}
		own := info.AckFloor.Stream
		if info.NumPending == 0 && info.NumAckPending == 0 {
			own = max(own, stream.CachedInfo().State.LastSeq)
		}
		if !found || own < floor {
			floor, found = own, true
		}
	}
	if err := consumers.Err(); err != nil {
		return 0, fmt.Errorf("listing consumers: %w", err)
	}
	return floor, nil
}

// firstNewer returns the first sequence from first to last+1 whose message is
// newer than cutoff; a stream's times rise with its sequences.
func firstNewer(ctx context.Context, stream jetstream.Stream, first, last uint64, cutoff time.Time) (uint64, error) {
	var failed error
	n := sort.Search(int(last-first+1), func(i int) bool { //nolint:gosec // at most purgeAtOnce
		if failed != nil {
			return true
		}
		msg, err := next(ctx, stream, first+uint64(i)) //nolint:gosec // not negative
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return true
		}
		if err != nil {
			failed = err
			return true
		}
		return msg.Sequence > last || !msg.Time.Before(cutoff)
	})
	return first + uint64(n), failed //nolint:gosec // not negative
}

// reportsBelow returns the ids of submitted reports in [first, safe). Safe is end,
// or the first message whose report is in no case and not in quarantine: that
// one must be put back before it may go.
func (j *Janitor) reportsBelow(ctx context.Context, stream jetstream.Stream, first, end uint64) (ids []event.ID, safe uint64, err error) {
	missing, err := j.missing(ctx)
	if err != nil {
		return nil, 0, err
	}
	ids = []event.ID{}
	for seq := first; seq < end; {
		msg, err := next(ctx, stream, seq)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			break
		}
		if err != nil {
			return nil, 0, err
		}
		if msg.Sequence >= end {
			break
		}
		if s, err := event.ParseSubject(msg.Subject); err == nil && s.Event == event.ReportSubmitted {
			if _, lost := missing[s.ID]; lost {
				return ids, msg.Sequence, nil
			}
			ids = append(ids, s.ID)
		}
		seq = msg.Sequence + 1
	}
	return ids, end, nil
}

// next returns the first message at or behind seq: some in between may be gone.
func next(ctx context.Context, stream jetstream.Stream, seq uint64) (*jetstream.RawStreamMsg, error) {
	return stream.GetMsg(ctx, seq, jetstream.WithGetMsgSubject(">"))
}

package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// fetchWait is how long Fetch waits for a first message.
const fetchWait = time.Second

// Fetch returns what is there now, most at most, or else waits a second for one
// message: a batch is as large as the backlog, and a lone message does not wait
// for others. It returns none where none came.
func Fetch(ctx context.Context, consumer jetstream.Consumer, most int) ([]jetstream.Msg, error) {
	batch, err := collect(consumer.FetchNoWait(most))
	if err != nil || len(batch) > 0 {
		return batch, err
	}
	ctx, cancel := context.WithTimeout(ctx, fetchWait)
	defer cancel()
	return collect(consumer.Fetch(1, jetstream.FetchContext(ctx)))
}

func collect(batch jetstream.MessageBatch, err error) ([]jetstream.Msg, error) {
	if err != nil {
		return nil, fmt.Errorf("fetching: %w", err)
	}
	var msgs []jetstream.Msg
	for msg := range batch.Messages() {
		msgs = append(msgs, msg)
	}
	if err := batch.Error(); err != nil && len(msgs) == 0 && !errors.Is(err, jetstream.ErrNoMessages) &&
		!errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		return nil, fmt.Errorf("fetching: %w", err)
	}
	return msgs, nil
}

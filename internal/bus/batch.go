package bus

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"
	"golang.org/x/sync/errgroup"
)

const (
	// Together is from how many messages on one atomic batch is faster than one
	// publish each. The server syncs a batch once.
	Together = 8
	// MaxBatch bounds a batch: the server takes 1000 messages.
	MaxBatch = 256
)

// PublishAll stores messages of one stream, MaxBatch at most, each with headers
// of its own (a message id, an expected sequence). Eight or more go as one
// atomic batch. Where the server refuses that, since it holds one of them
// already or one is refused itself, each is published alone, so that none
// suffers for another. It returns an error for each message, nil where it is
// stored; an error that is no *jetstream.APIError leaves open whether it is.
func PublishAll(ctx context.Context, js jetstream.JetStream, stream string, msgs []*nats.Msg) []error {
	if len(msgs) < Together {
		return publishEach(ctx, js, stream, msgs)
	}
	err := publishBatch(ctx, js, stream, msgs)
	// A message that is too large for the server is refused on this side.
	if _, refused := errors.AsType[*jetstream.APIError](err); refused || errors.Is(err, nats.ErrMaxPayload) {
		return publishEach(ctx, js, stream, msgs)
	}
	errs := make([]error, len(msgs))
	for i := range errs {
		errs[i] = err
	}
	return errs
}

func publishBatch(ctx context.Context, js jetstream.JetStream, stream string, msgs []*nats.Msg) error {
	// The library writes headers into what it is given, and one of them would
	// then be published alone as a part of a batch.
	batch := make([]*nats.Msg, len(msgs))
	for i, msg := range msgs {
		batch[i] = &nats.Msg{Subject: msg.Subject, Data: msg.Data, Header: maps.Clone(msg.Header)}
		if batch[i].Header == nil {
			batch[i].Header = nats.Header{}
		}
		batch[i].Header.Set(jetstream.ExpectedStreamHeader, stream)
	}
	// No acknowledgement of the first: the commit tells all.
	if _, err := jetstreamext.PublishMsgBatch(ctx, js, batch, jetstreamext.BatchFlowControl{}); err != nil {
		return fmt.Errorf("publishing a batch: %w", err)
	}
	return nil
}

func publishEach(ctx context.Context, js jetstream.JetStream, stream string, msgs []*nats.Msg) []error {
	errs := make([]error, len(msgs))
	var g errgroup.Group
	for i, msg := range msgs {
		g.Go(func() error {
			alone := &nats.Msg{Subject: msg.Subject, Data: msg.Data, Header: maps.Clone(msg.Header)}
			if _, err := js.PublishMsg(ctx, alone, jetstream.WithExpectStream(stream)); err != nil {
				errs[i] = fmt.Errorf("publishing a message: %w", err)
			}
			return nil
		})
	}
	_ = g.Wait() // each has its own error
	return errs
}

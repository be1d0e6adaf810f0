package reporter

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/event"
)

// errAway says that NATS, or the stream, takes nothing now.
var errAway = errors.New("NATS is away")

// publisher puts a report into REPORTS. It stands apart so that waiting
// reports can be stored in one atomic batch behind the same call.
type publisher struct {
	nc *nats.Conn
	js jetstream.JetStream
}

// publish returns nil only once the stream has stored the message, now or
// under the same id before. Any error is errAway: nothing is known to be
// stored, and sending the same again is safe.
func (p publisher) publish(ctx context.Context, subject event.Subject, payload []byte) error {
	if !p.nc.IsConnected() {
		return errAway
	}
	msg := nats.NewMsg(subject.String())
	msg.Data = payload
	if _, err := p.js.PublishMsg(ctx, msg,
		jetstream.WithMsgID(subject.ID.String()), jetstream.WithExpectStream(event.StreamReports)); err != nil {
		return fmt.Errorf("%w: publishing a report: %w", errAway, err)
	}
	return nil
}

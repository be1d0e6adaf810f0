package reporter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/event"
)

// errAway says that NATS, or the stream, takes nothing now.
var errAway = errors.New("NATS is away")

// publisher puts reports into REPORTS. The server syncs each publish to disk
// before it answers, so that many at once would wait for as many syncs: what
// waits meanwhile is committed as a group, one batch after another. Safe for
// concurrent use.
type publisher struct {
	nc *nats.Conn
	js jetstream.JetStream

	mu         sync.Mutex
	alone      int         // publishes under way outside a group; mu
	waiting    []*enqueued // for the next group; mu
	committing bool        // a goroutine commits groups; mu
	seen       recent      // mu
}

// mostWaiting bounds what waits while NATS is slow: more would hold memory for
// reports whose senders are told to come again anyway.
const mostWaiting = 4096

// enqueued is a report that waits for its group.
type enqueued struct {
	ctx    context.Context //nolint:containedctx // who has given up is not published any more
	msg    *nats.Msg
	stored chan error // takes one value without blocking
}

// publish returns nil only once the stream has stored the message, now or
// under the same id before. Any error is errAway: nothing is known to be
// stored, and sending the same again is safe.
func (p *publisher) publish(ctx context.Context, subject event.Subject, payload []byte) error {
	if !p.nc.IsConnected() {
		return errAway
	}
	msg := &nats.Msg{Subject: subject.String(), Data: payload, Header: nats.Header{jetstream.MsgIDHeader: {subject.ID.String()}}}
	var err error
	if p.goesAlone(subject.ID) {
		err = bus.PublishAll(ctx, p.js, event.StreamReports, []*nats.Msg{msg})[0]
		p.mu.Lock()
		p.alone--
		p.mu.Unlock()
	} else {
		err = p.inGroup(ctx, msg)
	}
	if err != nil {
		return fmt.Errorf("%w: publishing a report: %w", errAway, err)
	}
	return nil
}

// goesAlone counts the publish where it does: when few are under way, and when
// the report was sent before, since a group that holds one already stored is
// refused and would go one by one.
func (p *publisher) goesAlone(id event.ID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	again := p.seen.add(id)
	if !again && (p.committing || p.alone >= bus.Together) {
		return false
	}
	p.alone++
	return true
}

func (p *publisher) inGroup(ctx context.Context, msg *nats.Msg) error {
	own := &enqueued{ctx: ctx, msg: msg, stored: make(chan error, 1)}
	p.mu.Lock()
	if len(p.waiting) >= mostWaiting {
		p.mu.Unlock()
		return errors.New("too many reports wait already")
	}
	p.waiting = append(p.waiting, own)
	if !p.committing {
		p.committing = true
		go p.commitGroups() //nolint:gosec // a group outlives the request that began it
	}
	p.mu.Unlock()
	select {
	case err := <-own.stored:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// commitGroups commits what waits, until nothing does.
func (p *publisher) commitGroups() {
	for group := p.nextGroup(); len(group) > 0; group = p.nextGroup() {
		msgs := make([]*nats.Msg, len(group))
		for i, e := range group {
			msgs[i] = e.msg
		}
		ctx, cancel := context.WithTimeout(context.Background(), natsTimeout)
		errs := bus.PublishAll(ctx, p.js, event.StreamReports, msgs)
		cancel()
		for i, e := range group {
			e.stored <- errs[i]
		}
	}
}

// nextGroup leaves out whose senders have given up: those sent again would be
// stored first otherwise.
func (p *publisher) nextGroup() []*enqueued {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = slices.DeleteFunc(p.waiting, func(e *enqueued) bool { return e.ctx.Err() != nil })
	n := min(len(p.waiting), bus.MaxBatch)
	group := slices.Clone(p.waiting[:n])
	p.waiting = p.waiting[n:]
	if n == 0 {
		p.waiting, p.committing = nil, false
	}
	return group
}

// recent remembers the ids of the last reports, in two generations.
type recent struct{ young, old map[event.ID]struct{} }

// generation is how many ids make one: a megabyte or two.
const generation = 1 << 15

// add says whether id was added before and is still remembered.
func (r *recent) add(id event.ID) (again bool) {
	if _, again = r.young[id]; again {
		return true
	}
	if r.young == nil || len(r.young) >= generation {
		r.old, r.young = r.young, make(map[event.ID]struct{})
	}
	r.young[id] = struct{}{}
	_, again = r.old[id]
	return again
}

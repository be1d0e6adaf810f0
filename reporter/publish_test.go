package reporter

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/testbench"
)

func newPublisher(t *testing.T, b *testbench.Bus) *publisher {
	t.Helper()
	nc := b.Connect(t, keys.Intake)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return &publisher{nc: nc, js: js}
}

// publishAtOnce publishes a message for each id, all at the same time.
func publishAtOnce(ctx context.Context, p *publisher, ids []event.ID, payload func(i int) []byte) []error {
	errs := make([]error, len(ids))
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() {
			errs[i] = p.publish(ctx, event.ReportSubject(event.ReportSubmitted, "demo", id), payload(i))
		})
	}
	wg.Wait()
	return errs
}

func TestReportsThatWaitAreStoredInGroupsEachOnce(t *testing.T) {
	b := testbench.NATS(t)
	p := newPublisher(t, b)
	ids := make([]event.ID, 600)
	for i := range ids {
		ids[i] = event.NewID()
		if i == 599 {
			ids[i] = ids[0] // sent twice, as by a double click: its group is refused and stored one by one
		}
	}
	if err := errors.Join(publishAtOnce(t.Context(), p, ids, func(int) []byte { return []byte("sealed") })...); err != nil {
		t.Fatal(err)
	}
	stored, grouped := map[string]int{}, 0
	for _, msg := range b.Messages(t, event.StreamReports) {
		stored[msg.Subject]++
		if msg.Header.Get("Nats-Batch-Id") != "" {
			grouped++
		}
	}
	for _, id := range ids {
		if n := stored[event.ReportSubject(event.ReportSubmitted, "demo", id).String()]; n != 1 {
			t.Errorf("report %s is stored %d times, want once", id, n)
		}
	}
	if grouped == 0 {
		t.Error("none is stored in a group")
	}
	testbench.Eventually(t, time.Second, "nothing is left to do", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return !p.committing && p.alone == 0 && len(p.waiting) == 0
	})
}

func TestAReportThatIsRefusedHarmsNoneOfItsGroup(t *testing.T) {
	b := testbench.NATS(t)
	p := newPublisher(t, b)
	ids := make([]event.ID, 200)
	for i := range ids {
		ids[i] = event.NewID()
	}
	tooLarge := make([]byte, 1<<20-4<<10) // for the stream, not for the server
	errs := publishAtOnce(t.Context(), p, ids, func(i int) []byte {
		if i%50 == 7 {
			return tooLarge
		}
		return []byte("sealed")
	})
	for i, err := range errs {
		if (err != nil) != (i%50 == 7) {
			t.Errorf("report %d: %v", i, err)
		}
	}
	if n := len(b.Messages(t, event.StreamReports)); n != 196 {
		t.Errorf("%d reports are stored, want 196", n)
	}
}

func TestWhoWaitsWhileNATSGoesAwayIsToldSoInTime(t *testing.T) {
	b := testbench.NATS(t)
	p := newPublisher(t, b)
	ids := make([]event.ID, 100)
	for i := range ids {
		ids[i] = event.NewID()
	}
	b.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	for i, err := range publishAtOnce(ctx, p, ids, func(int) []byte { return []byte("sealed") }) {
		if !errors.Is(err, errAway) {
			t.Errorf("report %d: %v; want errAway", i, err)
		}
	}
	b.Restart(t)
	testbench.Eventually(t, 10*time.Second, "it stores again", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		return errors.Join(publishAtOnce(ctx, p, ids, func(int) []byte { return []byte("sealed") })...) == nil
	})
	testbench.Eventually(t, 10*time.Second, "the admin is back too", func() bool {
		_, err := b.JS(t, keys.Admin).Stream(t.Context(), event.StreamReports)
		return err == nil
	})
	if n := len(b.Messages(t, event.StreamReports)); n != len(ids) {
		t.Errorf("%d reports are stored, want %d", n, len(ids))
	}
}

// What a sender gave up on is not stored later, before what was sent again.
func TestWhoHasGivenUpIsNotPublishedAnyMore(t *testing.T) {
	b := testbench.NATS(t)
	p := newPublisher(t, b)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	p.waiting = []*enqueued{{ctx: gone}, {ctx: t.Context()}, {ctx: gone}}
	p.committing = true
	if group := p.nextGroup(); len(group) != 1 || group[0].ctx.Err() != nil {
		t.Errorf("%d are in the group, want the one whose sender waits", len(group))
	}
	if group := p.nextGroup(); len(group) != 0 || p.committing {
		t.Errorf("%d are left, committing %v", len(group), p.committing)
	}
}

func TestWhatWaitsIsBounded(t *testing.T) {
	b := testbench.NATS(t)
	p := newPublisher(t, b)
	p.committing = true // nobody commits
	for range mostWaiting {
		p.waiting = append(p.waiting, &enqueued{ctx: t.Context()})
	}
	err := p.publish(t.Context(), event.ReportSubject(event.ReportSubmitted, "demo", event.NewID()), nil)
	if !errors.Is(err, errAway) {
		t.Errorf("one more is answered with %v, want errAway", err)
	}
}

// A report that is sent again and again does not take its group apart.
func TestAReportSentAgainGoesAlone(t *testing.T) {
	b := testbench.NATS(t)
	p := newPublisher(t, b)
	id := event.NewID()
	p.committing = true
	if p.goesAlone(id) {
		t.Error("the first time it goes alone while groups are committed")
	}
	for range 2 * generation / 8 {
		p.seen.add(event.NewID())
	}
	if !p.goesAlone(id) {
		t.Error("the second time it goes with a group")
	}
	for range 2 * generation {
		p.seen.add(event.NewID())
	}
	if p.goesAlone(id) {
		t.Error("it is remembered for ever")
	}
}

package bus_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/testbench"
)

// some are n messages for CASES, each with an id.
func some(n int) []*nats.Msg {
	var msgs []*nats.Msg
	for range n {
		id := event.NewID()
		msgs = append(msgs, &nats.Msg{
			Subject: event.CaseSubject(event.CaseOpened, "demo", id).String(), Data: []byte(id.String()),
			Header: nats.Header{jetstream.MsgIDHeader: {id.String()}},
		})
	}
	return msgs
}

func wantStored(t *testing.T, b *testbench.Bus, msgs []*nats.Msg) {
	t.Helper()
	stored := map[string]int{}
	for _, msg := range b.Messages(t, event.StreamCases) {
		stored[string(msg.Data)]++
	}
	for i, msg := range msgs {
		if n := stored[string(msg.Data)]; n != 1 {
			t.Errorf("message %d is stored %d times, want once", i, n)
		}
	}
	if len(stored) != len(msgs) {
		t.Errorf("%d messages are stored, want %d", len(stored), len(msgs))
	}
}

func TestManyMessagesAreStoredAsOneBatchAndFewAlone(t *testing.T) {
	for n, batched := range map[int]bool{0: false, 1: false, bus.Together - 1: false, bus.Together: true, bus.MaxBatch: true} {
		b := testbench.NATS(t)
		msgs := some(n)
		errs := bus.PublishAll(t.Context(), b.JS(t, keys.Worker), event.StreamCases, msgs)
		if err := errors.Join(errs...); err != nil || len(errs) != n {
			t.Fatalf("%d messages: %d results, %v", n, len(errs), err)
		}
		wantStored(t, b, msgs)
		for _, msg := range b.Messages(t, event.StreamCases) {
			if got := msg.Header.Get("Nats-Batch-Id") != ""; got != batched {
				t.Errorf("of %d, in a batch: %v, want %v", n, got, batched)
			}
		}
	}
}

func TestOneThatIsThereAlreadyOrTwiceHoldsNoOtherUp(t *testing.T) {
	b := testbench.NATS(t)
	js := b.JS(t, keys.Worker)
	msgs := some(20)
	if err := errors.Join(bus.PublishAll(t.Context(), js, event.StreamCases, msgs[3:4])...); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(bus.PublishAll(t.Context(), js, event.StreamCases, append(msgs, msgs[5]))...); err != nil {
		t.Fatal(err)
	}
	wantStored(t, b, msgs)
}

func TestOneThatIsRefusedIsRefusedAlone(t *testing.T) {
	b := testbench.NATS(t)
	msgs := some(20)
	msgs[7].Header[jetstream.ExpectedLastSubjSeqHeader] = []string{"99"}
	for i, err := range bus.PublishAll(t.Context(), b.JS(t, keys.Worker), event.StreamCases, msgs) {
		_, refused := errors.AsType[*jetstream.APIError](err)
		if refused != (i == 7) || (err != nil) != (i == 7) {
			t.Errorf("message %d: %v", i, err)
		}
	}
	wantStored(t, b, append(msgs[:7:7], msgs[8:]...))
}

// Refused on this side of the connection, before the server sees it.
func TestOneThatIsTooLargeForTheServerIsRefusedAlone(t *testing.T) {
	b := testbench.NATS(t)
	msgs := some(20)
	msgs[4].Data = make([]byte, 2<<20)
	for i, err := range bus.PublishAll(t.Context(), b.JS(t, keys.Worker), event.StreamCases, msgs) {
		if (err != nil) != (i == 4) || errors.Is(err, nats.ErrMaxPayload) != (i == 4) {
			t.Errorf("message %d: %v", i, err)
		}
	}
	wantStored(t, b, append(msgs[:4:4], msgs[5:]...))
}

func TestAStreamThatAllowsNoBatchesStillStoresAll(t *testing.T) {
	b := testbench.NATS(t)
	admin := b.JS(t, keys.Admin)
	cfg := stream(t, admin, event.StreamCases).Config
	cfg.AllowAtomicPublish = false
	if _, err := admin.UpdateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	msgs := some(20)
	if err := errors.Join(bus.PublishAll(t.Context(), b.JS(t, keys.Worker), event.StreamCases, msgs)...); err != nil {
		t.Fatal(err)
	}
	wantStored(t, b, msgs)
}

func TestWithoutAnAnswerEveryMessageHasAnErrorThatLeavesItOpen(t *testing.T) {
	b := testbench.NATS(t)
	js := b.JS(t, keys.Worker)
	b.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	for _, n := range []int{2, 20} {
		for i, err := range bus.PublishAll(ctx, js, event.StreamCases, some(n)) {
			if _, refused := errors.AsType[*jetstream.APIError](err); err == nil || refused {
				t.Errorf("message %d of %d: %v; want an error that is no refusal", i, n, err)
			}
		}
	}
}

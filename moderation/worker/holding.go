package worker

import (
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
)

// holding tells JetStream, well within AckWait, that the messages of a batch
// are still worked on. AckWait is short, so that what a killed worker held
// comes back soon.
type holding struct {
	done chan struct{}
	wg   sync.WaitGroup

	mu   sync.Mutex
	held map[jetstream.Msg]fate // mu
}

// fate is what became of a message of the batch.
type fate int

const (
	worked   fate = iota // still worked on
	settled              // acknowledged, or ended in quarantine
	returned             // put back, to come again
	awaiting             // put back until its report is there, which is no attempt
)

func hold(batch []jetstream.Msg) *holding {
	h := &holding{done: make(chan struct{}), held: make(map[jetstream.Msg]fate, len(batch))}
	for _, msg := range batch {
		h.held[msg] = worked
	}
	h.wg.Go(h.extend)
	return h
}

func (h *holding) extend() {
	tick := time.NewTicker(bus.AckWait / 4)
	defer tick.Stop()
	for {
		select {
		case <-h.done:
			return
		case <-tick.C:
		}
		h.mu.Lock()
		for msg, f := range h.held {
			if f == worked {
				_ = msg.InProgress() // the next tick tries again
			}
		}
		h.mu.Unlock()
	}
}

// mark says what became of a message, which ends its extension.
func (h *holding) mark(msg jetstream.Msg, f fate) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.held[msg] = f
}

func (h *holding) fate(msg jetstream.Msg) fate {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.held[msg]
}

func (h *holding) stop() {
	close(h.done)
	h.wg.Wait()
}

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
	held map[jetstream.Msg]bool // false once settled; mu
}

func hold(batch []jetstream.Msg) *holding {
	h := &holding{done: make(chan struct{}), held: make(map[jetstream.Msg]bool, len(batch))}
	for _, msg := range batch {
		h.held[msg] = true
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
		for msg, held := range h.held {
			if held {
				_ = msg.InProgress() // the next tick tries again
			}
		}
		h.mu.Unlock()
	}
}

// settle stops holding a message that is acknowledged, ended or put back.
func (h *holding) settle(msg jetstream.Msg) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.held[msg] = false
}

func (h *holding) settled(msg jetstream.Msg) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.held[msg]
}

func (h *holding) stop() {
	close(h.done)
	h.wg.Wait()
}

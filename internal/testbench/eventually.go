package testbench

import (
	"testing"
	"time"
)

// Eventually waits until cond holds, at most so long. It is for what another
// process does; within one, wait for a signal instead.
func Eventually(t testing.TB, within time.Duration, what string, cond func() bool) {
	t.Helper()
	timeout := time.NewTimer(within)
	defer timeout.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-timeout.C:
			if !cond() {
				t.Fatalf("not within %s: %s", within, what)
			}
			return
		case <-tick.C:
		}
	}
}

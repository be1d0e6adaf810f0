package worker_test

import (
	"os"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/testbench"
)

// outage is how long a part is away in these tests: a minute in `make test-all`.
func outage() time.Duration {
	if os.Getenv("RECOURSE_TEST_ALL") != "" {
		return time.Minute
	}
	return 5 * time.Second // well over AckWait, so that messages come again meanwhile
}

func TestWhilePostgreSQLIsAwayNothingGoesToQuarantineAndThenAllIsCaughtUp(t *testing.T) {
	b := setup(t)
	b.start(t)
	before := b.submit(t)
	b.waitForStatus(t, before)

	restart := testbench.StopPostgres(t)
	first := b.submit(t)
	over := time.After(outage())
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for waiting := true; waiting; {
		select {
		case <-over:
			waiting = false
		case <-tick.C:
			b.submit(t)
		}
	}
	last := b.submit(t)
	restart()

	b.waitForStatus(t, first)
	b.waitForStatus(t, last)
	if n := len(b.bus.Messages(t, event.StreamQuarantine)); n != 0 {
		t.Errorf("%d messages are in quarantine, want none", n)
	}
	submitted := len(b.bus.Messages(t, event.StreamReports))
	testbench.Eventually(t, 10*time.Second, "every report is stored", func() bool {
		return b.count(t, "moderation.report") == submitted
	})
}

func TestWhileNATSIsAwayNothingIsLost(t *testing.T) {
	b := setup(t)
	b.start(t)
	before := b.submit(t)
	b.waitForStatus(t, before)
	for range 3 {
		b.bus.Restart(t)
		intake := b.bus.JS(t, keys.Intake).Conn()
		testbench.Eventually(t, 5*time.Second, "the intake is connected again", func() bool { return intake.FlushTimeout(time.Second) == nil })
		r := b.submit(t)
		b.waitForStatus(t, r)
	}
	testbench.Eventually(t, 10*time.Second, "every event is published", func() bool {
		return len(b.bus.Messages(t, event.StreamCases)) == 4
	})
}

package main

import (
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/testbench"
)

// A withdrawal whose worker or janitor is killed at any step takes effect all
// the same: the report's content is gone from database and stream.
func TestCrashWithinAWithdrawalLeavesNothingOfTheReport(t *testing.T) {
	b := newWorkerBench(t)
	whole := t // whose end ends the processes, which outlive a subtest
	startJanitor := func(env ...string) *child {
		return startChild(whole, binaryWithFaults(whole), env, "janitor", "--data", b.data, "--keys", b.bus.Keys.Root)
	}
	withdrawn := 0
	for _, point := range []string{
		"worker.followup.before", "worker.followup.within", "worker.followup.after", "worker.status.before", "worker.status.after",
		"worker.ack.after", "janitor.erase.before", "janitor.erase.within", "janitor.erase.after",
	} {
		t.Run(point, func(t *testing.T) {
			worker := b.startWorker(whole)
			r := b.submit(t)
			testbench.Eventually(t, 10*time.Second, "the report is opened", func() bool { return b.opened(t, r) })
			worker.interrupt(whole)

			kill := "RECOURSE_FAULT_KILL=" + point
			var killed *child
			if point[0] == 'w' {
				killed = b.startWorker(whole, kill)
			} else {
				worker = b.startWorker(whole)
			}
			b.bus.Publish(t, testbench.FollowUp(t, b.demo, r, event.ReportWithdrawn, event.FollowUpContent{}, nil))
			if killed == nil {
				testbench.Eventually(t, 10*time.Second, "it is to be erased", func() bool {
					return b.count(t, "janitor.erasure WHERE done_at IS NULL") == 1
				})
				killed = startJanitor(kill)
			}
			select {
			case <-killed.exited:
			case <-time.After(20 * time.Second):
				t.Fatalf("it never came to %s:\n%s", point, killed.logs)
			}
			if !killed.wasKilled() {
				t.Fatalf("it ended otherwise:\n%s", killed.logs)
			}

			if point[0] == 'w' {
				worker = b.startWorker(whole)
			}
			janitor := startJanitor()
			withdrawn++
			testbench.Eventually(t, 30*time.Second, "it is erased", func() bool {
				return b.count(t, "janitor.erasure WHERE done_at IS NOT NULL") == withdrawn
			})
			for what, query := range map[string]string{
				"content": "moderation.report WHERE content <> ''", "data keys": "moderation.data_key", "contacts": "notify.contact",
				"open cases": "moderation.cases WHERE state = 'open'",
			} {
				if n := b.count(t, query); n != 0 {
					t.Errorf("%s: %d rows are left", what, n)
				}
			}
			for _, msg := range b.bus.Messages(t, event.StreamReports) {
				if s, err := event.ParseSubject(msg.Subject); err != nil || s.Event != event.ReportWithdrawn {
					t.Errorf("REPORTS holds %s", msg.Subject)
				}
			}
			testbench.Eventually(t, 10*time.Second, "the receipt shows it", func() bool {
				return b.milestone(t, r, event.MilestoneWithdrawn)
			})
			janitor.interrupt(whole)
			worker.interrupt(whole)
		})
	}
	if n := len(b.bus.Messages(t, event.StreamQuarantine)); n != 0 {
		t.Errorf("%d messages are in quarantine, want none", n)
	}
}

package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"recourse/internal/event"
	"recourse/internal/testbench"
)

// crashSize is small in `make test`, and large in `make crash`.
type crashSize struct {
	kills, clients, between int           // reports acknowledged between two kills
	pause                   time.Duration // of a client between two reports
}

func sizeOfCrash() crashSize {
	if os.Getenv("RECOURSE_CRASH") == "large" {
		// Some four hundred reports a second: below what a worker keeps up with on
		// two cores that it shares with the load.
		return crashSize{kills: 30, clients: 32, between: 500, pause: 75 * time.Millisecond}
	}
	return crashSize{kills: 10, clients: 8, between: 60}
}

// load reports without a pause from several clients until stopped, and keeps
// every receipt that it got.
type load struct {
	intake atomic.Pointer[string]
	acked  atomic.Int64

	mu       sync.Mutex
	receipts []submission // mu
}

func (l *load) run(ctx context.Context, size crashSize) (wait func()) {
	var wg sync.WaitGroup
	for n := range size.clients {
		wg.Go(func() {
			client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for i := 0; ctx.Err() == nil; i++ {
				l.report(ctx, client, fmt.Sprintf("client %d, report %d", n, i))
				if size.pause > 0 {
					select {
					case <-ctx.Done():
					case <-time.After(size.pause):
					}
				}
			}
		})
	}
	return wg.Wait
}

func (l *load) report(ctx context.Context, client *http.Client, words string) {
	a, err := post(ctx, client, *l.intake.Load()+"/v1/reports", map[string]any{
		"community": "demo", "kind": "harassment", "description": words,
	}, nil)
	if err != nil || a.status != http.StatusCreated {
		select { // nobody answers: let the machine start what was killed
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
		return
	}
	var s submission
	if !decodes(a.body, &s) {
		return
	}
	l.mu.Lock()
	l.receipts = append(l.receipts, s)
	l.mu.Unlock()
	l.acked.Add(1)
}

func (l *load) waitForMore(t *testing.T, more int) {
	t.Helper()
	until := l.acked.Load() + int64(more)
	testbench.Eventually(t, 2*time.Minute, "reports are acknowledged", func() bool { return l.acked.Load() >= until })
}

// checkAccounts compares what was acknowledged with what doctor counts.
func (l *load) checkAccounts(t *testing.T, s *service) {
	t.Helper()
	var d diagnosis
	testbench.Eventually(t, 10*time.Second, "doctor agrees", func() bool {
		d = s.doctor(t)
		return d.Acknowledged == d.InCases+d.InQuarantine
	})
	if d.InQuarantine != 0 || int64(d.Acknowledged) < l.acked.Load() {
		t.Errorf("%d got a 201; doctor counts %d acknowledged, %d in cases, %d in quarantine", l.acked.Load(), d.Acknowledged, d.InCases, d.InQuarantine)
	}
	t.Logf("%d got a 201; doctor counts acknowledged %d = in cases %d + in quarantine %d", l.acked.Load(), d.Acknowledged, d.InCases, d.InQuarantine)
}

func TestCrashOfTheWholeProcessLosesNothing(t *testing.T) {
	size, data := sizeOfCrash(), dataFolder(t)
	s := up(t, data)
	l := &load{}
	l.intake.Store(&s.at.Intake)
	ctx, stop := context.WithCancel(t.Context())
	wait := l.run(ctx, size)
	defer wait()
	defer stop()
	checked := 0
	for range size.kills {
		l.waitForMore(t, size.between)
		s.kill()
		l.mu.Lock()
		acknowledged := len(l.receipts)
		l.mu.Unlock()
		s = up(t, data)
		l.mu.Lock()
		receipts := l.receipts[checked:acknowledged]
		l.mu.Unlock()
		checkAllOpened(t, s, receipts)
		checked = acknowledged
		l.intake.Store(&s.at.Intake)
	}
	l.waitForMore(t, size.between)
	stop()
	wait()
	checkAllOpened(t, s, l.receipts)
	l.checkAccounts(t, s)
}

// askAtOnce is how many receipts this machine can ask with in well under 5 s
// while the worker catches up.
const askAtOnce = 200

// checkAllOpened asks with every receipt of a service that has just become
// ready. The last ones, which a killed process may have had in hand, must answer
// with opened within 5 s; each must have been opened within that time.
func checkAllOpened(t *testing.T, s *service, receipts []submission) {
	t.Helper()
	ready := time.Now()
	ctx, cancel := context.WithDeadline(t.Context(), ready.Add(5*time.Second))
	defer cancel()
	last := max(0, len(receipts)-askAtOnce)
	if n := lateOnes(ctx, s, receipts[last:], ready); n > 0 {
		t.Fatalf("%d of %d receipts do not show opened within 5 s of readiness", n, len(receipts[last:]))
	}
	if n := lateOnes(t.Context(), s, receipts[:last], ready); n > 0 {
		t.Fatalf("%d of %d reports were not opened within 5 s of readiness", n, last)
	}
}

// lateOnes counts the receipts that do not show opened before ctx ends, or show
// a time more than 5 s after readiness.
func lateOnes(ctx context.Context, s *service, receipts []submission, ready time.Time) int64 {
	var late atomic.Int64
	var g errgroup.Group
	g.SetLimit(16)
	for _, r := range receipts {
		g.Go(func() error {
			if at, ok := openedAt(ctx, s.at.Intake, r.Receipt); !ok || at.After(ready.Add(5*time.Second)) {
				late.Add(1)
			}
			return nil
		})
	}
	_ = g.Wait() // late counts
	return late.Load()
}

// openedAt asks until the receipt shows opened, at most for 30 s, or ctx ends.
func openedAt(ctx context.Context, intake, receipt string) (at time.Time, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		a, err := post(ctx, http.DefaultClient, intake+"/v1/status", map[string]string{"receipt": receipt}, nil)
		var status statusAnswer
		if err == nil && a.status == http.StatusOK && decodes(a.body, &status) {
			for _, m := range status.Milestones {
				if m.Name == event.MilestoneOpened {
					return m.At, true
				}
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
	return time.Time{}, false
}

func TestCrashOfPostgreSQLAloneLosesNothing(t *testing.T) {
	size, s := sizeOfCrash(), up(t, dataFolder(t))
	l := &load{}
	l.intake.Store(&s.at.Intake)
	ctx, stop := context.WithCancel(t.Context())
	wait := l.run(ctx, size)
	defer wait()
	defer stop()
	for range size.kills / 3 {
		l.waitForMore(t, size.between)
		pid := s.postmaster()
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		// The intake does not notice: it goes on acknowledging.
		l.waitForMore(t, size.between)
		testbench.Eventually(t, 20*time.Second, "PostgreSQL is back", func() bool {
			now := s.postmaster()
			return now != 0 && now != pid
		})
	}
	stop()
	wait()
	testbench.Eventually(t, 20*time.Second, "doctor reaches PostgreSQL", func() bool { return s.doctor(t).OK })
	checkAllOpened(t, s, l.receipts)
	l.checkAccounts(t, s)
}

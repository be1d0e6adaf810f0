package limit_test

import (
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/testbench"
	"recourse/reporter/limit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "a secret of the intakes"

// clock is a time that a test sets.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func limiterOn(t *testing.T, b *testbench.Bus, c *clock, log *testbench.Logs) *limit.Limiter {
	t.Helper()
	return limit.New(b.JS(t, keys.Intake), []byte(secret), c.now, slog.New(slog.NewTextHandler(log, nil)))
}

// counters returns every subject of a bucket.
func counters(t *testing.T, b *testbench.Bus, bucket string) []string {
	t.Helper()
	kv, err := b.JS(t, keys.Admin).KeyValue(t.Context(), bucket)
	if err != nil {
		t.Fatal(err)
	}
	lister, err := kv.ListKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range lister.Keys() {
		names = append(names, name)
	}
	return names
}

func TestACountIsSharedAndStartsAnewWithTheHour(t *testing.T) {
	b := testbench.NATS(t)
	c := &clock{time.Date(2026, 11, 24, 13, 59, 30, 0, time.FixedZone("", 5400))} // 12:29:30 UTC
	one, other := limiterOn(t, b, c, &testbench.Logs{}), limiterOn(t, b, c, &testbench.Logs{})
	for n, l := range []*limit.Limiter{one, other} {
		if ok, wait := l.Allow(t.Context(), limit.FollowUps, "a report", 2); !ok || wait != 0 {
			t.Errorf("number %d of 2: %v, %s", n+1, ok, wait)
		}
	}
	for _, l := range []*limit.Limiter{one, other} {
		if ok, wait := l.Allow(t.Context(), limit.FollowUps, "a report", 2); ok || wait != 30*time.Minute+30*time.Second {
			t.Errorf("beyond 2: %v, %s; want to wait until 13:00 UTC", ok, wait)
		}
	}
	for what, allowed := range map[string]func() (bool, time.Duration){
		"another report": func() (bool, time.Duration) { return one.Allow(t.Context(), limit.FollowUps, "another", 1) },
		"another scope":  func() (bool, time.Duration) { return one.Allow(t.Context(), limit.Reports, "a report", 1) },
	} {
		if ok, _ := allowed(); !ok {
			t.Errorf("%s is counted with it", what)
		}
	}
	before := counters(t, b, event.BucketLimits)
	c.at = c.at.Add(30*time.Minute + 30*time.Second)
	if ok, _ := other.Allow(t.Context(), limit.FollowUps, "a report", 1); !ok {
		t.Error("the next hour counts what was in the last")
	}
	if after := counters(t, b, event.BucketLimits); len(before) != 3 || len(after) != 4 {
		t.Errorf("counters %v, then %v: the next hour must have one under another name", before, after)
	}
}

func TestAQuotaIsOfAUTCDay(t *testing.T) {
	b := testbench.NATS(t)
	c := &clock{time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)}
	l := limiterOn(t, b, c, &testbench.Logs{})
	allow := func() (bool, time.Duration) { return l.Allow(t.Context(), limit.ClientReports, "demo|platform", 1) }
	if ok, _ := allow(); !ok {
		t.Error("the first is refused")
	}
	c.at = c.at.Add(23 * time.Hour)
	if ok, wait := allow(); ok || wait != time.Hour {
		t.Errorf("the second: %v, %s; want to wait until midnight", ok, wait)
	}
	c.at = c.at.Add(time.Hour)
	if ok, _ := allow(); !ok {
		t.Error("the next day counts the last")
	}
	if hours, days := counters(t, b, event.BucketLimits), counters(t, b, event.BucketQuotas); len(hours) != 0 || len(days) != 2 {
		t.Errorf("%d counters of hours and %d of days, want 0 and 2", len(hours), len(days))
	}
}

func TestManyAtOnceAreAllowedExactlyWhatTheLimitSays(t *testing.T) {
	b := testbench.NATS(t)
	c := &clock{time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)}
	limiters := []*limit.Limiter{limiterOn(t, b, c, &testbench.Logs{}), limiterOn(t, b, c, &testbench.Logs{})}
	var allowed atomic.Int64
	var g errgroup.Group
	for n := range 60 {
		g.Go(func() error {
			if ok, _ := limiters[n%2].Allow(t.Context(), limit.Reports, "demo|203.0.113.7/32", 20); ok {
				allowed.Add(1)
			}
			return nil
		})
	}
	_ = g.Wait()
	if n := allowed.Load(); n != 20 {
		t.Errorf("%d of 60 were allowed, want 20", n)
	}
}

func TestWithoutALimitNothingIsSent(t *testing.T) {
	b := testbench.NATS(t)
	conn := b.JS(t, keys.Intake).Conn()
	l := limiterOn(t, b, &clock{time.Now()}, &testbench.Logs{})
	before := conn.Stats().OutMsgs
	for _, most := range []int{0, -1} {
		if ok, _ := l.Allow(t.Context(), limit.Reports, "anybody", most); !ok {
			t.Errorf("a limit of %d refuses", most)
		}
	}
	if sent := conn.Stats().OutMsgs - before; sent != 0 {
		t.Errorf("%d messages were sent", sent)
	}
}

func TestWhereItCantCountItAllowsAndSaysSoOnce(t *testing.T) {
	b := testbench.NATS(t)
	log := &testbench.Logs{}
	l := limiterOn(t, b, &clock{time.Now()}, log)
	allow := func(what string) {
		t.Helper()
		for range 3 {
			if ok, _ := l.Allow(t.Context(), limit.Reports, "demo|203.0.113.7/32", 1); !ok {
				t.Errorf("%s: refused", what)
			}
		}
	}
	admin := b.JS(t, keys.Admin)
	if err := admin.DeleteStream(t.Context(), "KV_"+event.BucketLimits); err != nil {
		t.Fatal(err)
	}
	allow("no bucket")
	b.Stop()
	allow("no NATS")
	if n := strings.Count(log.String(), "level=WARN"); n != 1 {
		t.Errorf("the log warns %d times: %s", n, log.String())
	}
	if strings.Contains(log.String(), "203.0.113.7") {
		t.Errorf("the log tells the address: %s", log.String())
	}
}

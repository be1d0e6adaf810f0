package main

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/testbench"
)

func (b *workerBench) startStats(t *testing.T, env ...string) *child {
	t.Helper()
	return startChild(t, binaryWithFaults(t), env, "stats", "--data", b.data, "--keys", b.bus.Keys.Root, "--metrics-addr", "")
}

// decide publishes that a case of these reports was closed.
func (b *workerBench) decide(t *testing.T, reports ...event.ID) {
	t.Helper()
	e := event.CaseEvent{
		Version: event.CaseEventVersion, Case: event.NewID(), Community: "demo", Event: event.CaseClosed, Sequence: 2,
		At: time.Now().UTC().Truncate(time.Second), Reports: reports,
		Decision: &event.CaseDecision{ID: event.NewID(), Action: event.ActionHide, Article: "respect"},
	}
	payload, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	msg := &nats.Msg{Subject: event.CaseSubject(event.CaseClosed, "demo", e.Case).String(), Data: payload, Header: nats.Header{}}
	if _, err := b.bus.JS(t, keys.Worker).PublishMsg(t.Context(), msg, jetstream.WithMsgID(e.MessageID())); err != nil {
		t.Fatal(err)
	}
}

func (b *workerBench) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	if err := b.pool.QueryRow(t.Context(), "SELECT count(*) FROM "+query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func wantKilled(t *testing.T, c *child, point string) {
	t.Helper()
	select {
	case <-c.exited:
	case <-time.After(20 * time.Second):
		t.Fatalf("it never came to %s:\n%s", point, c.logs)
	}
	if !c.wasKilled() {
		t.Fatalf("it ended otherwise:\n%s", c.logs)
	}
}

func TestCrashOfStatisticsBetweenAnyTwoStepsDoublesNoFact(t *testing.T) {
	b := newWorkerBench(t)
	facts := 0
	for _, step := range []struct{ point, meaning string }{
		{"facts.fetch.after", "fetched and not stored"},
		{"facts.commit.within", "stored in a transaction that is not committed"},
		{"facts.commit.after", "committed and not acknowledged"},
		{"facts.ack.after", "acknowledged, and perhaps not sent"},
	} {
		t.Run(step.meaning, func(t *testing.T) {
			killed := b.startStats(t, "RECOURSE_FAULT_KILL="+step.point)
			for range 3 {
				r := b.submit(t)
				b.decide(t, r.ReportID())
			}
			facts += 3
			wantKilled(t, killed, step.point)
			healthy := b.startStats(t)
			testbench.Eventually(t, 10*time.Second, "each report is one fact, and all is acknowledged", func() bool {
				for _, stream := range []string{event.StreamReports, event.StreamCases} {
					consumer, err := b.bus.JS(t, keys.Admin).Consumer(t.Context(), stream, event.ConsumerStats)
					if err != nil || consumer.CachedInfo().NumAckPending != 0 || consumer.CachedInfo().NumPending != 0 {
						return false
					}
				}
				return b.count(t, "stats.report") == facts &&
					b.count(t, "stats.report WHERE kind = 'harassment' AND action = 'hide' AND decided_at IS NOT NULL") == facts
			})
			healthy.interrupt(t)
		})
	}
	out, code := runProgram(t, "release", "publish", "--data", b.data, "--keys", b.bus.Keys.Root, "--community", "demo", "--until", "now")
	if n := b.count(t, "stats.fact"); code != 0 || n != facts {
		t.Errorf("the release counts %d facts, want %d: %s", n, facts, out)
	}
}

// A publisher is killed before and after each step. The next one finds what the
// first had begun: one reservation, one release, each fact counted once.
func TestCrashOfAReleaseBetweenAnyTwoStepsDoublesAndOverspendsNothing(t *testing.T) {
	b := newWorkerBench(t)
	until := time.Now().UTC().Add(-time.Minute).Truncate(time.Second)
	for n, step := range []struct {
		point, meaning     string
		reserved, released bool
	}{
		{"release.reserve.before", "nothing reserved", false, false},
		{"release.reserve.within", "reserved in a transaction that is not committed", false, false},
		{"release.reserve.after", "reserved and nothing counted", true, false},
		{"release.count.after", "counted and not sampled", true, false},
		{"release.sample.after", "sampled and not stored", true, false},
		{"release.store.within", "half stored", true, false},
		{"release.commit.before", "stored in a transaction that is not committed", true, false},
		{"release.commit.after", "published, and nobody was told", true, true},
	} {
		t.Run(step.meaning, func(t *testing.T) {
			community := fmt.Sprintf("city-%d", n)
			if out, code := runProgram(t, "keys", "--keys", b.bus.Keys.Root, "--community", community); code != 0 {
				t.Fatal(out)
			}
			for range 20 {
				_, err := b.pool.Exec(t.Context(), `INSERT INTO stats.report (report_id, community, kind, grounds, gender, age_band, role, language,
					action, article, automated, decided_at, case_sequence)
					VALUES ($1, $2, 'hate', '{gender}', 'woman', '25-34', 'target', 'en', 'ban', 'respect', false, $3, 2)`,
					event.NewID(), community, until.Add(-time.Hour))
				if err != nil {
					t.Fatal(err)
				}
			}
			args := []string{
				"release", "publish", "--data", b.data, "--keys", b.bus.Keys.Root, "--community", community, "--rho", "0.5", "--json",
				"--until", until.Format(time.RFC3339),
			}
			killed := startChild(t, binaryWithFaults(t), []string{"RECOURSE_FAULT_KILL=" + step.point}, args...)
			wantKilled(t, killed, step.point)
			wants := func(what string, want bool, got int) {
				t.Helper()
				if (got == 1) != want || got > 1 {
					t.Errorf("after the kill %d %s are there, want one: %v", got, what, want)
				}
			}
			wants("reservations", step.reserved, b.count(t, "stats.ledger WHERE community = $1", community))
			wants("releases", step.released, b.count(t, "released.release WHERE community = $1", community))
			if !step.released {
				if files, counted := b.count(t, "released.file WHERE community = $1", community), b.count(t, "stats.fact WHERE community = $1", community); files != 0 || counted != 0 {
					t.Errorf("half a release is there: %d files, %d facts", files, counted)
				}
			}
			before := b.files(t, community)

			// The whole budget was reserved: a second reservation would be refused.
			for range 2 {
				out, code := runProgram(t, args...)
				if code != 0 {
					t.Fatalf("publish ended with %d", code)
				}
				var made publishedJSON
				if err := json.Unmarshal([]byte(out), &made); err != nil || made.Release != community+"-1" || made.BudgetLeft != "0" {
					t.Errorf("publish printed %s, want %s-1 with nothing left", out, community)
				}
			}
			if n := b.count(t, "stats.ledger WHERE community = $1", community); n != 1 {
				t.Errorf("%d reservations are there, want one", n)
			}
			if n := b.count(t, "stats.fact WHERE community = $1 AND release = 1", community); n != 20 {
				t.Errorf("%d facts are counted, want 20", n)
			}
			after := b.files(t, community)
			if len(after) != 2 || (step.released && before != nil && fmt.Sprint(before) != fmt.Sprint(after)) {
				t.Errorf("%d files are there, want two, the same as before where there were any", len(after))
			}
		})
	}
}

// files are the digests of a community's released files.
func (b *workerBench) files(t *testing.T, community string) map[string]string {
	t.Helper()
	rows, err := b.pool.Query(t.Context(), "SELECT name, encode(sha256, 'hex') FROM released.file WHERE community = $1", community)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]string
	for rows.Next() {
		var name, sum string
		if err := rows.Scan(&name, &sum); err != nil {
			t.Fatal(err)
		}
		if all == nil {
			all = map[string]string{}
		}
		all[name] = sum
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

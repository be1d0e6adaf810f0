package main

import (
	"encoding/json"
	"testing"

	"recourse/internal/event"
	sums "recourse/moderation/conduct/backtest"
)

// prediction is what a backtest that ran under load says a draft would change.
type prediction struct {
	draft, other string // digests: of the draft, and of the code that bound what it changes
	backtestJSON
}

// predict backtests a draft over all reports that came so far, as a command
// beside the running service, and checks its counts against what is stored
// before and after it: meanwhile more comes.
func (b *workerBench) predict(t *testing.T, at []string, file, draft, other string) prediction {
	t.Helper()
	p := prediction{draft: draft, other: other}
	before := b.boundBy(t)
	out, exit := runProgram(t, append([]string{
		"conduct", "backtest", file, "--community", "demo", "--since", "1d", "--list", "1000000", "--json",
	}, at...)...)
	if err := json.Unmarshal([]byte(out), &p.backtestJSON); err != nil || exit != 0 {
		t.Fatalf("the backtest ends with %d and prints %q: %v", exit, out, err)
	}
	after := b.boundBy(t)
	unchanged := p.Reports.Judged - p.Changed
	if p.Changed == 0 || p.Changed < before[other] || p.Changed > after[other] || unchanged < before[draft] || unchanged > after[draft] {
		t.Errorf("%d reports are replayed and %d change; at its beginning and end %d and %d were bound by the draft, %d and %d by the other",
			p.Reports.Judged, p.Changed, before[draft], after[draft], before[other], after[other])
	}
	// Each report is a case of its own, and each that the other code bound changes.
	if p.Draft != draft || p.Cases != p.Reports.Judged || len(p.Listed) != p.Changed || p.By["article"] != p.Changed || p.By["queue"] != p.Changed {
		t.Errorf("of draft %s %d cases change, %d are listed, by sort %v; want all %d of draft %s",
			p.Draft, p.Changed, len(p.Listed), p.By, p.Changed, draft)
	}
	for skip, n := range p.Reports.Skipped {
		if n != 0 {
			t.Errorf("%d reports are left out as %s", n, skip)
		}
	}
	return p
}

// boundBy counts the reports that are stored, by the code that binds them.
func (b *workerBench) boundBy(t *testing.T) map[string]int {
	t.Helper()
	rows, err := b.pool.Query(t.Context(), "SELECT conduct, count(*) FROM moderation.report GROUP BY conduct")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	counts := map[string]int{}
	for rows.Next() {
		var digest string
		var n int
		if err := rows.Scan(&digest, &n); err != nil {
			t.Fatal(err)
		}
		counts[digest] = n
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return counts
}

// cameTrue compares each case that was said to change with how it was judged,
// and with how the draft, once published, judged other reports of its kind.
func (p prediction) cameTrue(t *testing.T, judged map[event.ID]judgement) {
	t.Helper()
	byCase, published := map[event.ID]judgement{}, map[event.Kind]sums.Outcome{}
	for _, j := range judged {
		byCase[j.Case] = j
		if j.Conduct == p.draft {
			published[j.Kind] = j.outcome()
		}
	}
	kinds := map[event.Kind]int{}
	for _, c := range p.Listed {
		j, ok := byCase[c.Case]
		then, judges := published[j.Kind]
		if !ok || !judges || j.Conduct != p.other || c.Before != j.outcome() || c.After != then {
			t.Fatalf("a case is said to change from %+v to %+v; it is %+v, and reports like it came out as %+v", c.Before, c.After, j, then)
		}
		kinds[j.Kind]++
	}
	if len(kinds) != 2 {
		t.Errorf("the cases that change are of the kinds %v, want both", kinds)
	}
	t.Logf("a backtest under load replayed %d reports; %d would change, as the published draft then judged such reports", p.Reports.Judged, p.Changed)
}

// outcome is what a backtest compares; the versions neither hide nor ask for a
// second reader.
func (j judgement) outcome() sums.Outcome {
	return sums.Outcome{Article: j.Article, Priority: j.Priority, Queue: j.Queue}
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal/receipt"
	"recourse/internal/testbench"
	"recourse/moderation/conduct"
	sums "recourse/moderation/conduct/backtest"
)

// backtestReports are more than one page of a backtest.
const backtestReports = 540

// backtestBench is reports that a real worker stored, received a minute apart,
// of which some are decided and one is withdrawn, and a draft.
type backtestBench struct {
	*workerBench

	draft string
	until time.Time
}

func newBacktestBench(t *testing.T) *backtestBench {
	t.Helper()
	b := &backtestBench{workerBench: newWorkerBench(t), draft: conductFiles(t, testbench.DemoConduct+conductRules, "")}
	b.until = time.Now().UTC().Truncate(time.Second)
	worker := b.startWorker(t)
	var last receipt.Receipt
	for n := range backtestReports {
		content := event.Content{
			Kind: event.KindOther, Description: fmt.Sprintf("%s %d", marker("Description"), n),
			Account: event.Account{Platform: "forum", Handle: fmt.Sprintf("%s%d", marker("Handle"), n)},
		}
		if n%10 == 0 { // one case over all pages
			content.Kind, content.Account.Handle = event.KindHarassment, marker("Handle")
			content.Description = marker("Story") + " Since Monday he writes under each of my posts that everyone knows where I live."
		} else if n%4 == 1 {
			content.Links = []string{"https://far.example/" + marker("Link")}
		}
		at := b.until.Add(time.Duration(n-backtestReports) * time.Minute)
		r, msg := testbench.Sealed(t, b.demo, content, func(s *event.Submitted) { s.ReceivedAt = at })
		b.bus.Publish(t, msg)
		last = r
	}
	testbench.Eventually(t, 30*time.Second, "every report is stored", func() bool { return b.count(t, "moderation.report") == backtestReports })
	b.bus.Publish(t, testbench.FollowUp(t, b.demo, last, event.ReportWithdrawn, event.FollowUpContent{}, nil))
	testbench.Eventually(t, 10*time.Second, "one is withdrawn", func() bool {
		return b.count(t, "moderation.report WHERE withdrawn_at IS NOT NULL") == 1
	})
	worker.interrupt(t)
	b.decide(t)
	return b
}

// decide closes the cases of sixty reports, each third of them without action.
func (b *backtestBench) decide(t *testing.T) {
	t.Helper()
	_, err := b.pool.Exec(t.Context(), `WITH who AS (INSERT INTO moderation.moderator (id, name, created_at) VALUES ($1, 'M', now()) RETURNING id)
		INSERT INTO moderation.decision (id, case_id, case_version, moderator_id, action, article, conduct, reasons, decided_at)
		SELECT gen_random_uuid(), r.case_id, 2, who.id, CASE WHEN r.number % 3 = 0 THEN 'none' ELSE 'warning' END, 'respect', r.conduct, '', now()
		FROM who, (SELECT case_id, conduct, row_number() OVER (ORDER BY received_at) - 1 AS number FROM moderation.report) r
		WHERE r.number % 4 = 1 AND r.number % 10 <> 0 AND r.number < 240`, event.NewID())
	if err != nil {
		t.Fatal(err)
	}
}

func (b *backtestBench) args(more ...string) []string {
	return append([]string{
		"conduct", "backtest", b.draft, "--data", b.data, "--keys", b.bus.Keys.Root, "--community", "demo",
		"--since", b.until.AddDate(0, 0, -1).Format(time.RFC3339), "--until", b.until.Format(time.RFC3339),
	}, more...)
}

// run runs the command and returns what it printed.
func (b *backtestBench) run(t *testing.T, more ...string) (printed string, exit int) {
	t.Helper()
	c := startChild(t, binaryWithFaults(t), nil, b.args(more...)...)
	select {
	case <-c.exited:
	case <-time.After(time.Minute):
		t.Fatalf("it does not end:\n%s", c.logs)
	}
	return c.logs.String(), c.cmd.ProcessState.ExitCode()
}

// result is what --json prints, after the lines of progress.
func (b *backtestBench) result(t *testing.T, more ...string) (r backtestJSON) {
	t.Helper()
	printed, exit := b.run(t, append(more, "--json")...)
	_, found, _ := strings.Cut("\n"+printed, "\n{")
	if err := json.Unmarshal([]byte("{"+found), &r); err != nil || exit != 0 {
		t.Fatalf("it ends with %d and prints %q: %v", exit, printed, err)
	}
	return r
}

func TestPastReportsAreReplayedWithADraft(t *testing.T) {
	b := newBacktestBench(t)
	whole := b.result(t)
	if whole.Reports.Judged != backtestReports-1 || whole.Reports.Skipped[sums.Withdrawn] != 1 || whole.Changed != 135 || len(whole.Listed) != 50 {
		t.Fatalf("%+v, %d change, %d are listed; want one report left out, 135, 50", whole.Reports, whole.Changed, len(whole.Listed))
	}
	if right := whole.Rules[0].Precision; whole.Decided != 60 || right.N != 60 || right.Part != 40 || right.Of == nil {
		t.Errorf("of %d decided cases the rule is right in %+v, want 60 and 40 of 60", whole.Decided, right)
	}
	printed, exit := b.run(t, "--list", "3")
	for _, want := range []string{"(left out: 1 withdrawn)", "135 would change:", "general -> safety 135", "and 132 more", "67 % (54 to 77), n = 60"} {
		if exit != 0 || !strings.Contains(printed, want) {
			t.Errorf("it ends with %d and prints %q, want %q in it", exit, printed, want)
		}
	}
	noMarker(t, printed)
	if n := b.count(t, "moderation.audit WHERE action = 'conduct.backtested'"); n != 4 {
		t.Errorf("%d entries record two runs of two pages", n)
	}
	t.Run("killed and gone on with", func(t *testing.T) { b.goesOnAfterAKill(t, whole) })
	t.Run("interrupted and gone on with", func(t *testing.T) { b.goesOnAfterASignal(t, whole) })
	t.Run("refused", b.refuses)
	t.Run("a report that makes it panic", b.panics)
	t.Run("stopped by Ctrl-C", b.stops)
}

func noMarker(t *testing.T, printed string) {
	t.Helper()
	if printed == "" || strings.Contains(printed, "Xq7") || strings.Contains(printed, "far.example") {
		t.Errorf("it holds what a person wrote, or nothing: %q", printed)
	}
}

func (b *backtestBench) goesOnAfterAKill(t *testing.T, want backtestJSON) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "run.json")
	killed := startChild(t, binaryWithFaults(t), []string{"RECOURSE_FAULT_KILL=backtest.saved"}, b.args("--resume", file)...)
	<-killed.exited
	info, err := os.Stat(file)
	if err != nil || !killed.wasKilled() || info.Mode().Perm() != 0o600 {
		t.Fatalf("it was killed: %t; the file: %v, %v:\n%s", killed.wasKilled(), info, err, killed.logs)
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	noMarker(t, string(kept))
	other := *b
	other.draft = conductFiles(t, strings.Replace(testbench.DemoConduct+conductRules, "far.example", "near.example", 1), "")
	for name, tt := range map[string]struct {
		bench *backtestBench
		args  []string
		want  string
	}{
		"another draft":     {&other, nil, "a run of another draft"},
		"another range":     {b, []string{"--since", "3d"}, "a run over another range: --since " + b.until.AddDate(0, 0, -1).Format(time.RFC3339)},
		"another end":       {b, []string{"--until", "1d"}, "a run over another range"},
		"another list":      {b, []string{"--list", "7"}, "a run with --list 50"},
		"another community": {b, []string{"--community", "city"}, `keys/console holds no key of "city"`},
	} {
		if printed, exit := tt.bench.run(t, append(tt.args, "--resume", file)...); exit != 1 || !strings.Contains(printed, tt.want) {
			t.Errorf("%s: it ends with %d and prints %q, want %q", name, exit, printed, tt.want)
		}
	}
	if got := b.result(t, "--resume", file); !reflect.DeepEqual(got, want) {
		t.Errorf("gone on with it is %+v, want %+v", got, want)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the file of the finished run: %v", err)
	}
}

// The signal's context ends: the page at hand is finished, and all is kept.
func (b *backtestBench) goesOnAfterASignal(t *testing.T, want backtestJSON) {
	t.Helper()
	c := conductBacktestCmd{
		partsFlags: partsFlags{Data: b.data, Keys: b.bus.Keys.Root}, Draft: b.draft, Community: "demo", List: defaultListed,
		Since: b.until.AddDate(0, 0, -1).Format(time.RFC3339), Until: b.until.Format(time.RFC3339),
	}
	ring, err := c.folder().Ring(keys.Console)
	if err != nil {
		t.Fatal(err)
	}
	code, err := conduct.Parse([]byte(testbench.DemoConduct + conductRules))
	if err != nil {
		t.Fatal(err)
	}
	file, err := c.begin(time.Now(), want.Draft)
	if err != nil {
		t.Fatal(err)
	}
	run, closeParts, err := c.connect(t.Context(), slog.New(slog.DiscardHandler), ring, code, file)
	if err != nil {
		t.Fatal(err)
	}
	defer closeParts()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	beside := strings.TrimSuffix(b.draft, ".yaml") + "-demo.backtest.json"
	err = c.replay(ended, run, file)
	said := fmt.Sprintf("interrupted: 500 of %d reports are done. Go on with: recourse conduct backtest %s --community demo --resume %s",
		backtestReports, b.draft, beside)
	if err == nil || err.Error() != said {
		t.Errorf("it says %v, want %s", err, said)
	}
	if printed, exit := b.run(t); exit != 1 || !strings.Contains(printed, "was broken off: go on with it by --resume "+beside) {
		t.Errorf("begun anew it ends with %d and prints %q", exit, printed)
	}
	if got := b.result(t, "--resume", beside); !reflect.DeepEqual(got, want) {
		t.Errorf("gone on with it is %+v, want %+v", got, want)
	}
}

// A case that very many reported takes a while, even where all are erased.
func (b *backtestBench) stops(t *testing.T) {
	const rest = 40_000
	_, err := b.pool.Exec(t.Context(), `INSERT INTO moderation.report (id, case_id, community, conduct, received_at, opened_at, status_key, reply_key, version, content)
		SELECT gen_random_uuid(), r.case_id, 'demo', r.conduct, r.received_at - n * interval '1 second', r.opened_at, '', '', 1, ''
		FROM (SELECT * FROM moderation.report ORDER BY received_at LIMIT 1) r, generate_series(1, $1) n`, rest)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "run.json")
	c := startChild(t, binaryWithFaults(t), nil, b.args("--resume", file)...)
	testbench.Eventually(t, 10*time.Second, "progress is kept", func() bool {
		_, err := os.Stat(file)
		return err == nil
	})
	c.interrupt(t)
	said := fmt.Sprintf("of %d reports are done. Go on with: recourse conduct backtest %s --community demo --resume %s", backtestReports+rest, b.draft, file)
	if printed := c.logs.String(); c.cmd.ProcessState.ExitCode() != 1 || !strings.Contains(printed, "recourse: interrupted: ") || !strings.Contains(printed, said) {
		t.Errorf("it ends with %d and prints %q, want %q", c.cmd.ProcessState.ExitCode(), printed, said)
	}
	if r := b.result(t, "--resume", file); r.Reports.Skipped[sums.Erased] != rest || r.Changed != 135 {
		t.Errorf("gone on with it is %+v with %d that change, want %d erased and 135", r.Reports, r.Changed, rest)
	}
}

func (b *backtestBench) refuses(t *testing.T) {
	without := filepath.Join(t.TempDir(), "keys")
	if err := os.CopyFS(without, os.DirFS(b.bus.Keys.Root)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(without, "console")); err != nil {
		t.Fatal(err)
	}
	wrong := conductFiles(t, strings.Replace(testbench.DemoConduct+conductRules, "queue: safety", "queue: nowhere", 1), "")
	for _, tt := range []struct {
		name string
		args []string
		exit int
		want string
	}{
		{"without the console's keys", []string{"--keys", without}, 1, "console/seal: key file is missing"},
		{"an unknown community", []string{"--community", "city"}, 1, `--community: keys/console holds no key of "city"`},
		{"no day", []string{"--since", "yesterday"}, 1, "--since: use a day (2026-01-01)"},
		{"an empty range", []string{"--until", "900d"}, 1, "--until: it must be after --since"},
		{"a file that is no run", []string{"--resume", b.draft}, 1, "holds no run of this version's backtest"},
		{"another draft's mistake", nil, 3, `there is no queue "nowhere"`},
	} {
		bench := *b
		if tt.exit == 3 {
			bench.draft = wrong
		}
		if printed, exit := bench.run(t, tt.args...); exit != tt.exit || !strings.Contains(printed, tt.want) {
			t.Errorf("%s: it ends with %d and prints %q, want %d and %q", tt.name, exit, printed, tt.exit, tt.want)
		}
	}
	files, err := fs.Glob(os.DirFS(filepath.Dir(b.draft)), "*.backtest.json")
	if err != nil || len(files) > 0 {
		t.Errorf("they leave %v, %v", files, err)
	}
}

func (b *backtestBench) panics(t *testing.T) {
	var id event.ID
	if err := b.pool.QueryRow(t.Context(), "SELECT id FROM moderation.report WHERE withdrawn_at IS NULL LIMIT 1").Scan(&id); err != nil {
		t.Fatal(err)
	}
	c := startChild(t, binaryWithFaults(t), []string{"RECOURSE_FAULT_PANIC=backtest.judge " + id.String()}, b.args()...)
	<-c.exited
	if printed := c.logs.String(); c.cmd.ProcessState.ExitCode() != 0 || !strings.Contains(printed, "(left out: 1 withdrawn, 1 failed)") {
		t.Errorf("it prints %q", printed)
	}
}

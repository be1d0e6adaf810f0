package instance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/testbench"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m)) }

// onlyFolder makes TMPDIR a folder of the test's own, so that what is left
// there is what an instance left.
func onlyFolder(t testing.TB) string {
	t.Helper()
	dir := testbench.Folder(t)
	t.Setenv("TMPDIR", dir)
	return dir
}

// nothingLeft looks for files in dir and, where there is a /proc, for processes
// that were started on it.
func nothingLeft(t testing.TB, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Errorf("it left %s", e.Name())
	}
	running, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range running {
		if b, err := os.ReadFile(path); err == nil && strings.Contains(string(b), dir) {
			t.Errorf("it left a process: %s", strings.ReplaceAll(string(b), "\x00", " "))
		}
	}
}

func TestAnInstanceServesItsClientsAndLeavesNothingWhenKilled(t *testing.T) {
	dir := onlyFolder(t)
	t.Setenv("DATABASE_URL", "postgres://somebody.example.org/theirs") // must not be used
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	i, err := Start(ctx, testbench.Program(t), "--reports-max-bytes", "134217728")
	if err != nil {
		t.Fatal(err)
	}
	stopped := false
	defer func() {
		if !stopped {
			_ = i.Stop(context.WithoutCancel(ctx))
		}
	}()

	// Over the API: the same key gives the same receipt.
	r := Report{
		Community: i.Community, Kind: event.KindThreat, Description: "It was sent to me twice.", Language: "en",
		Account: event.Account{Platform: "forum.example.org", Handle: "sample-001"},
		Role:    event.RoleTarget, Grounds: []event.Ground{event.GroundAge},
		Demographics: Demographics{Gender: event.GenderUnknown, AgeBand: event.AgeUnknown},
	}
	first, err := i.Report(ctx, r, "a-key-of-16-chars")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := i.Report(ctx, r, "a-key-of-16-chars"); err != nil || again != first {
		t.Errorf("sent again: %v, %v; want %v", again, err, first)
	}
	if _, err := i.Report(ctx, r, "short"); err == nil || !strings.Contains(err.Error(), "Idempotency-Key") || Temporary(err) {
		t.Errorf("a short key gives %v", err)
	}

	// Through the form: sent again, the same receipt too.
	form, err := i.OpenForm(ctx, i.Community, "ar")
	if err != nil {
		t.Fatal(err)
	}
	second, err := form.Send(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := form.Send(ctx, r); err != nil || again != second {
		t.Errorf("sent again: %v, %v; want %v", again, err, second)
	}

	// A moderator decides both, and the receipts show it.
	m, err := i.AddModerator(ctx, "Moderator 1", i.Community)
	if err != nil {
		t.Fatal(err)
	}
	languages := map[string]bool{}
	for n := range 2 {
		var c Case
		testbench.Eventually(t, 10*time.Second, "a case waits", func() bool {
			c, err = m.ClaimNext(ctx)
			return !errors.Is(err, ErrNothingWaits)
		})
		if err != nil {
			t.Fatal(err)
		}
		if held, err := m.Held(ctx); err != nil || len(held) != 1 || held[0] != c.ID {
			t.Errorf("she holds %v, %v; want %s", held, err, c.ID)
		}
		if opened, err := m.Open(ctx, c.ID); err != nil || len(opened.Reports) != 1 {
			t.Errorf("opened: %v, %v", opened, err)
		}
		languages[c.Reports[0].Content.Language] = true
		d := Decision{Version: c.Version, Action: event.ActionWarning, Article: c.Article, Reasons: "It is against the article."}
		for range 2 {
			if err := m.Decide(ctx, c.ID, d, fmt.Sprintf("decision-%d", n)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !languages["en"] || !languages["ar"] {
		t.Errorf("the reports came in %v, want en and ar", languages)
	}
	for _, a := range []Acknowledgement{first, second} {
		var s Status
		testbench.Eventually(t, 10*time.Second, "the receipt shows the decision", func() bool {
			s, err = i.Status(ctx, a.Receipt)
			return err != nil || s.Reached(event.MilestoneDecided)
		})
		if err != nil || s.ID != a.ID || len(s.Messages) != 1 || s.Messages[0].Action != event.ActionWarning {
			t.Errorf("status of %s: %+v, %v", a.ID, s, err)
		}
	}

	// Killed, it leaves a postmaster, which Stop ends.
	pid, socket, err := readPidFile(filepath.Join(i.Data, "postgres", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	i.Kill()
	if !isPostmaster(pid, i.Data) {
		t.Error("no postmaster outlived the program: the test shows nothing")
	}
	stopped = true
	if err := i.Stop(ctx); err != nil {
		t.Error(err)
	}
	if isPostmaster(pid, i.Data) {
		t.Error("the postmaster is still there")
	}
	if _, err := os.Stat(socket); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder of its socket, %s: %v", socket, err)
	}
	nothingLeft(t, dir)
}

func TestAStartThatFailsSaysWhyAndLeavesNothing(t *testing.T) {
	dir := onlyFolder(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := Start(ctx, testbench.Program(t), "--reports-max-bytes", "many")
	if err == nil || !strings.Contains(err.Error(), "reports-max-bytes") {
		t.Errorf("got %v, want what the program complained of", err)
	}
	nothingLeft(t, dir)
}

func TestAStartThatIsGivenUpLeavesNothing(t *testing.T) {
	dir := onlyFolder(t)
	path := testbench.Program(t) // built before the time begins
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := Start(ctx, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want that the time was over", err)
	}
	nothingLeft(t, dir)
}

func TestOnlyTheEndOfALongOutputIsKept(t *testing.T) {
	t.Parallel()
	var o output
	for n := range 40_000 {
		if _, err := fmt.Fprintf(&o, "line %d\n", n); err != nil {
			t.Fatal(err)
		}
	}
	if got := o.String(); len(got) > mostOutput || !strings.HasSuffix(got, "line 39999\n") {
		t.Errorf("%d bytes are kept, ending in %q", len(got), got[max(0, len(got)-20):])
	}
	if got := o.quoted(); strings.Count(got, "\n") != 30 {
		t.Errorf("quoted: %q", got)
	}
	if cap(o.end) > 4*mostOutput {
		t.Errorf("it takes %d bytes", cap(o.end))
	}
	if _, err := o.Write([]byte(strings.Repeat("x", 3*mostOutput))); err != nil || o.String() != strings.Repeat("x", mostOutput) {
		t.Errorf("one long write keeps %d bytes, %v", len(o.String()), err)
	}
}

func TestItStartsAgainOnItsFolder(t *testing.T) {
	onlyFolder(t)
	i, err := Start(t.Context(), testbench.Program(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := i.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	report := Report{Community: "demo", Kind: event.KindHarassment, Description: "x"}
	ack, err := i.Report(t.Context(), report, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range []func(){func() {}, i.Kill} {
		before := i.PID()
		end()
		if err := i.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		if i.PID() == before {
			t.Error("it is the same process")
		}
		testbench.Eventually(t, 10*time.Second, "the earlier report is there", func() bool {
			s, err := i.Status(t.Context(), ack.Receipt)
			return err == nil && s.Reached(event.MilestoneOpened)
		})
	}
}

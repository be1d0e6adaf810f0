package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/testbench"
)

const (
	mailFrom   = "News <news@city.example>"
	mailStatus = "https://report.city.example/status"
	mailTo     = "MARKER-contact@example.org"
)

func TestADecisionSendsOneMailThatSaysOnlyThatThereIsNews(t *testing.T) {
	box := testbench.SMTP(t)
	service := up(t, dataFolder(t), "--smtp-url", "smtp://"+box.Addr, "--from", mailFrom, "--status-url", mailStatus, "--delay", "0s")
	var receipts []submission
	for _, contact := range []string{mailTo, ""} {
		a, err := post(t.Context(), http.DefaultClient, service.at.Intake+"/v1/reports", map[string]any{
			"community": "demo", "kind": "threat", "description": "MARKER-words", "contact": contact, "language": "fr",
			"account": map[string]string{"platform": "forum", "handle": "MARKER-handle"},
		}, nil)
		if err != nil || a.status != http.StatusCreated {
			t.Fatalf("reporting: %d %s, %v", a.status, a.body, err)
		}
		var s submission
		a.decode(t, &s)
		receipts = append(receipts, s)
		testbench.Eventually(t, 5*time.Second, "the report is opened", func() bool {
			status, ok := statusOf(t, service.at.Intake, s.Receipt)
			return ok && status.reached(event.MilestoneOpened)
		})
	}
	if n := len(box.Mails()); n != 0 {
		t.Errorf("%d mails were sent before anything was decided", n)
	}

	moderator := visitor(t, service.at.Console)
	moderator.get(strings.TrimPrefix(service.at.SignIn, service.at.Console))
	for range receipts {
		work := moderator.get("/queue").sendTo("/queue/next", nil)
		work.sendTo(work.path+"/decision", url.Values{
			"version": {work.field("version")}, "action": {"suspend"}, "article": {"safety"}, "reasons": {"MARKER-reasons"},
		}).shows("MARKER-reasons")
	}
	testbench.Eventually(t, 15*time.Second, "no news waits", func() bool {
		a := get(t, service.at.Metrics+"/metrics")
		return strings.Contains(a.body, `recourse_notify_ended_total{outcome="sent"} 1`) &&
			strings.Contains(a.body, `recourse_notify_ended_total{outcome="no_contact"} 1`)
	})
	mails := box.Mails()
	if len(mails) != 1 || mails[0].To != mailTo || !strings.Contains(mails[0].Data, "Il y a du nouveau pour vous.") {
		t.Fatalf("there are %d mails, want one in French: %+v", len(mails), mails)
	}
	said := strings.ReplaceAll(strings.ReplaceAll(mails[0].Data, "=\r\n", ""), mailTo, "")
	for _, secret := range []string{"MARKER", "demo", "safety", "suspend", receipts[0].ID.String(), receipts[0].Receipt} {
		if strings.Contains(said, secret) {
			t.Errorf("the mail says %q:\n%s", secret, said)
		}
	}
	service.interrupt(t)
	if strings.Contains(service.logs.String(), "MARKER") {
		t.Errorf("it is logged:\n%s", service.logs)
	}
}

// Killed before the mail server said yes, a mail is sent once; killed after, it is
// sent again: that it may come twice is better than never.
func TestCrashOfNotifySendsAMailAtLeastOnce(t *testing.T) {
	b := newWorkerBench(t)
	worker := b.startWorker(t)
	for point, want := range map[string]int{"notify.send.before": 1, "notify.send.after": 2} {
		t.Run(point, func(t *testing.T) {
			box := testbench.SMTP(t)
			start := func(env ...string) *child {
				return startChild(t, binaryWithFaults(t), env, "notify", "--data", b.data, "--keys", b.bus.Keys.Root, "--delay", "0s",
					"--smtp-url", "smtp://"+box.Addr, "--from", mailFrom, "--status-url", mailStatus)
			}
			r := b.submit(t)
			testbench.Eventually(t, 5*time.Second, "the report is opened", func() bool { return b.opened(t, r) })
			if err := b.q.InsertNews(t.Context(), []event.ID{r.ReportID()}); err != nil {
				t.Fatal(err)
			}
			killed := start("RECOURSE_FAULT_KILL=" + point)
			select {
			case <-killed.exited:
			case <-time.After(20 * time.Second):
				t.Fatalf("notify never came to %s:\n%s", point, killed.logs)
			}
			if !killed.wasKilled() {
				t.Fatalf("notify ended otherwise:\n%s", killed.logs)
			}
			// Spares the wait before the next attempt.
			if _, err := b.pool.Exec(t.Context(), "UPDATE notify.news SET next_at = now()"); err != nil {
				t.Fatal(err)
			}
			healthy := start()
			testbench.Eventually(t, 10*time.Second, "no news waits", func() bool {
				var n int
				return b.pool.QueryRow(t.Context(), "SELECT count(*) FROM notify.news").Scan(&n) == nil && n == 0
			})
			healthy.interrupt(t)
			if got := len(box.Mails()); got != want {
				t.Errorf("%d mails were sent, want %d", got, want)
			}
		})
	}
	worker.interrupt(t)
}

func TestNotifySaysWhatIsWrongWithItsFlagsAndQuotesNoSecret(t *testing.T) {
	b := newWorkerBench(t)
	file := func(name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := []string{"--smtp-url", "smtp://127.0.0.1:2525", "--from", mailFrom, "--status-url", mailStatus}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no server":              {[]string{"--from", mailFrom}, "--smtp-url"},
		"no sender":              {good[:2], "--from"},
		"a password in the URL":  {append(good, "--smtp-url", "smtp://x:MARKER@mail.example"), "put it into a file"},
		"an empty password file": {append(good, "--smtp-password-file", file("password", "\n")), "holds no password"},
		"no certificates":        {append(good, "--smtp-ca-file", file("ca", "MARKER")), "no certificate"},
		"a negative delay":       {append(good, "--delay=-1s"), "--delay"},
	} {
		t.Run(name, func(t *testing.T) {
			child := startChild(t, binary(t), nil, append([]string{"notify", "--data", b.data, "--keys", b.bus.Keys.Root}, c.args...)...)
			select {
			case <-child.exited:
			case <-time.After(10 * time.Second):
				t.Fatal("it does not end")
			}
			said := child.logs.String()
			if child.cmd.ProcessState.ExitCode() != exitFailed || !strings.Contains(said, c.says) || strings.Contains(said, "MARKER") {
				t.Errorf("it ends with %d and says %q", child.cmd.ProcessState.ExitCode(), said)
			}
		})
	}
}

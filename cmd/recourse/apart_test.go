package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/testbench"
)

// Each service in a process of its own, with its own key folder and nothing
// else: an operator makes a community, a moderator and an API client, and a
// report goes all the way.
func TestServicesInProcessesOfTheirOwnServeAReport(t *testing.T) {
	b := newWorkerBench(t)
	external := []string{"--nats-url", b.bus.URL, "--database-url", b.db.URL}
	admin := func(args ...string) string {
		t.Helper()
		out, code := runProgram(t, append(append([]string{"admin"}, args...), append(external, "--keys", b.bus.Keys.Root)...)...)
		if code != 0 {
			t.Fatalf("recourse admin %s ends with %d", strings.Join(args, " "), code)
		}
		return strings.TrimSpace(out)
	}
	files := t.TempDir()
	for name, content := range map[string]string{
		"city.yaml":    "name: city\ntitle: {en: City, fr: Ville, ar: مدينة}\nlanguages: [en, fr, ar]\nconduct: conduct.yaml\n",
		"conduct.yaml": testbench.DemoConduct,
	} {
		if err := os.WriteFile(filepath.Join(files, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	admin("community", "apply", filepath.Join(files, "city.yaml"))
	admin("moderator", "add", "--name", "Moderator 1", "--community", "city")
	clientKey := admin("client", "add", "--community", "city", "--name", "platform", "--reports-per-day", "1")

	ownKeys := func(service keys.Service) string {
		t.Helper()
		root := t.TempDir()
		if err := os.CopyFS(filepath.Join(root, string(service)), os.DirFS(filepath.Dir(b.bus.Keys.Path(service, "seal")))); err != nil {
			t.Fatal(err)
		}
		return root
	}
	start := func(service keys.Service, args ...string) string {
		t.Helper()
		c := startChild(t, binary(t), nil, append(append([]string{string(service), "--keys", ownKeys(service)}, args...), external...)...)
		if !strings.Contains(strings.Join(args, " "), "--addr") {
			return ""
		}
		var address []string
		testbench.Eventually(t, 10*time.Second, "it listens", func() bool {
			address = regexp.MustCompile(`address=(\S+)`).FindStringSubmatch(c.logs.String())
			return address != nil
		})
		return "http://" + address[1]
	}
	intake := start(keys.Intake, "--addr", "127.0.0.1:0", "--trusted-proxy", "127.0.0.1/8,::1/128")
	console := start(keys.Console, "--addr", "127.0.0.1:0")
	start(keys.Worker, "--metrics-addr", "")
	start(keys.Janitor)
	start(keys.Stats)
	portal := start(keys.Portal, "--addr", "127.0.0.1:0")
	for _, base := range []string{intake, console, portal} {
		testbench.Eventually(t, 10*time.Second, "it is ready", func() bool { return get(t, base+"/readyz").status == http.StatusOK })
	}

	// The platform reports for one of its participants; a stranger may not.
	report := map[string]any{"community": "city", "kind": "hate", "description": "words", "participant": "user-17"}
	if a, err := post(t.Context(), http.DefaultClient, intake+"/v1/reports", report, nil); err != nil || a.status != http.StatusUnprocessableEntity {
		t.Errorf("a stranger naming a participant gets %d, %v; want 422", a.status, err)
	}
	a, err := post(t.Context(), http.DefaultClient, intake+"/v1/reports", report, http.Header{"Authorization": {"Bearer " + clientKey}})
	if err != nil || a.status != http.StatusCreated {
		t.Fatalf("status %d, %v: %s", a.status, err, a.body)
	}
	var sent submission
	a.decode(t, &sent)
	if a, err := post(t.Context(), http.DefaultClient, intake+"/v1/reports", report, http.Header{"Authorization": {"Bearer " + clientKey}}); err != nil ||
		a.status != http.StatusTooManyRequests {
		t.Errorf("beyond its quota the platform gets %d, %v; want 429", a.status, err)
	}
	testbench.Eventually(t, 5*time.Second, "the receipt shows opened", func() bool {
		status, ok := statusOf(t, intake, sent.Receipt)
		return ok && status.reached(event.MilestoneOpened)
	})

	moderator := visitor(t, console)
	moderator.get(strings.TrimPrefix(admin("sign-in-link", "--name", "Moderator 1", "--console-url", console), console))
	work := moderator.get("/queue").sendTo("/queue/next", nil)
	work.shows("platform")
	work.sendTo(work.path+"/decision", map[string][]string{
		"version": {work.field("version")}, "action": {"none"}, "article": {"safety"}, "reasons": {"It is no hate."},
	})
	testbench.Eventually(t, 5*time.Second, "the receipt shows the decision", func() bool {
		status, ok := statusOf(t, intake, sent.Receipt)
		return ok && status.reached(event.MilestoneDecided) && status.Messages[0].Action == event.ActionNone
	})
	testbench.Eventually(t, 5*time.Second, "statistics have the fact, with a pseudonym of the participant", func() bool {
		return b.count(t, "stats.report WHERE community = 'city' AND kind = 'hate' AND action = 'none' AND length(participant) = 32") == 1
	})
	args := []string{"release", "publish", "--community", "city", "--until", "now", "--keys", ownKeys(keys.Stats), "--database-url", b.db.URL}
	if out, code := runProgram(t, args...); code != 0 {
		t.Fatalf("recourse release publish ends with %d: %s", code, out)
	}
	if n := b.count(t, "stats.fact WHERE community = 'city' AND kind = 'hate' AND action = 'none'"); n != 1 {
		t.Errorf("the release counts %d facts, want one", n)
	}
	cells := get(t, portal+"/releases/city-1/cells.csv")
	if cells.status != http.StatusOK || !strings.HasPrefix(cells.body, "kind,action,estimate,se\n") {
		t.Errorf("the portal answers %d: %.80s", cells.status, cells.body)
	}
}

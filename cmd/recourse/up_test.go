package main

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/testbench"
	"recourse/moderation/store"
)

func TestUpSaysWhereEverythingIsAndEachPartIsHealthy(t *testing.T) {
	s := up(t, dataFolder(t))
	for name, base := range map[string]string{
		"intake": s.at.Intake, "console": s.at.Console, "stats": s.at.Stats, "metrics": s.at.Metrics,
	} {
		for _, path := range []string{"/healthz", "/readyz"} {
			if a := get(t, base+path); a.status != http.StatusOK {
				t.Errorf("%s%s has the status %d", name, path, a.status)
			}
		}
		if has := get(t, base+"/metrics").status == http.StatusOK; has != (name == "metrics") {
			t.Errorf("%s serves /metrics: %t", name, has)
		}
	}
	if s.at.Community != "demo" || !strings.HasPrefix(s.at.SignIn, s.at.Console) {
		t.Errorf("the addresses are %+v", s.at)
	}
	for _, name := range []string{"addresses.json", "runtime.json"} {
		info, err := os.Stat(filepath.Join(s.data, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v; want mode 600", name, info, err)
		}
	}
	if d := s.doctor(t); !d.OK {
		t.Errorf("doctor finds %+v", d.Checks)
	}
}

func TestASecondUpOnAFolderIsRefused(t *testing.T) {
	s := up(t, dataFolder(t))
	_, code := runProgram(t, "up", "--data", s.data)
	if code != exitFailed {
		t.Errorf("it ends with %d, want %d", code, exitFailed)
	}
	if a := get(t, s.at.Intake+"/readyz"); a.status != http.StatusOK {
		t.Error("the first one does not work any more")
	}
	if _, err := readAddresses(s.data); err != nil {
		t.Errorf("the first one's addresses are gone: %v", err)
	}
}

func TestCtrlCStopsUpAndLeavesNothingRunning(t *testing.T) {
	s := up(t, dataFolder(t))
	postmaster := s.postmaster()
	s.interrupt(t)
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("it ends with %d, want 0:\n%s", code, s.logs)
	}
	if err := syscall.Kill(postmaster, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("PostgreSQL (process %d) still runs: %v", postmaster, err)
	}
}

func TestAfterKill9TheNextUpTakesOver(t *testing.T) {
	s := up(t, dataFolder(t))
	a, err := post(t.Context(), http.DefaultClient, s.at.Intake+"/v1/reports", map[string]any{
		"community": "demo", "kind": "hate", "description": "words",
	}, nil)
	if err != nil || a.status != http.StatusCreated {
		t.Fatalf("status %d, %v", a.status, err)
	}
	var sent submission
	a.decode(t, &sent)
	survivor := s.postmaster()
	s.kill()
	if err := syscall.Kill(survivor, 0); err != nil {
		t.Fatalf("PostgreSQL did not survive, so that this test shows nothing: %v", err)
	}

	s = up(t, s.data)
	if now := s.postmaster(); now == survivor || now == 0 {
		t.Errorf("the postmaster is process %d, want a new one", now)
	}
	testbench.Eventually(t, 5*time.Second, "the report is there", func() bool {
		status, ok := statusOf(t, s.at.Intake, sent.Receipt)
		return ok && status.reached(event.MilestoneOpened)
	})
}

func TestUpUsesExternalPartsWhereTheyAreNamed(t *testing.T) {
	b := newWorkerBench(t)
	data := dataFolder(t)
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(b.bus.Keys.Root, filepath.Join(data, "keys")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Rename(filepath.Join(data, "keys"), b.bus.Keys.Root) })
	s := up(t, data, "--nats-url", b.bus.URL, "--database-url", b.db.URL)
	for _, part := range []string{"postgres", "nats"} {
		if _, err := os.Stat(filepath.Join(data, part)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s stands under --data: %v", part, err)
		}
	}
	a, err := post(t.Context(), http.DefaultClient, s.at.Intake+"/v1/reports", map[string]any{
		"community": "demo", "kind": "hate", "description": "words",
	}, nil)
	if err != nil || a.status != http.StatusCreated {
		t.Fatalf("status %d, %v", a.status, err)
	}
	var sent submission
	a.decode(t, &sent)
	testbench.Eventually(t, 5*time.Second, "the report is in the external database", func() bool {
		ids, err := store.New(b.pool).AllReportIDs(t.Context())
		return err == nil && len(ids) == 1 && ids[0] == sent.ID
	})
}

func TestUpUnderAFolderThatOnlyItsOwnerEntersWorks(t *testing.T) {
	data := filepath.Join(t.TempDir(), "private", "data")
	if err := os.Mkdir(filepath.Dir(data), 0o700); err != nil {
		t.Fatal(err)
	}
	s := up(t, data)
	if os.Geteuid() == 0 && !strings.Contains(s.logs.String(), "its data stands elsewhere") {
		t.Errorf("it does not say where PostgreSQL's data stands:\n%s", s.logs)
	}
	elsewhere := regexp.MustCompile(`folder=(/var/lib/recourse/[0-9a-f]+)/postgres`).FindStringSubmatch(s.logs.String())
	if elsewhere != nil {
		t.Cleanup(func() {
			s.stopAll(t)
			if err := os.RemoveAll(elsewhere[1]); err != nil {
				t.Error(err)
			}
		})
	}
	if d := s.doctor(t); !d.OK {
		t.Errorf("doctor finds %+v", d.Checks)
	}
}

func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	for _, args := range [][]string{
		{"up"},
		{"intake"},
		{"worker"},
		{"console"},
		{"janitor"},
		{"migrate"},
		{"keys"},
		{"doctor"},
		{"version"},
		{"admin", "community", "apply"},
		{"admin", "community", "show"},
		{"admin", "community", "pause"},
		{"admin", "community", "resume"},
		{"admin", "moderator", "add"},
		{"admin", "sign-in-link"},
		{"admin", "client", "add"},
		{"admin", "quarantine", "list"},
		{"admin", "quarantine", "retry"},
		{"admin", "quarantine", "drop"},
		{"conduct", "check"},
		{"conduct", "test"},
		{"conduct", "diff"},
		{"conduct", "eval"},
		{"conduct", "backtest"},
		{"conduct", "publish"},
	} {
		out, code := runProgram(t, append(args, "--help")...)
		if code != 0 || !strings.Contains(out, "Example: recourse "+strings.Join(args, " ")) {
			t.Errorf("recourse %s --help ends with %d and shows no example:\n%s", strings.Join(args, " "), code, out)
		}
	}
	if _, code := runProgram(t, "dance"); code != exitUsage {
		t.Errorf("an unknown command ends with %d, want %d", code, exitUsage)
	}
}

func get(t *testing.T, url string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	a, err := do(http.DefaultClient, req)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

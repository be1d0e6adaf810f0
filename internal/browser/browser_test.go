package browser

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"recourse/internal/testbench"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m)) }

// chromium writes a script that stands in front of the real one, into a folder.
func chromium(t *testing.T, folder string, lines ...string) string {
	t.Helper()
	path := filepath.Join(folder, "chromium")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+strings.Join(lines, "\n")+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// nothingLeft finds a process or a profile in the test's own temporary folder.
func nothingLeft(t *testing.T, group int) {
	t.Helper()
	testbench.Eventually(t, 5*time.Second, "Chromium and its helpers are gone", func() bool {
		return errors.Is(syscall.Kill(-group, 0), syscall.ESRCH)
	})
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left in the temporary folder: %v (%v)", left, err)
	}
}

func TestABrowserThatDiesAsItStartsIsFollowedByAnotherAndCloseLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	died := filepath.Join(folder, "died")
	t.Setenv("TMPDIR", testbench.Folder(t))
	shipped, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	program := chromium(t, folder, "if [ ! -e "+died+" ]; then touch "+died+"; exit 1; fi", `exec `+shipped+` "$@"`)
	b, err := start(t.Context(), program, startWithin)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(died); err != nil {
		t.Errorf("the first one did not die: %v", err)
	}
	tab, err := b.Tab(Options{})
	if err != nil {
		t.Fatal(err)
	}
	group := chromedp.FromContext(b.ctx).Browser.Process().Pid
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	nothingLeft(t, group)
	if _, err := tab.Visit("about:blank"); err == nil {
		t.Error("a tab outlives its browser")
	}
}

func TestABrowserThatHangsAsItStartsIsEnded(t *testing.T) {
	folder := t.TempDir()
	pid := filepath.Join(folder, "pid")
	t.Setenv("TMPDIR", testbench.Folder(t))
	program := chromium(t, folder, "echo $$ > "+pid, "sleep 1000 & wait")
	_, err := startOnce(t.Context(), program, time.Second)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("the error is %v, want one of a deadline", err)
	}
	b, err := os.ReadFile(pid)
	if err != nil {
		t.Fatal(err)
	}
	nothingLeft(t, atoi(t, b))
}

func atoi(t *testing.T, b []byte) int {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

package console_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"recourse/internal/testbench"
	"recourse/moderation/console"
)

// TestAfterALinkOnAnotherSiteABrowserShowsTheQueue holds a real browser to the
// reasoning of getSignIn: the cookie is SameSite=Strict, and the moderator comes
// from her mail.
func TestAfterALinkOnAnotherSiteABrowserShowsTheQueue(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("%v: run make deps", err)
	}
	b := setup(t)
	token := b.link(t, b.moderator(t, "Ana", "demo"))

	// The console as the browser sees it, with word of what it answers.
	shown := make(chan int, 16)
	seen := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		b.handler.ServeHTTP(answer, r)
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
		if r.URL.Path == "/queue" {
			shown <- answer.Code
		}
	}))
	defer seen.Close()
	mail := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `<!doctype html><title>Mail</title><meta http-equiv="refresh" content="0; url=%s">`, seen.URL+console.SignInPath+token)
	}))
	defer mail.Close()
	// By name it is another site than the console, which is at 127.0.0.1.
	elsewhere := strings.Replace(mail.URL, "127.0.0.1", "localhost", 1)

	// A browser can hang as it starts on a busy machine. The link is then still
	// unused, and another browser may open it.
	for range 3 {
		var logs testbench.Logs
		stop := browse(t, chromium, elsewhere, &logs)
		select {
		case status := <-shown:
			stop()
			if status != http.StatusOK {
				t.Errorf("the queue answers %d, want 200", status)
			}
			return
		case <-time.After(25 * time.Second):
			stop()
			t.Logf("the browser did not come to the queue: %s", logs.String())
		}
	}
	t.Error("no browser came to the queue")
}

// browse opens an address in a browser with a profile of its own.
func browse(t *testing.T, chromium, address string, logs *testbench.Logs) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	browser := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-port=0",
		"--user-data-dir="+t.TempDir(), address)
	browser.Stdout, browser.Stderr = logs, logs
	browser.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	browser.Cancel = func() error { return syscall.Kill(-browser.Process.Pid, syscall.SIGKILL) } // its helpers too
	browser.WaitDelay = 5 * time.Second
	if err := browser.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	return func() {
		cancel()
		_ = browser.Wait() // it was killed
	}
}

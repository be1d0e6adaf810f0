package reporter_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"recourse/internal/testbench"
)

// A real browser, which may ask for an icon of its own accord, comes with two
// requests, JavaScript on and off.
func TestABrowserLoadsTheFormWithTwoRequests(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("%v: run make deps", err)
	}
	b := setup(t)
	const form = "/c/demo/report"
	page := b.get(form).body
	for name, c := range map[string]struct{ setting, file string }{
		"with JavaScript": {"scriptEnabled=true", scriptTag.FindStringSubmatch(page)[1]},
		"without":         {"scriptEnabled=false", stylesheetLink.FindStringSubmatch(page)[1]},
	} {
		t.Run(name, func(t *testing.T) {
			b := b.in(t)
			asked := make(chan string, 16)
			seen := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				a := b.get(r.URL.Path)
				maps.Copy(w.Header(), a.header)
				w.WriteHeader(a.status)
				_, _ = w.Write([]byte(a.body))
				asked <- r.URL.Path
			}))
			defer seen.Close()
			for range 3 { // a browser can hang as it starts on a busy machine
				got := requestsOf(t, chromium, seen.URL+form, c.setting, asked)
				if len(got) == 0 {
					continue
				}
				// The stylesheet beside the script would mean that the script could
				// not bring it.
				if want := []string{form, c.file}; !slices.Equal(got, want) {
					t.Errorf("it asks for %q, want %q", got, want)
				}
				return
			}
			t.Error("no browser came to the form")
		})
	}
}

// requestsOf returns what a browser asks for once it opened an address, until
// it has been silent for a while.
func requestsOf(t *testing.T, chromium, address, setting string, asked <-chan string) []string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var logs testbench.Logs
	browser := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-port=0",
		"--blink-settings="+setting, "--user-data-dir="+t.TempDir(), address)
	browser.Stdout, browser.Stderr = &logs, &logs
	browser.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	browser.Cancel = func() error { return syscall.Kill(-browser.Process.Pid, syscall.SIGKILL) } // its helpers too
	browser.WaitDelay = 5 * time.Second
	if err := browser.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	defer func() {
		cancel()
		_ = browser.Wait() // it was killed
	}()
	var got []string
	for patience := 25 * time.Second; ; {
		select {
		case path := <-asked:
			if got = append(got, path); len(got) > 1 {
				patience = time.Second
			}
		case <-time.After(patience):
			if len(got) == 0 {
				t.Logf("the browser did not come: %s", logs.String())
			}
			return got
		}
	}
}

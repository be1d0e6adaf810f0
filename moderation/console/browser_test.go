package console_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

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
	link := b.url + console.SignInPath + b.link(t, b.moderator(t, "Ana", "demo"))
	mail := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `<!doctype html><title>Mail</title><meta http-equiv="refresh" content="0; url=%s">`, link)
	}))
	defer mail.Close()
	// By name it is another site than the console, which is at 127.0.0.1.
	elsewhere := strings.Replace(mail.URL, "127.0.0.1", "localhost", 1)

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	dom, err := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--user-data-dir="+t.TempDir(), "--virtual-time-budget=10000", "--dump-dom", elsewhere).Output()
	if err != nil {
		t.Fatalf("chromium: %v", err)
	}
	if !strings.Contains(string(dom), "<h1>Queue</h1>") {
		t.Errorf("the browser shows\n%s", dom)
	}
}

// Package browserbench gives tests a real browser: one Chromium for all tests
// of a package, and tabs that end with their test. Whatever goes wrong ends the
// test. It is imported by tests alone.
package browserbench

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"recourse/internal/browser"
)

// Options are a tab's, under a name that needs no second import.
type Options = browser.Options

// Visit is a page that was loaded, likewise.
type Visit = browser.Visit

// Focus is what has the keyboard's focus, likewise.
type Focus = browser.Focus

// Narrow is a small phone's width, and a wide window's at 400 %.
const Narrow = browser.Narrow

// shared is the browser of this test process.
var shared struct { //nolint:gochecknoglobals // it starts once
	mu      sync.Mutex
	browser *browser.Browser
	axe     string // the source of axe-core
}

// Open opens a tab, which ends with the test. The first one starts the browser.
// Stop ends it:
//
//	func TestMain(m *testing.M) { os.Exit(testbench.Main(m, browserbench.Stop)) }
func Open(t testing.TB, o Options) *Tab {
	t.Helper()
	tab, err := running(t).Tab(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tab.Close)
	return &Tab{t: t, tab: tab}
}

func running(t testing.TB) *browser.Browser {
	t.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.browser == nil {
		b, err := browser.Start(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		shared.browser = b
	}
	return shared.browser
}

// Stop ends the browser, where one was started. TestMain calls it after the
// tests.
func Stop() {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.browser != nil {
		if err := shared.browser.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		shared.browser = nil
	}
}

package browserbench

import (
	"strings"
	"testing"
	"time"

	"recourse/internal/browser"
	"recourse/internal/testbench"
)

// Tab is an open tab of a test.
type Tab struct {
	t   testing.TB
	tab *browser.Tab
}

// For is the same tab for a subtest, so that it is the one to fail.
func (b *Tab) For(t testing.TB) *Tab {
	t.Helper()
	return &Tab{t: t, tab: b.tab}
}

// Set changes the tab's options, those not given back to their zero value.
func (b *Tab) Set(o Options) {
	b.t.Helper()
	b.check(b.tab.Set(o))
}

// Visit opens an address and waits until all of the page is there.
func (b *Tab) Visit(address string) browser.Visit {
	b.t.Helper()
	v, err := b.tab.Visit(address)
	b.check(err)
	return v
}

// Press presses keys, such as "Space" or "Shift+Tab".
func (b *Tab) Press(keys ...string) {
	b.t.Helper()
	b.check(b.tab.Press(keys...))
}

// PressAndLoad presses keys that lead to another page, and waits for it.
func (b *Tab) PressAndLoad(keys ...string) browser.Visit {
	b.t.Helper()
	v, err := b.tab.PressAndLoad(keys...)
	b.check(err)
	return v
}

// Type types a text key by key.
func (b *Tab) Type(text string) {
	b.t.Helper()
	b.check(b.tab.Type(text))
}

// Focus tells what has the focus.
func (b *Tab) Focus() browser.Focus {
	b.t.Helper()
	f, err := b.tab.Focus()
	b.check(err)
	return f
}

// TabTo presses Tab until the focus is on what a CSS selector matches.
func (b *Tab) TabTo(selector string) browser.Focus {
	b.t.Helper()
	f, err := b.tab.TabTo(selector)
	b.check(err)
	return f
}

// TabToName presses Tab until the focus is on what a screen reader calls by this
// name.
func (b *Tab) TabToName(name string) browser.Focus {
	b.t.Helper()
	f, err := b.tab.TabToName(name)
	b.check(err)
	return f
}

// Text is what the page shows as text.
func (b *Tab) Text() string {
	b.t.Helper()
	text, err := b.tab.Text()
	b.check(err)
	return text
}

// Shows fails the test where the page does not show a text. Scripts of the page
// have a moment to show it.
func (b *Tab) Shows(text string) {
	b.t.Helper()
	testbench.Eventually(b.t, 5*time.Second, "the page shows "+text, func() bool { return strings.Contains(b.Text(), text) })
}

// Eval sets out, which may be nil, to the value of a JavaScript expression.
func (b *Tab) Eval(expression string, out any) {
	b.t.Helper()
	b.check(b.tab.Eval(expression, out))
}

// Fits fails the test where the page has to be scrolled sideways.
func (b *Tab) Fits() {
	b.t.Helper()
	over, err := b.tab.Wide()
	b.check(err)
	if over != 0 {
		b.t.Errorf("the page is %d pixels wider than the window", over)
	}
}

// Requests are all that the tab has made since it was opened.
func (b *Tab) Requests() browser.Requests {
	b.t.Helper()
	r, err := b.tab.Requests()
	b.check(err)
	return r
}

// Cookies are the names of all cookies that the page's own address would be
// sent.
func (b *Tab) Cookies() []string {
	b.t.Helper()
	names, err := b.tab.Cookies()
	b.check(err)
	return names
}

// Axe returns what axe-core finds wrong with the page.
func (b *Tab) Axe() []browser.Violation {
	b.t.Helper()
	violations, err := b.tab.Axe(axeSource(b.t))
	b.check(err)
	return violations
}

// Accessible fails the test where axe-core finds something wrong with the page,
// which the test calls by this name.
func (b *Tab) Accessible(page string) {
	b.t.Helper()
	// From the top: a target that the bar covers in part can be scrolled free, and
	// how much of it shows depends on where the page happens to stand.
	b.Eval("scrollTo({top: 0, behavior: 'instant'})", nil)
	for _, v := range b.Axe() {
		b.t.Errorf("%s: %s", page, v)
	}
}

// Screenshot writes a picture of the window, or of the full page, as PNG.
func (b *Tab) Screenshot(path string, full bool) {
	b.t.Helper()
	b.check(b.tab.Screenshot(path, full))
}

func (b *Tab) check(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

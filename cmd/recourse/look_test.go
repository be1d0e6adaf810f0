package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"recourse/internal/browserbench"
)

// look goes through pages in one language. It need not do so by keyboard: the
// journey does.
type look struct {
	*browserbench.Tab

	t       *testing.T
	base    string
	lang    string
	options browserbench.Options
}

func newLook(t *testing.T, tab *browserbench.Tab, base, lang string) *look {
	t.Helper()
	return &look{tab.For(t), t, base, lang, browserbench.Options{Language: lang, Width: browserbench.Narrow, Height: 640}}
}

// at looks at the page in the tab.
func (l *look) at(page string) {
	l.t.Helper()
	page = l.lang + ", " + page
	if got := langOf(l.Tab); got != l.lang {
		l.t.Errorf("%s: it is in %q", page, got)
	}
	l.Accessible(page)
	l.fits(page)
	zoomed := l.options
	zoomed.Width, zoomed.Height, zoomed.Zoom = 1280, 1024, 4
	l.Set(zoomed)
	l.fits(page + " at 400 %")
	l.Set(l.options)
}

func (l *look) fits(page string) {
	l.t.Helper()
	var wide []string
	l.Eval(`document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
		[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 ||
			e.getBoundingClientRect().left < -1).map((e) => e.cloneNode(false).outerHTML)`, &wide)
	if len(wide) != 0 {
		l.t.Errorf("%s is wider than the window: %q", page, wide)
	}
}

// open opens a page, in the language that the look is in.
func (l *look) open(path string, want int) {
	l.t.Helper()
	l.Set(l.options)
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	if v := l.Visit(l.base + path + mark + "lang=" + l.lang); v.Status != want {
		l.t.Fatalf("%s has the status %d, want %d", path, v.Status, want)
	}
}

// fill sets fields by name; a radio button, a tick or a list to a value.
func (l *look) fill(fields map[string]string) {
	l.t.Helper()
	b, err := json.Marshal(fields)
	if err != nil {
		l.t.Fatal(err)
	}
	l.Eval(fmt.Sprintf(`Object.entries(%s).forEach(([name, value]) => {
		const all = [...document.querySelectorAll("[name=" + name + "]:not([type=hidden])")];
		const one = all.find((e) => e.value === value) ?? all[0];
		if (one.type === "radio" || one.type === "checkbox") {
			one.checked = true;
		} else {
			one.value = value;
		}
	})`, b), nil)
}

// press presses a button.
func (l *look) press(selector string, want int) {
	l.t.Helper()
	quoted, err := json.Marshal(selector)
	if err != nil {
		l.t.Fatal(err)
	}
	l.Eval(fmt.Sprintf(`{const one = document.querySelector(%s); const fold = one.closest("details"); if (fold) { fold.open = true } one.focus()}`, quoted), nil)
	if v := l.PressAndLoad("Enter"); v.Status != want {
		l.t.Fatalf("%s leads to the status %d, want %d:\n%s", selector, v.Status, want, l.Text())
	}
}

// status opens the page of a receipt.
func (l *look) status(receipt string) {
	l.t.Helper()
	l.open("/status", http.StatusOK)
	l.fill(map[string]string{"receipt": receipt})
	l.press("#status .send", http.StatusOK)
}

// act fills in a text on the page of a receipt and presses a button.
func (l *look) act(name, text, do string, want int) {
	l.t.Helper()
	if name != "" {
		l.fill(map[string]string{name: text})
	}
	l.press(`[name=do][value="`+do+`"]`, want)
}

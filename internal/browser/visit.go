package browser

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Visit is a page that was loaded with all that belongs to it.
type Visit struct {
	URL      string // after redirects
	Status   int
	Requests Requests // redirects among them
}

// Visit opens an address, as somebody does who types it in.
func (t *Tab) Visit(address string) (Visit, error) {
	return t.load("opening "+origin(address), chromedp.NavigateResponse(address))
}

// load does something that leads to another page, and waits until that page has
// all that belongs to it. Errors don't name the address: it may hold a token.
func (t *Tab) load(doing string, lead chromedp.Action[*network.Response]) (Visit, error) {
	ctx, cancel := context.WithTimeout(t.ctx, stepWithin)
	defer cancel()
	before := t.requests.count()
	answer, err := chromedp.Run(ctx, lead)
	if err != nil {
		return Visit{}, fmt.Errorf("%s: %w", doing, err)
	}
	v := Visit{}
	if v.Requests, err = t.requests.since(ctx, before); err != nil {
		return v, fmt.Errorf("%s: %w", doing, err)
	}
	if answer != nil {
		v.Status = int(answer.Status)
	}
	if err := t.Eval("document.location.href", &v.URL); err != nil {
		return v, fmt.Errorf("%s: %w", doing, err)
	}
	return v, nil
}

// Requests are all that the tab has made since it was opened.
func (t *Tab) Requests() (Requests, error) {
	ctx, cancel := context.WithTimeout(t.ctx, stepWithin)
	defer cancel()
	return t.requests.since(ctx, 0)
}

// Text is what the page shows as text.
func (t *Tab) Text() (string, error) {
	var text string
	err := t.Eval("document.body.innerText", &text)
	return text, err
}

// Wide reports by how many pixels the page is wider than the window, so that it
// has to be scrolled sideways; 0 where it fits.
func (t *Tab) Wide() (int, error) {
	var over int
	err := t.Eval("Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)", &over)
	return over, err
}

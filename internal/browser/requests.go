package browser

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
)

// Request is one that a page made, and its answer. A page that names no icon
// makes one more, for /favicon.ico, some time after it was loaded.
type Request struct {
	Method string
	URL    string
	Type   string // as "Document" or "Stylesheet"
	Status int    // 0 where no answer came
	Bytes  int    // received: headers and the body as it was sent, of a redirect the headers alone; 0 from the cache
	Failed string // why the answer did not come whole, or ""
}

// Requests are in the order in which they were made.
type Requests []Request

// Bytes is what was received for all of them, headers included.
func (r Requests) Bytes() int {
	sum := 0
	for _, one := range r {
		sum += one.Bytes
	}
	return sum
}

// Elsewhere returns those that went to another scheme, host or port than the
// address.
func (r Requests) Elsewhere(address string) Requests {
	var found Requests
	for _, one := range r {
		if origin(one.URL) != origin(address) {
			found = append(found, one)
		}
	}
	return found
}

func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Scheme + "://" + u.Host
}

// String is a line a request.
func (r Requests) String() string {
	var lines []string
	for _, one := range r {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s: %d, %d bytes %s",
			one.Method, one.URL, one.Type, one.Status, one.Bytes, one.Failed)))
	}
	return strings.Join(lines, "\n")
}

// recorder follows the requests of a tab. Safe for concurrent use.
type recorder struct {
	mu      sync.Mutex
	all     Requests                           // mu
	open    map[network.RequestID]int          // mu; where in all
	loaders map[network.RequestID]cdp.LoaderID // mu; of the page that an open one is for
	changed chan struct{}                      // holds one where something has ended
}

func newRecorder() *recorder {
	return &recorder{open: map[network.RequestID]int{}, loaders: map[network.RequestID]cdp.LoaderID{}, changed: make(chan struct{}, 1)}
}

// record is a listener: it may not wait.
func (r *recorder) record(event any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		r.sent(e)
	case *network.EventResponseReceived:
		if at, ok := r.open[e.RequestID]; ok {
			r.all[at].Status = int(e.Response.Status)
		}
	case *network.EventLoadingFinished:
		if at, ok := r.open[e.RequestID]; ok {
			r.all[at].Bytes = int(e.EncodedDataLength)
			r.end(e.RequestID)
		}
	case *network.EventLoadingFailed:
		if at, ok := r.open[e.RequestID]; ok {
			r.all[at].Failed = e.ErrorText
			r.end(e.RequestID)
		}
	case *page.EventFrameNavigated:
		if e.Frame.ParentID == "" {
			r.left(e.Frame.LoaderID)
		}
	}
}

// left ends the requests of the page before: of one that was left before all of
// it was there, as by a meta refresh, Chromium tells no end.
func (r *recorder) left(next cdp.LoaderID) {
	for id, at := range r.open {
		if r.loaders[id] != next {
			r.all[at].Failed = "the page was left"
			r.end(id)
		}
	}
}

func (r *recorder) sent(e *network.EventRequestWillBeSent) {
	if at, ok := r.open[e.RequestID]; ok && e.RedirectResponse != nil {
		r.all[at].Status, r.all[at].Bytes = int(e.RedirectResponse.Status), int(e.RedirectResponse.EncodedDataLength)
		r.end(e.RequestID)
	}
	if scheme, _, _ := strings.Cut(e.Request.URL, ":"); scheme == "data" || scheme == "blob" {
		return // inside the page
	}
	r.open[e.RequestID], r.loaders[e.RequestID] = len(r.all), e.LoaderID
	r.all = append(r.all, Request{Method: e.Request.Method, URL: e.Request.URL, Type: string(e.Type)})
}

func (r *recorder) end(id network.RequestID) {
	delete(r.open, id)
	delete(r.loaders, id)
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// since returns the requests from the given one on, once none is open.
func (r *recorder) since(ctx context.Context, from int) (Requests, error) {
	for {
		r.mu.Lock()
		found, open := append(Requests{}, r.all[from:]...), len(r.open)
		r.mu.Unlock()
		if open == 0 {
			return found, nil
		}
		select {
		case <-r.changed:
		case <-ctx.Done():
			return found, fmt.Errorf("waiting until %d requests have ended: %w\n%s", open, ctx.Err(), found)
		}
	}
}

func (r *recorder) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.all)
}

package instance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	answerWithin = 30 * time.Second
	mostAnswer   = 16 << 20 // bytes of an answer that is kept in memory
	connections  = 256      // kept open for the next request, to each address
)

// client is an HTTP client for loopback. Its errors are *RefusedError and
// *LostError.
type client struct{ http *http.Client }

func newClient() *client {
	return &client{http: &http.Client{
		Timeout: answerWithin,
		// No proxy: everything is on this machine.
		Transport: &http.Transport{MaxIdleConnsPerHost: connections, DisableCompression: true},
	}}
}

// withCookies is the same client, connections included, for somebody with
// cookies of her own.
func (c *client) withCookies(jar http.CookieJar) *client {
	own := *c.http
	own.Jar = jar
	return &client{http: &own}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// RefusedError is an answer that is not the one asked for.
type RefusedError struct {
	Doing      string
	Status     int
	RetryAfter time.Duration // 0 where the answer names none
	Detail     string        // of a problem document, with the fields at fault
}

func (e *RefusedError) Error() string {
	s := fmt.Sprintf("%s: %d %s", e.Doing, e.Status, http.StatusText(e.Status))
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

// LostError says that no whole answer came: nobody knows whether the request
// was served.
type LostError struct {
	Doing string
	Err   error
}

func (e *LostError) Error() string { return e.Doing + ": " + e.Err.Error() }

func (e *LostError) Unwrap() error { return e.Err }

// Temporary reports whether the same request may pass when it is sent again:
// after a 503, a 429 or a broken connection.
func Temporary(err error) bool {
	if refused, ok := errors.AsType[*RefusedError](err); ok {
		return refused.Status == http.StatusServiceUnavailable || refused.Status == http.StatusTooManyRequests
	}
	_, lost := errors.AsType[*LostError](err)
	return lost
}

// answer is the body of an answer, read whole.
type answer []byte

// postJSON sends in as JSON and reads the answer, which must have the status
// want, into out.
func (c *client) postJSON(ctx context.Context, doing, address string, in any, key string, want int, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	a, err := c.do(doing, req, want)
	if err != nil {
		return err
	}
	return a.decode(doing, out)
}

func (c *client) getJSON(ctx context.Context, doing, address string, out any) error {
	a, err := c.get(ctx, doing, address)
	if err != nil {
		return err
	}
	return a.decode(doing, out)
}

func (c *client) get(ctx context.Context, doing, address string) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return c.do(doing, req, http.StatusOK)
}

func (c *client) postForm(ctx context.Context, doing, address string, values url.Values) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(values.Encode()))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(doing, req, http.StatusOK)
}

func (c *client) do(doing string, req *http.Request, want int) (answer, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, lost(req.Context(), doing, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer+1))
	if err != nil {
		return nil, lost(req.Context(), doing, err)
	}
	if resp.StatusCode != want {
		return nil, refused(doing, resp, body)
	}
	if len(body) > mostAnswer {
		return nil, fmt.Errorf("%s: the answer is longer than %d bytes", doing, mostAnswer)
	}
	return body, nil
}

// lost leaves out the address: it may hold a sign-in link's token. Where the
// caller gave up, nothing was lost.
func lost(ctx context.Context, doing string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", doing, ctx.Err())
	}
	if withURL, ok := errors.AsType[*url.Error](err); ok {
		err = withURL.Err
	}
	return &LostError{Doing: doing, Err: err}
}

func refused(doing string, resp *http.Response, body []byte) error {
	e := &RefusedError{Doing: doing, Status: resp.StatusCode}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	var problem struct {
		Title  string `json:"title"`
		Detail string `json:"detail"`
		Errors []struct {
			Field  string `json:"field"`
			Detail string `json:"detail"`
		} `json:"errors"`
	}
	if json.Unmarshal(body, &problem) != nil {
		return e // a page
	}
	e.Detail = strings.TrimSpace(problem.Title + " " + problem.Detail)
	for _, field := range problem.Errors {
		e.Detail += "; " + field.Field + " " + field.Detail
	}
	return e
}

func (a answer) decode(doing string, out any) error {
	if err := json.Unmarshal(a, out); err != nil {
		return fmt.Errorf("%s: reading the answer: %w", doing, err)
	}
	return nil
}

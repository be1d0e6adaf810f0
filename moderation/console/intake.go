package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"recourse/internal/event"
	"recourse/internal/web"
)

// Intake is where reports go that an operator takes by phone: the intake's
// public API, as one of its authenticated clients. The console has no other way
// to make a report.
type Intake struct {
	base *url.URL
	key  string
	http *http.Client
}

const (
	intakeTime   = 15 * time.Second // of one report; the intake's own bound for NATS is five
	intakeAnswer = 64 << 10
)

// NewIntake returns the intake at an address such as https://report.example,
// for the client with this key.
func NewIntake(address, key string) (*Intake, error) {
	base, err := url.Parse(address)
	if err != nil || base.Host == "" || base.User != nil || base.Scheme != "https" && base.Scheme != "http" {
		return nil, errors.New("the intake's address must be a URL such as https://report.example")
	}
	if key == "" {
		return nil, errors.New("the console's key for the intake is empty")
	}
	return &Intake{base: base, key: key, http: &http.Client{
		Timeout: intakeTime,
		// The key and the words go to the address that was set and nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// taken is the intake's answer to a report that it stored.
type taken struct {
	ID        event.ID `json:"id"`
	Receipt   string   `json:"receipt"`
	StatusURL string   `json:"status_url"`
}

// Errors of a report that the intake did not take. See answers in problem.go.
var (
	errNoIntake   = errors.New("no intake is set")
	errIntakeAway = errors.New("the intake is away")
	errNotClient  = errors.New("the intake does not know this console for that community")
	errSlowDown   = errors.New("the intake takes no more reports from this console just now")
	errTooLong    = errors.New("the report is too long for the intake")
)

// refusedError is a report that the intake does not want, and why, in its words.
type refusedError struct{ detail string }

func (e refusedError) Error() string { return "the intake refuses the report" }

// submit sends a report. The same token with the same report gives the same
// receipt, so that it can be sent again whatever became of it.
func (i *Intake) submit(ctx context.Context, report phoned, token string) (taken, error) {
	body, err := json.Marshal(report)
	if err != nil {
		return taken{}, fmt.Errorf("encoding a report: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, i.base.JoinPath("v1", "reports").String(), bytes.NewReader(body))
	if err != nil {
		return taken{}, fmt.Errorf("asking the intake: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+i.key)
	req.Header.Set("Idempotency-Key", token)
	resp, err := i.http.Do(req)
	if err != nil {
		return taken{}, fmt.Errorf("%w: %w", errIntakeAway, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, intakeAnswer))
	if err != nil {
		return taken{}, fmt.Errorf("%w: %w", errIntakeAway, err)
	}
	if resp.StatusCode != http.StatusCreated {
		return taken{}, refusalOf(resp.StatusCode, answer)
	}
	var done taken
	if err := json.Unmarshal(answer, &done); err != nil || done.Receipt == "" || done.ID.IsZero() {
		return taken{}, fmt.Errorf("%w: its answer has no receipt", errIntakeAway)
	}
	done.StatusURL = i.page(done.StatusURL)
	return done, nil
}

// refusalOf is what an answer other than 201 means.
func refusalOf(status int, answer []byte) error {
	var p web.Problem
	if json.Unmarshal(answer, &p) != nil { // not from our intake: a proxy before it
		p = web.Problem{}
	}
	switch {
	case status == http.StatusUnauthorized:
		return errNotClient
	case status == http.StatusTooManyRequests:
		return errSlowDown
	case status == http.StatusRequestEntityTooLarge:
		return errTooLong
	case status >= 400 && status < 500 && len(p.Errors) > 0:
		var bad fieldErrors
		for _, e := range p.Errors {
			bad = append(bad, fieldErrorOf(e))
		}
		return bad
	case status >= 400 && status < 500 && p.Detail != "":
		return refusedError{detail: p.Detail}
	default:
		return fmt.Errorf("%w: it answers %d", errIntakeAway, status)
	}
}

// page is the address of one of the intake's pages. What is no path of its own
// is left out.
func (i *Intake) page(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return ""
	}
	return i.base.JoinPath(path).String()
}

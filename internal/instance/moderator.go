package instance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"path"
	"strings"

	"recourse/internal/event"
)

// Moderator is a session with the console.
type Moderator struct {
	console string
	web     *client
}

// AddModerator makes a moderator of the community, by the program's own
// commands, and signs her in.
func (i *Instance) AddModerator(ctx context.Context, name, community string) (*Moderator, error) {
	if _, err := i.Run(ctx, "admin", "moderator", "add", "--name", name, "--community", community); err != nil {
		return nil, err
	}
	link, err := i.Run(ctx, "admin", "sign-in-link", "--name", name, "--console-url", i.Console)
	if err != nil {
		return nil, err
	}
	return i.SignIn(ctx, strings.TrimSpace(string(link)))
}

// SignIn opens a session with a sign-in link, which works once.
func (i *Instance) SignIn(ctx context.Context, link string) (*Moderator, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("signing in: %w", err)
	}
	m := &Moderator{console: i.Console, web: i.web.withCookies(jar)}
	var session struct {
		Communities []string `json:"communities"`
	}
	in := map[string]string{"token": path.Base(link)}
	if err := m.web.postJSON(ctx, "signing in", i.Console+"/v1/session", in, "", http.StatusCreated, &session); err != nil {
		return nil, err
	}
	return m, nil
}

// Case is a case as the console opens it.
type Case struct {
	ID      event.ID     `json:"id"`
	Version int          `json:"version"`
	Kind    event.Kind   `json:"kind"`
	Article string       `json:"article"` // that the code of conduct suggests
	Reports []CaseReport `json:"reports"`

	Proposal *Proposal `json:"proposal"` // that waits for another moderator's consent; nil for none
}

// Proposal is a decision that takes effect once another moderator consents.
type Proposal struct {
	ID     event.ID     `json:"id"`
	Action event.Action `json:"action"`
}

// CaseReport is one report of a case.
type CaseReport struct {
	ID      event.ID       `json:"id"`
	Content *event.Content `json:"content"` // nil where it can't be read
}

// ErrNothingWaits says that no open case is free.
var ErrNothingWaits = errors.New("no open case is free")

// ClaimNext claims the best free case and opens it. It gives ErrNothingWaits
// where there is none. Where the answer is lost, the case is among those Held.
func (m *Moderator) ClaimNext(ctx context.Context) (Case, error) {
	const doing = "claiming the next case"
	var c Case
	err := m.web.postJSON(ctx, doing, m.console+"/v1/cases/claim", struct{}{}, "", http.StatusOK, &c)
	if refused, ok := errors.AsType[*RefusedError](err); ok && refused.Status == http.StatusNoContent {
		return Case{}, fmt.Errorf("%s: %w", doing, ErrNothingWaits)
	}
	return c, err
}

// Held returns the ids of the cases that the moderator holds, 200 at most.
func (m *Moderator) Held(ctx context.Context) ([]event.ID, error) {
	var queue struct {
		Held []struct {
			ID event.ID `json:"id"`
		} `json:"held"`
	}
	if err := m.web.getJSON(ctx, "reading the queue", m.console+"/v1/cases?limit=200", &queue); err != nil {
		return nil, err
	}
	var ids []event.ID
	for _, c := range queue.Held {
		ids = append(ids, c.ID)
	}
	return ids, nil
}

// Open opens a case. It needs no claim.
func (m *Moderator) Open(ctx context.Context, id event.ID) (Case, error) {
	var c Case
	err := m.web.getJSON(ctx, "opening a case", m.console+"/v1/cases/"+id.String(), &c)
	return c, err
}

// Decision is the body of POST /v1/cases/{id}/decision.
type Decision struct {
	Version int          `json:"version"` // of the case, that the moderator saw
	Action  event.Action `json:"action"`
	Article string       `json:"article"`
	Reasons string       `json:"reasons"`
}

// ErrProposed says that a decision waits for another moderator's consent.
var ErrProposed = errors.New("another moderator must consent to this decision")

// Decide closes a case that the moderator holds. Sent again with the same key,
// it stays one decision. It gives ErrProposed where the case needs a second
// reader.
func (m *Moderator) Decide(ctx context.Context, id event.ID, d Decision, key string) error {
	var made struct {
		ID event.ID `json:"id"`
	}
	const doing = "deciding a case"
	err := m.web.postJSON(ctx, doing, m.console+"/v1/cases/"+id.String()+"/decision", d, key, http.StatusCreated, &made)
	if other, ok := errors.AsType[*RefusedError](err); ok && other.Status == http.StatusAccepted {
		return fmt.Errorf("%s: %w", doing, ErrProposed)
	}
	return err
}

// Consent lets the proposal of a case that was opened take effect. Sent again,
// it stays one decision.
func (m *Moderator) Consent(ctx context.Context, c Case) error {
	if c.Proposal == nil {
		return errors.New("consenting: nothing is proposed")
	}
	in := map[string]any{"version": c.Version, "proposal": c.Proposal.ID}
	return m.web.postJSON(ctx, "consenting", m.console+"/v1/cases/"+c.ID.String()+"/consent", in, "", http.StatusCreated, &struct{}{})
}

// Write sends a message to the reporter of one of a case's reports.
func (m *Moderator) Write(ctx context.Context, id, report event.ID, text string) error {
	here, in := m.console+"/v1/cases/"+id.String()+"/messages", map[string]any{"report": report, "text": text}
	return m.web.postJSON(ctx, "writing to a reporter", here, in, "", http.StatusCreated, &struct{}{})
}

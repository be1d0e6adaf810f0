package instance

import (
	"context"
	"net/http"
	"slices"
	"time"

	"recourse/internal/event"
)

// Report is the body of POST /v1/reports. What is empty is not sent.
type Report struct {
	Community    string         `json:"community"`
	Kind         event.Kind     `json:"kind"`
	Description  string         `json:"description"`
	Links        []string       `json:"links,omitempty"`
	Account      event.Account  `json:"account,omitzero"`
	Language     string         `json:"language,omitempty"` // BCP 47; the form takes that of its page
	Role         event.Role     `json:"role,omitempty"`
	Grounds      []event.Ground `json:"grounds,omitempty"`
	Demographics Demographics   `json:"demographics,omitzero"`
	Contact      string         `json:"contact,omitempty"`
}

// Demographics is what a reporter may say of herself or himself, for
// statistics.
type Demographics struct {
	Gender  event.Gender  `json:"gender,omitempty"`
	AgeBand event.AgeBand `json:"age_band,omitempty"`
}

// Acknowledgement says that a report is on disk.
type Acknowledgement struct {
	ID      event.ID `json:"id"`
	Receipt string   `json:"receipt"`
}

// Report sends a report to the API and returns once it is acknowledged. Sent
// again with the same key, of 16 characters or more, it stays one report; key ""
// sends none.
func (i *Instance) Report(ctx context.Context, r Report, key string) (Acknowledgement, error) {
	var a Acknowledgement
	err := i.web.postJSON(ctx, "sending a report", i.Intake+"/v1/reports", r, key, http.StatusCreated, &a)
	return a, err
}

// Status is what a receipt shows.
type Status struct {
	ID         event.ID            `json:"id"`
	Milestones []event.MilestoneAt `json:"milestones"`
	Messages   []StatusMessage     `json:"messages"`
}

// StatusMessage is a statement of reasons to the reporter.
type StatusMessage struct {
	At      time.Time    `json:"at"`
	Action  event.Action `json:"action"`
	Article string       `json:"article"`
	Reasons string       `json:"reasons"`
}

// Reached reports whether the report has passed a milestone.
func (s Status) Reached(m event.Milestone) bool {
	return slices.ContainsFunc(s.Milestones, func(at event.MilestoneAt) bool { return at.Name == m })
}

// Status asks what became of a report.
func (i *Instance) Status(ctx context.Context, receipt string) (Status, error) {
	var s Status
	in := map[string]string{"receipt": receipt}
	err := i.web.postJSON(ctx, "asking for a report's status", i.Intake+"/v1/status", in, "", http.StatusOK, &s)
	return s, err
}

// Message writes to the moderators of a report.
func (i *Instance) Message(ctx context.Context, receipt, text string) error {
	in := map[string]string{"receipt": receipt, "text": text}
	return i.web.postJSON(ctx, "writing to the moderators", i.Intake+"/v1/messages", in, "", http.StatusCreated, &struct{}{})
}

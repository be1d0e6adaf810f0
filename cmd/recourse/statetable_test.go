package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"path"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"recourse/internal/event"
	"recourse/internal/testbench"
)

// What a reporter or a moderator can do, at every stage of a report: all cells,
// each with a report of its own, over the APIs of the program as it ships.
func TestEveryCellOfTheStateTable(t *testing.T) {
	s := up(t, dataFolder(t))
	table := newStateTable(t, s)
	const (
		taken   = http.StatusCreated
		refused = http.StatusConflict
	)
	actions := []string{"amend", "message", "consent", "evidence", "did not stop", "stopped", "appeal", "withdraw", "decide"}
	// For each action: the answer, and the stage that the receipt shows then. The
	// same answer to "did it stop?" again is as good as the first.
	type cell struct {
		status int
		stage  event.Stage
	}
	rows := map[event.Stage][]cell{
		event.StageOpen: {
			{taken, event.StageOpen},
			{taken, event.StageOpen},
			{taken, event.StageOpen},
			{taken, event.StageOpen},
			{refused, event.StageOpen},
			{refused, event.StageOpen},
			{refused, event.StageOpen},
			{taken, event.StageWithdrawn},
			{taken, event.StageDecided},
		},
		event.StageDecided: {
			{taken, event.StageDecided},
			{taken, event.StageDecided},
			{taken, event.StageDecided},
			{taken, event.StageDecided},
			{taken, event.StageReopened},
			{taken, event.StageDecided},
			{taken, event.StageAppealed},
			{taken, event.StageWithdrawn},
			{refused, event.StageDecided},
		},
		event.StageAppealed: {
			{taken, event.StageAppealed},
			{taken, event.StageAppealed},
			{taken, event.StageAppealed},
			{taken, event.StageAppealed},
			{refused, event.StageAppealed},
			{refused, event.StageAppealed},
			{refused, event.StageAppealed},
			{taken, event.StageWithdrawn},
			{taken, event.StageDecided},
		},
		event.StageReopened: {
			{taken, event.StageReopened},
			{taken, event.StageReopened},
			{taken, event.StageReopened},
			{taken, event.StageReopened},
			{taken, event.StageReopened},
			{refused, event.StageReopened},
			{refused, event.StageReopened},
			{taken, event.StageWithdrawn},
			{taken, event.StageDecided},
		},
		event.StageWithdrawn: {
			{refused, event.StageWithdrawn},
			{refused, event.StageWithdrawn},
			{refused, event.StageWithdrawn},
			{refused, event.StageWithdrawn},
			{refused, event.StageWithdrawn},
			{refused, event.StageWithdrawn},
			{refused, event.StageWithdrawn},
			{taken, event.StageWithdrawn},
			{refused, event.StageWithdrawn},
		},
	}
	var g errgroup.Group
	g.SetLimit(8)
	for _, stage := range event.Stages() {
		for i, action := range actions {
			want := rows[stage][i]
			g.Go(func() error {
				r := table.reportAt(stage)
				status := r.do(action)
				if status != want.status {
					t.Errorf("%s at %s: status %d, want %d", action, stage, status, want.status)
				}
				if got := r.settled(action, want.stage); got != want.stage {
					t.Errorf("%s at %s: the receipt shows %s, want %s", action, stage, got, want.stage)
				}
				return nil
			})
		}
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if d := s.doctor(t); d.Acknowledged != len(rows)*len(actions) || d.InCases != d.Acknowledged || d.InQuarantine != 0 {
		t.Errorf("doctor counts %d acknowledged, %d in cases, %d in quarantine; want %d, as many, none",
			d.Acknowledged, d.InCases, d.InQuarantine, len(rows)*len(actions))
	}
}

type stateTable struct {
	t         *testing.T
	at        addresses
	pool      *pgxpool.Pool
	moderator *http.Client
}

func newStateTable(t *testing.T, s *service) *stateTable {
	t.Helper()
	e, err := newEnvironment(partsFlags{Data: s.data}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	st := &stateTable{t: t, at: s.at, pool: adminPool(t, e), moderator: &http.Client{Jar: jar, Timeout: 10 * time.Second}}
	a, err := post(t.Context(), st.moderator, s.at.Console+"/v1/session", map[string]string{"token": path.Base(s.at.SignIn)}, nil)
	if err != nil || a.status != http.StatusCreated {
		t.Fatalf("signing in: status %d, %v", a.status, err)
	}
	return st
}

// tableReport is one report that is brought to a stage.
type tableReport struct {
	*stateTable
	submission
	caseID event.ID
}

// reportAt sends a report to the demo community and brings it to a stage.
func (st *stateTable) reportAt(stage event.Stage) *tableReport {
	st.t.Helper()
	return st.reportTo("demo", stage)
}

func (st *stateTable) reportTo(community string, stage event.Stage) *tableReport {
	st.t.Helper()
	a, err := post(st.t.Context(), http.DefaultClient, st.at.Intake+"/v1/reports", map[string]any{
		"community": community, "kind": "harassment", "description": "He writes to me every day.",
	}, nil)
	if err != nil || a.status != http.StatusCreated {
		st.t.Errorf("reporting: status %d, %v", a.status, err)
	}
	r := &tableReport{stateTable: st}
	a.decode(st.t, &r.submission)
	r.wait("the report is opened", func(s tableStatus) bool { return s.reached(event.MilestoneOpened) })
	err = st.pool.QueryRow(context.WithoutCancel(st.t.Context()), `SELECT case_id FROM moderation.report WHERE id = $1`, r.ID).Scan(&r.caseID)
	if err != nil {
		st.t.Error(err)
	}
	steps := map[event.Stage][]string{
		event.StageDecided: {"decide"}, event.StageAppealed: {"decide", "appeal"}, event.StageReopened: {"decide", "did not stop"},
		event.StageWithdrawn: {"withdraw"},
	}
	after := map[string]event.Stage{
		"decide": event.StageDecided, "appeal": event.StageAppealed, "did not stop": event.StageReopened, "withdraw": event.StageWithdrawn,
	}
	for _, step := range steps[stage] {
		if status := r.do(step); status != http.StatusCreated {
			st.t.Errorf("on the way to %s: %s: status %d", stage, step, status)
		}
		r.wait("it is "+step, func(s tableStatus) bool { return s.Stage == after[step] })
	}
	return r
}

type tableStatus struct {
	statusAnswer

	Stage    event.Stage          `json:"stage"`
	Consent  event.Consent        `json:"consent"`
	Stopped  *bool                `json:"stopped"`
	Evidence []event.EvidenceFile `json:"evidence"`
	Messages []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	} `json:"messages"`
}

func (r *tableReport) status() (s tableStatus, ok bool) {
	a, err := post(r.t.Context(), http.DefaultClient, r.at.Intake+"/v1/status", map[string]string{"receipt": r.Receipt}, nil)
	if err != nil || a.status != http.StatusOK {
		return s, false
	}
	a.decode(r.t, &s)
	return s, true
}

func (r *tableReport) wait(what string, done func(tableStatus) bool) {
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if s, ok := r.status(); ok && done(s) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			r.t.Errorf("not within 30 s: %s", what)
			return
		}
	}
}

const wrote = "These words are new."

// do does one thing and returns the answer's status.
func (r *tableReport) do(action string) int {
	call := map[string]string{
		"amend": "amendments", "message": "messages", "consent": "consents", "evidence": "evidence", "did not stop": "outcomes",
		"stopped": "outcomes", "appeal": "appeals", "withdraw": "withdrawals",
	}
	body := map[string]any{"receipt": r.Receipt}
	switch action {
	case "decide":
		return r.decide()
	case "amend", "message", "appeal":
		body["text"] = wrote
	case "consent":
		body["do_not_tell_account"], body["not_beyond_community"] = true, false
	case "evidence":
		body["file"], body["index"], body["data"] = event.NewID().String(), 0, "YSBmaWxl"
	case "did not stop", "stopped":
		body["stopped"] = action == "stopped"
	}
	a, err := post(r.t.Context(), http.DefaultClient, r.at.Intake+"/v1/"+call[action], body, nil)
	if err != nil {
		r.t.Error(err)
	}
	return a.status
}

func (r *tableReport) decide() int {
	here := r.at.Console + "/v1/cases/" + r.caseID.String()
	a, err := post(r.t.Context(), r.moderator, here+"/claim", struct{}{}, nil)
	if err != nil || a.status != http.StatusOK {
		return a.status
	}
	var c struct {
		Version int `json:"version"`
	}
	a.decode(r.t, &c)
	a, err = post(r.t.Context(), r.moderator, here+"/decision", map[string]any{
		"version": c.Version, "action": "warning", "article": "respect", "reasons": "Because of what is written.",
	}, nil)
	if err != nil {
		r.t.Error(err)
	}
	return a.status
}

// settled waits until the action shows on the receipt, and returns the stage.
func (r *tableReport) settled(action string, stage event.Stage) event.Stage {
	r.wait(fmt.Sprintf("%s shows, and the stage is %s", action, stage), func(s tableStatus) bool {
		if s.Stage != stage || stage == event.StageWithdrawn {
			return s.Stage == stage
		}
		switch action {
		case "consent":
			return s.Consent.DoNotTellAccount
		case "evidence":
			return len(s.Evidence) == 1
		case "amend", "message":
			return len(s.Messages) > 0 && s.Messages[len(s.Messages)-1].Text == wrote
		default:
			return true
		}
	})
	s, _ := r.status()
	return s.Stage
}

// Words are worth nothing if a withdrawal leaves them: after it the program
// finds them nowhere, and what came late changes nothing.
func TestWhatWasWithdrawnIsGoneWithinAMinute(t *testing.T) {
	s := up(t, dataFolder(t))
	table := newStateTable(t, s)
	r := table.reportAt(event.StageDecided)
	if status := r.do("withdraw"); status != http.StatusCreated {
		t.Fatalf("withdrawing: status %d", status)
	}
	testbench.Eventually(t, time.Minute, "no message of it is in the stream", func() bool {
		var due int
		err := table.pool.QueryRow(t.Context(), `SELECT count(*) FROM janitor.erasure WHERE done_at IS NOT NULL`).Scan(&due)
		return err == nil && due == 1
	})
	if d := s.doctor(t); d.Acknowledged != 1 || d.InCases != 1 || d.InStream != 0 {
		t.Errorf("doctor counts %d acknowledged, %d in cases, %d in the stream; want 1, 1, 0", d.Acknowledged, d.InCases, d.InStream)
	}
	if got, ok := r.status(); !ok || got.Stage != event.StageWithdrawn || !got.reached(event.MilestoneWithdrawn) || len(got.Messages) != 0 {
		t.Errorf("the receipt shows %+v, want withdrawn and nothing else", got)
	}
}

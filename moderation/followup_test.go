package moderation_test

import (
	"errors"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/moderation"
)

// Every stage against every follow-up. An outcome stands twice, by its answer.
func TestWhatAFollowUpDoesAtEachStage(t *testing.T) {
	const kept, refused, erased = moderation.Kept, moderation.Refused, moderation.Erased
	columns := []struct {
		follow  string
		stopped bool
	}{
		{event.ReportAmended, false},
		{event.ReportMessage, false},
		{event.ReportEvidence, false},
		{event.ReportConsent, false},
		{event.ReportOutcome, true},
		{event.ReportOutcome, false},
		{event.ReportAppeal, false},
		{event.ReportWithdrawn, false},
	}
	table := map[event.Stage][8]moderation.Effect{
		event.StageOpen:      {kept, kept, kept, kept, kept, kept, kept, erased},
		event.StageDecided:   {kept, kept, kept, kept, kept, moderation.Reopened, moderation.Appealed, erased},
		event.StageAppealed:  {kept, kept, kept, kept, kept, kept, kept, erased},
		event.StageReopened:  {kept, kept, kept, kept, kept, kept, kept, erased},
		event.StageWithdrawn: {refused, refused, refused, refused, refused, refused, refused, refused},
	}
	for _, stage := range event.Stages() {
		row, ok := table[stage]
		if !ok {
			t.Errorf("the table has no row for %s", stage)
		}
		for i, c := range columns {
			if got := moderation.Follow(stage, c.follow, c.stopped); got != row[i] {
				t.Errorf("%s at %s (stopped: %t): %s, want %s", c.follow, stage, c.stopped, got, row[i])
			}
		}
	}
}

func TestACaseThatIsOpenAgainIsFreeAndHasANewDeadline(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	me := event.NewID()
	c := moderation.Case{ID: event.NewID(), State: moderation.Open, Version: 1}
	c, err := c.Claim(me, now)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = c.Close(me, 1, now); err != nil {
		t.Fatal(err)
	}
	due := now.Add(48 * time.Hour)
	again := c.Reopen(moderation.AgainAppeal, due)
	if again.State != moderation.Open || again.Version != c.Version+1 || again.HeldBy(me, now) || !again.Due.Equal(due) {
		t.Errorf("the case is %+v, want open, free, of the next version, due in two days", again)
	}
	if stage := moderation.StageOf(again.State, again.Again, false); stage != event.StageAppealed {
		t.Errorf("its report is %s, want appealed", stage)
	}
	again, err = again.Claim(me, now)
	if err != nil {
		t.Fatal(err)
	}
	if again, err = again.Close(me, again.Version, now); err != nil || again.Again != moderation.NotAgain {
		t.Errorf("decided anew it is %+v (%v), want it open for nothing any more", again, err)
	}
}

func TestWhoDecidesMustHaveHeardWhatCameMeanwhile(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	me := event.NewID()
	c, err := moderation.Case{ID: event.NewID(), State: moderation.Open, Version: 1}.Claim(me, now)
	if err != nil {
		t.Fatal(err)
	}
	heard := c.Heard()
	if _, err := heard.Close(me, 1, now); !errors.Is(err, moderation.ErrVersion) {
		t.Errorf("deciding on what was seen before: %v, want ErrVersion", err)
	}
	if gone := c.Abandon(); gone.State != moderation.Closed || gone.HeldBy(me, now) {
		t.Errorf("a case without reports is %+v, want closed and free", gone)
	}
}

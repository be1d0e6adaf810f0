package moderation_test

import (
	"errors"
	"testing"

	"recourse/internal/event"
	"recourse/moderation"
)

var third = event.ID{3}

func TestWhoMayPropose(t *testing.T) {
	for _, tt := range []struct {
		situation

		current, stale error // where the proposal saw this version, or another one
	}{
		{free, moderation.ErrNotClaimed, moderation.ErrNotClaimed},
		{mine, nil, moderation.ErrVersion},
		{minePast, moderation.ErrNotClaimed, moderation.ErrNotClaimed},
		{othersIs, moderation.ErrClaimedByOther, moderation.ErrClaimedByOther},
		{closed, moderation.ErrClosed, moderation.ErrClosed},
		{closedMine, moderation.ErrClosed, moderation.ErrClosed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := tt.makeCase()
			before.SecondReader = true
			for _, try := range []struct {
				seen int
				want error
			}{{version, tt.current}, {version - 1, tt.stale}, {version + 1, tt.stale}} {
				after, p, err := before.Propose(me, try.seen, now)
				if !errors.Is(err, try.want) || (err == nil) != (try.want == nil) {
					t.Errorf("Propose at %d fails with %v, want %v", try.seen, err, try.want)
				}
				wantAfter, wantProposal := before, moderation.Proposal{}
				if try.want == nil {
					wantAfter.ClaimedBy, wantAfter.ClaimedUntil = nobody, free.until
					wantProposal = moderation.Proposal{By: me, Version: version}
				}
				wantCase(t, "Propose", after, wantAfter)
				if p != wantProposal {
					t.Errorf("the proposal is %+v, want %+v", p, wantProposal)
				}
			}
		})
	}
}

func TestWhoMayConsentAndRefuse(t *testing.T) {
	theirs := moderation.Proposal{By: third, Version: version}
	for _, tt := range []struct {
		situation

		consent, refuse error
	}{
		{free, nil, nil},
		{mine, nil, nil},
		{minePast, nil, nil},
		{othersIs, moderation.ErrClaimedByOther, moderation.ErrClaimedByOther},
		{othersPast, nil, nil},
		{othersEndsNow, nil, nil},
		{closed, moderation.ErrClosed, moderation.ErrClosed},
		{closedMine, moderation.ErrClosed, moderation.ErrClosed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := tt.makeCase()
			before.SecondReader = true
			before.Again = moderation.AgainAppeal
			after, err := before.Consent(theirs, me, version, now)
			if !errors.Is(err, tt.consent) {
				t.Errorf("Consent fails with %v, want %v", err, tt.consent)
			}
			want := before
			if tt.consent == nil {
				want.State, want.Again, want.Version = moderation.Closed, moderation.NotAgain, version+1
				want.ClaimedBy, want.ClaimedUntil = nobody, free.until
			}
			wantCase(t, "Consent", after, want)
			if err := before.Refuse(me, now); !errors.Is(err, tt.refuse) {
				t.Errorf("Refuse fails with %v, want %v", err, tt.refuse)
			}
		})
	}
}

func TestConsentIsAnothersToWhatBothSaw(t *testing.T) {
	for name, tt := range map[string]struct {
		proposal moderation.Proposal
		seen     int
		want     error
	}{
		"one's own":                      {moderation.Proposal{By: me, Version: version}, version, moderation.ErrOwnProposal},
		"the consenter saw less":         {moderation.Proposal{By: third, Version: version}, version - 1, moderation.ErrVersion},
		"the proposer saw less":          {moderation.Proposal{By: third, Version: version - 1}, version, moderation.ErrVersion},
		"both saw the same, not the now": {moderation.Proposal{By: third, Version: version - 1}, version - 1, moderation.ErrVersion},
		"both saw what it is now":        {moderation.Proposal{By: third, Version: version}, version, nil},
	} {
		t.Run(name, func(t *testing.T) {
			before := free.makeCase()
			before.SecondReader = true
			if _, err := before.Consent(tt.proposal, me, tt.seen, now); !errors.Is(err, tt.want) {
				t.Errorf("Consent fails with %v, want %v", err, tt.want)
			}
		})
	}
}

func TestNobodyClosesACaseAloneThatNeedsASecondReader(t *testing.T) {
	before := mine.makeCase()
	before.SecondReader = true
	after, err := before.Close(me, version, now)
	if !errors.Is(err, moderation.ErrSecondReader) {
		t.Errorf("Close fails with %v, want %v", err, moderation.ErrSecondReader)
	}
	wantCase(t, "Close", after, before)
}

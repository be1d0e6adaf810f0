package moderation_test

import (
	"errors"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/moderation"
)

var (
	me      = event.ID{1}
	other   = event.ID{2}
	nobody  = event.ID{}
	now     = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	later   = now.Add(time.Minute)
	earlier = now.Add(-time.Minute)
)

const version = 7

// A situation is a case before a step.
type situation struct {
	name  string
	state moderation.State
	by    event.ID
	until time.Time
}

func (s situation) makeCase() moderation.Case {
	return moderation.Case{ID: event.ID{9}, State: s.state, Version: version, ClaimedBy: s.by, ClaimedUntil: s.until}
}

var (
	free          = situation{"nobody holds it", moderation.Open, nobody, time.Time{}}
	mine          = situation{"I hold it", moderation.Open, me, later}
	minePast      = situation{"my claim is over", moderation.Open, me, earlier}
	mineEndsNow   = situation{"my claim ends now", moderation.Open, me, now}
	othersIs      = situation{"another holds it", moderation.Open, other, later}
	othersPast    = situation{"another's claim is over", moderation.Open, other, earlier}
	othersEndsNow = situation{"another's claim ends now", moderation.Open, other, now}
	closed        = situation{"it is closed", moderation.Closed, nobody, time.Time{}}
	closedMine    = situation{"it is closed, and I held it", moderation.Closed, me, later}
	closedOthers  = situation{"it is closed, and another held it", moderation.Closed, other, later}
)

func TestWhoMayClaimRenewAndRelease(t *testing.T) {
	for _, tt := range []struct {
		situation

		claim, release error
	}{
		{free, nil, moderation.ErrNotHeld},
		{mine, nil, nil},
		{minePast, nil, nil},
		{mineEndsNow, nil, nil},
		{othersIs, moderation.ErrClaimedByOther, moderation.ErrClaimedByOther},
		{othersPast, nil, moderation.ErrNotHeld},
		{othersEndsNow, nil, moderation.ErrNotHeld},
		{closed, moderation.ErrClosed, moderation.ErrClosed},
		{closedMine, moderation.ErrClosed, moderation.ErrClosed},
		{closedOthers, moderation.ErrClosed, moderation.ErrClosed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := tt.makeCase()
			given, free := before, before // refused, it stays as it is
			if tt.claim == nil {
				given.ClaimedBy, given.ClaimedUntil = me, now.Add(30*time.Minute)
			}
			if tt.release == nil {
				free.ClaimedBy, free.ClaimedUntil = nobody, time.Time{}
			}

			claimed, err := before.Claim(me, now)
			if !errors.Is(err, tt.claim) {
				t.Errorf("Claim fails with %v, want %v", err, tt.claim)
			}
			wantCase(t, "Claim", claimed, given)

			released, err := before.Release(me, now)
			if !errors.Is(err, tt.release) {
				t.Errorf("Release fails with %v, want %v", err, tt.release)
			}
			wantCase(t, "Release", released, free)

			wantCase(t, "a case that others keep", before, tt.makeCase())
		})
	}
}

func wantCase(t *testing.T, what string, got, want moderation.Case) {
	t.Helper()
	if got != want {
		t.Errorf("%s makes %+v, want %+v", what, got, want)
	}
}

func TestWhoMayClose(t *testing.T) {
	for _, tt := range []struct {
		situation

		current, stale error // where the decision saw this version, or an older or a newer one
	}{
		{free, moderation.ErrNotClaimed, moderation.ErrNotClaimed},
		{mine, nil, moderation.ErrVersion},
		{minePast, moderation.ErrNotClaimed, moderation.ErrNotClaimed},
		{mineEndsNow, moderation.ErrNotClaimed, moderation.ErrNotClaimed},
		{othersIs, moderation.ErrClaimedByOther, moderation.ErrClaimedByOther},
		{othersPast, moderation.ErrNotClaimed, moderation.ErrNotClaimed},
		{othersEndsNow, moderation.ErrNotClaimed, moderation.ErrNotClaimed},
		{closed, moderation.ErrClosed, moderation.ErrClosed},
		{closedMine, moderation.ErrClosed, moderation.ErrClosed},
		{closedOthers, moderation.ErrClosed, moderation.ErrClosed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := tt.makeCase()
			for seen, want := range map[int]error{version: tt.current, version - 1: tt.stale, version + 1: tt.stale, 0: tt.stale} {
				after, err := before.Close(me, seen, now)
				if !errors.Is(err, want) || (err == nil) != (want == nil) {
					t.Errorf("seen at version %d: %v, want %v", seen, err, want)
				}
				wanted := before
				if err == nil {
					wanted.State, wanted.Version, wanted.ClaimedBy, wanted.ClaimedUntil = moderation.Closed, version+1, nobody, time.Time{}
				}
				wantCase(t, "Close", after, wanted)
			}
		})
	}
}

func TestOnlyWhoeverClaimedHoldsACaseAndOnlyUntilTheEnd(t *testing.T) {
	c, err := free.makeCase().Claim(me, now)
	if err != nil {
		t.Fatal(err)
	}
	end := now.Add(moderation.Lease)
	for _, tt := range []struct {
		name string
		who  event.ID
		at   time.Time
		want bool
	}{
		{"at once", me, now, true},
		{"just before the end", me, end.Add(-1), true},
		{"at the end", me, end, false},
		{"after the end", me, end.Add(time.Hour), false},
		{"another", other, now, false},
		{"nobody", nobody, now, false},
	} {
		if got := c.HeldBy(tt.who, tt.at); got != tt.want {
			t.Errorf("%s: held %v, want %v", tt.name, got, tt.want)
		}
	}
	if free.makeCase().HeldBy(nobody, now) {
		t.Error("nobody holds a free case")
	}
}

func TestACaseGoesFromHandToHandUntilOneDecides(t *testing.T) {
	c := free.makeCase()
	step := func(what string, want error, do func() (moderation.Case, error)) {
		t.Helper()
		next, err := do()
		if !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Fatalf("%s: %v, want %v", what, err, want)
		}
		c = next
	}
	overdue := now.Add(moderation.Lease)
	step("I claim", nil, func() (moderation.Case, error) { return c.Claim(me, now) })
	step("another claims too", moderation.ErrClaimedByOther, func() (moderation.Case, error) { return c.Claim(other, later) })
	step("my claim runs out and another claims", nil, func() (moderation.Case, error) { return c.Claim(other, overdue) })
	step("I decide all the same", moderation.ErrClaimedByOther, func() (moderation.Case, error) { return c.Close(me, version, overdue) })
	step("I give back what another holds", moderation.ErrClaimedByOther, func() (moderation.Case, error) { return c.Release(me, overdue) })
	step("the other gives it back", nil, func() (moderation.Case, error) { return c.Release(other, overdue) })
	step("the other gives it back twice", moderation.ErrNotHeld, func() (moderation.Case, error) { return c.Release(other, overdue) })
	step("I claim again", nil, func() (moderation.Case, error) { return c.Claim(me, overdue) })
	step("I decide", nil, func() (moderation.Case, error) { return c.Close(me, version, overdue) })
	step("I decide twice", moderation.ErrClosed, func() (moderation.Case, error) { return c.Close(me, version+1, overdue) })
	step("another claims what is decided", moderation.ErrClosed, func() (moderation.Case, error) { return c.Claim(other, overdue) })
}

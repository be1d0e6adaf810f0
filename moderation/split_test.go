package moderation_test

import (
	"errors"
	"testing"

	"recourse/moderation"
)

func TestWhoMayTakeAReportOutOfACase(t *testing.T) {
	for _, tt := range []struct {
		situation

		seen, live int
		want       error
	}{
		{mine, version, 2, nil},
		{mine, version, 50, nil},
		{mine, version, 1, moderation.ErrOnlyReport},
		{mine, version - 1, 2, moderation.ErrVersion},
		{free, version, 2, moderation.ErrNotClaimed},
		{mineEndsNow, version, 2, moderation.ErrNotClaimed},
		{othersIs, version, 2, moderation.ErrClaimedByOther},
		{othersPast, version, 2, moderation.ErrNotClaimed},
		{closedMine, version, 2, moderation.ErrClosed},
	} {
		c := tt.makeCase()
		got, err := c.Split(me, tt.seen, tt.live, now)
		want := c
		if tt.want == nil {
			want.Version++
		}
		if !errors.Is(err, tt.want) || got != want {
			t.Errorf("%s, version %d of %d, %d reports: %+v, %v; want %+v, %v", tt.name, tt.seen, version, tt.live, got, err, want, tt.want)
		}
	}
}

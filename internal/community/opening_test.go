package community_test

import (
	"strings"
	"testing"
	"time"

	"recourse/internal/community"
	"recourse/internal/event"
)

func TestWhenACommunityTakesReports(t *testing.T) {
	opens := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	notice := community.Text{"en": "Back on Monday."}
	for _, tt := range []struct {
		name   string
		bundle community.Bundle
		at     time.Time
		want   community.Closed
	}{
		{"nothing is set", community.Bundle{}, opens, ""},
		{"the second before it opens", community.Bundle{Opens: opens}, opens.Add(-time.Second), community.ClosedNotYet},
		{"as it opens", community.Bundle{Opens: opens}, opens, ""},
		{"paused", community.Bundle{Paused: notice}, opens, community.ClosedPaused},
		{"paused and not open yet", community.Bundle{Paused: notice, Opens: opens}, opens.Add(-time.Hour), community.ClosedPaused},
	} {
		if why, closed := tt.bundle.Closed(tt.at); why != tt.want || closed != (tt.want != "") {
			t.Errorf("%s: %q, %v; want %q", tt.name, why, closed, tt.want)
		}
	}
}

// A bundle that an older version wrote has none of the newer fields.
func TestABundleOfAnOlderVersionOffersEverythingAndIsOpen(t *testing.T) {
	raw := encode(t, newBundle(t, "demo"))
	for _, field := range []string{"intro", "colours", "logo", "opens", "paused", "pause_held", "ask_after", "rate_limit"} {
		if strings.Contains(raw, `"`+field+`"`) {
			t.Fatalf("the bundle holds %s", field)
		}
	}
	b, err := community.Verify(publicOf(operator), "demo", signRaw(t, domain, raw))
	if err != nil {
		t.Fatal(err)
	}
	if _, closed := b.Closed(time.Unix(0, 0)); closed || len(b.Offered()) != len(event.Kinds()) || b.Logo.Known() {
		t.Errorf("it is closed: %v, offers %v, shows a logo: %v", closed, b.Offered(), b.Logo.Known())
	}
	if field, err := b.Colours.Check(); err != nil {
		t.Errorf("its colours: %s: %v", field, err)
	}
}

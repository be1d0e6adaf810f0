package reporter

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"recourse/internal/community"
)

// A community's colours were checked against a table of backgrounds: the
// stylesheet must have no other ones.
func TestTheStylesheetHasTheBackgroundsThatColoursAreCheckedAgainst(t *testing.T) {
	light, dark := community.Backgrounds()
	for _, name := range []string{"page", "panel"} {
		found := regexp.MustCompile(`--`+name+`: ?(#[0-9a-f]+)`).FindAllStringSubmatch(string(style), -1)
		if len(found) != 2 {
			t.Fatalf("--%s is set %d times, want once for each look", name, len(found))
		}
		for n, backgrounds := range [][]string{light, dark} {
			colour := found[n][1]
			if len(colour) == 4 {
				colour = "#" + strings.Repeat(colour[1:2], 2) + strings.Repeat(colour[2:3], 2) + strings.Repeat(colour[3:4], 2)
			}
			if !slices.Contains(backgrounds, colour) {
				t.Errorf("--%s is %s, and not among %v of internal/community/contrast.go", name, colour, backgrounds)
			}
		}
	}
}

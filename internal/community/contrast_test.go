package community_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"recourse/internal/community"
)

func colour(t *testing.T, s string) community.Colour {
	t.Helper()
	c, ok := community.ParseColour(s)
	if !ok {
		t.Fatalf("%s is not read as a colour", s)
	}
	return c
}

// Black on white is 21:1 by definition; #767676 is known as the lightest grey that
// passes on white. Ratios are cut after two digits.
func TestContrastOfKnownPairs(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want float64
	}{
		{"#000000", "#ffffff", 21},
		{"#ffffff", "#ffffff", 1},
		{"#767676", "#ffffff", 4.54},
		{"#777777", "#ffffff", 4.47},
		{"#ff0000", "#ffffff", 3.99},
		{"#00ff00", "#ffffff", 1.37},
		{"#0000ff", "#ffffff", 8.59},
		{"#0000FF", "#000000", 2.44},
	} {
		a, b := colour(t, tt.a), colour(t, tt.b)
		got := community.Contrast(a, b)
		if math.Floor(got*100+1e-6)/100 != tt.want || community.Contrast(b, a) != got {
			t.Errorf("%s and %s: %.4f, want %.2f", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestOnlySixHexadecimalDigitsAreAColour(t *testing.T) {
	for _, s := range []string{"", "#", "#fff", "ffffff", "#ffffff ", "#fffffff", "#gggggg", "red", "#+fffff", "#-fffff", "#0x1234", "#1_2_34", "#fff;}a", "rgb(0,0,0)"} {
		if c, ok := community.ParseColour(s); ok {
			t.Errorf("%q is read as %v", s, c)
		}
	}
	if got := colour(t, "#1D4f91").String(); got != "#1d4f91" {
		t.Errorf("it is written %s", got)
	}
}

func TestBlackOrWhiteReadsOnEveryColour(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		channel := rapid.Uint8()
		c := community.Colour{Red: channel.Draw(t, "red"), Green: channel.Draw(t, "green"), Blue: channel.Draw(t, "blue")}
		if got := community.Contrast(c, c.On()); got < 4.5 {
			t.Fatalf("%s on %s: %.2f", c.On(), c, got)
		}
	})
	if on := colour(t, "#1d4f91").On().String(); on != "#ffffff" {
		t.Errorf("on dark blue: %s", on)
	}
	if on := colour(t, "#a3c9ff").On().String(); on != "#000000" {
		t.Errorf("on light blue: %s", on)
	}
}

func TestColoursAreCheckedAgainstBothLooks(t *testing.T) {
	for _, tt := range []struct {
		name, accent, dark string
		field, want        string
	}{
		{"none", "", "", "", ""},
		{"the pages' own", "#1d4f91", "#a3c9ff", "", ""},
		{"no dark one", "#1d4f91", "", "accent_dark", "give both"},
		{"no light one", "", "#a3c9ff", "accent", "give both"},
		{"a name", "navy", "#a3c9ff", "accent", "#rrggbb"},
		{"CSS", "#fff}*{}", "#a3c9ff", "accent", "#rrggbb"},
		{"too light on the page", "#777777", "#a3c9ff", "accent", "has a contrast of 4.47:1 against #ffffff and needs 4.5:1: choose a darker tone"},
		{"too light on the panel alone", "#767676", "#a3c9ff", "accent", "has a contrast of 4.06:1 against #f4f2ee"},
		{"too dark in the dark", "#1d4f91", "#1d4f91", "accent_dark", "against #181716 and needs 4.5:1: choose a lighter tone"},
		{"too dark on the dark panel alone", "#1d4f91", "#808087", "accent_dark", "against #262422"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			field, err := community.Colours{Accent: tt.accent, AccentDark: tt.dark}.Check()
			if field != tt.field || (err == nil) != (tt.want == "") || (err != nil && !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%s: %v; want %s: %s", field, err, tt.field, tt.want)
			}
		})
	}
}

package community

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// minContrast is what text needs against what it stands on: WCAG 2.2, success
// criterion 1.4.3, level AA.
const minContrast = 4.5

// scheme is one of the two looks of the reporter's pages.
type scheme struct {
	field       string // of the community file
	tone        string // which way to go where the contrast is too low
	backgrounds []string
}

// schemes are what links and buttons stand on: --page and --panel of the
// reporter's stylesheet, light and dark. A test of the reporter compares them.
func schemes() (light, dark scheme) {
	light = scheme{field: "accent", tone: "darker", backgrounds: []string{"#ffffff", "#f4f2ee"}}
	dark = scheme{field: "accent_dark", tone: "lighter", backgrounds: []string{"#181716", "#262422"}}
	return light, dark
}

// Backgrounds are the colours that an accent was checked against.
func Backgrounds() (light, dark []string) {
	l, d := schemes()
	return l.backgrounds, d.backgrounds
}

// Colour is a colour in sRGB.
type Colour struct{ Red, Green, Blue uint8 }

// ParseColour reads #rrggbb, and nothing else that CSS would take.
func ParseColour(s string) (Colour, bool) {
	if len(s) != 7 || s[0] != '#' || s[1] == '+' {
		return Colour{}, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 24)
	if err != nil {
		return Colour{}, false
	}
	return Colour{Red: uint8(n >> 16 & 0xff), Green: uint8(n >> 8 & 0xff), Blue: uint8(n & 0xff)}, true
}

func (c Colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c.Red, c.Green, c.Blue) }

// Luminance is the relative luminance, 0 for black to 1 for white, by
// https://www.w3.org/TR/WCAG22/#dfn-relative-luminance.
func (c Colour) Luminance() float64 {
	return 0.2126*linear(c.Red) + 0.7152*linear(c.Green) + 0.0722*linear(c.Blue)
}

func linear(channel uint8) float64 {
	s := float64(channel) / 255
	if s <= 0.04045 {
		return s / 12.92
	}
	return math.Pow((s+0.055)/1.055, 2.4)
}

// Contrast is the ratio of two colours, 1 to 21, by
// https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
func Contrast(a, b Colour) float64 {
	lighter, darker := max(a.Luminance(), b.Luminance()), min(a.Luminance(), b.Luminance())
	return (lighter + 0.05) / (darker + 0.05)
}

// On returns black or white, whichever reads better on c. One of them always
// has a contrast of more than 4.5:1.
func (c Colour) On() Colour {
	black, white := Colour{}, Colour{255, 255, 255}
	if Contrast(c, black) >= Contrast(c, white) {
		return black
	}
	return white
}

// Check says what is wrong with the colours, and at which field. Both are
// given or none.
func (c Colours) Check() (field string, err error) {
	if c == (Colours{}) {
		return "", nil
	}
	light, dark := schemes()
	if err := light.check(c.Accent); err != nil {
		return light.field, err
	}
	if err := dark.check(c.AccentDark); err != nil {
		return dark.field, err
	}
	return "", nil
}

func (s scheme) check(accent string) error {
	if accent == "" {
		return errors.New("is missing: give both, accent for the light pages and accent_dark, a lighter tone, for the dark ones")
	}
	c, ok := ParseColour(accent)
	if !ok {
		return errors.New("is not a colour: write it as #rrggbb in quotation marks, such as \"#1d4f91\"")
	}
	for _, background := range s.backgrounds {
		b, _ := ParseColour(background)
		if ratio := Contrast(c, b); ratio < minContrast {
			// Rounded down, so that 4.499 does not read 4.50.
			return fmt.Errorf("has a contrast of %.2f:1 against %s and needs %.1f:1: choose a %s tone",
				math.Floor(ratio*100)/100, background, minContrast, s.tone)
		}
	}
	return nil
}

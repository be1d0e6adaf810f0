package main

import (
	"time"

	"recourse/internal/community"
)

// fileCare is what a community asks for its moderators' sake.
type fileCare struct {
	HardPerDay int    `yaml:"hard_per_day,omitempty"`
	BreakAfter string `yaml:"break_after,omitempty"`
	Break      string `yaml:"break,omitempty"`
	Breaks     string `yaml:"breaks,omitempty"` // proposed or required
	Blur       *bool  `yaml:"blur,omitempty"`
	Grey       *bool  `yaml:"grey,omitempty"`
	Mute       *bool  `yaml:"mute,omitempty"`
}

const (
	breaksProposed = "proposed"
	breaksRequired = "required"

	maxHardPerDay = 1000
	minBreakAfter = 10 * time.Minute
	maxBreakAfter = 8 * time.Hour
	minBreak      = time.Minute
	maxBreak      = 2 * time.Hour
)

func (f fileCare) check() (c community.Care, err error) {
	c = community.Care{HardPerDay: f.HardPerDay, Required: f.Breaks == breaksRequired, Blur: f.Blur, Grey: f.Grey, Mute: f.Mute}
	if f.HardPerDay < 0 || f.HardPerDay > maxHardPerDay {
		return c, wrong("care.hard_per_day", "use a number from 1 to %d", maxHardPerDay)
	}
	if c.BreakAfter, err = careSpan("care.break_after", f.BreakAfter, minBreakAfter, maxBreakAfter); err != nil {
		return c, err
	}
	if c.Break, err = careSpan("care.break", f.Break, minBreak, maxBreak); err != nil {
		return c, err
	}
	if f.Breaks != "" && f.Breaks != breaksProposed && f.Breaks != breaksRequired {
		return c, wrong("care.breaks", "%q is neither %s nor %s", f.Breaks, breaksProposed, breaksRequired)
	}
	return c, nil
}

func careSpan(field, value string, least, most time.Duration) (time.Duration, error) {
	if value == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(value)
	if err != nil || d < least || d > most {
		return 0, wrong(field, "%q is not a time span from %s to %s: write it as 15m or 1h30m", value, least, most)
	}
	return d, nil
}

// fileCareOf writes c as the file that would make it.
func fileCareOf(c community.Care) fileCare {
	f := fileCare{HardPerDay: c.HardPerDay, Blur: c.Blur, Grey: c.Grey, Mute: c.Mute}
	if c.BreakAfter > 0 {
		f.BreakAfter = c.BreakAfter.String()
	}
	if c.Break > 0 {
		f.Break = c.Break.String()
	}
	if c.Required {
		f.Breaks = breaksRequired
	}
	return f
}

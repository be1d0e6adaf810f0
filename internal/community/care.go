package community

import "time"

// Care is what a community asks for its moderators' sake. A zero or missing
// field stands for the console's own.
type Care struct {
	HardPerDay int           `json:"hard_per_day,omitempty"` // looks at the hardest cases, after which others come first
	BreakAfter time.Duration `json:"break_after,omitempty"`  // of work without a pause
	Break      time.Duration `json:"break,omitempty"`
	Required   bool          `json:"required,omitempty"` // no further case until the break is over
	Blur       *bool         `json:"blur,omitempty"`     // pictures, until asked for
	Grey       *bool         `json:"grey,omitempty"`
	Mute       *bool         `json:"mute,omitempty"`
}

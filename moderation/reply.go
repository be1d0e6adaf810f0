package moderation

import (
	"errors"

	"recourse/internal/event"
	"recourse/internal/text"
)

// MaxReply is the longest message to a reporter, in characters.
const MaxReply = 10_000

// Reply is what a moderator writes to one reporter of a case.
type Reply struct {
	Report event.ID
	Text   string
}

// Errors of a reply.
var (
	ErrWithdrawn   = errors.New("this report was withdrawn")
	ErrOtherReport = errors.New("is not a report of this case")
	ErrNoText      = errors.New("must say something")
)

// Check returns the reply with its text cleaned, or what is at fault.
func (r Reply) Check() (Reply, []FieldError) {
	cleaned, err := text.Clean(r.Text, MaxReply)
	if err == nil && cleaned == "" {
		err = ErrNoText
	}
	if err != nil {
		return r, []FieldError{{"text", err}}
	}
	r.Text = cleaned
	return r, nil
}

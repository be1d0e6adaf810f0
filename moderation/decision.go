package moderation

import (
	"errors"

	"recourse/internal/event"
	"recourse/internal/text"
)

// MaxReasons is the longest statement of reasons, in characters.
const MaxReasons = 10_000

// Decision is what a moderator decides of a case.
type Decision struct {
	Action  event.Action
	Article string // id of an article of the code that binds the case
	Reasons string // told to the reporter
}

// FieldError says which field of a decision is at fault.
type FieldError struct {
	Field string
	Err   error
}

func (e FieldError) Error() string { return e.Field + " " + e.Err.Error() }

func (e FieldError) Unwrap() error { return e.Err }

// Errors of a decision's fields.
var (
	ErrAction    = errors.New("is not a corrective action")
	ErrArticle   = errors.New("is not an article of this case's code of conduct")
	ErrNotBeyond = errors.New("must not be to refer: a reporter of this case forbids that anybody outside this community is told")
	ErrNoReasons = errors.New("must say why: the reporter will read it")
)

// Check returns the decision with its text cleaned, or every field at fault.
// KnownArticle says whether an id is an article of the case's code.
func (d Decision) Check(knownArticle func(id string) bool) (Decision, []FieldError) {
	var errs []FieldError
	if !d.Action.Valid() {
		errs = append(errs, FieldError{"action", ErrAction})
	}
	if !knownArticle(d.Article) {
		errs = append(errs, FieldError{"article", ErrArticle})
	}
	reasons, err := text.Clean(d.Reasons, MaxReasons)
	switch {
	case err != nil:
		errs = append(errs, FieldError{"reasons", err})
	case reasons == "":
		errs = append(errs, FieldError{"reasons", ErrNoReasons})
	}
	d.Reasons = reasons
	return d, errs
}

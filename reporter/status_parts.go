package reporter

import "time"

// shownTime is a time for programs and for people.
type shownTime struct{ Machine, Words string }

// At returns a time as a page shows it.
func (v view) At(at time.Time) (shownTime, error) {
	words, err := v.Date(at)
	return shownTime{Machine: at.UTC().Format(time.RFC3339), Words: words}, err
}

// shownMessage is a message for a part of a page.
type shownMessage struct {
	View    view
	Message message
}

// With returns a message together with the page's language.
func (v view) With(m message) shownMessage { return shownMessage{v, m} }

package community

import "time"

// Closed is why a community takes no new report. Everything else goes on: who
// has a receipt follows the report, writes and answers as ever.
type Closed string

// Reasons. A program reads them in the API's answer.
const (
	ClosedPaused Closed = "paused"
	ClosedNotYet Closed = "not_open_yet"
)

// Closed says whether and why the community takes no new report at a time.
func (b Bundle) Closed(at time.Time) (why Closed, closed bool) {
	switch {
	case len(b.Paused) > 0:
		return ClosedPaused, true
	case at.Before(b.Opens):
		return ClosedNotYet, true
	default:
		return "", false
	}
}

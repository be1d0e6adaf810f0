package event

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Names of the streams and buckets.
const (
	StreamReports     = "REPORTS"
	StreamCases       = "CASES"
	StreamQuarantine  = "QUARANTINE"
	BucketStatus      = "status"
	BucketCommunities = "communities"
	BucketLimits      = "limits" // counters of an hour
	BucketQuotas      = "quotas" // counters of a day
)

// Names of the durable consumers.
const (
	ConsumerWorker = "worker"
	ConsumerStats  = "stats"
)

// Events of a report, the second token of a subject of REPORTS.
const (
	ReportSubmitted = "submitted"
	ReportAmended   = "amended"   // the reporter adds what was missing
	ReportConsent   = "consent"   // and changes what is forbidden
	ReportMessage   = "message"   // and writes to the moderators
	ReportEvidence  = "evidence"  // a part of a file
	ReportOutcome   = "outcome"   // the answer to "did it stop?"
	ReportAppeal    = "appeal"    // asks for someone else to look again
	ReportWithdrawn = "withdrawn" // takes the report back: its content is erased
)

// Events of a case, the second token of a subject of CASES.
const (
	CaseOpened   = "opened"
	CaseDecided  = "decided"
	CaseClosed   = "closed" // by a decision in effect, or since its last report was withdrawn
	CaseAppealed = "appealed"
	CaseReopened = "reopened" // it did not stop
)

var communityName = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$`)

// ValidCommunity reports whether name can name a community: 1 to 40 lowercase
// letters, digits and inner hyphens, so that it is one token of a subject.
func ValidCommunity(name string) bool { return communityName.MatchString(name) }

// ErrSubject says that a subject has not the form of its stream.
var ErrSubject = errors.New("subject is not of the form <stream>.<event>.<community>.<id>")

// Subject is the address of a message: `reports.<event>.<community>.<id>` or
// `cases.<event>.<community>.<id>`.
type Subject struct {
	Stream    string // "reports" or "cases"
	Event     string
	Community string
	ID        ID
}

// String returns the subject as NATS takes it.
func (s Subject) String() string {
	return s.Stream + "." + s.Event + "." + s.Community + "." + s.ID.String()
}

// ReportSubject addresses an event of a report.
func ReportSubject(event, community string, report ID) Subject {
	return Subject{Stream: "reports", Event: event, Community: community, ID: report}
}

// CaseSubject addresses an event of a case.
func CaseSubject(event, community string, caseID ID) Subject {
	return Subject{Stream: "cases", Event: event, Community: community, ID: caseID}
}

// ParseSubject reads a subject of REPORTS or CASES.
func ParseSubject(s string) (Subject, error) {
	tokens := strings.Split(s, ".")
	if len(tokens) != 4 || (tokens[0] != "reports" && tokens[0] != "cases") || tokens[1] == "" || !ValidCommunity(tokens[2]) {
		return Subject{}, ErrSubject
	}
	id, err := ParseID(tokens[3])
	if err != nil {
		return Subject{}, fmt.Errorf("%w: %w", ErrSubject, err)
	}
	return Subject{Stream: tokens[0], Event: tokens[1], Community: tokens[2], ID: id}, nil
}

// QuarantineSubject addresses what can't be decoded or opened. A message of
// REPORTS whose own subject is malformed goes to QuarantineUnnamed instead.
func QuarantineSubject(community string, report ID) string {
	return "quarantine." + community + "." + report.String()
}

// QuarantineUnnamed addresses a quarantined message whose subject names no
// report, by its sequence in REPORTS.
func QuarantineUnnamed(sequence uint64) string {
	return fmt.Sprintf("quarantine.unnamed.seq-%d", sequence)
}

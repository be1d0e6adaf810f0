package bus

import (
	"context"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/event"
)

// ReportIDs returns the distinct reports that a stream holds on subjects that
// match filter and end in a report's id, with one of the subjects of each.
func ReportIDs(ctx context.Context, js jetstream.JetStream, stream, filter string) (map[event.ID]string, error) {
	s, err := js.Stream(ctx, stream)
	if err != nil {
		return nil, fmt.Errorf("looking up the stream %s: %w", stream, err)
	}
	info, err := s.Info(ctx, jetstream.WithSubjectFilter(filter))
	if err != nil {
		return nil, fmt.Errorf("listing subjects of %s: %w", stream, err)
	}
	ids := make(map[event.ID]string, len(info.State.Subjects))
	for subject := range info.State.Subjects {
		if id, ok := reportOf(subject); ok {
			ids[id] = subject
		}
	}
	return ids, nil
}

// reportOf returns the report that a subject of REPORTS or QUARANTINE names. A
// malformed one names none: the worker puts it away by its sequence.
func reportOf(subject string) (event.ID, bool) {
	if rest, ok := strings.CutPrefix(subject, "quarantine."); ok {
		community, id, _ := strings.Cut(rest, ".")
		parsed, err := event.ParseID(id)
		return parsed, err == nil && event.ValidCommunity(community)
	}
	s, err := event.ParseSubject(subject)
	return s.ID, err == nil
}

// SubmittedReports are the subjects of submitted reports in REPORTS.
const SubmittedReports = "reports." + event.ReportSubmitted + ".>"

// QuarantinedReports are the subjects of QUARANTINE.
const QuarantinedReports = "quarantine.>"

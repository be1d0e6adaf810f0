package reporter

import (
	"slices"

	"recourse/internal/event"
)

// Files are the files of which this version has words for the state.
func (s statusBody) Files() []event.EvidenceFile {
	known := []string{event.EvidenceReceiving, event.EvidenceStored, event.EvidenceRefused}
	return slices.DeleteFunc(slices.Clone(s.Found.Evidence), func(f event.EvidenceFile) bool {
		return !slices.Contains(known, f.State)
	})
}

// fileReasons are the codes of why a file is refused, as a worker writes them.
func fileReasons() []string {
	return []string{"kind", "empty", "too_large", "type", "broken", "bomb", "too_many", "incomplete"}
}

// Why is the key of why a file was refused, or "".
func (statusBody) Why(f event.EvidenceFile) string {
	if f.State != event.EvidenceRefused || !slices.Contains(fileReasons(), f.Reason) {
		return ""
	}
	return "evidence.reason." + f.Reason
}

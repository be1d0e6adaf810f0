package reporter

import (
	"slices"

	"recourse/internal/event"
	"recourse/internal/evidence"
)

// Files are the files of which this version has words for the state.
func (s statusBody) Files() []event.EvidenceFile {
	known := []string{event.EvidenceReceiving, event.EvidenceStored, event.EvidenceRefused}
	return slices.DeleteFunc(slices.Clone(s.Found.Evidence), func(f event.EvidenceFile) bool {
		return !slices.Contains(known, f.State)
	})
}

// fileReasons are the codes of why a file is refused, by a worker or, where a form
// held too many at once, by the intake.
func fileReasons() []string {
	return []string{"kind", "empty", "too_large", "type", "broken", "bomb", "at_once"}
}

// TakesFiles says whether files can be added: once a moderator's side has opened
// the report, and never of a kind of which having them can be a crime.
func (s statusBody) TakesFiles() bool {
	_, opened := lastAt(s.Found.Milestones, event.MilestoneOpened)
	return opened && !s.Found.NoFiles && len(s.Found.Evidence) < event.EvidenceFiles
}

// Accept are the types of files that are taken, for the input.
func (statusBody) Accept() string { return evidence.Accept }

// MostFiles is how many files go at once, and MostBytes how large one may be in
// megabytes.
func (statusBody) MostFiles() int { return maxPlainFiles }

// MostBytes is the largest file in megabytes.
func (statusBody) MostBytes() int { return maxPlainFile >> 20 }

// MostInParts is the largest file that a script sends, in megabytes.
func (statusBody) MostInParts() int { return event.EvidenceMax >> 20 }

// Why is the key of why a file was refused, or "".
func (statusBody) Why(f event.EvidenceFile) string {
	if f.State != event.EvidenceRefused || !slices.Contains(fileReasons(), f.Reason) {
		return ""
	}
	return "evidence.reason." + f.Reason
}

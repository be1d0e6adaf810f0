package vault

import (
	"strconv"

	"recourse/internal/event"
)

// FindingsPlace is where what was found in a report's words stands, under the
// report's data key.
func FindingsPlace(report event.ID) Place {
	return Place{Owner: report, Table: "report", Column: "findings", Row: report}
}

// FollowUpPlace is where a follow-up's words stand, under a data key of its own.
func FollowUpPlace(id event.ID) Place {
	return Place{Owner: id, Table: "follow_up", Column: "content", Row: id}
}

// EvidenceDetails is what is sealed beside a file.
type EvidenceDetails struct {
	Name string `json:"name"` // as the reporter's device called it, cleaned
	Sent []byte `json:"sent"` // SHA-256 of the bytes as they were sent
}

// EvidenceDetailsPlace is where a file's details stand, under its data key.
func EvidenceDetailsPlace(id event.ID) Place {
	return Place{Owner: id, Table: "evidence", Column: "details", Row: id}
}

// EvidenceChunkPlace is where a chunk of a file stands, under its data key.
func EvidenceChunkPlace(id event.ID, index int) Place {
	return Place{Owner: id, Table: "evidence_chunk", Column: "sealed[" + strconv.Itoa(index) + "]", Row: id}
}

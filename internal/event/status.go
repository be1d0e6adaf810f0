package event

import (
	"time"

	"recourse/internal/seal"
)

// StatusRecord is a value of the bucket `status`. The version stands in the
// clear, so that a lower one never overwrites a higher one; the rest is sealed
// to the receipt.
type StatusRecord struct {
	V       int           `json:"v"`
	Version int           `json:"version"` // the report's own version, raised by every change
	Sealed  seal.Envelope `json:"sealed"`  // Status
}

// StatusRecordVersion is the version of StatusRecord that this code writes.
const StatusRecordVersion = 1

// Status is the plaintext of StatusRecord.Sealed.
type Status struct {
	Report     ID              `json:"report"`
	Milestones []MilestoneAt   `json:"milestones"`
	Messages   []SealedMessage `json:"messages,omitempty"`
}

// MilestoneAt is a milestone and when it was reached, UTC in whole seconds.
type MilestoneAt struct {
	Name Milestone `json:"name"`
	At   time.Time `json:"at"`
}

// SealedMessage is a message to the reporter, sealed to the receipt when it
// was written, so that whoever carries it can't read it.
type SealedMessage struct {
	ID     ID            `json:"id"`
	At     time.Time     `json:"at"`
	Sealed seal.Envelope `json:"sealed"` // Message
}

// Message is the plaintext of SealedMessage.Sealed.
type Message struct {
	Type      string `json:"type"`              // "decision"
	Action    Action `json:"action,omitempty"`  // of a decision
	Article   string `json:"article,omitempty"` // id of the article that it cites
	Title     string `json:"title,omitempty"`   // the article's title in the reporter's language
	Reasons   string `json:"reasons,omitempty"` // what the moderator wrote to the reporter
	Automated bool   `json:"automated"`         // whether a machine decided
}

// MessageDecision is the type of a statement of reasons.
const MessageDecision = "decision"

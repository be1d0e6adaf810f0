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
	Stage      Stage           `json:"stage,omitempty"`    // empty from a worker of an earlier version
	Due        time.Time       `json:"due,omitzero"`       // until when a moderator looks at it: while it is open
	Consent    Consent         `json:"consent,omitzero"`   // what the reporter forbids now
	Stopped    *bool           `json:"stopped,omitempty"`  // the answer to "did it stop?" since the last decision
	Hidden     bool            `json:"hidden,omitempty"`   // what was reported is hidden until a moderator has looked
	NoFiles    bool            `json:"no_files,omitempty"` // none are taken for this kind of abuse: having them can be a crime
	Evidence   []EvidenceFile  `json:"evidence,omitempty"` // what was uploaded, or is being uploaded
	Milestones []MilestoneAt   `json:"milestones"`
	Messages   []SealedMessage `json:"messages,omitempty"` // the newest; older ones are left out where they don't fit
}

// Stage is where a report stands. It decides what its reporter may do.
type Stage string

// The stages.
const (
	StageOpen      Stage = "open"
	StageDecided   Stage = "decided"
	StageAppealed  Stage = "appealed"  // decided, and someone is asked to look again
	StageReopened  Stage = "reopened"  // decided, and it did not stop
	StageWithdrawn Stage = "withdrawn" // its content is gone
)

// Stages returns every stage.
func Stages() []Stage {
	return []Stage{StageOpen, StageDecided, StageAppealed, StageReopened, StageWithdrawn}
}

// EvidenceFile is a file that the reporter uploaded with the receipt. It tells no
// name: the status is for whoever holds the receipt.
type EvidenceFile struct {
	ID       ID        `json:"id"`                 // chosen by the uploader
	State    string    `json:"state"`              // EvidenceReceiving, EvidenceStored or EvidenceRefused
	Reason   string    `json:"reason,omitempty"`   // of refused: a code
	Received []int     `json:"received,omitempty"` // of receiving: chunks that are there
	At       time.Time `json:"at"`
}

// States of an EvidenceFile.
const (
	EvidenceReceiving = "receiving"
	EvidenceStored    = "stored"
	EvidenceRefused   = "refused"
)

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
	Type      string `json:"type"`              // one of the types below
	Action    Action `json:"action,omitempty"`  // of a decision
	Article   string `json:"article,omitempty"` // id of the article that it cites
	Title     string `json:"title,omitempty"`   // the article's title in the reporter's language
	Reasons   string `json:"reasons,omitempty"` // what the moderator wrote to the reporter
	Automated bool   `json:"automated"`         // whether a machine decided

	// Of a decision: what rules of the code of conduct did before, in words of
	// the code.
	Machine []string `json:"machine,omitempty"`

	Event     string `json:"event,omitempty"`     // of the reporter's own: the event that carried it
	Text      string `json:"text,omitempty"`      // of a reply, and of the reporter's own
	Automatic bool   `json:"automatic,omitempty"` // of a reply: a rule of the code of conduct asks
}

// Types of a Message.
const (
	MessageDecision = "decision" // a statement of reasons
	MessageReply    = "reply"    // a moderator writes
	MessageOwn      = "own"      // what the reporter wrote, shown again
)

package event

import (
	"strconv"
	"time"
)

// CaseEvent is the payload of `cases.<event>.<community>.<case-id>`. It holds
// no content: ids, times, codes.
type CaseEvent struct {
	Version   int       `json:"v"`
	Case      ID        `json:"case"`
	Community string    `json:"community"`
	Event     string    `json:"event"`
	Sequence  int       `json:"sequence"` // the case's own version, raised by every change
	At        time.Time `json:"at"`       // UTC
	Reports   []ID      `json:"reports"`  // reports of the case when it happened

	Decision *CaseDecision `json:"decision,omitempty"` // of decided and closed
}

// CaseDecision is what statistics may know of a decision.
type CaseDecision struct {
	ID        ID     `json:"id"`
	Action    Action `json:"action"`
	Article   string `json:"article"`
	Conduct   string `json:"conduct"` // digest of the code of conduct that it cites
	Automated bool   `json:"automated"`
}

// CaseEventVersion is the version of CaseEvent that this code writes.
const CaseEventVersion = 1

// MessageID is the Nats-Msg-Id of e: the same event published twice within the
// duplicate window is stored once.
func (e CaseEvent) MessageID() string {
	return e.Case.String() + "." + strconv.Itoa(e.Sequence) + "." + e.Event
}

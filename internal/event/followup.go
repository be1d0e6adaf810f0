package event

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"recourse/internal/seal"
)

// FollowUpVersion is the version of FollowUp that this code writes.
const FollowUpVersion = 1

// FollowUp is the message `reports.<event>.<community>.<report-id>` of every
// event but submitted: what a reporter does later, with the receipt.
type FollowUp struct {
	Version   int       `json:"v"`
	ID        ID        `json:"id"` // its own: however often it is delivered, it has one effect
	Report    ID        `json:"report"`
	Community string    `json:"community"`
	Event     string    `json:"event"` // as in the subject
	At        time.Time `json:"at"`    // UTC, whole seconds

	// Of a withdrawal: where its status stands and to whom it is sealed, since
	// the report itself may have been read by nobody.
	StatusKey string `json:"status_key,omitempty"`
	ReplyKey  []byte `json:"reply_key,omitempty"`

	Moderation seal.Envelope `json:"moderation"` // FollowUpContent, or a part of evidence
}

// FollowUpContent is the plaintext of FollowUp.Moderation of every event but
// evidence.
type FollowUpContent struct {
	Text    string   `json:"text,omitempty"`    // of amended, message, appeal, outcome
	Consent *Consent `json:"consent,omitempty"` // of consent: what the reporter forbids from now on
	Stopped *bool    `json:"stopped,omitempty"` // of outcome: the answer to "did it stop?"
	Binding []byte   `json:"binding"`           // FollowUp.Binding of the message that carries it
}

// FollowUps returns the events of a FollowUp.
func FollowUps() []string {
	return []string{
		ReportAmended, ReportConsent, ReportMessage, ReportEvidence, ReportOutcome, ReportAppeal, ReportWithdrawn,
	}
}

// DecodeFollowUp decodes strictly.
func DecodeFollowUp(payload []byte) (FollowUp, error) {
	var f FollowUp
	if err := DecodeStrict(payload, &f); err != nil {
		return FollowUp{}, err
	}
	switch {
	case f.Version != FollowUpVersion:
		return FollowUp{}, fmt.Errorf("%w: version %d is not known", ErrDecode, f.Version)
	case f.ID.IsZero(), f.Report.IsZero(), !ValidCommunity(f.Community), f.At.IsZero():
		return FollowUp{}, fmt.Errorf("%w: a required field is missing", ErrDecode)
	case !slices.Contains(FollowUps(), f.Event):
		return FollowUp{}, fmt.Errorf("%w: the event is not known", ErrDecode)
	case f.Event == ReportWithdrawn && (!isHex(f.StatusKey, 32) || len(f.ReplyKey) == 0):
		return FollowUp{}, fmt.Errorf("%w: a withdrawal does not say whom to tell", ErrDecode)
	}
	return f, nil
}

// Binding is a digest of what stands outside the envelope. What is inside
// repeats it, so that nobody who may publish to REPORTS can pass one follow-up
// off for another.
func (f FollowUp) Binding() []byte {
	return binding("recourse/follow-up/v1", f.ID[:], f.Report[:], []byte(f.Community), []byte(f.Event),
		[]byte(f.At.UTC().Format(time.RFC3339)), []byte(f.StatusKey), f.ReplyKey)
}

// binding is SHA-256 over the parts, each with its length before it.
func binding(domain string, parts ...[]byte) []byte {
	h := sha256.New()
	for _, part := range append([][]byte{[]byte(domain)}, parts...) {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write(part)
	}
	return h.Sum(nil)
}

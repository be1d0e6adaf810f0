package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"recourse/internal/seal"
)

// SubmittedVersion is the version of Submitted that this code writes.
const SubmittedVersion = 1

// Submitted is the message `reports.submitted.<community>.<report-id>`: all
// that travels of a new report. Everything a person wrote or chose is inside
// one of three envelopes, each sealed to another service.
type Submitted struct {
	Version    int       `json:"v"`
	Report     ID        `json:"report"`
	Community  string    `json:"community"`
	Conduct    string    `json:"conduct"`     // digest of the code of conduct in force, 64 hexadecimal digits of SHA-256
	ReceivedAt time.Time `json:"received_at"` // UTC, whole seconds
	StatusKey  string    `json:"status_key"`  // the record's key in the bucket `status`; no secret
	ReplyKey   []byte    `json:"reply_key"`   // the receipt's public key

	Moderation seal.Envelope `json:"moderation"` // Content
	Contact    seal.Envelope `json:"contact"`    // Contact; there even when no contact was given, so that its presence tells nothing
	Statistics seal.Envelope `json:"statistics"` // Dimensions, of one length
}

// Content is what moderators read: the plaintext of Submitted.Moderation.
type Content struct {
	Kind        Kind      `json:"kind"`
	Description string    `json:"description"`
	Links       []string  `json:"links,omitempty"`
	Account     Account   `json:"account,omitzero"`
	Language    string    `json:"language,omitempty"` // BCP 47, as given
	Role        Role      `json:"role,omitempty"`
	Grounds     []Ground  `json:"grounds,omitempty"`
	Since       string    `json:"since,omitempty"` // when it began, in the reporter's own words
	Frequency   Frequency `json:"frequency,omitempty"`
	Consent     Consent   `json:"consent,omitzero"`
	HasContact  bool      `json:"has_contact,omitempty"`
	Client      string    `json:"client,omitempty"` // name of the authenticated API client, empty for the public
	Binding     []byte    `json:"binding"`          // Submitted.Binding of the message that carries it
}

// Account is the reported party, as the reporter names it.
type Account struct {
	Platform string `json:"platform,omitempty"`
	Handle   string `json:"handle,omitempty"`
}

// Consent is what a reporter forbids. The zero value forbids nothing. It can be
// changed at any time.
type Consent struct {
	DoNotTellAccount   bool `json:"do_not_tell_account"`  // the reported account hears nothing of this report
	NotBeyondCommunity bool `json:"not_beyond_community"` // nobody outside the community is told: no referral
}

// Contact is how the reporter may be told that there is news: the plaintext of
// Submitted.Contact. Empty where none was given.
type Contact struct {
	Address  string `json:"address,omitempty"`
	Language string `json:"language,omitempty"` // BCP 47, of what is sent there
}

// Dimensions is what statistics see: the plaintext of Submitted.Statistics.
// Every field is coded; the pseudonyms are HMACs under a key that only the
// intake has.
type Dimensions struct {
	Kind        Kind     `json:"kind"`
	Grounds     []Ground `json:"grounds"`
	Gender      Gender   `json:"gender"`
	AgeBand     AgeBand  `json:"age_band"`
	Role        Role     `json:"role"`
	Language    string   `json:"language"`              // base language subtag, "und" where unknown
	Participant []byte   `json:"participant,omitempty"` // HMAC of the platform's id of the reporter; absent for the public
	Account     []byte   `json:"account,omitempty"`     // HMAC of platform and handle of the reported account
}

// DimensionsSize is the padded size of the statistics envelope's plaintext in
// bytes: one size for all, so that it tells nothing of what is inside.
const DimensionsSize = 1024

// ContactSize is the same for the contact envelope, given or not.
const ContactSize = 2048

// ErrDecode says that a payload is not what its subject promises. It never
// quotes the payload.
var ErrDecode = errors.New("payload can't be decoded")

// DecodeSubmitted decodes strictly: one JSON value, no unknown field, the
// fields that the rest relies on there.
func DecodeSubmitted(payload []byte) (Submitted, error) {
	var s Submitted
	if err := DecodeStrict(payload, &s); err != nil {
		return Submitted{}, err
	}
	switch {
	case s.Version != SubmittedVersion:
		return Submitted{}, fmt.Errorf("%w: version %d is not known", ErrDecode, s.Version)
	case s.Report.IsZero(), !ValidCommunity(s.Community), len(s.ReplyKey) == 0, s.ReceivedAt.IsZero():
		return Submitted{}, fmt.Errorf("%w: a required field is missing", ErrDecode)
	case !isHex(s.StatusKey, 32), !isHex(s.Conduct, 64):
		return Submitted{}, fmt.Errorf("%w: a key or digest is malformed", ErrDecode)
	}
	return s, nil
}

// VersionOf reads the version of a payload, whatever else is in it; 0 where it
// has none.
func VersionOf(payload []byte) int {
	var versioned struct {
		Version int `json:"v"`
	}
	_ = json.Unmarshal(payload, &versioned) // 0 is the answer then
	return versioned.Version
}

func isHex(s string, digits int) bool {
	return len(s) == digits && strings.Trim(s, "0123456789abcdef") == ""
}

// Binding is a digest of what stands outside the envelopes. Content repeats it,
// so that nobody who may publish to REPORTS can pair a report's words with
// another receipt's key.
func (s Submitted) Binding() []byte {
	return binding("recourse/submitted/v1", s.Report[:], []byte(s.Community), []byte(s.Conduct),
		[]byte(s.ReceivedAt.UTC().Format(time.RFC3339)), []byte(s.StatusKey), s.ReplyKey)
}

// DecodeStrict reads exactly one JSON value into v and refuses unknown fields.
// Its errors never quote the input.
func DecodeStrict(payload []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(payload))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("%w: not the expected JSON", ErrDecode)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something follows the JSON value", ErrDecode)
	}
	return nil
}

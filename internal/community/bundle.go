// Package community is how a community reaches the services: a bundle of
// settings, texts, code of conduct, public keys and API clients, signed with
// the operator's key and kept in the key-value bucket `communities`.
//
// Whoever reads a bundle verifies it first. The package must never trust what
// the bucket holds, since more than one service can write to NATS.
package community

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"recourse/internal/event"
	"recourse/internal/seal"
	"recourse/internal/text"
)

// Bundle is one version of a community, as the services use it.
type Bundle struct {
	Version   int       `json:"version"` // raised by every change
	Name      string    `json:"name"`    // event.ValidCommunity
	CreatedAt time.Time `json:"created_at"`
	Title     Text      `json:"title"`
	Languages []string  `json:"languages"` // BCP 47, the default first

	Conduct  string    `json:"conduct"`  // digest of the code of conduct in force
	Articles []Article `json:"articles"` // its articles, for the pages
	// Codes are the versions of the code, the one in force first, MaxCodes at
	// most. A bundle that an earlier version of the program signed has none.
	Codes []CodeVersion `json:"codes,omitempty"`

	Keys    PublicKeys `json:"keys"`
	Clients []Client   `json:"clients,omitempty"`

	Kinds     []event.Kind  `json:"kinds,omitempty"`   // offered to who reports; empty: all
	Country   string        `json:"country,omitempty"` // whose help lines are shown first: ISO 3166-1 alpha-2; empty: guessed from the browser’s languages
	Intro     Text          `json:"intro,omitempty"`   // the community's own words above the form
	Colours   Colours       `json:"colours,omitzero"`
	Logo      Logo          `json:"logo,omitzero"`
	Opens     time.Time     `json:"opens,omitzero"`       // no report is taken before; zero: open
	Paused    Text          `json:"paused,omitempty"`     // public notice while no new report is taken; empty: not paused
	PauseHeld bool          `json:"pause_held,omitempty"` // paused by command: applying a file that does not pause leaves it so
	AskAfter  time.Duration `json:"ask_after,omitempty"`  // after a decision: ask "did it stop?"; 0: DefaultAskAfter
	RateLimit RateLimit     `json:"rate_limit,omitzero"`
	Care      Care          `json:"care,omitzero"`
}

// DefaultAskAfter is when a reporter is asked whether it stopped, where the
// community sets nothing else.
const DefaultAskAfter = 21 * 24 * time.Hour

// Colours are the community's own, as #rrggbb. The zero value stands for the
// pages' own colours. What is here was checked for contrast.
type Colours struct {
	Accent     string `json:"accent,omitempty"`      // links and buttons on white
	AccentDark string `json:"accent_dark,omitempty"` // the same on the dark page
}

// Logo is a picture shown beside the community's title.
type Logo struct {
	Type string `json:"type,omitempty"` // image/png or image/webp: an SVG can hold anything
	Data []byte `json:"data,omitempty"` // MaxLogo at most
}

// RateLimit slows who sends too much. Zero fields set no limit.
type RateLimit struct {
	ReportsPerHour       int `json:"reports_per_hour,omitempty"`        // of one address
	FollowUpsPerHour     int `json:"follow_ups_per_hour,omitempty"`     // of one report
	WrongReceiptsPerHour int `json:"wrong_receipts_per_hour,omitempty"` // of one address, over all communities: the strictest counts
}

// Text is one text in several languages.
type Text = text.Localized

// Article is an article of the code of conduct, as pages show it.
type Article struct {
	ID    string       `json:"id"`
	Kinds []event.Kind `json:"kinds"`
	Title Text         `json:"title"`
	Text  Text         `json:"text"`

	FirstLook time.Duration  `json:"first_look,omitempty"` // within which a moderator looks at a report
	Ladder    []event.Action `json:"ladder,omitempty"`     // what may follow, the lightest first
}

// MaxCodes is how many versions of its code a community's bundle names.
const MaxCodes = 50

// CodeVersion is a time in which a code of conduct was in force.
type CodeVersion struct {
	Digest   string    `json:"digest"`   // of the code
	Version  string    `json:"version"`  // as its authors call it
	Since    time.Time `json:"since"`    // when it came into force
	Register string    `json:"register"` // digest of its public register
}

// Code returns the last time in which the code with this digest was in force.
func (b Bundle) Code(digest string) (CodeVersion, bool) {
	for _, v := range b.Codes {
		if v.Digest == digest {
			return v, true
		}
	}
	return CodeVersion{}, false
}

// PublicKeys are what the intake seals to.
type PublicKeys struct {
	Moderation PublicKey `json:"moderation"`
	Contact    PublicKey `json:"contact"`
	Statistics PublicKey `json:"statistics"`
}

// PublicKey is an HPKE public key and its id.
type PublicKey struct {
	ID  string `json:"id"`
	Key []byte `json:"key"`

	parsed *seal.PublicKey // of a bundle that a Source holds: reading a key takes a sixth of sealing to it
}

// Seal returns k as internal/seal takes it.
func (k PublicKey) Seal() (seal.PublicKey, error) {
	if k.parsed != nil {
		return *k.parsed, nil
	}
	return seal.ParsePublicKey(k.ID, k.Key)
}

// parse reads every key once and for all. One that is malformed is refused when
// it is used.
func (k *PublicKeys) parse() {
	for _, key := range []*PublicKey{&k.Moderation, &k.Contact, &k.Statistics} {
		if parsed, err := seal.ParsePublicKey(key.ID, key.Key); err == nil {
			key.parsed = &parsed
		}
	}
}

// Client is a program that may use the intake's API under its own name.
type Client struct {
	Name    string `json:"name"`
	KeyHash []byte `json:"key_hash"` // SHA-256 of its key; the key has 256 random bits

	ReportsPerDay int `json:"reports_per_day,omitempty"` // its quota; 0: none
}

// HashClientKey returns what Client.KeyHash holds for a key.
func HashClientKey(key string) []byte {
	h := sha256.Sum256([]byte(key))
	return h[:]
}

// Article returns the article with this id.
func (b Bundle) Article(id string) (Article, bool) {
	for _, a := range b.Articles {
		if a.ID == id {
			return a, true
		}
	}
	return Article{}, false
}

// ArticleOf returns the article that takes a kind.
func (b Bundle) ArticleOf(kind event.Kind) (Article, bool) {
	for _, a := range b.Articles {
		if slices.Contains(a.Kinds, kind) {
			return a, true
		}
	}
	return Article{}, false
}

// Offered are the kinds that the community offers, in their public order.
func (b Bundle) Offered() []event.Kind {
	if len(b.Kinds) == 0 {
		return event.Kinds()
	}
	var offered []event.Kind
	for _, k := range event.Kinds() {
		if slices.Contains(b.Kinds, k) {
			offered = append(offered, k)
		}
	}
	return offered
}

// DefaultLanguage is the first of the community's languages.
func (b Bundle) DefaultLanguage() string { return b.Languages[0] }

// Key is the record of a community in the bucket.
func Key(name string) string { return "bundle." + name }

// ConductKey is the record of a code of conduct in the bucket.
func ConductKey(digest string) string { return "conduct." + digest }

// RegisterKey is the record of a public register in the bucket.
func RegisterKey(digest string) string { return "register." + digest }

// Digest names a code of conduct or a register: 64 hexadecimal digits of
// SHA-256 of its file.
func Digest(file []byte) string {
	h := sha256.Sum256(file)
	return hex.EncodeToString(h[:])
}

// signed is the record's value: the bundle's exact bytes and their signature.
type signed struct {
	Bundle    []byte `json:"bundle"`
	Signature []byte `json:"signature"` // Ed25519 over domain and bundle
}

const domain = "recourse/community/v1|"

// Errors of Verify.
var (
	ErrSignature = errors.New("a community's bundle is not signed with the operator's key")
	ErrBundle    = errors.New("a community's bundle is malformed")
)

// Sign returns the record's value for b, signed with the operator's Ed25519
// seed.
func Sign(seed []byte, b Bundle) ([]byte, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("encoding a bundle: %w", err)
	}
	sig := ed25519.Sign(ed25519.NewKeyFromSeed(seed), append([]byte(domain), raw...))
	return json.Marshal(signed{Bundle: raw, Signature: sig})
}

// Verify reads a record's value. The name is the one that the record's key
// promises: a bundle signed for one community does not pass for another.
func Verify(public ed25519.PublicKey, name string, value []byte) (Bundle, error) {
	var s signed
	if err := json.Unmarshal(value, &s); err != nil {
		return Bundle{}, ErrBundle
	}
	if !ed25519.Verify(public, append([]byte(domain), s.Bundle...), s.Signature) {
		return Bundle{}, ErrSignature
	}
	var b Bundle
	dec := json.NewDecoder(bytes.NewReader(s.Bundle)) // unknown fields are let pass: the next version may add some
	if err := dec.Decode(&b); err != nil {
		return Bundle{}, ErrBundle
	}
	if err := b.check(); err != nil {
		return Bundle{}, err
	}
	if b.Name != name {
		return Bundle{}, fmt.Errorf("%w: it names another community", ErrBundle)
	}
	return b, nil
}

func (b Bundle) check() error {
	switch {
	case !event.ValidCommunity(b.Name):
		return fmt.Errorf("%w: the name is not 1 to 40 lowercase letters, digits and hyphens", ErrBundle)
	case b.Version < 1:
		return fmt.Errorf("%w: the version is not 1 or more", ErrBundle)
	case len(b.Languages) == 0:
		return fmt.Errorf("%w: no language", ErrBundle)
	case len(b.Conduct) != 2*sha256.Size:
		return fmt.Errorf("%w: no code of conduct", ErrBundle)
	}
	for _, k := range []PublicKey{b.Keys.Moderation, b.Keys.Contact, b.Keys.Statistics} {
		if _, err := k.Seal(); err != nil {
			return fmt.Errorf("%w: a public key is malformed", ErrBundle)
		}
	}
	return nil
}

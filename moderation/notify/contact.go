package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal"
	"recourse/internal/seal/open"
)

// open opens the contact of a report. Where the key is not there, the error is
// keys.ErrNoKey. No error quotes what it read.
func (n *Notifier) open(report event.ID, community string, sealed []byte) (event.Contact, error) {
	var envelope seal.Envelope
	if err := json.Unmarshal(sealed, &envelope); err != nil {
		return event.Contact{}, errors.New("not an envelope")
	}
	key, err := n.key(community, envelope.KeyID)
	if err != nil {
		return event.Contact{}, err
	}
	body, err := key.Open(seal.Context{Purpose: seal.PurposeContact, Community: community, Report: report}, envelope)
	if err != nil {
		return event.Contact{}, err
	}
	var contact event.Contact
	if err := json.Unmarshal(body, &contact); err != nil {
		return event.Contact{}, errors.New("not a contact")
	}
	return contact, nil
}

// key returns a community's private key. Parsing one takes as long as opening
// with it, so it is done once.
func (n *Notifier) key(community, id string) (open.PrivateKey, error) {
	name := community + " " + id
	n.mu.Lock()
	defer n.mu.Unlock()
	if key, ok := n.opens[name]; ok {
		return key, nil
	}
	entry, err := n.ring.Find(keys.ContactOpen, community, id)
	if err != nil {
		return open.PrivateKey{}, err
	}
	key, err := open.Parse(entry.ID, entry.Key)
	if err != nil {
		return open.PrivateKey{}, fmt.Errorf("reading a contact key: %w", err)
	}
	n.opens[name] = key
	return key, nil
}

// longestAddress is that of RFC 5321, section 4.5.3.1.3, less the brackets.
const longestAddress = 254

// address returns what a mail can be sent to. Where that is nothing, kind says
// what was left instead; else it is sent.
func address(contact string) (to string, kind outcome) {
	contact = strings.TrimSpace(contact)
	if contact == "" {
		return "", noContact
	}
	if to, ok := mailAddress(contact); ok {
		return to, sent
	}
	isDigit := func(r rune) bool {
		return unicode.IsDigit(r) || unicode.IsSpace(r) || strings.ContainsRune("+()-./", r)
	}
	if strings.IndexFunc(contact, unicode.IsDigit) >= 0 && strings.TrimFunc(contact, isDigit) == "" {
		return "", phone
	}
	return "", otherWay
}

// mailAddress takes one bare address in a domain with a dot: no name, no
// comment, no quotes, no address of a host.
func mailAddress(contact string) (string, bool) {
	parsed, err := mail.ParseAddress(contact)
	if err != nil || parsed.Name != "" || parsed.Address != contact {
		return "", false
	}
	at := strings.LastIndexByte(contact, '@')
	domain, err := idna.Lookup.ToASCII(contact[at+1:])
	if err != nil || !strings.Contains(domain, ".") || net.ParseIP(domain) != nil {
		return "", false
	}
	to := contact[:at+1] + domain
	return to, len(to) <= longestAddress
}

package reporter

import (
	"errors"
	"fmt"
	"time"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
)

// maxContent is what the largest envelope holds of event.Content, in bytes of
// its JSON: 512 KiB less the length in front.
const maxContent = 512<<10 - 4

// errTooLarge says that every field keeps its limit and all of them together
// do not.
var errTooLarge = errors.New("report is too large altogether")

// sealReport makes the message of a report. All three envelopes are always
// there, empty or not, so that a missing one tells nothing.
func (s secrets) sealReport(b community.Bundle, r report, client string, id receipt.Receipt, at time.Time) (event.Submitted, error) {
	reply, err := id.PublicKey()
	if err != nil {
		return event.Submitted{}, err
	}
	m := event.Submitted{
		Version:    event.SubmittedVersion,
		Report:     id.ReportID(),
		Community:  b.Name,
		Conduct:    b.Conduct,
		ReceivedAt: at.UTC().Truncate(time.Second),
		StatusKey:  id.StatusKey(),
		ReplyKey:   reply,
	}
	words := content(r, client)
	words.Binding = m.Binding()
	for _, e := range []struct {
		to      community.PublicKey
		purpose seal.Purpose
		body    any
		padding seal.Padding
		put     *seal.Envelope
	}{
		{b.Keys.Moderation, seal.PurposeModeration, words, seal.Buckets(), &m.Moderation},
		{b.Keys.Contact, seal.PurposeContact, contactOf(r), seal.Exactly(event.ContactSize), &m.Contact},
		{b.Keys.Statistics, seal.PurposeStatistics, s.dimensions(r), seal.Exactly(event.DimensionsSize), &m.Statistics},
	} {
		body, err := encode(e.body)
		if err != nil {
			return event.Submitted{}, err
		}
		if len(body) > maxContent {
			return event.Submitted{}, errTooLarge
		}
		key, err := e.to.Seal()
		if err != nil {
			return event.Submitted{}, fmt.Errorf("reading the %s key of a community: %w", e.purpose, err)
		}
		context := seal.Context{Purpose: e.purpose, Community: b.Name, Report: m.Report}
		if *e.put, err = seal.Seal(key, context, body, e.padding); err != nil {
			return event.Submitted{}, err
		}
	}
	return m, nil
}

// content is what moderators read: what was given, and nothing made up.
func content(r report, client string) event.Content {
	return event.Content{
		Kind:        r.Kind,
		Description: r.Description,
		Links:       r.Links,
		Account:     r.Account,
		Language:    r.Language,
		Role:        r.Role,
		Grounds:     r.Grounds,
		Since:       r.Since,
		Frequency:   r.Frequency,
		Consent:     r.Consent,
		HasContact:  r.Contact != "",
		Client:      client,
	}
}

// contactOf is what notify needs to write to the reporter, and nothing where
// there is no address.
func contactOf(r report) event.Contact {
	if r.Contact == "" {
		return event.Contact{}
	}
	return event.Contact{Address: r.Contact, Language: r.Language}
}

// dimensions is what statistics count: every attribute has a value. A report
// that does not say who sends it counts as the target's own, as most are.
func (s secrets) dimensions(r report) event.Dimensions {
	d := event.Dimensions{
		Kind:        r.Kind,
		Grounds:     r.Grounds,
		Gender:      orElse(r.Gender, event.GenderUnknown),
		AgeBand:     orElse(r.AgeBand, event.AgeUnknown),
		Role:        orElse(r.Role, event.RoleTarget),
		Language:    baseLanguage(r.Language),
		Participant: s.participant(r.Community, r.Participant),
		Account:     s.reportedAccount(r.Community, r.Account),
	}
	if len(d.Grounds) == 0 {
		d.Grounds = []event.Ground{event.GroundUnknown}
	}
	return d
}

func orElse[T ~string](given, otherwise T) T {
	if given == "" {
		return otherwise
	}
	return given
}

package console

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"recourse/internal/event"
	"recourse/internal/postgres"
	"recourse/moderation/findings"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// report is one report of a case.
type report struct {
	ID           event.ID       `json:"id"`
	ReceivedAt   time.Time      `json:"received_at"`
	OpenedAt     time.Time      `json:"opened_at"`
	WithdrawnAt  *time.Time     `json:"withdrawn_at"` // by its reporter; nothing of it is left then
	Version      int            `json:"version"`
	Conduct      string         `json:"conduct"`  // digest of the code of conduct in force when it was sent
	Language     string         `json:"language"` // detected in its words; "und" where that is not sure
	ContentState legibility     `json:"content_state"`
	Content      *event.Content `json:"content"` // null unless content_state is "open"

	// What a machine found in content.description, in bytes of it; null where
	// nothing was looked for, or nothing opens.
	Findings  *findings.Findings `json:"findings"`
	Consent   event.Consent      `json:"consent"` // what the reporter forbids now; content has what it was at first
	Stopped   *bool              `json:"stopped"` // the answer to "did it stop?" since the last decision
	Rules     []firedRule        `json:"rules"`
	FollowUps []followUp         `json:"follow_ups"` // what the reporter sent later, the oldest first
	Replies   []reply            `json:"replies"`    // what moderators wrote to the reporter, the oldest first
	Files     []file             `json:"files"`      // what came with the receipt, the oldest first

	explanation
}

// legibility says whether something sealed at rest could be opened.
type legibility string

const (
	legible legibility = "open"
	erased  legibility = "erased" // its key was deleted: nobody will read it again
	locked  legibility = "locked" // this server lacks the key, or what is stored is damaged
)

var errErased = errors.New("the data key was deleted")

func legibilityOf(err error) legibility {
	switch {
	case err == nil:
		return legible
	case errors.Is(err, errErased):
		return erased
	default:
		return locked
	}
}

func (d *desk) openReport(row store.ReportsOfRow, rules []store.ModerationRuleFired) report {
	r := report{
		ID: row.ID, ReceivedAt: row.ReceivedAt.UTC(), OpenedAt: row.OpenedAt.UTC(), Version: int(row.Version),
		Conduct: row.Conduct, Language: row.Language,
		Consent: event.Consent{DoNotTellAccount: row.DoNotTellAccount, NotBeyondCommunity: row.NotBeyondCommunity},
		Stopped: row.Stopped, Rules: []firedRule{}, FollowUps: []followUp{}, Replies: []reply{}, Files: []file{},
	}
	if row.WithdrawnAt != nil {
		r.WithdrawnAt, r.ContentState = inUTC(row.WithdrawnAt), erased
		return r
	}
	r.Rules = rulesOf(row.ID, rules)
	content, err := d.content(row)
	r.ContentState = legibilityOf(err)
	switch r.ContentState {
	case legible:
		r.Content = &content
		r.Findings = d.findings(row)
	case locked:
		d.log.Error("a report can't be opened", "report", row.ID, "error", postgres.Redact(err))
	case erased: // as it should be
	}
	return r
}

// content opens what a report says.
func (d *desk) content(row store.ReportsOfRow) (event.Content, error) {
	var content event.Content
	place := vault.Place{Owner: row.ID, Table: "report", Column: "content", Row: row.ID}
	err := d.unseal(place, row.Community, row.Month, row.Wrapped, row.Content, &content)
	return content, err
}

// findings opens what was found in a report's words. The words can be read
// without.
func (d *desk) findings(row store.ReportsOfRow) *findings.Findings {
	if len(row.Findings) == 0 {
		return nil
	}
	var found findings.Findings
	if err := d.unseal(vault.FindingsPlace(row.ID), row.Community, row.Month, row.Wrapped, row.Findings, &found); err != nil {
		d.log.Error("what was found in a report can't be opened", "report", row.ID, "error", postgres.Redact(err))
		return nil
	}
	return &found
}

// Segments are the words of the report, with what was found in them.
func (r report) Segments() []segment {
	if r.Findings == nil {
		return segments(r.Content.Description, findings.Findings{})
	}
	return segments(r.Content.Description, *r.Findings)
}

// Legend explains the marks, if there are any.
func (r report) Legend() []legendEntry {
	if r.Findings == nil {
		return nil
	}
	return legendOf(r.Content.Description, *r.Findings)
}

// Acted says whether a rule of the code itself had an effect.
func (r report) Acted() bool { return len(r.Machine) > 0 }

// unseal opens JSON that stands at rest under a data key of its own.
func (d *desk) unseal(place vault.Place, community string, month *string, wrapped, sealed []byte, v any) error {
	if month == nil {
		return errErased
	}
	key, err := d.vault.Unwrap(vault.WrappedKey{Owner: place.Owner, Community: community, Month: *month, Wrapped: wrapped})
	if err != nil {
		return err
	}
	plaintext, err := key.Open(place, sealed)
	if err != nil {
		return err
	}
	// Not strictly: a later worker may have stored a field that is new.
	if err := json.Unmarshal(plaintext, v); err != nil {
		return errors.New("what was sealed is not JSON")
	}
	return nil
}

// turn is one of what reporter and moderators wrote to one another.
type turn struct {
	At       time.Time
	FollowUp *followUp
	Reply    *reply
}

// Turns are follow-ups and replies in the order of time.
func (r report) Turns() []turn {
	var all []turn
	for i := range r.FollowUps {
		all = append(all, turn{At: r.FollowUps[i].At, FollowUp: &r.FollowUps[i]})
	}
	for i := range r.Replies {
		all = append(all, turn{At: r.Replies[i].At, Reply: &r.Replies[i]})
	}
	slices.SortStableFunc(all, func(a, b turn) int { return cmp.Compare(a.At.Unix(), b.At.Unix()) })
	return all
}

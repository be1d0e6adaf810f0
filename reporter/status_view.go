package reporter

import (
	"slices"
	"time"

	"recourse/internal/event"
)

// statusBody is the page that asks for a receipt and shows what became of its
// report, and what its reporter can do.
type statusBody struct {
	Typed   string    // the receipt, as it was typed
	Fault   string    // key of what is wrong with it, or of why nothing can be shown; or ""
	Found   *progress // nil: nothing to show
	Again   bool      // it was sent by a page that showed the report
	Retry   bool      // and can't be shown now: what was typed is given back
	Token   string    // makes a second click the same follow-up
	Do      string    // what was asked for, or ""
	Sent    bool      // and it was sent
	Soon    bool      // and does not show yet
	Notice  string    // key of why it was not sent, or ""
	Minutes int       // of a fault or notice that says how long to wait

	FileFaults []fileFault // what is wrong with files
	files      []plainFile

	fault fault // what is wrong with a text
	draft statusDraft
	texts texts
	now   time.Time
}

// area is a text to write, as the page shows it.
type area struct {
	Name, Label, Hint, Text string
	Fault                   string
	Open                    bool // not folded away
}

// tick is one thing that the reporter can forbid.
type tick struct {
	Name, Text  string // Text is a key
	Chosen, Now bool   // Now: it is forbidden already
}

// Asks says whether the page asks once more before a report is withdrawn.
func (s statusBody) Asks() bool { return s.Do == doAskWithdraw && !s.Withdrawn() }

// Acting says whether something was to be sent.
func (s statusBody) Acting() bool { return s.Do != "" && s.Do != doAskWithdraw }

// Withdrawn says whether nothing is left to follow.
func (s statusBody) Withdrawn() bool { return s.Found.Stage == event.StageWithdrawn }

// Hidden says whether what was reported is hidden until a moderator has looked.
func (s statusBody) Hidden() bool { return s.Found.Hidden && !s.Withdrawn() }

// Decided says whether a decision can be appealed, and may have made it stop.
func (s statusBody) Decided() bool { return s.Found.Stage == event.StageDecided }

// Due is the time promised for a look, or nil where none is awaited.
func (s statusBody) Due() *time.Time {
	if s.Withdrawn() || s.Decided() {
		return nil
	}
	return s.Found.Due
}

// DueWords is the key of what to say of Due.
func (s statusBody) DueWords() string {
	switch {
	case s.now.After(*s.Found.Due):
		return "status.late"
	case s.Found.Stage == event.StageAppealed, s.Found.Stage == event.StageReopened:
		return "status.due_again"
	default:
		return "status.due"
	}
}

// Milestones are the steps that this version has words for: a newer worker may
// write others.
func (s statusBody) Milestones() []event.MilestoneAt {
	var known []event.MilestoneAt
	for _, m := range s.Found.Milestones {
		if slices.Contains(event.Milestones(), m.Name) {
			known = append(known, m)
		}
	}
	return known
}

// Decision is the newest statement of reasons, or nil.
func (s statusBody) Decision() *message {
	if n := s.newestDecision(); n >= 0 {
		return &s.Found.Messages[n]
	}
	return nil
}

// Conversation is every other message, the oldest first.
func (s statusBody) Conversation() []message {
	all := slices.Clone(s.Found.Messages)
	if n := s.newestDecision(); n >= 0 {
		all = slices.Delete(all, n, n+1)
	}
	slices.SortStableFunc(all, func(a, b message) int { return a.At.Compare(b.At) })
	return all
}

func (s statusBody) newestDecision() int {
	newest := -1
	for n, m := range s.Found.Messages {
		if m.Type == event.MessageDecision && (newest < 0 || !m.At.Before(s.Found.Messages[newest].At)) {
			newest = n
		}
	}
	return newest
}

// Heading is the key of who speaks in a message.
func (m message) Heading() string {
	switch {
	case m.Type == event.MessageDecision:
		return "status.decision"
	case m.Type == event.MessageReply && m.Automatic:
		return "status.automatic"
	case m.Type == event.MessageReply:
		return "status.reply"
	case m.Type != event.MessageOwn:
		return "status.message" // of a newer version
	case slices.Contains(written(), m.Event):
		return "own." + m.Event
	default:
		return "own.message"
	}
}

// Mine says whether the reporter wrote it.
func (m message) Mine() bool { return m.Type == event.MessageOwn }

// Said is the key of what the reporter answered since the last decision, or "".
func (s statusBody) Said() string {
	switch stopped := s.Found.Stopped; {
	case stopped == nil:
		return ""
	case *stopped:
		return "follow.outcome.stopped"
	default:
		return "follow.outcome.goes_on"
	}
}

// Area returns a text to write.
func (s statusBody) Area(name string) (area, error) {
	a := area{Name: name, Text: withoutControls(s.draft.texts[name], "\n\t\u2028\u2029")}
	var err error
	if a.Label, err = s.texts.Text("follow." + name + ".label"); err != nil {
		return a, err
	}
	if a.Hint, err = s.texts.Text("follow."+name+".hint", "max", maxText); err != nil {
		return a, err
	}
	if s.fault.Field == name {
		key := "error." + string(s.fault.Rule)
		if s.fault.Rule == ruleRequired {
			key = "follow.required"
		}
		if a.Fault, err = s.texts.Text(key, "max", s.fault.Max); err != nil {
			return a, err
		}
	}
	a.Open = a.Text != "" || a.Fault != ""
	return a, nil
}

// Wrong is the text that something is wrong with, or nil.
func (s statusBody) Wrong() (*area, error) {
	if s.fault.Field == "" {
		return nil, nil
	}
	a, err := s.Area(s.fault.Field)
	return &a, err
}

// Kept are the texts that hold something.
func (s statusBody) Kept() ([]area, error) {
	var kept []area
	for _, name := range written() {
		a, err := s.Area(name)
		if err != nil {
			return nil, err
		}
		if a.Text != "" {
			kept = append(kept, a)
		}
	}
	return kept, nil
}

// Left are the texts that were typed and that the page has no other place for,
// as after a change of stage.
func (s statusBody) Left() ([]area, error) {
	kept, err := s.Kept()
	if s.Found == nil {
		return kept, err
	}
	return slices.DeleteFunc(kept, func(a area) bool {
		return followUp{event: a.Name}.refusedAt(*s.Found) == ""
	}), err
}

// Consents are what the reporter can forbid. A tick that was changed and not
// saved stays as it was left.
func (s statusBody) Consents() []tick {
	chosen := s.draft.consent
	var now event.Consent
	if s.Found != nil {
		now = s.Found.Consent
		if s.draft.shown == "" || consentShown(s.draft.consent) == s.draft.shown {
			chosen = now
		}
	}
	return []tick{
		{fieldTell, "consent." + fieldTell, chosen.DoNotTellAccount, now.DoNotTellAccount},
		{fieldBeyond, "consent." + fieldBeyond, chosen.NotBeyondCommunity, now.NotBeyondCommunity},
	}
}

// Forbids says whether anything is forbidden, or ticked and not saved.
func (s statusBody) Forbids() bool {
	return slices.ContainsFunc(s.Consents(), func(t tick) bool { return t.Chosen || t.Now })
}

// Shown stands for what the page shows as forbidden.
func (s statusBody) Shown() string {
	if s.Found == nil {
		return s.draft.shown
	}
	return consentShown(s.Found.Consent)
}

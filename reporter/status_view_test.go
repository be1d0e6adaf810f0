package reporter_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/seal"
)

// The buttons of the page, by what they do.
const (
	canAppeal   = `name="do" value="appeal"`
	canAnswer   = `name="do" value="goes_on"`
	canWrite    = `name="do" value="message"`
	canWithdraw = `name="do" value="withdraw"`
)

func TestTheStatusPageShowsWhatFitsTheStage(t *testing.T) {
	b := setup(t)
	yes, no := true, false
	lately := decidedLongAgo()
	lately.Milestones[1].At = today().AddDate(0, 0, -3)
	stopped, goesOn := lately, decidedLongAgo()
	stopped.Stopped, goesOn.Stopped = &yes, &no
	for what, c := range map[string]struct {
		at       event.Status
		has, not []string
	}{
		"received": {event.Status{}, []string{"Your report arrived.", canWrite, canWithdraw}, []string{canAppeal, canAnswer, "A moderator"}},
		"open": {
			event.Status{Stage: event.StageOpen, Due: today().Add(time.Hour)},
			[]string{"A moderator looks at your report by 24 November 2026, 14:05 UTC.", canWrite},
			[]string{canAppeal, canAnswer},
		},
		"late": {
			event.Status{Stage: event.StageOpen, Due: today().Add(-time.Hour)},
			[]string{"was to look at your report by 24 November 2026, 12:05 UTC. That time has passed"},
			[]string{"A moderator looks"},
		},
		"appealed": {
			event.Status{Stage: event.StageAppealed, Due: today().Add(time.Hour)},
			[]string{"A moderator looks at your report again by"},
			[]string{canAppeal, canAnswer},
		},
		"decided lately":    {lately, []string{canAppeal, canAnswer, "Say whether it stopped"}, []string{"A moderator looks at your report by"}},
		"decided long ago":  {decidedLongAgo(), []string{canAppeal, canAnswer, `class="danger" aria-labelledby="stopped"`}, []string{"Say whether it stopped"}},
		"it stopped":        {stopped, []string{"Your last answer: it stopped.", canAnswer}, []string{"Your last answer: it goes on."}},
		"it goes on":        {goesOn, []string{"Your last answer: it goes on.", "Say whether it stopped"}, nil},
		"something is said": {event.Status{Stage: event.StageOpen, Consent: event.Consent{DoNotTellAccount: true}}, []string{`name="do_not_tell_account" value="1" checked><span>Do not tell the account about my report <small>In force now`}, nil},
		"files": {
			event.Status{Stage: event.StageOpen, Evidence: []event.EvidenceFile{{State: "receiving"}, {State: "stored"}, {State: "refused", Reason: "x"}, {State: "refused", Reason: "type"}, {State: "frozen"}}},
			[]string{"Has not fully arrived yet.", "Is with the moderators.", "Could not be taken."},
			[]string{"frozen"},
		},
		"hidden": {
			event.Status{Stage: event.StageOpen, Due: today().Add(time.Hour), Hidden: true},
			[]string{"has hidden what you reported until a moderator has looked", "A moderator looks at your report by"},
			nil,
		},
		"not hidden":    {event.Status{Stage: event.StageOpen}, []string{canWrite}, []string{"hidden what you reported"}},
		"a newer stage": {event.Status{Stage: "mediated"}, []string{canWrite, canWithdraw}, []string{canAppeal, canAnswer, "mediated"}},
	} {
		t.Run(what, func(t *testing.T) {
			b := b.in(t)
			r, form := b.reported(c.at)
			page := b.statusForm(form).body
			for _, want := range c.has {
				if !strings.Contains(page, want) {
					t.Errorf("the page lacks %q: %s", want, page)
				}
			}
			for _, not := range c.not {
				if strings.Contains(page, not) {
					t.Errorf("the page has %q", not)
				}
			}
			checkDocument(t, page)
			b.nothingTold(r.Reveal())
		})
	}
}

func TestTheConversationStandsInOrderBesideTheNewestDecision(t *testing.T) {
	b := setup(t)
	r, form := b.reported(decidedLongAgo())
	s := decidedLongAgo()
	s.Report = r.ReportID()
	for n, m := range []event.Message{
		{Type: event.MessageOwn, Event: event.ReportMessage, Text: "first <i>"},
		{Type: event.MessageReply, Text: "second"},
		{Type: event.MessageDecision, Action: event.ActionNone, Reasons: "third"},
		{Type: event.MessageOwn, Event: event.ReportAppeal, Text: "fourth"},
		{Type: event.MessageDecision, Action: event.ActionBan, Reasons: "newest", Automated: true},
		{Type: event.MessageOwn, Event: event.ReportAmended, Text: "fifth"},
		{Type: event.MessageOwn, Event: "of a newer version", Text: "sixth"},
		{Type: "poem", Text: "seventh"},
		{Type: event.MessageOwn, Event: event.ReportOutcome, Text: "eighth"},
	} {
		s.Messages = append(s.Messages, event.SealedMessage{
			ID: event.NewID(), At: today().Add(time.Duration(n) * time.Minute), Sealed: b.sealTo(r, seal.PurposeMessage, m),
		})
	}
	b.putStatus(r, s)
	page := b.statusForm(form).body
	rest := page
	for _, want := range []string{
		"newest", "The account was blocked for good.", "From you", "first &lt;i&gt;", "From the moderators", "second", "Decision", "third",
		"You asked for another look", "fourth", "You added", "fifth", "From you", "sixth", "Message<", "seventh", "You told us", "eighth",
	} {
		// A statement of reasons shows what was done before why.
		if want == "The account was blocked for good." {
			if !strings.Contains(page, want) || !strings.Contains(page, "A machine took this decision.") {
				t.Errorf("the page lacks %q", want)
			}
			continue
		}
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			t.Fatalf("%q is not there, or not in its place: %s", want, page)
		}
		rest = after
	}
	if strings.Contains(page, "poem") || strings.Contains(page, "newer version") {
		t.Error("the page shows what it has no words for")
	}
	checkDocument(t, page)
}

// TestWhatAMachineDidIsSaid shows beside a decision what rules did before, that a
// person decided all the same, and which questions nobody typed.
func TestWhatAMachineDidIsSaid(t *testing.T) {
	b := setup(t)
	r, form := b.reported(decidedLongAgo())
	s := decidedLongAgo()
	s.Report = r.ReportID()
	for n, m := range []event.Message{
		{Type: event.MessageReply, Text: "Where was it?", Automatic: true},
		{Type: event.MessageReply, Text: "Thank you."},
		{Type: event.MessageDecision, Action: event.ActionNone, Reasons: "why", Machine: []string{"Threats <come> first.", "Two persons look."}},
	} {
		s.Messages = append(s.Messages, event.SealedMessage{
			ID: event.NewID(), At: today().Add(time.Duration(n) * time.Minute), Sealed: b.sealTo(r, seal.PurposeMessage, m),
		})
	}
	b.putStatus(r, s)
	for lang, says := range map[string][]string{
		"en": {"A person decided. Before that, these automatic rules", "Asked automatically, by a rule of the code of conduct</h3>", "From the moderators</h3>"},
		"fr": {"Une personne a décidé. Avant cela, ces règles", "Question automatique, posée par une règle", "De l’équipe de modération</h3>"},
		"ar": {"القرار اتّخذه إنسان", "سؤال آليّ"},
	} {
		page := b.statusForm(but(form, "language", lang)).body
		for _, want := range append(says, `<li dir="auto">Threats &lt;come&gt; first.</li>`, "Two persons look.", "Where was it?") {
			if !strings.Contains(page, want) {
				t.Errorf("in %s the page lacks %q: %s", lang, want, page)
			}
		}
		if strings.Count(page, "Asked automatically") > 1 || strings.Contains(page, "A person took this decision.") {
			t.Errorf("in %s something is said twice", lang)
		}
		checkDocument(t, page)
	}
}

func TestAWithdrawnReportShowsOnlyThat(t *testing.T) {
	b := setup(t)
	r, form := b.reported(decidedLongAgo())
	s := decidedLongAgo()
	s.Report, s.Stage, s.Due = r.ReportID(), event.StageWithdrawn, today()
	s.Milestones = append(s.Milestones, event.MilestoneAt{Name: event.MilestoneWithdrawn, At: today()})
	s.Evidence = []event.EvidenceFile{{State: event.EvidenceStored}}
	s.Messages = []event.SealedMessage{{ID: event.NewID(), At: today(), Sealed: b.sealTo(r, seal.PurposeMessage, event.Message{Type: event.MessageDecision, Reasons: marker})}}
	b.putStatus(r, s)
	for _, lang := range []string{"en", "ar"} {
		page := b.statusForm(but(form, "language", lang, "do", "withdraw")).body
		if strings.Contains(page, marker) || strings.Contains(page, "textarea") || strings.Contains(page, `name="do"`) || strings.Contains(page, "evidence") {
			t.Errorf("more than it should show: %s", page)
		}
		if words := map[string]string{"en": "You withdrew your report.", "ar": "سحبتم بلاغكم"}[lang]; !strings.Contains(page, words) {
			t.Errorf("it does not say %q: %s", words, page)
		}
		checkDocument(t, page)
	}
	b.nothingTold()
}

func TestWithdrawingAsksFirst(t *testing.T) {
	b := setup(t)
	r, form := b.reported(event.Status{Stage: event.StageOpen})
	a := b.statusForm(but(form, "do", "withdraw"))
	for _, want := range []string{"What is deleted", "What stays", "A decision that was taken, without its reasons.", "This can’t be undone."} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	checkDocument(t, a.body)
	if ups, _ := b.sentLater(r); len(ups) > 0 {
		t.Fatalf("withdrawn before it was confirmed: %+v", ups)
	}
	if a := b.statusForm(but(heldBy(t, a.body), "do", "withdrawn")); a.status != http.StatusOK {
		t.Errorf("status %d: %s", a.status, a.body)
	}
	if ups, _ := b.sentLater(r); len(ups) != 1 || ups[0].Event != event.ReportWithdrawn {
		t.Errorf("sent %+v, want a withdrawal", ups)
	}
}

// A tick that was not saved stays; one that was never touched shows what is in
// force by now.
func TestTicksOfTheStatusPageFollowWhatIsInForce(t *testing.T) {
	b := setup(t)
	r, form := b.reported(event.Status{Stage: event.StageOpen})
	b.putStatus(r, event.Status{Report: r.ReportID(), Stage: event.StageOpen, Consent: event.Consent{NotBeyondCommunity: true}})
	ticked := func(values url.Values) string {
		held := heldBy(t, b.statusForm(values).body)
		return held.Get("do_not_tell_account") + "," + held.Get("not_beyond_community")
	}
	if got := ticked(form); got != ",1" {
		t.Errorf("untouched: %s", got)
	}
	if got := ticked(but(form, "do_not_tell_account", "1")); got != "1," {
		t.Errorf("touched: %s", got)
	}
}

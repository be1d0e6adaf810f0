package reporter_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
)

// statusForm sends the status page's form.
func (b *bench) statusForm(values url.Values) answer {
	b.Helper()
	a := b.do(http.MethodPost, "/status", formType, values.Encode())
	if typed := values.Get("receipt"); strings.Count(a.body, typed) > 1 || strings.Contains(a.body, "="+typed) {
		b.Errorf("the receipt stands elsewhere than in its own field: %s", a.body)
	}
	return a
}

// reported returns the receipt of a new report whose status is s, and the
// values of its page's form.
func (b *bench) reported(s event.Status) (receipt.Receipt, url.Values) {
	b.Helper()
	ack := b.acknowledged(b.report(minimal()))
	r := b.parse(ack.Receipt)
	if s.Stage != "" {
		s.Report = r.ReportID()
		b.putStatus(r, s)
	}
	a := b.statusForm(url.Values{"receipt": {ack.Receipt}, "language": {"en"}})
	if a.status != http.StatusOK {
		b.Fatalf("status %d: %s", a.status, a.body)
	}
	return r, heldBy(b, a.body)
}

// but returns a copy of values with others in some places.
func but(values url.Values, pairs ...string) url.Values {
	return changed(maps.Clone(values), pairs...)
}

// heldBy returns what a browser would send of the status page's form, by no
// button.
func heldBy(t testing.TB, page string) url.Values {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	values := url.Values{}
	for n := range root.Descendants() {
		has := map[string]string{}
		for _, a := range n.Attr {
			has[a.Key] = a.Val
		}
		_, checked := has["checked"]
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "textarea" && n.FirstChild != nil:
			values.Set(has["name"], n.FirstChild.Data)
		case n.Data == "textarea":
			values.Set(has["name"], "")
		case n.Data == "input" && (has["type"] == "hidden" || checked):
			values.Set(has["name"], has["value"])
		}
	}
	return values
}

// sentLater is what REPORTS holds of a report but for the report itself.
func (b *bench) sentLater(r receipt.Receipt) (ups []event.FollowUp, contents []event.FollowUpContent) {
	b.Helper()
	stream, err := b.admin.Stream(b.Context(), event.StreamReports)
	if err != nil {
		b.Fatal(err)
	}
	id := event.ID(r.ReportID())
	state := stream.CachedInfo().State
	for n := state.FirstSeq; n <= state.LastSeq; n++ {
		raw, err := stream.GetMsg(b.Context(), n)
		if err != nil {
			b.Fatal(err)
		}
		if !strings.HasSuffix(raw.Subject, "."+id.String()) || strings.HasPrefix(raw.Subject, "reports.submitted.") {
			continue
		}
		up, err := event.DecodeFollowUp(raw.Data)
		if err != nil {
			b.Fatal(err)
		}
		body, err := b.nats.OpenKey(b, keys.ModerationOpen, up.Community).Open(
			seal.Context{Purpose: seal.PurposeFollowUp, Community: up.Community, Report: up.Report}, up.Moderation)
		if err != nil {
			b.Fatal(err)
		}
		content := fromJSON[event.FollowUpContent](b, string(body))
		if !bytes.Equal(content.Binding, up.Binding()) {
			b.Error("what was sent is not bound to its message")
		}
		content.Binding = nil
		ups, contents = append(ups, up), append(contents, content)
	}
	return ups, contents
}

func decidedLongAgo() event.Status {
	return event.Status{Stage: event.StageDecided, Milestones: []event.MilestoneAt{
		{Name: event.MilestoneReceived, At: today().AddDate(0, 0, -40)}, {Name: event.MilestoneDecided, At: today().AddDate(0, 0, -30)},
	}}
}

func TestEachButtonOfTheStatusPageSendsItsEventOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	yes, no := true, false
	for _, c := range []struct {
		do    string
		typed []string
		at    event.Status
		event string
		want  event.FollowUpContent
	}{
		{"message", []string{"message", "hello " + marker}, event.Status{}, "message", event.FollowUpContent{Text: "hello " + marker}},
		{"amended", []string{"amended", "a\r\n<b>"}, event.Status{Stage: event.StageOpen}, "amended", event.FollowUpContent{Text: "a\n<b>"}},
		{"appeal", []string{"appeal", "wrong"}, decidedLongAgo(), "appeal", event.FollowUpContent{Text: "wrong"}},
		{"stopped", nil, decidedLongAgo(), "outcome", event.FollowUpContent{Stopped: &yes}},
		{"goes_on", []string{"outcome", "daily"}, decidedLongAgo(), "outcome", event.FollowUpContent{Stopped: &no, Text: "daily"}},
		{"consent", []string{"not_beyond_community", "1"}, event.Status{Stage: event.StageOpen}, "consent", event.FollowUpContent{Consent: &event.Consent{NotBeyondCommunity: true}}},
		{"withdrawn", nil, event.Status{Stage: event.StageAppealed}, "withdrawn", event.FollowUpContent{}},
	} {
		r, form := b.reported(c.at)
		t.Run(c.do, func(t *testing.T) {
			t.Parallel() // each waits for a worker that is not there
			b := b.in(t)
			pressed := but(form, append(c.typed, "do", c.do)...)
			answers := make(chan answer)
			for range 2 { // a double click
				go func() { answers <- b.statusForm(pressed) }()
			}
			for range 2 {
				a := <-answers
				if a.status != http.StatusOK || !strings.Contains(a.body, ">Sent</h2>") || !strings.Contains(a.body, "It can take a moment") {
					t.Errorf("status %d: %s", a.status, a.body)
				}
				held := heldBy(t, a.body)
				if held.Get("token") == form.Get("token") || (len(c.typed) > 0 && c.do != "consent" && held.Get(c.typed[0]) != "") {
					t.Errorf("the page invites to send it again: %v", held)
				}
			}
			ups, contents := b.sentLater(r)
			if len(ups) != 1 || ups[0].Event != c.event || toJSON(t, contents[0]) != toJSON(t, c.want) {
				t.Errorf("sent %+v %s, want one %s %s", ups, toJSON(t, contents), c.event, toJSON(t, c.want))
			}
			b.nothingTold(r.Reveal())
		})
	}
}

func TestWhatWasSentShowsOnTheAnswer(t *testing.T) {
	b := setup(t)
	r, form := b.reported(event.Status{Stage: event.StageOpen})
	var a answer
	for n := range 5 { // on a busy machine the answer may not wait long enough for the test to play the worker
		answers := make(chan answer, 1)
		go func() { answers <- b.statusForm(but(form, "message", fmt.Sprint("hello ", n), "do", "message")) }()
		var ups []event.FollowUp
		waitFor(t, "the message", func() bool { ups, _ = b.sentLater(r); return len(ups) > n })
		own := event.Message{Type: event.MessageOwn, Event: event.ReportMessage, Text: "hello"}
		b.putStatus(r, event.Status{
			Report: r.ReportID(), Stage: event.StageOpen,
			Messages: []event.SealedMessage{{ID: ups[n].ID, At: today(), Sealed: b.sealTo(r, seal.PurposeMessage, own)}},
		})
		if a = <-answers; !strings.Contains(a.body, "It can take a moment") {
			break
		}
	}
	if !strings.Contains(a.body, ">From you</h3>") || strings.Contains(a.body, "It can take a moment") {
		t.Errorf("status %d: %s", a.status, a.body)
	}
}

// everything is what a person may have typed on the page of a decided report.
func everything(form url.Values, more ...string) url.Values {
	return but(form, append([]string{
		"message", "\nm <" + marker, "amended", "a\nb", "appeal", "why", "outcome", "words", "do_not_tell_account", "1",
	}, more...)...)
}

// keeps fails the test unless the page holds what was typed.
func keeps(t *testing.T, page string, typed url.Values) {
	t.Helper()
	held := heldBy(t, page)
	for _, name := range []string{"receipt", "message", "amended", "appeal", "outcome", "do_not_tell_account", "not_beyond_community"} {
		if held.Get(name) != typed.Get(name) {
			t.Errorf("%s: the page holds %q, want %q", name, held.Get(name), typed.Get(name))
		}
	}
}

func TestTheLanguageSwitchOfTheStatusPageKeepsWhatWasTyped(t *testing.T) {
	b := setup(t)
	_, form := b.reported(decidedLongAgo())
	typed := everything(form)
	a := b.statusForm(but(typed, "lang", "ar", "do", "message"))
	if !strings.Contains(a.body, `<html lang="ar" dir="rtl">`) || !strings.Contains(a.body, "هل توقّف الأمر؟") {
		t.Errorf("not in Arabic: %s", a.body)
	}
	keeps(t, a.body, typed)

	a = b.statusForm(but(heldBy(t, a.body), "do", "withdraw"))
	if !strings.Contains(a.body, "هل تريدون سحب بلاغكم؟") {
		t.Errorf("it does not ask: %s", a.body)
	}
	keeps(t, a.body, typed)
	a = b.statusForm(but(heldBy(t, a.body), "lang", "fr"))
	if !strings.Contains(a.body, "Voulez-vous retirer votre signalement") {
		t.Errorf("it no longer asks: %s", a.body)
	}
	keeps(t, a.body, typed)
	a = b.statusForm(but(heldBy(t, a.body), "do", ""))
	keeps(t, a.body, typed)
	if !strings.Contains(a.body, `<html lang="fr" dir="ltr">`) || strings.Contains(a.body, `name="part"`) {
		t.Errorf("not back on the page: %s", a.body)
	}
	if got := b.stored(); got != 1 {
		t.Errorf("%d messages stored, want the report alone", got)
	}
}

func TestATextAtFaultIsMarkedAndNothingIsLost(t *testing.T) {
	b := setup(t)
	_, form := b.reported(decidedLongAgo())
	for _, c := range []struct{ do, input, text, words string }{
		{"message", "message", "", "Write something first."},
		{"amended", "amended", " \n ", "Write something first."},
		{"appeal", "appeal", strings.Repeat("é", 5001), "This is too long: 5,000 characters at most."},
		{"goes_on", "outcome", strings.Repeat("x", 5001), "This is too long: 5,000 characters at most."},
		{"message", "message", "a\x01b", "invisible characters"},
	} {
		typed := everything(form, c.input, c.text)
		a := b.statusForm(but(typed, "do", c.do))
		if a.status != http.StatusUnprocessableEntity || strings.Count(a.body, c.words) != 2 || !strings.Contains(a.body, `<a href="#`+c.input+`">`) ||
			!strings.Contains(a.body, `aria-describedby="`+c.input+`-hint `+c.input+`-error" aria-invalid="true"`) {
			t.Errorf("%s: status %d: %s", c.do, a.status, a.body)
		}
		keeps(t, a.body, but(typed, c.input, strings.ReplaceAll(c.text, "\x01", "")))
		if strings.Count(a.body, "<details>") != 1 { // withdrawing
			t.Errorf("%s: what was typed is folded away", c.do)
		}
	}
	if got := b.stored(); got != 1 {
		t.Errorf("%d messages stored, want the report alone", got)
	}
	b.nothingTold()
}

func TestWhatAStageForbidsIsSaidAndTheTextGivenBack(t *testing.T) {
	b := setup(t)
	for _, c := range []struct {
		stage           event.Stage
		do, input, says string
	}{
		{event.StageOpen, "appeal", "appeal", "Nothing is decided yet."},
		{event.StageOpen, "goes_on", "outcome", "Nothing is decided yet."},
		{event.StageAppealed, "appeal", "appeal", "already being looked at again"},
		{event.StageReopened, "stopped", "outcome", "already being looked at again"},
		{event.StageWithdrawn, "message", "message", "This report was withdrawn."},
		{event.StageWithdrawn, "consent", "amended", "This report was withdrawn."},
	} {
		_, form := b.reported(event.Status{Stage: c.stage})
		before := b.stored()
		a := b.statusForm(but(form, "do", c.do, c.input, "my words"))
		if a.status != http.StatusConflict || !strings.Contains(a.body, c.says) || heldBy(t, a.body).Get(c.input) != "my words" {
			t.Errorf("%s at %s: status %d: %s", c.do, c.stage, a.status, a.body)
		}
		if b.stored() != before {
			t.Errorf("%s at %s is sent", c.do, c.stage)
		}
		checkDocument(t, a.body)
	}
}

func TestWithoutNATSTheStatusPageGivesBackWhatWasTyped(t *testing.T) {
	b := setup(t)
	r, form := b.reported(decidedLongAgo())
	typed := everything(form)
	b.nats.Stop()
	waitFor(t, "the intake to notice", func() bool { return b.get("/readyz").status == http.StatusServiceUnavailable })
	for _, c := range []struct{ do, words string }{
		{"appeal", "Everything you wrote is still here"}, {"goes_on", "Everything you wrote is still here"}, {"", "We can’t look it up just now."},
	} {
		a := b.statusForm(but(typed, "do", c.do))
		if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || !strings.Contains(a.body, c.words) ||
			!strings.Contains(a.body, `name="do" value="`+c.do+`">Try again`) {
			t.Errorf("%s: status %d: %s", c.do, a.status, a.body)
		}
		keeps(t, a.body, typed)
		if heldBy(t, a.body).Get("token") != typed.Get("token") {
			t.Error("sent again, it would be another")
		}
		checkDocument(t, a.body)
	}
	b.nothingTold(r.Reveal())
}

func TestAFollowUpTooManyOnTheStatusPageKeepsItsText(t *testing.T) {
	b := setup(t)
	b.bundle.Version++
	b.bundle.RateLimit.FollowUpsPerHour = 1
	b.nats.PutCommunity(t, b.bundle)
	_, form := b.reported(event.Status{Stage: event.StageOpen})
	var a answer
	waitFor(t, "the limit", func() bool {
		a = b.statusForm(but(form, "message", "my words", "amended", "more", "do", "message", "token", time.Now().Format(time.RFC3339Nano)))
		return a.status != http.StatusOK
	})
	held := heldBy(t, a.body)
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" || !strings.Contains(a.body, "Much was sent with this receipt within the last hour") ||
		held.Get("message") != "my words" || held.Get("amended") != "more" {
		t.Errorf("status %d, %v: %s", a.status, a.header, a.body)
	}
}

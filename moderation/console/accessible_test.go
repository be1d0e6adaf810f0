package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"recourse/internal/browserbench"
	"recourse/internal/event"
)

// TestEveryPageOfACaseIsAccessible looks at the pages where a case has all that
// it can have, in a wide window and in a narrow one.
func TestEveryPageOfACaseIsAccessible(t *testing.T) {
	b := setup(t)
	b.work(t)
	content := threat()
	content.Consent = event.Consent{DoNotTellAccount: true, NotBeyondCommunity: true}
	r, id := b.report(t, b.demo, content)
	b.join(t, id, threat())
	c := b.signIn(t, "Ana", "demo")
	b.follow(t, r, event.ReportAmended, event.FollowUpContent{Text: "more"})
	wantStatus(t, "writing", c.write(t, id, event.ID(r.ReportID()), "an answer"), http.StatusCreated)
	wantStatus(t, "deciding", c.decideNow(t, id, removal()), http.StatusCreated)
	b.follow(t, r, event.ReportMessage, event.FollowUpContent{Text: "thank you"})

	tab := c.browser(t, browserbench.Options{})
	tab.Visit(b.url + "/queue")
	tab.Shows("New on decided cases")
	look := func(name, path string) {
		t.Helper()
		for _, o := range []browserbench.Options{{Width: 1280}, {Width: browserbench.Narrow, Dark: true}} {
			tab.Set(o)
			tab.Visit(b.url + path)
			tab.Accessible(name)
			tab.Fits()
		}
	}
	look("the queue", "/queue")
	look("a decided case", casePath(id))
	b.follow(t, r, event.ReportAppeal, event.FollowUpContent{Text: "look again"})
	look("an appealed case", casePath(id))
	c.claim(t, id)
	look("a case that is decided again", casePath(id))
	b.follow(t, r, event.ReportWithdrawn, event.FollowUpContent{})
	look("a case with a withdrawn report", casePath(id))
}

// TestWhatAMachineFoundIsAccessible looks at a case with marks, rules and hiding,
// at the form that says what the reporter is told, and at a filtered queue.
func TestWhatAMachineFoundIsAccessible(t *testing.T) {
	b := setup(t)
	bundle := b.ruled(t)
	b.work(t)
	_, id := b.report(t, bundle, doxxing())
	second := doxxing()
	second.Description = "شخص كتب kill you وأيضًا 1d10t"
	b.join(t, id, second)
	c := b.signIn(t, "Ana", "demo")
	tab := c.browser(t, browserbench.Options{})
	look := func(name, path string) {
		t.Helper()
		for _, o := range []browserbench.Options{{Width: 1280}, {Width: browserbench.Narrow, Dark: true}} {
			tab.Set(o)
			tab.Visit(b.url + path)
			tab.Accessible(name)
			tab.Fits()
		}
	}
	look("a hidden case", casePath(id))
	tab.TabToName("Show it again")
	look("a filtered queue", "/queue?queue=safety")
	tab.TabTo(`select[name="tag"]`)
	tab.TabToName("Show these")
	c.claim(t, id)
	look("a case to decide", casePath(id))
	tab.Shows("What reporters are told besides")
	tab.Shows("you are the only moderator of this community")
}

// TestAProposalIsAccessible looks at what a proposer sees, and a second reader,
// who reads and consents by keyboard alone.
func TestAProposalIsAccessible(t *testing.T) {
	b := setup(t)
	_, id := b.secondReader(t)
	ana, bea := b.signIn(t, "Ana", "demo"), b.signIn(t, "Bea", "demo")
	ana.propose(t, id)
	tab := ana.browser(t, browserbench.Options{})
	look := func(tab *browserbench.Tab, name, path string) {
		t.Helper()
		for _, o := range []browserbench.Options{{Width: 1280}, {Width: browserbench.Narrow, Dark: true}} {
			tab.Set(o)
			tab.Visit(b.url + path)
			tab.Accessible(name)
			tab.Fits()
		}
	}
	look(tab, "one's own proposal", casePath(id))
	tab.TabToName("Take it back")
	tab.PressAndLoad("Enter")
	tab.Shows("You took your proposal back.")
	tab.Accessible("a proposal taken back")
	ana.propose(t, id)
	tab = bea.browser(t, browserbench.Options{})
	look(tab, "a queue with a proposal", "/queue")
	tab.Shows("Waiting for your consent")
	look(tab, "another's proposal", casePath(id))
	tab.TabToName("Do not consent")
	tab.TabToName("Consent: the decision takes effect")
	tab.PressAndLoad("Enter")
	tab.Shows("Ana, with the consent of Bea")
	look(tab, "a decision of two", casePath(id))
}

// TestAReportByPhoneIsTakenByKeyboardAlone types what a caller says, and presses
// Enter where one does so by habit.
func TestAReportByPhoneIsTakenByKeyboardAlone(t *testing.T) {
	b, d := phones(t)
	tab := b.signIn(t, "Ana", "demo").browser(t, browserbench.Options{Width: 1280})
	tab.Visit(b.url + "/reports/new")
	tab.Accessible("the form")
	tab.Type("Thr") // the kind has the focus
	tab.Press("Tab")
	tab.Type("They rang me up.")
	tab.TabTo("#handle")
	tab.Type("someone")
	tab.Press("Enter") // sends nothing: the talk goes on
	tab.TabTo(`input[name="grounds"][value="gender"]`)
	tab.Press("Space")
	d.refuses(http.StatusUnprocessableEntity, `{"errors":[{"field":"account.handle","detail":"is too long"},{"field":"grounds[0]","detail":"is not on the list"}]}`)
	tab.TabToName("Send the report and show the receipt")
	tab.PressAndLoad("Enter")
	if len(d.got) != 1 || d.got[0]["kind"] != "threat" || d.got[0]["description"] != "They rang me up." {
		t.Fatalf("the intake got %v", d.got)
	}
	for _, o := range []browserbench.Options{{Width: 1280}, {Width: browserbench.Narrow, Dark: true}} {
		tab.Set(o)
		tab.Accessible("the form with faults")
		tab.Fits()
	}
	d.takes()
	tab.TabToName("Send the report and show the receipt")
	tab.PressAndLoad("Enter")
	tab.Shows("ABCDE-FGHJK-MNPQR-STVWX-YZ0123")
	tab.Accessible("the receipt")
	tab.Fits()
	if d.keys[0] != d.keys[1] || strings.Contains(tab.Text(), "They rang me up.") {
		t.Error("the report was sent under another token, or is shown again")
	}
}

// browser opens a tab with the client's session. The page that a sign-in link
// shows goes on by itself, so that a test would not know when it is done.
func (c *client) browser(t *testing.T, o browserbench.Options) *browserbench.Tab {
	t.Helper()
	base, err := url.Parse(c.base)
	if err != nil {
		t.Fatal(err)
	}
	tab := browserbench.Open(t, o)
	tab.Visit(c.base + "/sign-in")
	for _, cookie := range c.http.Jar.Cookies(base) {
		tab.Eval(fmt.Sprintf("document.cookie = %q", cookie.Name+"="+cookie.Value+"; path=/"), nil)
	}
	return tab
}

package reporter_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"recourse/internal/community"
	"recourse/internal/event"
)

// atStep fails the test unless a page shows a step, without faults.
func atStep(t *testing.T, a answer, step string) string {
	t.Helper()
	if a.status != http.StatusOK || typedOn(t, a.body).Get("step") != step || strings.Contains(a.body, `class="error"`) {
		t.Fatalf("status %d, step %s, want step %s: %s", a.status, typedOn(t, a.body).Get("step"), step, a.body)
	}
	return a.body
}

func TestTheFormAsksInStepsAndOneCanGoBackThroughThem(t *testing.T) {
	b := setup(t)
	page := atStep(t, b.get("/c/demo/report"), "1")
	page = atStep(t, b.press(page, "2", "platform", "Example & Co", "kind", "stalking"), "2")
	page = atStep(t, b.press(
		page, "3", "description", filled().Get("description"), "links", filled().Get("links"), "handle", "@verfolger",
		"since", "last <summer>", "frequency", "often",
	), "3")
	values := changed(typedOn(t, page), "role", "ally", "go", "4")
	values["grounds"] = filled()["grounds"]
	page = atStep(t, b.postForm(values), "4")
	page = atStep(t, b.press(
		page, "5", "contact", "me@example.org", "gender", "man", "age_band", "65+", "do_not_tell_account", "1", "not_beyond_community", "1",
	), "5")
	typed := filled()
	typed.Set("token", typedOn(t, page).Get("token"))
	for _, step := range []string{"1", "2", "3", "4", "5"} {
		page = atStep(t, b.postForm(changed(typedOn(t, page), "go", step)), step)
		sameAsTyped(t, page, typed)
	}
	if n := b.stored(); n != 0 {
		t.Fatalf("%d reports were sent on the way", n)
	}
	receipt := receiptOn(t, b.press(page, "send").body)
	if again := receiptOn(t, b.press(page, "send").body); again != receipt || b.stored() != 1 {
		t.Errorf("another receipt, %d messages", b.stored())
	}
	// Sent at once, as by a script, it is the same report.
	if atOnce := receiptOn(t, b.postForm(typed).body); atOnce != receipt {
		t.Error("in steps and at once are two reports")
	}
	b.nothingTold()
}

func TestAnAnswerCanBeTakenBack(t *testing.T) {
	b := setup(t)
	page := atStep(t, b.postForm(changed(filled(), "go", "4")), "4")
	values := typedOn(t, page)
	values.Del("do_not_tell_account")
	page = atStep(t, b.postForm(changed(values, "go", "3", "gender", "")), "3")
	values = typedOn(t, page)
	values.Del("grounds")
	page = atStep(t, b.postForm(changed(values, "go", "5", "role", "")), "5")
	for _, name := range []string{"do_not_tell_account", "gender", "grounds", "role"} {
		if got := typedOn(t, page)[name]; got != nil {
			t.Errorf("%s is still %q", name, got)
		}
	}
	if typedOn(t, page).Get("not_beyond_community") != "1" {
		t.Error("the other consent is lost")
	}
}

func TestNobodyGetsPastAStepThatIsAtFaultButEverybodyBack(t *testing.T) {
	b := setup(t)
	a := b.postForm(url.Values{"step": {"1"}, "go": {"2"}})
	if a.status != http.StatusUnprocessableEntity || typedOn(t, a.body).Get("step") != "1" || !strings.Contains(a.body, `href="#kind-harassment"`) {
		t.Errorf("without a kind: status %d: %s", a.status, a.body)
	}
	for _, to := range []string{"3", "4", "5", "send", ""} {
		a = b.postForm(url.Values{"step": {"2"}, "kind": {"threat"}, "go": {to}, "contact": {"kept"}})
		if a.status != http.StatusUnprocessableEntity || typedOn(t, a.body).Get("step") != "2" || typedOn(t, a.body).Get("contact") != "kept" {
			t.Errorf("to %q without words: status %d", to, a.status)
		}
	}
	for _, to := range []string{"1", "2"} {
		atStep(t, b.postForm(url.Values{"step": {"4"}, "kind": {"threat"}, "go": {to}, "contact": {strings.Repeat("x", 301)}}), to)
	}
	// What is no step leads nowhere, and sends nothing.
	for _, to := range []string{"0", "6", "-1", "9999999999999999999", "check", "SEND"} {
		atStep(t, b.postForm(changed(filled(), "step", "3", "go", to)), "3")
	}
	if n := b.stored(); n != 0 {
		t.Errorf("%d reports were sent", n)
	}
}

func TestChangingTheLanguageStaysOnTheStep(t *testing.T) {
	b := setup(t)
	for _, step := range []string{"1", "2", "3", "4", "5"} {
		a := b.postForm(changed(filled(), "step", step, "lang", "fr"))
		sameAsTyped(t, atStep(t, a, step), filled())
		if !strings.Contains(a.body, `<html lang="fr"`) {
			t.Errorf("step %s is not in French", step)
		}
	}
}

func TestBeforeSendingItSaysWhoReadsItWithinWhatTimeAndWhatMayFollow(t *testing.T) {
	b := setup(t)
	a := b.postForm(changed(filled(), "go", "5"))
	for _, want := range []string{
		"Nothing has been sent yet", "Stalking", "last &lt;summer&gt;", "@verfolger", "https://example.org/?a=1&amp;b=2", "second link",
		"Religion or belief", "I am reporting for", "me@example.org", "65 or older", "Do not tell the account", "outside this community",
		"Only the moderators of this community", "within 2 hours", "the account is blocked for good", `name="go" value="3"`,
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	// What the reporter forbids can't follow.
	const refer = "passed on to another authority"
	free := filled()
	free.Del("not_beyond_community")
	if free := b.postForm(changed(free, "go", "5")).body; strings.Contains(a.body, refer) || !strings.Contains(free, refer) {
		t.Error("consent and what may follow contradict each other")
	}
	if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Content-Encoding") != "" {
		t.Errorf("headers %v", a.header)
	}
}

func TestHelpComesFirstWhereALifeOrAChildIsInDanger(t *testing.T) {
	b := setup(t)
	for _, kind := range event.Kinds() {
		page := b.postForm(changed(filled(), "kind", string(kind), "go", "2")).body
		want := map[event.Kind]string{
			event.KindThreat: "Call the emergency services first", event.KindViolence: "Call the emergency services first",
			event.KindStalking: "Call the emergency services first", event.KindChildSexualAbuse: "Do not copy or upload any picture",
		}[kind]
		help, words := strings.Index(page, `href="/help?lang=en"`), strings.Index(page, "<textarea")
		if want == "" && help >= 0 {
			t.Errorf("%s: help that is not called for", kind)
		}
		if want != "" && (!strings.Contains(page, want) || help < 0 || help > words) {
			t.Errorf("%s: no help before the words", kind)
		}
	}
}

func TestTheFormOffersTheCommunitysKindsWithItsArticles(t *testing.T) {
	b := setup(t)
	few := b.bundle
	few.Version++
	few.Kinds = []event.Kind{event.KindThreat, event.KindOther}
	few.Articles = []community.Article{{
		ID: "x", Kinds: []event.Kind{event.KindThreat}, Title: community.Text{"en": "No <threats>"}, Text: community.Text{"en": "Not here."},
	}}
	b.nats.PutCommunity(t, few)
	var page string
	waitFor(t, "the new bundle", func() bool {
		page = b.get("/c/demo/report").body
		return !strings.Contains(page, `value="stalking"`)
	})
	if !strings.Contains(page, "No &lt;threats&gt;") || !strings.Contains(page, "Not here.") || strings.Count(page, `name="kind"`) != 2 || strings.Count(page, `class="rule"`) != 1 {
		t.Errorf("the kinds are others: %s", page)
	}
	a := b.postForm(filled()) // stalking
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#kind-threat"`) {
		t.Errorf("a kind that is not offered: status %d", a.status)
	}
	other := b.postForm(changed(filled(), "kind", "other", "go", "5")).body
	if strings.Contains(other, "within") || strings.Contains(other, "may follow") {
		t.Error("it promises what no article promises")
	}
}

func TestTheRoleOfAnOperatorIsNotOfferedOnTheForm(t *testing.T) {
	b := setup(t)
	if page := b.postForm(changed(filled(), "go", "3")).body; strings.Contains(page, `value="operator"`) || !strings.Contains(page, `value="ally" checked`) {
		t.Error("the roles are others")
	}
}

func TestEnterInAFieldGoesOn(t *testing.T) {
	b := setup(t)
	for step, next := range map[string]string{"1": "2", "2": "3", "3": "4", "4": "5", "5": "5"} {
		page := b.postForm(changed(filled(), "go", step)).body
		_, first, _ := strings.Cut(page, "<button")
		first, _, _ = strings.Cut(first, ">")
		if !strings.Contains(first, `form="report"`) || !strings.Contains(first, `name="go" value="`+next+`"`) {
			t.Errorf("step %s: the first button is %s", step, first)
		}
	}
}

func TestEveryPageHasAWayOut(t *testing.T) {
	b := setup(t)
	receipt := b.acknowledged(b.report(minimal())).Receipt
	pages := map[string]answer{
		"done": b.postForm(filled()), "status": b.get("/status"), "start": b.get("/"), "conduct": b.get("/c/demo/conduct"), "none": b.get("/x"),
		"found": b.do(http.MethodPost, "/status", formType, url.Values{"receipt": {receipt}}.Encode()),
	}
	for _, step := range []string{"1", "2", "3", "4", "5"} {
		pages["step "+step] = b.postForm(changed(filled(), "go", step))
	}
	for name := range maps.Keys(pages) {
		if n := strings.Count(pages[name].body, `<a class="exit" href="https://www.wikipedia.org/" rel="noreferrer noopener">`); n != 1 {
			t.Errorf("%s: %d ways out", name, n)
		}
		if !strings.Contains(pages[name].body, "<title>"+map[bool]string{true: "Form"}[strings.HasPrefix(name, "step")]) {
			t.Errorf("%s: another title", name)
		}
	}
}

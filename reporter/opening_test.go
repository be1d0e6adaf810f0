package reporter_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/internal/community"
	"recourse/internal/event"
)

// change puts the demo community's next version and waits until the running
// intake has taken it up.
func (b *bench) change(path, want string, change func(*community.Bundle)) {
	b.Helper()
	change(&b.bundle)
	b.bundle.Version++
	b.nats.PutCommunity(b, b.bundle)
	waitFor(b, want, func() bool { return strings.Contains(b.get(path).body, want) })
}

func (b *bench) pause() {
	b.Helper()
	b.change("/c/demo/report", "Back on ", func(bundle *community.Bundle) {
		bundle.Paused = community.Text{"en": "Back on <b>Monday</b>", "fr": "Retour lundi", "ar": "نعود يوم الاثنين"}
	})
}

type closedAnswer struct {
	Type   string            `json:"type"`
	Title  string            `json:"title"`
	Status int               `json:"status"`
	Detail string            `json:"detail"`
	Reason string            `json:"reason"`
	Notice map[string]string `json:"notice"`
	Opens  *time.Time        `json:"opens"`
}

func TestAPausedCommunityTakesNoNewReportAndGoesOnWithTheOthers(t *testing.T) {
	b := setup(t)
	ack := b.acknowledged(b.report(minimal(), "Idempotency-Key", "0123456789abcdef"))
	receipt := receiptOn(t, b.postForm(filled()).body)
	b.pause()

	refused := b.report(minimal())
	if refused.status != http.StatusForbidden || refused.header.Get("Content-Type") != "application/problem+json" || refused.header.Get("Retry-After") != "" {
		t.Errorf("status %d, headers %v", refused.status, refused.header)
	}
	p := fromJSON[closedAnswer](t, refused.body)
	if p.Reason != "paused" || !strings.Contains(p.Detail, "paused") || p.Notice["fr"] != "Retour lundi" || p.Opens != nil || p.Status != http.StatusForbidden {
		t.Errorf("%s", refused.body)
	}
	if a := b.report(minimal(), "Authorization", "Bearer "+clientKey); a.status != http.StatusForbidden {
		t.Errorf("a client with a key: status %d", a.status)
	}

	page := b.get("/c/demo/report?lang=fr")
	if page.status != http.StatusOK || !strings.Contains(page.body, "Retour lundi") || strings.Contains(page.body, "<form") || !strings.Contains(page.body, "/status?lang=fr") {
		t.Errorf("status %d: %s", page.status, page.body)
	}
	if !strings.Contains(b.get("/c/demo/report").body, "Back on &lt;b&gt;Monday") {
		t.Error("the notice is not shown as text")
	}
	checkDocument(t, page.body)

	// What was stored before, and whose answer was lost, is still answered.
	if again := b.acknowledged(b.report(minimal(), "Idempotency-Key", "0123456789abcdef")); again.Receipt != ack.Receipt {
		t.Error("a repeated request gets another receipt")
	}
	if again := receiptOn(t, b.postForm(filled()).body); again != receipt {
		t.Error("a form sent again gets another receipt")
	}
	if a := b.do(http.MethodPost, "/v1/status", "application/json", toJSON(t, map[string]string{"receipt": ack.Receipt})); a.status != http.StatusOK {
		t.Errorf("its status: %d", a.status)
	}
	if n := b.stored(); n != 2 {
		t.Errorf("%d messages, want the 2 from before", n)
	}

	b.change("/c/demo/report", "<form", func(bundle *community.Bundle) { bundle.Paused = nil })
	b.acknowledged(b.report(minimal()))
	b.nothingTold()
}

var (
	hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	typed  = regexp.MustCompile(`(?s)<textarea id="[^"]*" name="([^"]*)"[^>]* readonly>\n(.*?)</textarea>`)
)

// sentAgain is what the form of a page sends.
func sentAgain(page string) url.Values {
	values := url.Values{}
	for _, m := range slices.Concat(hidden.FindAllStringSubmatch(page, -1), typed.FindAllStringSubmatch(page, -1)) {
		values.Add(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	return values
}

func TestAPauseGivesBackWhatWasTyped(t *testing.T) {
	b := setup(t)
	b.pause()
	faulty := changed(filled(), "kind", "")
	for name, sent := range map[string]url.Values{
		"a whole form":     filled(),
		"a form at fault":  faulty,
		"another language": changed(filled(), "lang", "fr"),
		"a later form":     changed(filled(), "step", "3", "since", "2026-11"),
	} {
		t.Run(name, func(t *testing.T) {
			b := b.in(t)
			a := b.postForm(sent)
			want, lang := http.StatusForbidden, "en"
			if sent.Has("lang") {
				want, lang = http.StatusOK, "fr"
			}
			if a.status != want || !strings.Contains(a.body, `<html lang="`+lang+`"`) || a.header.Get("Cache-Control") != "no-store" {
				t.Errorf("status %d, headers %v: %.200s", a.status, a.header, a.body)
			}
			checkDocument(t, a.body)
			if !strings.Contains(a.body, html.EscapeString("second <line> & \"quotes\" ه "+marker)) {
				t.Error("the words are not shown")
			}
			kept := sentAgain(a.body)
			for input, list := range sent {
				if input == "lang" || input == "language" {
					continue
				}
				got := strings.ReplaceAll(strings.Join(kept[input], "|"), "\r\n", "\n")
				if want := strings.ReplaceAll(strings.Join(list, "|"), "\r\n", "\n"); got != want {
					t.Errorf("%s is kept as %q, want %q", input, got, want)
				}
			}
		})
	}
	if n := b.stored(); n != 0 {
		t.Errorf("%d messages", n)
	}
	page := b.postForm(filled())
	planted := b.postForm(filled(), "Sec-Fetch-Site", "cross-site")
	if strings.Contains(planted.body, "0123456789abcdef0123456789") {
		t.Error("the page takes over a token that another site made")
	}
	// "Try again" on the page that stayed open sends the report.
	b.change("/c/demo/report", "<form", func(bundle *community.Bundle) { bundle.Paused = nil })
	receiptOn(t, b.postForm(sentAgain(page.body)).body)
	if n := b.stored(); n != 1 {
		t.Errorf("%d messages", n)
	}
	b.nothingTold("0123456789abcdef0123456789")
}

func TestACommunityOpensByItself(t *testing.T) {
	b := setup(t)
	opens := today().Add(time.Hour).UTC().Truncate(time.Second)
	b.change("/c/demo/report", "24 November 2026, 14:05 UTC", func(bundle *community.Bundle) { bundle.Opens = opens })
	p := fromJSON[closedAnswer](t, b.report(minimal()).body)
	if p.Status != http.StatusForbidden || p.Reason != "not_open_yet" || p.Opens == nil || !p.Opens.Equal(opens) || p.Notice != nil {
		t.Errorf("%+v", p)
	}
	b.change("/c/demo/report", "<form", func(bundle *community.Bundle) { bundle.Opens = today() })
	b.acknowledged(b.report(minimal()))
}

func TestOnlyTheKindsThatACommunityOffersAreTaken(t *testing.T) {
	b := setup(t)
	b.change("/c/demo/report", "Our own words", func(bundle *community.Bundle) {
		bundle.Kinds = []event.Kind{event.KindOther, event.KindThreat}
		bundle.Intro = community.Text{"en": "Our own words <i>", "fr": "Nos mots", "ar": "كلماتنا"}
	})
	radio := regexp.MustCompile(`name="kind" id="kind-([a-z_]+)"`)
	form := b.get("/c/demo/report?lang=en").body
	if got := radio.FindAllStringSubmatch(form, -1); len(got) != 2 || got[0][1] != "threat" || got[1][1] != "other" {
		t.Errorf("the form offers %v", got)
	}
	if !strings.Contains(form, "Our own words &lt;i&gt;") {
		t.Error("the community's words are not shown as text")
	}
	body := minimal()
	body["kind"] = "stalking"
	if a := b.report(body); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `{"field":"kind","detail":"is not one of: threat, other"}`) {
		t.Errorf("status %d: %s", a.status, a.body)
	}
	a := b.postForm(filled()) // stalking
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#kind-threat"`) || !strings.Contains(a.body, marker) {
		t.Errorf("status %d: %s", a.status, a.body)
	}
	checkDocument(t, a.body)
	body["kind"] = "other"
	b.acknowledged(b.report(body))
}

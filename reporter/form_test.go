package reporter_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"recourse/internal/event"
)

// filled is the report form with everything in it.
func filled() url.Values {
	return url.Values{
		"token": {"0123456789abcdef0123456789"}, "language": {"en"},
		"kind": {"stalking"}, "description": {"First line\r\nsecond <line> & \"quotes\" ه " + marker},
		"platform": {"Example & Co"}, "handle": {"@verfolger"}, "links": {"https://example.org/?a=1&b=2\r\n\r\n  second link\r\n"},
		"role": {"ally"}, "grounds": {"age", "religion"}, "contact": {"me@example.org"}, "gender": {"man"}, "age_band": {"65+"},
		"since": {"last <summer>"}, "frequency": {"often"}, "do_not_tell_account": {"1"}, "not_beyond_community": {"1"},
	}
}

func changed(values url.Values, pairs ...string) url.Values {
	for n := 0; n+1 < len(pairs); n += 2 {
		values.Set(pairs[n], pairs[n+1])
	}
	return values
}

var receiptGroups = regexp.MustCompile(`<p class="receipt" dir="ltr">(.*?)</p>`)

// receiptOn returns the receipt that a page shows.
func receiptOn(t testing.TB, page string) string {
	t.Helper()
	m := receiptGroups.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no receipt on the page: %s", page)
	}
	return regexp.MustCompile(`<[^>]*>`).ReplaceAllString(m[1], "")
}

// holdsWhatWasTyped fails the test unless the form shows all of filled.
func holdsWhatWasTyped(t testing.TB, page string) {
	t.Helper()
	sameAsTyped(t, page, filled())
}

func TestTheFormSendsTheSameReportAsTheAPI(t *testing.T) {
	b := setup(t)
	a := b.postForm(filled())
	if a.status != http.StatusOK || a.header.Get("Location") != "" || a.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("status %d, headers %v: %s", a.status, a.header, a.body)
	}
	shown := receiptOn(t, a.body)
	for _, echoed := range []string{marker, "verfolger", "example.org", "Example", "stalking"} {
		if strings.Contains(a.body, echoed) {
			t.Errorf("the page with the receipt echoes %q", echoed)
		}
	}
	if strings.Contains(a.body, "?lang=fr") || strings.Contains(a.body, `name="lang"`) {
		t.Error("changing the language would lose the receipt")
	}
	if n := strings.Count(a.body, shown[:5]); n != 1 {
		t.Errorf("the receipt stands %d times on the page", n)
	}
	_, s := b.message(event.ID(b.parse(shown).ReportID()))
	o := b.open(s)
	want := event.Content{
		Kind: event.KindStalking, Description: "First line\nsecond <line> & \"quotes\" ه " + marker,
		Links:   []string{"https://example.org/?a=1&b=2", "second link"},
		Account: event.Account{Platform: "Example & Co", Handle: "@verfolger"}, Language: "en", Role: event.RoleAlly,
		Grounds: []event.Ground{event.GroundReligion, event.GroundAge}, HasContact: true,
		Since: "last <summer>", Frequency: event.FrequencyOften, Consent: event.Consent{DoNotTellAccount: true, NotBeyondCommunity: true},
	}
	if got := toJSON(t, o.content); got != toJSON(t, want) {
		t.Errorf("moderation opens %s, want %s", got, toJSON(t, want))
	}
	if o.contact != (event.Contact{Address: "me@example.org", Language: "en"}) || o.dimensions.Gender != event.GenderMan || o.dimensions.AgeBand != event.Age65Up {
		t.Errorf("contact %+v, dimensions %+v", o.contact, o.dimensions)
	}
	b.nothingTold(shown, strings.ReplaceAll(shown, "-", ""), "me@example.org", "0123456789abcdef0123456789")
}

func TestADoubleClickOrAReloadShowsTheSameReceipt(t *testing.T) {
	b := setup(t)
	receipts := make([]string, 8)
	var wg sync.WaitGroup
	for n := range receipts {
		wg.Go(func() { receipts[n] = receiptOn(t, b.postForm(filled()).body) })
	}
	wg.Wait()
	for _, r := range receipts {
		if r != receipts[0] {
			t.Errorf("another receipt")
		}
	}
	// Sent again in another language, as after a lost answer, it is the same.
	if again := receiptOn(t, b.postForm(changed(filled(), "language", "fr")).body); again != receipts[0] {
		t.Errorf("another receipt in another language")
	}
	if n := b.stored(); n != 1 {
		t.Errorf("%d messages", n)
	}
	if other := receiptOn(t, b.postForm(changed(filled(), "token", "another-token-0123456789")).body); other == receipts[0] {
		t.Error("two forms share a receipt")
	}
}

func TestATokenThatOthersKnowMakesNoReceipt(t *testing.T) {
	b := setup(t)
	seen := map[string]bool{}
	for range 2 {
		for _, site := range []string{"cross-site", "same-site"} {
			seen[receiptOn(t, b.postForm(filled(), "Sec-Fetch-Site", site).body)] = true
		}
		for _, token := range []string{"", "short", "not-ascii-é-0123456789"} {
			seen[receiptOn(t, b.postForm(changed(filled(), "token", token)).body)] = true
		}
	}
	if len(seen) != 10 {
		t.Errorf("%d receipts of 10 reports", len(seen))
	}
	planted := b.postForm(changed(filled(), "lang", "fr"), "Sec-Fetch-Site", "cross-site")
	if strings.Contains(planted.body, "0123456789abcdef0123456789") {
		t.Error("the form takes over a token that another site made")
	}
	a, c := b.get("/c/demo/report"), b.get("/c/demo/report")
	token := regexp.MustCompile(`name="token" value="([A-Z2-7]{26})"`)
	first, second := token.FindStringSubmatch(a.body), token.FindStringSubmatch(c.body)
	if first == nil || second == nil || first[1] == second[1] {
		t.Errorf("tokens %v and %v", first, second)
	}
}

func TestChangingTheLanguageLosesNothing(t *testing.T) {
	b := setup(t)
	a := b.postForm(changed(filled(), "lang", "ar"))
	if a.status != http.StatusOK || !strings.Contains(a.body, `<html lang="ar" dir="rtl">`) || !strings.Contains(a.body, `name="language" value="ar"`) {
		t.Errorf("status %d: %s", a.status, a.body[:200])
	}
	if strings.Contains(a.body, `class="error"`) {
		t.Error("changing the language finds fault")
	}
	holdsWhatWasTyped(t, a.body)
	if n := b.stored(); n != 0 {
		t.Errorf("changing the language sends %d reports", n)
	}

	empty := b.postForm(url.Values{"lang": {"fr"}})
	if empty.status != http.StatusOK || strings.Contains(empty.body, `class="error"`) || !strings.Contains(empty.body, `lang="fr"`) {
		t.Errorf("an empty form: status %d", empty.status)
	}
	b.nothingTold()
}

func TestAFormAtFaultComesBackWithEverythingTypedAndTheFieldsMarked(t *testing.T) {
	b := setup(t)
	values := filled()
	values.Del("kind")
	values.Set("description", "  ")
	values.Set("handle", strings.Repeat("h", 301))
	values.Set("links", "one\n"+strings.Repeat("l", 2049))
	values.Set("language", "fr")
	values.Set("since", strings.Repeat("s", 101))
	values.Set("frequency", "never")
	// The first step at fault comes first, with the rest in hidden fields.
	a := b.postForm(values)
	holds(t, a, `<html lang="fr"`, `href="#kind-harassment"`, `id="kind-error"`, `aria-describedby="kind-hint kind-error"`, `value="Example &amp; Co"`)
	sameAsTyped(t, a.body, values)
	if strings.Contains(a.body, `href="#handle"`) {
		t.Error("the page names faults of a step that it does not show")
	}
	values.Set("kind", "threat")
	a = b.postForm(values)
	holds(
		t, a, `href="#description"`, `href="#handle"`, `href="#links"`, `href="#since"`, `href="#frequency-once"`,
		`id="description-error"`, `id="handle-error"`, `id="links-error"`, `id="since-error"`, `id="frequency-error"`, `aria-invalid="true"`,
		`aria-describedby="description-hint description-error"`, "C’est trop long\u00a0: 300 caractères au plus.",
		"Lien 2\u00a0: C’est trop long\u00a0: 2\u202f048 caractères au plus.",
	)
	values.Del("frequency") // it was no answer, and none is chosen
	sameAsTyped(t, a.body, values)
	if n := b.stored(); n != 0 {
		t.Errorf("%d messages", n)
	}
	b.nothingTold()
}

func holds(t *testing.T, a answer, wanted ...string) {
	t.Helper()
	if a.status != http.StatusUnprocessableEntity {
		t.Fatalf("status %d", a.status)
	}
	for _, want := range wanted {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %.80q", want)
		}
	}
}

func TestControlCharactersAreTakenOutOfWhatTheFormShowsAgain(t *testing.T) {
	b := setup(t)
	a := b.postForm(changed(filled(), "description", "a\x00b\x0bc\x1b[0m\td\r\ne", "handle", "x\ty\u2028z\x7f"))
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "invisible characters") {
		t.Fatalf("status %d", a.status)
	}
	if !strings.Contains(a.body, ">\nab c[0m\td\ne</textarea>") || !strings.Contains(a.body, `value="x y z"`) {
		t.Errorf("the form shows something else: %s", a.body)
	}
	receiptOn(t, b.postForm(changed(filled(), "description", "ab c[0m\td\ne", "handle", "x y z")).body)
}

func TestTheFormKeepsEverythingWhileReportsCannotBeStored(t *testing.T) {
	b := setup(t)
	away := func(what string) {
		t.Helper()
		a := b.postForm(filled())
		if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
			t.Errorf("%s: status %d, Retry-After %q", what, a.status, a.header.Get("Retry-After"))
		}
		if !strings.Contains(a.body, "it will not be counted twice.") || receiptGroups.MatchString(a.body) {
			t.Errorf("%s: %s", what, a.body)
		}
		holdsWhatWasTyped(t, a.body)
	}
	b.shrinkReports(1)
	away("a full stream")
	b.nats.Stop()
	waitFor(t, "the intake to notice", func() bool { return b.get("/readyz").status == http.StatusServiceUnavailable })
	away("no NATS")
	b.nats.Restart(t)
	waitFor(t, "the intake to be ready again", func() bool { return b.get("/readyz").status == http.StatusOK })
	waitFor(t, "the test's own connection", b.admin.Conn().IsConnected)
	b.shrinkReports(1 << 20)
	receiptOn(t, b.postForm(filled()).body)
	if n := b.stored(); n != 1 {
		t.Errorf("%d messages", n)
	}
	if got := b.counted("recourse_reports_refused_total", "503"); got != 2 {
		t.Errorf("%v refusals counted, want 2", got)
	}
	b.nothingTold()
}

func TestNothingIsTakenBeforeTheCommunitiesWereRead(t *testing.T) {
	b := setup(t)
	if err := b.admin.DeleteKeyValue(t.Context(), event.BucketCommunities); err != nil {
		t.Fatal(err)
	}
	b.registry = prometheus.NewRegistry()
	b.start() // a second intake, which can read none
	for _, a := range []answer{
		b.report(minimal()), b.get("/c/demo/report"), b.get("/c/demo/conduct"), b.postForm(filled()), b.get("/readyz"),
	} {
		if a.status != http.StatusServiceUnavailable {
			t.Errorf("status %d, want 503: %s", a.status, a.body)
		}
	}
	form := b.postForm(filled())
	holdsWhatWasTyped(t, form.body)
	if form.header.Get("Retry-After") == "" {
		t.Error("the form does not say when to try again")
	}
	if a := b.get("/healthz"); a.status != http.StatusOK {
		t.Errorf("healthz: status %d", a.status)
	}
	b.nothingTold()
}

package console_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"recourse/internal/event"
	"recourse/internal/testbench"
	"recourse/moderation/console"
)

// frontDesk is an intake that answers as it is told, and keeps what it got.
type frontDesk struct {
	server *httptest.Server
	id     event.ID
	status int
	body   string
	got    []map[string]any
	keys   []string // Idempotency-Keys
}

// phones is a console whose reports by phone go to a front desk.
func phones(t *testing.T) (*bench, *frontDesk) {
	t.Helper()
	d := &frontDesk{id: event.NewID()}
	d.takes()
	d.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var report map[string]any
		if err != nil || json.Unmarshal(body, &report) != nil || r.URL.Path != "/v1/reports" ||
			r.Header.Get("Authorization") != "Bearer rck_test" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("the intake is asked for %s with %s", r.URL.Path, body)
		}
		d.got, d.keys = append(d.got, report), append(d.keys, r.Header.Get("Idempotency-Key"))
		w.WriteHeader(d.status)
		_, _ = io.WriteString(w, d.body)
	}))
	t.Cleanup(d.server.Close)
	intake, err := console.NewIntake(d.server.URL, "rck_test")
	if err != nil {
		t.Fatal(err)
	}
	return setupWith(t, intake), d
}

func (d *frontDesk) takes() {
	d.status, d.body = http.StatusCreated, `{"id":"`+d.id.String()+`","receipt":"ABCDE-FGHJK-MNPQR-STVWX-YZ0123","status_url":"/status"}`
}

func (d *frontDesk) refuses(status int, body string) { d.status, d.body = status, body }

// calledIn is what a caller says, all of it.
func calledIn() url.Values {
	return url.Values{
		"token": {"TOKEN-OF-THE-FORM"}, "community": {"demo"}, "kind": {"threat"}, "description": {"MARKER-words\nsecond"},
		"since": {"MARKER-since"}, "frequency": {"often"}, "platform": {"MARKER-forum"}, "handle": {"MARKER-handle"},
		"links": {"https://example.org/MARKER-link\r\n\r\n  second\r\n"}, "role": {"ally"}, "grounds": {"gender", "age"},
		"language": {"fr"}, "do_not_tell_account": {"on"}, "contact": {"MARKER@example.org"}, "gender": {"woman"}, "age_band": {"25-34"},
	}
}

func (c *client) phone(t *testing.T, form url.Values) response {
	t.Helper()
	return c.do(t, http.MethodPost, "/reports/new", "application/x-www-form-urlencoded", form.Encode())
}

func TestAReportByPhoneGoesToTheIntakeAndGivesAReceipt(t *testing.T) {
	b, d := phones(t)
	c := b.signIn(t, "Ana", "demo")
	var page response
	testbench.Eventually(t, 5e9, "the community is read", func() bool {
		page = c.get(t, "/reports/new")
		return page.has(`<option value="fr">French</option>`)
	})
	if page.has("<script") || !page.has(`<input type="hidden" name="community" value="demo">`) || !page.has(`name="kind" required autofocus`) {
		t.Errorf("the form is %s", page.body)
	}
	for _, id := range regexp.MustCompile(`<(?:select|textarea|input)[^>]* id="([a-z_]+)"`).FindAllStringSubmatch(page.body, -1) {
		if !page.has(`for="`+id[1]+`"`) && !page.has(`<label class="choice"><input type="checkbox" id="`+id[1]+`"`) {
			t.Errorf("%s has no label", id[1])
		}
	}

	got := c.phone(t, calledIn())
	wantStatus(t, "sending", got, http.StatusOK)
	for _, part := range []string{"ABCDE", "YZ0123", "<b>Z</b> Zulu", "<b>0</b> zero", d.server.URL + "/status"} {
		if !got.has(part) {
			t.Errorf("the receipt's page does not hold %q", part)
		}
	}
	if got.has("MARKER") || got.header.Get("Cache-Control") != "no-store" {
		t.Error("the receipt's page shows the report, or may be cached")
	}
	sent, err := json.Marshal(d.got[0])
	if err != nil {
		t.Fatal(err)
	}
	want := `{"account":{"handle":"MARKER-handle","platform":"MARKER-forum"},"community":"demo",` +
		`"consent":{"do_not_tell_account":true,"not_beyond_community":false},"contact":"MARKER@example.org",` +
		`"demographics":{"age_band":"25-34","gender":"woman"},"description":"MARKER-words\nsecond","frequency":"often",` +
		`"grounds":["gender","age"],"kind":"threat","language":"fr","links":["https://example.org/MARKER-link","second"],` +
		`"role":"ally","since":"MARKER-since"}`
	if string(sent) != want || d.keys[0] != "TOKEN-OF-THE-FORM" {
		t.Errorf("the intake got %s under %s, want %s", sent, d.keys[0], want)
	}
	if n := b.count(t, "moderation.audit WHERE action = 'report.taken' AND actor = $1 AND report_id = $2 AND case_id IS NULL", c.id, d.id); n != 1 {
		t.Errorf("%d audit entries say that it was taken", n)
	}
	if strings.Contains(b.logs.String(), "MARKER") {
		t.Error("what the caller said is logged")
	}

	// The least there can be: what was not said is not sent.
	c.phone(t, url.Values{"community": {"demo"}, "kind": {"threat"}, "description": {"x"}})
	if least := d.got[1]; len(least) != 3 || d.keys[1] == "" {
		t.Errorf("the intake got %v under %q", least, d.keys[1])
	}
}

func TestWhatTheIntakeFindsWrongStandsAtItsField(t *testing.T) {
	b, d := phones(t)
	c := b.signIn(t, "Ana", "demo")
	d.refuses(http.StatusUnprocessableEntity, `{"status":422,"errors":[{"field":"kind","detail":"is not on the list"},
		{"field":"account.handle","detail":"is longer than 300 characters"},{"field":"links[1]","detail":"holds a control character"},
		{"field":"demographics.age_band","detail":"is not on the list"},{"field":"grounds[0]","detail":"is repeated"},
		{"field":"mood","detail":"is required"}]}`)
	got := c.phone(t, calledIn())
	wantStatus(t, "sending", got, http.StatusUnprocessableEntity)
	for _, part := range []string{
		`role="alert"`, `<a href="#kind">What kind</a>: is not on the list`, `id="kind-error"`, `id="handle-error">Error: this is longer than 300`,
		`id="links-error"`, `id="age_band-error"`, `<a href="#grounds">`, "mood: is required", "<details class=\"half\" open>",
		"MARKER-words\nsecond</textarea>", `value="MARKER-since"`, `value="MARKER-handle"`, `https://example.org/MARKER-link`,
		`<option value="threat" selected>`, `<option value="ally" selected>`, `<option value="often" selected>`, `value="gender" checked`,
		`name="do_not_tell_account" checked`, `value="MARKER@example.org"`, `<option value="woman" selected>`, `value="TOKEN-OF-THE-FORM"`,
		"<title>Error – New report",
	} {
		if !got.has(part) {
			t.Errorf("the page does not hold %q", part)
		}
	}
	if b.count(t, "moderation.audit WHERE action = 'report.taken'") != 0 {
		t.Error("a report that was not taken is in the audit log")
	}
}

func TestWhatWasTypedOutlivesAnIntakeThatDoesNotTakeIt(t *testing.T) {
	b, d := phones(t)
	c := b.signIn(t, "Ana", "demo")
	for _, tt := range []struct {
		status int
		body   string
		want   int
		says   string
	}{
		{http.StatusServiceUnavailable, "", http.StatusServiceUnavailable, "The intake does not answer"},
		{http.StatusInternalServerError, "", http.StatusServiceUnavailable, "The intake does not answer"},
		{http.StatusMovedPermanently, "", http.StatusServiceUnavailable, "The intake does not answer"},
		{http.StatusCreated, "{}", http.StatusServiceUnavailable, "The intake does not answer"},
		{http.StatusUnauthorized, "{}", http.StatusServiceUnavailable, "recourse admin client add"},
		{http.StatusTooManyRequests, "{}", http.StatusTooManyRequests, "Send it again later"},
		{http.StatusRequestEntityTooLarge, "{}", http.StatusRequestEntityTooLarge, "Shorten the words"},
		{http.StatusForbidden, `{"detail":"It is <paused>."}`, http.StatusUnprocessableEntity, "It is &lt;paused&gt;."},
	} {
		d.refuses(tt.status, tt.body)
		got := c.phone(t, calledIn())
		if got.status != tt.want || !got.has(tt.says) || !got.has("MARKER-words\nsecond</textarea>") || !got.has(`value="TOKEN-OF-THE-FORM"`) {
			t.Errorf("where the intake answers %d: %d, %v", tt.status, got.status, got.has(tt.says))
		}
	}
	d.server.Close()
	got := c.phone(t, calledIn())
	if got.status != http.StatusServiceUnavailable || !got.has("MARKER-words\nsecond</textarea>") || got.header.Get("Retry-After") == "" {
		t.Errorf("where no intake is: %d", got.status)
	}
	ended := b.stranger(t).phone(t, calledIn())
	if ended.status != http.StatusUnauthorized || !ended.has("MARKER-words\nsecond") || !ended.has("MARKER@example.org") {
		t.Errorf("where the session has ended: %d", ended.status)
	}
	if strings.Contains(b.logs.String(), "MARKER") {
		t.Errorf("what the caller said is logged: %s", b.logs)
	}
}

func TestAModeratorTakesReportsForHerCommunitiesOnly(t *testing.T) {
	b, d := phones(t)
	b.city(t)
	c := b.signIn(t, "Ana", "city", "demo")
	if page := c.get(t, "/reports/new"); !page.has(`<select id="community" name="community" autofocus>`) {
		t.Error("the form does not ask for which community")
	}
	form := calledIn()
	for community, says := range map[string]string{"": "is not chosen", "elsewhere": "is not a community of yours"} {
		form.Set("community", community)
		got := c.phone(t, form)
		if got.status != http.StatusUnprocessableEntity || !got.has(says) || !got.has(`href="#community"`) {
			t.Errorf("for %q: %d", community, got.status)
		}
	}
	form = calledIn()
	form.Set("description", "bad \xff byte")
	if got := c.phone(t, form); got.status != http.StatusUnprocessableEntity || !got.has("is not valid UTF-8") {
		t.Errorf("bytes that are no text: %d", got.status)
	}
	if len(d.got) != 0 {
		t.Error("the intake was asked")
	}
	if page := b.signIn(t, "Bea").get(t, "/reports/new"); !page.has("no community yet") || page.has("<textarea") {
		t.Error("a moderator of no community sees a form")
	}
}

func TestWithoutAnIntakeTheScreenSaysHowToSetIt(t *testing.T) {
	b := setup(t)
	c := b.signIn(t, "Ana", "demo")
	page := c.get(t, "/reports/new")
	if page.status != http.StatusOK || !page.has("--intake-url") || page.has("<textarea") {
		t.Errorf("the screen answers %d: %s", page.status, page.body)
	}
	sent := c.phone(t, calledIn())
	wantStatus(t, "sending", sent, http.StatusServiceUnavailable)
	if !sent.has("MARKER-words\nsecond") {
		t.Error("what was typed is lost")
	}
	for _, address := range []string{"", "report.example", "ftp://report.example", "https://a:b@report.example", "https://"} {
		if _, err := console.NewIntake(address, "rck_test"); err == nil {
			t.Errorf("%q is taken for an address", address)
		}
	}
}

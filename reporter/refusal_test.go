package reporter_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"recourse/internal/web"
)

// fieldsOf returns the fields that a problem names.
func fieldsOf(t testing.TB, a answer) []string {
	t.Helper()
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("Content-Type %q: %s", got, a.body)
	}
	p := fromJSON[web.Problem](t, a.body)
	if p.Status != a.status || p.Title == "" {
		t.Errorf("problem %+v with status %d", p, a.status)
	}
	var fields []string
	for _, e := range p.Errors {
		if e.Detail == "" {
			t.Errorf("no detail at %s", e.Field)
		}
		fields = append(fields, e.Field)
	}
	return fields
}

func TestABadReportIsRefusedAtItsFieldsAndNothingIsStoredOrLogged(t *testing.T) {
	b := setup(t)
	b.acknowledged(b.report(minimal()))
	const kind = `"community":"demo","kind":"threat"`
	text := func(n int) string { return marker + strings.Repeat("x", n-len(marker)) }
	nested := strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000)

	for _, c := range []struct {
		what   string
		body   any
		status int
		fields []string
	}{
		{"nothing", ``, 400, nil},
		{"no JSON", marker, 400, nil},
		{"half an object", `{"description":"` + marker, 400, nil},
		{"two objects", toJSON(t, minimal()) + toJSON(t, minimal()), 400, nil},
		{"null", `null`, 400, nil},
		{"a list", `["` + marker + `"]`, 400, nil},
		{"bad UTF-8", "{" + kind + ",\"description\":\"" + marker + "\xff\"}", 400, nil},
		{"a raw control character", "{" + kind + ",\"description\":\"" + marker + "\x00\"}", 400, nil},
		{"UTF-16", "\xff\xfe{\x00}\x00", 400, nil},
		{"very deep JSON", nested, 400, nil},
		{"10 MB", with("description", text(10<<20)), 413, nil},
		{"one byte too many", `{"description":"` + text(256<<10-17) + `"}x`, 413, nil},

		{"an empty object", `{}`, 422, []string{"community", "kind", "description"}},
		{"only nulls", `{"community":null,"kind":null,"description":null,"links":null,"account":null}`, 422, []string{"community", "kind", "description"}},
		{"blank texts", with("kind", "", "description", " \n\t "), 422, []string{"kind", "description"}},
		{"an unknown community", with("community", "nowhere"), 404, []string{"community"}},
		{"a malformed community", with("community", "demo.*.>"), 404, []string{"community"}},
		{"an unknown kind", with("kind", marker), 422, []string{"kind"}},
		{"a kind in capitals", with("kind", "Threat"), 422, []string{"kind"}},
		{"a field in capitals", `{"community":"demo","kind":"threat","Description":"` + marker + `"}`, 422, []string{"description", "Description"}},
		{"a field twice", `{` + kind + `,"description":"a","description":"` + marker + `"}`, 422, []string{"description"}},
		{"an escaped NUL", with("description", marker+"\x00"), 422, []string{"description"}},
		{"a control character in a line", with("contact", marker+"\n"+marker), 422, []string{"contact"}},
		{"C1 control characters", with("description", marker+"\u0085"), 422, []string{"description"}},
		{"half a surrogate pair", `{` + kind + `,"description":"` + marker + `\ud83d"}`, 422, []string{"description"}},
		{"a long description", with("description", text(20_001)), 422, []string{"description"}},
		{"a long handle and platform", with("account", map[string]any{"platform": text(101), "handle": text(301)}), 422, []string{"account.platform", "account.handle"}},
		{"a long contact", with("contact", text(301)), 422, []string{"contact"}},
		{"51 links", with("links", slices.Repeat([]string{marker}, 51)), 422, []string{"links"}},
		{"a long link", with("links", []string{"a", "b", text(2049)}), 422, []string{"links[2]"}},
		{"a link of two lines", with("links", []string{"a\nb"}), 422, []string{"links[0]"}},
		{"a repeated ground", with("grounds", []string{"age", "gender", "age"}), 422, []string{"grounds[2]"}},
		{"unknown grounds", with("grounds", []string{"", "age", marker}), 422, []string{"grounds[0]", "grounds[2]"}},
		{"a language that is none", with("language", "not_a_language!"), 422, []string{"language"}},
		{"a frequency that is none", with("frequency", marker), 422, []string{"frequency"}},
		{"a long since", with("since", text(101)), 422, []string{"since"}},
		{"since in two lines", with("since", "a\nb"), 422, []string{"since"}},
		{"an unknown consent", with("consent", map[string]any{marker: true}), 422, []string{"consent." + marker}},
		{"a participant from the public", with("participant", marker), 422, []string{"participant"}},
		{
			"wrong types everywhere", `{"community":1,"kind":[],"description":{},"links":"` + marker + `","account":[],"language":true,"role":1.5,"grounds":{},"demographics":"","contact":0,"participant":[],"since":1,"frequency":{},"consent":true}`, 422,
			[]string{"community", "kind", "description", "links", "account", "since", "frequency", "grounds", "role", "contact", "demographics", "consent", "language", "participant"},
		},
		{
			"wrong types inside", `{` + kind + `,"description":"` + marker + `","links":["a",1],"account":{"handle":1},"grounds":[2],"demographics":{"age_band":[]},"consent":{"do_not_tell_account":"` + marker + `","not_beyond_community":1}}`, 422,
			[]string{"links[1]", "account.handle", "grounds[0]", "demographics.age_band", "consent.do_not_tell_account", "consent.not_beyond_community"},
		},
		{
			"unknown fields everywhere", with(marker, 1, "account", map[string]any{"name": 1}, "demographics", map[string]any{"sex": 1}), 422,
			[]string{marker, "account.name", "demographics.sex"},
		},
		{
			"everything at once", with("kind", "x", "role", "y", "demographics", map[string]any{"gender": "z", "age_band": "0"}, "links", []string{"a\tb"}), 422,
			[]string{"kind", "links[0]", "role", "demographics.gender", "demographics.age_band"},
		},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := b.in(t).report(c.body)
			if a.status != c.status {
				t.Fatalf("status %d, want %d: %s", a.status, c.status, a.body)
			}
			if got := fieldsOf(t, a); !slices.Equal(got, c.fields) {
				t.Errorf("fields %q, want %q", got, c.fields)
			}
		})
	}
	if n := b.stored(); n != 1 {
		t.Errorf("%d messages, want the first good one alone", n)
	}
	b.nothingTold()
	if got := b.counted("recourse_reports_refused_total", "404"); got != 2 {
		t.Errorf("%v refusals with status 404 counted, want 2", got)
	}
}

func TestABodyOfManyFaultsGetsAShortAnswer(t *testing.T) {
	b := setup(t)
	body := `{"community":"demo","grounds":[` + strings.TrimSuffix(strings.Repeat(`"no",`, 40_000), ",") + `]}`
	a := b.report(body)
	if a.status != http.StatusUnprocessableEntity || len(a.body) > 32<<10 {
		t.Errorf("status %d with %d bytes", a.status, len(a.body))
	}
}

func TestOnlyJSONIsTakenByTheAPI(t *testing.T) {
	b := setup(t)
	for _, contentType := range []string{"", "text/plain", formType, "multipart/form-data; boundary=x", "nonsense;;"} {
		if a := b.do(http.MethodPost, "/v1/reports", contentType, toJSON(t, minimal())); a.status != http.StatusUnsupportedMediaType {
			t.Errorf("%q: status %d, want 415", contentType, a.status)
		}
	}
	b.acknowledged(b.do(http.MethodPost, "/v1/reports", "application/json; charset=utf-8", toJSON(t, minimal())))
	if n := b.stored(); n != 1 {
		t.Errorf("%d messages", n)
	}
	b.nothingTold()
}

func TestAWrongClientKeyIsRefused(t *testing.T) {
	b := setup(t)
	for _, headers := range [][]string{
		{"Authorization", "Bearer " + marker},
		{"Authorization", "Bearer"},
		{"Authorization", "Basic " + clientKey},
		{"Authorization", clientKey},
		{"Authorization", ""},
		{"Authorization", "Bearer " + clientKey, "Authorization", "Bearer " + clientKey},
	} {
		a := b.report(with("participant", "p"), headers...)
		if a.status != http.StatusUnauthorized || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%q: status %d, WWW-Authenticate %q", headers, a.status, a.header.Get("WWW-Authenticate"))
		}
	}
	b.acknowledged(b.report(with("participant", "p"), "Authorization", "bearer "+clientKey))
	if n := b.stored(); n != 1 {
		t.Errorf("%d messages", n)
	}
	b.nothingTold(clientKey)
}

func TestAnIdempotencyKeyThatTwoStrangersCouldShareIsRefused(t *testing.T) {
	b := setup(t)
	long := strings.Repeat("k", 255)
	for _, c := range []struct {
		what, key string
		client    bool
		status    int
	}{
		{"15 characters", long[:15], false, 422},
		{"16 characters", long[:16], false, 201},
		{"one character", "k", false, 422},
		{"one character of a client with its own key", "k", true, 201},
		{"none at all", "", true, 422},
		{"255 characters", long, false, 201},
		{"256 characters", long + "k", true, 422},
		{"a space", long[:20] + " " + long[:20], true, 422},
		{"letters beyond ASCII", strings.Repeat("é", 20), true, 422},
	} {
		headers := []string{"Idempotency-Key", c.key}
		if c.client {
			headers = append(headers, "Authorization", "Bearer "+clientKey)
		}
		a := b.report(minimal(), headers...)
		if a.status != c.status {
			t.Errorf("%s: status %d, want %d", c.what, a.status, c.status)
		}
		if c.status == http.StatusUnprocessableEntity {
			if got := fieldsOf(t, a); !slices.Equal(got, []string{"Idempotency-Key"}) {
				t.Errorf("%s: fields %q", c.what, got)
			}
		}
	}
	if a := b.report(minimal(), "Idempotency-Key", long, "Idempotency-Key", long); a.status != http.StatusUnprocessableEntity {
		t.Errorf("two keys: status %d", a.status)
	}
	b.nothingTold()
}

func TestReportsAreOnlyPosted(t *testing.T) {
	b := setup(t)
	for _, path := range []string{"/v1/reports", "/v1/status"} {
		if a := b.get(path); a.status != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: status %d", path, a.status)
		}
	}
}

func TestABadFormIsRefusedAndNothingIsStoredOrLogged(t *testing.T) {
	b := setup(t)
	good := url.Values{"kind": {"threat"}, "description": {marker}}
	for _, c := range []struct {
		what, contentType, body string
		status                  int
	}{
		{"10 MB", formType, "description=" + strings.Repeat("x", 10<<20), 413},
		{"bad UTF-8", formType, good.Encode() + "&handle=%ff" + marker, 400},
		{"a bad escape", formType, good.Encode() + "&handle=%zz" + marker, 400},
		{"a semicolon", formType, good.Encode() + ";x=" + marker, 400},
		{"JSON", "application/json", toJSON(t, minimal()), 415},
		{"multipart", "multipart/form-data; boundary=x", "--x\r\n" + marker, 415},
		{"no media type", "", good.Encode(), 415},
		{"nothing", formType, "", 422},
		{"no kind", formType, "description=" + marker, 422},
		{"two kinds", formType, good.Encode() + "&kind=hate", 422},
		{"an unknown kind", formType, "kind=" + marker + "&description=x", 422},
		{"a NUL", formType, good.Encode() + "%00", 422},
		{"a long description", formType, good.Encode() + strings.Repeat("x", 20_000), 422},
		{"all fields too long together", formType, "kind=threat&description=x" + strings.Repeat("\u2028", 19_998) + "x" +
			"&links=" + strings.Repeat(strings.Repeat("\U0001F525", 2048)+"%0a", 50), 413},
	} {
		a := b.do(http.MethodPost, "/c/demo/report", c.contentType, c.body)
		if a.status != c.status {
			t.Errorf("%s: status %d, want %d", c.what, a.status, c.status)
		}
		if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: a person gets %s", c.what, a.header.Get("Content-Type"))
		}
	}
	if a := b.do(http.MethodPost, "/c/nowhere/report", formType, good.Encode()); a.status != http.StatusNotFound {
		t.Errorf("an unknown community: status %d", a.status)
	}
	if n := b.stored(); n != 0 {
		t.Errorf("%d messages", n)
	}
	b.nothingTold()
}

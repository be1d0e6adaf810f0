package reporter_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"recourse/internal/keys"
	"recourse/internal/testbench"
	"recourse/reporter"
)

// served returns the handler of an intake that takes reports for "demo".
func served(f *testing.F) http.Handler {
	f.Helper()
	bus := testbench.NATS(f)
	bus.PutCommunity(f, bus.Demo(f))
	intake, err := reporter.New(reporter.Config{
		NATS: bus.Connect(f, keys.Intake), Ring: bus.Ring(f, keys.Intake), Log: slog.New(slog.DiscardHandler), Now: today,
	})
	if err != nil {
		f.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- intake.Run(ctx) }()
	f.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			f.Error(err)
		}
	})
	waitFor(f, "the intake to be ready", func() bool { return intake.Ready(f.Context()) == nil })
	return intake.Handler()
}

func post(t *testing.T, h http.Handler, path, contentType, body string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
	req.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	if w.Code >= http.StatusInternalServerError {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	return w
}

// Whatever bytes are posted as a form, the answer is a page that holds what was
// typed, or the receipt, or says that it can't be read.
func FuzzForm(f *testing.F) {
	h := served(f)
	for _, step := range []string{"", "1", "2", "3", "4", "5", "send", "x"} {
		f.Add(changed(filled(), "go", step).Encode())
	}
	f.Add(changed(filled(), "lang", "ar", "step", "4").Encode())
	f.Add("kind=threat&description=%00%0b%1b%0d%0a%c2%85%e2%80%a8&handle=%3Cscript%3E&links=%0d%0a%0d%0a%0b&go=5")
	f.Add("kind=x&kind=y&role=%3C%2Ftextarea%3E&grounds=a&grounds=a&gender=%22&go=3&step=99999999999999999999")
	f.Add("description=%0a%0a%20leading&kind=other&go=2&since=" + strings.Repeat("s", 101))
	f.Add("%zz=1&;&=&&description")
	f.Add("\xff\xfe")
	f.Fuzz(func(t *testing.T, body string) {
		w := post(t, h, "/c/demo/report", formType, body)
		page := w.Body.String()
		if n := strings.Count(page, "<script"); n != 1 {
			t.Errorf("%d scripts: %s", n, page)
		}
		sent, err := url.ParseQuery(body)
		if err != nil || w.Code == http.StatusBadRequest || w.Code == http.StatusRequestEntityTooLarge || receiptGroups.MatchString(page) {
			return
		}
		shown := typedOn(t, page)
		for _, name := range []string{"description", "links", "platform", "handle", "since", "contact"} {
			if got, want := visible(shown.Get(name)), visible(sent.Get(name)); got != want {
				t.Errorf("%s: typed %q, shown %q", name, want, got)
			}
		}
	})
}

// visible is what a person sees of a text.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// Whatever bytes are posted as a report, the answer is a receipt or says what
// is wrong, and never more than what is known here.
func FuzzReport(f *testing.F) {
	h := served(f)
	f.Add(toJSON(f, minimal()))
	f.Add(toJSON(f, with("since", "May", "frequency", "once", "consent", map[string]any{"do_not_tell_account": true}, "links", []any{"a", 1, nil})))
	f.Add(`{"community":"demo","kind":"threat","description":"\ud83d","consent":{"do_not_tell_account":"x","y":[]}}`)
	f.Add(`{"community":"demo","kind":"threat","description":{"a":[1,2,{"b":null}]},"description":0}`)
	f.Add(`[]`)
	f.Add("{\"community\":\"demo\xff\"}")
	f.Fuzz(func(t *testing.T, body string) {
		w := post(t, h, "/v1/reports", "application/json", body)
		if w.Code != http.StatusCreated && w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("status %d, %s", w.Code, w.Header().Get("Content-Type"))
		}
		if w.Code == http.StatusCreated && !utf8.ValidString(body) {
			t.Error("a report that is no UTF-8 was taken")
		}
	})
}

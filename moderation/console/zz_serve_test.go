package console_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
)

func TestServeForPictures(t *testing.T) {
	if os.Getenv("SERVE") == "" {
		t.Skip()
	}
	b := setup(t)
	b.city(t)
	b.work(t)
	content := event.Content{
		Kind: event.KindThreat, Description: "Since the council meeting this account writes to me every night.\n\n\"We know where you live, do not come to the next one.\"\n\nIt also posted my street in the thread about the bicycle lane.",
		Links:   []string{"https://forum.example.org/t/bicycle-lane/4411#post-92", "https://forum.example.org/" + strings.Repeat("verylongpathsegment", 12)},
		Account: event.Account{Platform: "forum.example.org", Handle: "@night_writer"}, Language: "en", Role: event.RoleTarget,
		Grounds: []event.Ground{event.GroundGender, event.GroundCivicRole}, HasContact: true,
	}
	_, id := b.report(t, b.demo, content)
	arabic := content
	arabic.Description, arabic.Language, arabic.Links, arabic.Account.Handle = "كتب لي هذا الحساب تهديدات كل ليلة.\nWe know where you live", "ar", nil, "كاتب_الليل"
	b.join(t, id, arabic)
	erased := b.join(t, id, content)
	b.exec(t, `DELETE FROM moderation.data_key WHERE owner = $1`, event.ID(erased.ReportID()))
	b.cases(t, "demo", 200, 300, 300, 100)
	b.cases(t, "city", 200, 200)
	b.exec(t, `UPDATE moderation.cases SET first_look_due = now() - interval '5 hours', opened_at = now() - interval '3 days' WHERE id IN (SELECT id FROM moderation.cases WHERE priority = 300)`)
	bea := b.signIn(t, "Bea Contreras", "demo")
	bea.claim(t, b.cases(t, "demo", 400)[0])
	_, closedCase := b.report(t, b.demo, content)
	bea.claim(t, closedCase)
	bea.decide(t, closedCase, verdict{Version: 1, Action: "remove", Article: "safety", Reasons: "The post names your street and says that people know where you live. The code forbids threats, whatever the quarrel is about.\n\nThe post was removed, and the account cannot post it again."})
	_, free := b.report(t, b.demo, content)

	ana := b.moderator(t, "Ana Lindqvist", "demo", "city")
	claimed := false
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_claim", func(w http.ResponseWriter, r *http.Request) {
		req, _ := http.NewRequest("POST", b.url+casePath(id)+"/claim", nil)
		req.Header.Set("Cookie", r.Header.Get("Cookie"))
		b.pass(w, req)
		claimed = true
	})
	_ = claimed
	mux.HandleFunc("GET /_error", func(w http.ResponseWriter, r *http.Request) {
		req, _ := http.NewRequest("POST", b.url+casePath(id)+"/decision", strings.NewReader(url.Values{"version": {"1"}, "reasons": {" "}, "article": {"safety"}}.Encode()))
		req.Header.Set("Cookie", r.Header.Get("Cookie"))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		b.pass(w, req)
	})
	mux.HandleFunc("GET /_closed", func(w http.ResponseWriter, r *http.Request) {
		req, _ := http.NewRequest("POST", b.url+casePath(closedCase)+"/decision", strings.NewReader(url.Values{"version": {"1"}, "reasons": {"The post names your street."}, "article": {"safety"}}.Encode()))
		req.Header.Set("Cookie", r.Header.Get("Cookie"))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		b.pass(w, req)
	})
	// what a redirect would have done
	mux.HandleFunc("GET /_redirect/{token}", func(w http.ResponseWriter, r *http.Request) {
		req, _ := http.NewRequest("GET", b.url+"/sign-in/"+r.PathValue("token"), nil)
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			return
		}
		defer resp.Body.Close()
		w.Header()["Set-Cookie"] = resp.Header["Set-Cookie"]
		http.Redirect(w, r, "/queue", http.StatusSeeOther)
	})
	mux.Handle("/", b.handler)
	s := httptest.NewServer(mux)
	defer s.Close()
	// another site: localhost is another site than 127.0.0.1
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := "http://127.0.0.1:" + port + r.URL.Path
		fmt.Fprintf(w, `<!doctype html><meta http-equiv="refresh" content="0; url=%s"><a href="%s">go</a>`, to, to)
	}))
	defer other.Close()
	_, otherPort, _ := strings.Cut(strings.TrimPrefix(other.URL, "http://"), ":")
	out := fmt.Sprintf("URL=%s\nOTHER=http://localhost:%s\nCASE=%s\nCLOSED=%s\nFREE=%s\n", s.URL, otherPort, casePath(id), casePath(closedCase), casePath(free))
	for i := range 6 {
		out += fmt.Sprintf("TOKEN%d=%s\n", i, b.link(t, ana))
	}
	os.WriteFile("/tmp/console_serve.env", []byte(out), 0o600)
	deadline := time.Now().Add(20 * time.Minute)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for time.Now().Before(deadline) {
		<-tick.C
		if _, err := os.Stat("/tmp/console_serve.env"); err != nil {
			return
		}
	}
}

func (b *bench) pass(w http.ResponseWriter, req *http.Request) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	for k, v := range resp.Header {
		w.Header()[k] = v
	}
	w.WriteHeader(resp.StatusCode)
	io.Copy(w, resp.Body)
}

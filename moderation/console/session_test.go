package console_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/moderation/console"
)

func TestASignInLinkSignsInOnce(t *testing.T) {
	b := setup(t)
	token := b.link(t, b.moderator(t, "Ana", "demo"))
	c := b.stranger(t)

	first := c.get(t, console.SignInPath+token)
	wantStatus(t, "the link", first, http.StatusOK)
	if !first.has(`<meta http-equiv="refresh" content="0; url=/queue">`) || !first.has(`href="/queue"`) {
		t.Error("the page after signing in does not go on to the queue")
	}
	cookie := first.header.Get("Set-Cookie")
	for _, part := range []string{"recourse_session=", "Path=/", "Max-Age=43200", "HttpOnly", "SameSite=Strict"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie is %q, without %s", cookie, part)
		}
	}
	if strings.Contains(cookie, "Secure") {
		t.Error("the cookie is Secure over plain HTTP: no browser would keep it")
	}
	wantStatus(t, "the queue", c.get(t, "/queue"), http.StatusOK)

	again := b.stranger(t).get(t, console.SignInPath+token)
	wantStatus(t, "the link again", again, http.StatusForbidden)
	if !again.has("recourse admin sign-in-link") || again.header.Get("Set-Cookie") != "" {
		t.Error("the refused link does not say what to do, or sets a cookie")
	}
	if n := b.count(t, "moderation.audit WHERE action = 'session.opened'"); n != 1 {
		t.Errorf("%d sign-ins are recorded, want 1", n)
	}
}

func TestALinkUsedByManyAtOnceOpensOneSession(t *testing.T) {
	b := setup(t)
	token := b.link(t, b.moderator(t, "Ana", "demo"))
	var opened atomic.Int32
	var wg sync.WaitGroup
	start := make(chan struct{})
	for range 16 {
		c := b.stranger(t)
		wg.Go(func() {
			<-start
			if c.get(t, console.SignInPath+token).status == http.StatusOK {
				opened.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	if opened.Load() != 1 || b.count(t, "moderation.session") != 1 {
		t.Errorf("one link opened %d sessions", opened.Load())
	}
}

func TestAnExpiredLinkIsRefused(t *testing.T) {
	b := setup(t)
	token := b.link(t, b.moderator(t, "Ana", "demo"))
	b.later(time.Hour + time.Second)
	wantStatus(t, "an expired link", b.stranger(t).get(t, console.SignInPath+token), http.StatusForbidden)
	wantStatus(t, "an unknown link", b.stranger(t).get(t, console.SignInPath+"nonsense"), http.StatusForbidden)
	if n := b.count(t, "moderation.session"); n != 0 {
		t.Errorf("%d sessions were opened", n)
	}
}

func TestLookingAtALinkDoesNotUseItUp(t *testing.T) {
	b := setup(t)
	path := console.SignInPath + b.link(t, b.moderator(t, "Ana", "demo"))
	c := b.stranger(t)
	wantStatus(t, "HEAD", c.do(t, http.MethodHead, path, "", ""), http.StatusOK)
	wantStatus(t, "fetching ahead", c.get(t, path, "Sec-Purpose", "prefetch;prerender"), http.StatusServiceUnavailable)
	wantStatus(t, "opening the link", c.get(t, path), http.StatusOK)
}

func TestOnlyHashesOfTokensAreStored(t *testing.T) {
	b := setup(t)
	token := b.link(t, b.moderator(t, "Ana", "demo"))
	if n := b.count(t, "moderation.sign_in_link WHERE token_hash = $1", hashOf(token)); n != 1 {
		t.Error("the link is not stored under the SHA-256 of its token")
	}
	cookie := b.stranger(t).get(t, console.SignInPath+token).header.Get("Set-Cookie")
	session, _, _ := strings.Cut(strings.TrimPrefix(cookie, "recourse_session="), ";")
	if len(session) != 43 || session == token {
		t.Errorf("the session's token has %d characters, want 43 of base64url, and its own", len(session))
	}
	if n := b.count(t, "moderation.session WHERE token_hash = $1", hashOf(session)); n != 1 {
		t.Error("the session is not stored under the SHA-256 of its token")
	}
}

func TestASessionEndsAfterTwelveHours(t *testing.T) {
	b := setup(t)
	c := b.signIn(t, "Ana", "demo")
	b.later(12*time.Hour - time.Minute)
	wantStatus(t, "after almost twelve hours", c.get(t, "/queue"), http.StatusOK)
	b.later(time.Minute)
	wantStatus(t, "after twelve hours", c.get(t, "/queue"), http.StatusUnauthorized)
}

func TestSigningOutEndsTheSession(t *testing.T) {
	b := setup(t)
	c := b.signIn(t, "Ana", "demo")
	out := c.post(t, "/sign-out")
	wantStatus(t, "signing out", out, http.StatusSeeOther)
	if b.count(t, "moderation.session") != 0 {
		t.Error("the session is still there")
	}
	wantStatus(t, "the queue", c.get(t, "/queue"), http.StatusUnauthorized)
	wantStatus(t, "where signing out leads", c.get(t, out.header.Get("Location")), http.StatusOK)

	api := b.signIn(t, "Bea", "demo")
	wantStatus(t, "signing out through the API", api.call(t, http.MethodDelete, "/v1/session", nil), http.StatusNoContent)
	wantStatus(t, "the API", api.get(t, "/v1/cases"), http.StatusUnauthorized)
}

func TestTheCookieIsSecureOverTLS(t *testing.T) {
	b := setup(t)
	ana := b.moderator(t, "Ana", "demo")
	server := httptest.NewTLSServer(b.handler)
	defer server.Close()
	secure := (&client{base: server.URL, http: server.Client()}).get(t, console.SignInPath+b.link(t, ana))
	if !strings.Contains(secure.header.Get("Set-Cookie"), "; Secure") {
		t.Errorf("over TLS the cookie is %q", secure.header.Get("Set-Cookie"))
	}
	proxied := b.stranger(t).get(t, console.SignInPath+b.link(t, ana), "X-Forwarded-Proto", "https")
	if !strings.Contains(proxied.header.Get("Set-Cookie"), "; Secure") {
		t.Errorf("behind a proxy with TLS the cookie is %q", proxied.header.Get("Set-Cookie"))
	}
}

func TestAnAPIClientSignsInWithALinksToken(t *testing.T) {
	b := setup(t)
	ana := b.moderator(t, "Ana", "demo", "city")
	token := b.link(t, ana)
	c := b.stranger(t)
	got := c.call(t, http.MethodPost, "/v1/session", map[string]string{"token": token})
	wantStatus(t, "signing in", got, http.StatusCreated)
	var in struct {
		Moderator struct {
			ID   event.ID
			Name string
		}
		Communities []string
	}
	got.into(t, &in)
	if in.Moderator.ID != ana || in.Moderator.Name != "Ana" || strings.Join(in.Communities, " ") != "city demo" {
		t.Errorf("the answer is %s", got.body)
	}
	wantStatus(t, "the cases", c.get(t, "/v1/cases"), http.StatusOK)

	again := b.stranger(t).call(t, http.MethodPost, "/v1/session", map[string]string{"token": token})
	wantStatus(t, "the token again", again, http.StatusForbidden)
	if got := again.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("the refusal is %s", got)
	}
}

func TestWithoutASessionNothingIsShown(t *testing.T) {
	b := setup(t)
	id := b.cases(t, "demo", 400)[0].String()
	c := b.stranger(t)
	c.http.Jar = nil
	for _, route := range []string{
		"GET /queue", "POST /queue/next", "GET /cases/" + id, "POST /cases/" + id + "/claim", "POST /cases/" + id + "/release",
		"POST /cases/" + id + "/decision", "GET /v1/cases", "POST /v1/cases/claim", "GET /v1/cases/" + id,
		"POST /v1/cases/" + id + "/claim", "POST /v1/cases/" + id + "/release", "POST /v1/cases/" + id + "/decision",
	} {
		method, path, _ := strings.Cut(route, " ")
		for _, cookie := range []string{"", "recourse_session=", "recourse_session=" + strings.Repeat("A", 43)} {
			got := c.do(t, method, path, "", "", "Cookie", cookie)
			wantStatus(t, route, got, http.StatusUnauthorized)
			want := "text/html; charset=utf-8"
			if strings.HasPrefix(path, "/v1/") {
				want = "application/problem+json"
			}
			if got.header.Get("Content-Type") != want {
				t.Errorf("%s answers %s, want %s", route, got.header.Get("Content-Type"), want)
			}
		}
	}
	if n := b.count(t, "moderation.cases WHERE claimed_by IS NOT NULL"); n != 0 {
		t.Error("a stranger claimed a case")
	}
}

func TestWhatWasTypedWhenTheSessionEndedIsGivenBack(t *testing.T) {
	b := setup(t)
	c := b.signIn(t, "Ana", "demo")
	id := b.cases(t, "demo", 400)[0]
	b.later(13 * time.Hour)
	got := c.decideForm(t, id, "1", "remove", "safety", "long <reasons>")
	wantStatus(t, "deciding too late", got, http.StatusUnauthorized)
	if !got.has("long &lt;reasons&gt;</textarea>") {
		t.Error("what she wrote is lost")
	}
}

func TestAnotherSitesRequestIsRefused(t *testing.T) {
	b := setup(t)
	c := b.signIn(t, "Ana", "demo")
	id := b.cases(t, "demo", 400)[0]
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Origin", "https://evil.example"},
		{"Origin", "null"},
	} {
		for _, path := range []string{"/cases/" + id.String() + "/claim", "/v1/cases/" + id.String() + "/claim", "/sign-out", "/v1/session"} {
			wantStatus(t, path+" from "+headers[1], c.do(t, http.MethodPost, path, "", "", headers...), http.StatusForbidden)
		}
	}
	if n := b.count(t, "moderation.cases WHERE claimed_by IS NOT NULL"); n != 0 {
		t.Error("another site claimed a case")
	}
	own := c.do(t, http.MethodPost, "/cases/"+id.String()+"/claim", "", "", "Origin", b.url)
	wantStatus(t, "our own form in an old browser", own, http.StatusSeeOther)
	if policy := c.get(t, "/queue").header.Get("Referrer-Policy"); policy != "same-origin" {
		t.Errorf("under the referrer policy %q a browser sends our own forms with Origin: null", policy)
	}
}

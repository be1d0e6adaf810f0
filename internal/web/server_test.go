package web_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"recourse/internal/web"
)

func TestEveryAnswerHasTheSecurityHeaders(t *testing.T) {
	var log buffer
	e := newEngine(&log)
	e.GET("/page", func(c *gin.Context) { c.String(http.StatusOK, "page") })
	e.GET("/panic", func(*gin.Context) { panic("planted") })
	e.GET("/away", func(c *gin.Context) { web.RetryLater(c, 5*time.Second, "Come back.") })
	url := serve(t, e)
	for _, tt := range []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/page", 200},
		{http.MethodGet, "/healthz", 200},
		{http.MethodGet, "/readyz", 200},
		{http.MethodGet, "/nowhere", 404},
		{http.MethodGet, "/page/", 404},
		{http.MethodPost, "/page", 405},
		{http.MethodGet, "/panic", 500},
		{http.MethodGet, "/away", 503},
	} {
		a := do(t, request(t, tt.method, url+tt.path, ""))
		if a.status != tt.status {
			t.Errorf("%s %s answers %d, want %d", tt.method, tt.path, a.status, tt.status)
		}
		for name, want := range map[string]string{
			"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cache-Control": "no-store",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s %s: %s is %q, want %q", tt.method, tt.path, name, got, want)
			}
		}
		for _, want := range []string{"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"} {
			if got := a.header.Get("Content-Security-Policy"); !strings.Contains(got, want) || strings.Contains(got, "unsafe") {
				t.Errorf("%s %s: the content security policy is %q, want %s", tt.method, tt.path, got, want)
			}
		}
		if a.header.Get("Permissions-Policy") == "" || a.header.Get("Server") != "" {
			t.Errorf("%s %s: the headers are %v", tt.method, tt.path, a.header)
		}
		if len(a.header.Values("Set-Cookie")) > 0 {
			t.Errorf("%s %s sets a cookie", tt.method, tt.path)
		}
	}
}

func TestProblemsAreDocumentsOfRFC9457(t *testing.T) {
	e := newEngine(&buffer{})
	e.GET("/fields", func(c *gin.Context) {
		web.WriteProblem(c, *web.Invalid(web.FieldError{Field: "links[2]", Detail: "is no link"}, web.FieldError{Field: "account.handle", Detail: "is missing"}))
	})
	e.GET("/away", func(c *gin.Context) { web.RetryLater(c, 90*time.Second, "The queue is away.") })
	url := serve(t, e)
	for path, want := range map[string]string{
		"/fields": `{"type":"about:blank","title":"Some fields need another look","status":422,` +
			`"errors":[{"field":"links[2]","detail":"is no link"},{"field":"account.handle","detail":"is missing"}]}`,
		"/away":    `{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"The queue is away."}`,
		"/nowhere": `{"type":"about:blank","title":"Not Found","status":404}`,
	} {
		a := do(t, request(t, http.MethodGet, url+path, ""))
		if a.body != want {
			t.Errorf("%s answers %s, want %s", path, a.body, want)
		}
		a.problem(t)
		if path == "/away" && a.header.Get("Retry-After") != "90" {
			t.Errorf("Retry-After is %q, want 90", a.header.Get("Retry-After"))
		}
	}
}

func TestNoHandlerRunsAfterAProblem(t *testing.T) {
	ran := false
	e := newEngine(&buffer{})
	e.GET("/x", func(c *gin.Context) { web.WriteProblem(c, web.Problem{Status: http.StatusForbidden}) }, func(*gin.Context) { ran = true })
	if a := do(t, request(t, http.MethodGet, serve(t, e)+"/x", "")); a.status != http.StatusForbidden {
		t.Errorf("the answer is %d, want 403", a.status)
	}
	if ran {
		t.Error("a handler ran after the problem was answered")
	}
}

func TestReadyIsWhatTheServiceSays(t *testing.T) {
	var away error
	e := web.NewEngine(logTo(&buffer{}), func(context.Context) error { return away })
	url := serve(t, e)
	for _, tt := range []struct {
		err    error
		status int
	}{{nil, 200}, {errors.New("MARKER: the queue is away"), 503}, {nil, 200}} {
		away = tt.err
		if a := do(t, request(t, http.MethodGet, url+"/readyz", "")); a.status != tt.status || strings.Contains(a.body, "MARKER") {
			t.Errorf("/readyz answers %d, %s; want %d", a.status, a.body, tt.status)
		}
		if a := do(t, request(t, http.MethodGet, url+"/healthz", "")); a.status != 200 {
			t.Errorf("/healthz answers %d, want 200: the process lives", a.status)
		}
	}
}

func TestAPanicIsA500AndItsValueIsInNoLog(t *testing.T) {
	var out buffer
	catchOthersLogs(t, &out)
	e := newEngine(&out)
	e.GET("/text/:id", func(*gin.Context) { panic("MARKER in a text") })
	e.GET("/error", func(*gin.Context) { panic(fmt.Errorf("MARKER in %w", io.EOF)) })
	e.GET("/struct", func(*gin.Context) { panic(struct{ Words string }{"MARKER"}) })
	url := serve(t, e)
	for _, path := range []string{"/text/MARKER?q=MARKER", "/error", "/struct"} {
		req := request(t, http.MethodGet, url+path, "")
		req.Header.Set("X-Words", "MARKER")
		a := do(t, req)
		if a.status != http.StatusInternalServerError || strings.Contains(a.body, "MARKER") {
			t.Errorf("%s answers %d, %s; want 500", path, a.status, a.body)
		}
		a.problem(t)
	}
	logged := out.String()
	if strings.Contains(logged, "MARKER") {
		t.Errorf("the log holds a value: %s", logged)
	}
	if strings.Count(logged, "a handler panicked") != 3 || !strings.Contains(logged, "route=/text/:id") || !strings.Contains(logged, "type=*fmt.wrapError") ||
		!strings.Contains(logged, "server_test.go") {
		t.Errorf("the log does not say which handlers panicked, and where: %s", logged)
	}
	if a := do(t, request(t, http.MethodGet, url+"/healthz", "")); a.status != 200 {
		t.Errorf("after a panic the server answers %d", a.status)
	}
}

func TestAPanicInTheMiddleOfAnAnswerCutsItOff(t *testing.T) {
	var out buffer
	e := newEngine(&out)
	e.GET("/half", func(c *gin.Context) {
		c.String(http.StatusOK, "half an ")
		panic("planted")
	})
	res, err := http.DefaultClient.Do(request(t, http.MethodGet, serve(t, e)+"/half", ""))
	if err == nil {
		_, err = io.ReadAll(res.Body)
		_ = res.Body.Close()
	}
	if err == nil {
		t.Error("the client takes half an answer for the whole")
	}
	if !strings.Contains(out.String(), "a handler panicked") {
		t.Errorf("the log says %q", out.String())
	}
}

func TestNoAddressIsBelievedOrLogged(t *testing.T) {
	var out buffer
	catchOthersLogs(t, &out)
	e := newEngine(&out)
	e.GET("/address", func(c *gin.Context) { c.String(http.StatusOK, "%s", c.ClientIP()) })
	e.GET("/panic", func(*gin.Context) { panic("planted") })
	url := serve(t, e)
	for _, path := range []string{"/address", "/panic", "/nowhere"} {
		req := request(t, http.MethodGet, url+path+"?q=MARKER", "")
		for _, name := range []string{"X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "X-Appengine-Remote-Addr", "Fly-Client-IP"} {
			req.Header.Set(name, "203.0.113.7")
		}
		a := do(t, req)
		if path == "/address" && a.body != "127.0.0.1" {
			t.Errorf("gin takes %s for the client's address", a.body)
		}
	}
	// A request that net/http itself refuses, and a connection that breaks.
	for _, words := range []string{"GET / HTTP/9.9\r\n\r\n", "rubbish\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n"} {
		conn := dial(t, url)
		if _, err := io.WriteString(conn, words); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(words, "x\r\n") {
			if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil {
				t.Errorf("%q is not answered: %v", words, err)
			}
		}
		_ = conn.Close()
	}
	for _, not := range []string{"203.0.113.7", "127.0.0.1", "MARKER"} {
		if strings.Contains(out.String(), not) {
			t.Errorf("the log holds %s: %s", not, out.String())
		}
	}
}

// catchOthersLogs sends what gin and net/http may print to b.
func catchOthersLogs(t *testing.T, b *buffer) {
	t.Helper()
	out, errs := gin.DefaultWriter, gin.DefaultErrorWriter
	gin.DefaultWriter, gin.DefaultErrorWriter = b, b
	log.SetOutput(b)
	t.Cleanup(func() {
		gin.DefaultWriter, gin.DefaultErrorWriter = out, errs
		log.SetOutput(os.Stderr)
	})
}

func dial(t *testing.T, url string) net.Conn {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestServeFinishesWhatIsInFlightAndTakesNoMore(t *testing.T) {
	started, finish := make(chan struct{}), make(chan struct{})
	e := newEngine(&buffer{})
	e.GET("/slow", func(c *gin.Context) {
		close(started)
		<-finish
		c.String(http.StatusOK, "whole answer")
	})
	ln, err := web.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(ctx, ln, e) }()
	answers := make(chan string, 1)
	req := request(t, http.MethodGet, "http://"+ln.Addr().String()+"/slow", "")
	go func() {
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			answers <- err.Error()
			return
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		answers <- fmt.Sprint(res.StatusCode, " ", string(body), " ", err)
	}()
	<-started
	cancel()
	var d net.Dialer
	for { // Serve closes the listener first
		conn, err := d.DialContext(t.Context(), "tcp", ln.Addr().String())
		if err != nil {
			break
		}
		_ = conn.Close()
	}
	select {
	case err := <-ended:
		t.Fatalf("Serve ends with %v while a request is in flight", err)
	default:
	}
	close(finish)
	if got := <-answers; got != "200 whole answer <nil>" {
		t.Errorf("the request in flight is answered %s", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve ends with %v", err)
	}
}

func TestServeSaysWhereItCannotServe(t *testing.T) {
	ln, err := web.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if other, err := web.Listen(t.Context(), ln.Addr().String()); err == nil {
		_ = other.Close()
		t.Error("two listen on one address")
	}
	_ = ln.Close()
	if err := web.Serve(t.Context(), ln, newEngine(&buffer{})); err == nil {
		t.Error("Serve is content with a closed listener")
	}
}

func TestSlowHeadersAreCutOff(t *testing.T) {
	t.Parallel()
	url := serve(t, newEngine(&buffer{}))
	conn := dial(t, url)
	if _, err := io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := conn.SetReadDeadline(start.Add(6 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("after 6 s the connection is still open")
	}
	if waited := time.Since(start); waited < 4*time.Second {
		t.Errorf("the connection is closed after %s: a slow line is not an attack yet", waited)
	}
}

func TestVeryLargeHeadersAreRefused(t *testing.T) {
	req := request(t, http.MethodGet, serve(t, newEngine(&buffer{}))+"/healthz", "")
	req.Header.Set("X-Large", strings.Repeat("x", 64<<10))
	if a := do(t, req); a.status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("the answer is %d, want 431", a.status)
	}
}

package browserbench

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"image"
	"image/png"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"recourse/internal/testbench"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m, Stop)) }

const style = `
body { background: white; color: black; font-size: 16px }
@media (prefers-color-scheme: dark) { body { background: black; color: white } }
#bare:focus { outline: none }
#wide { width: 600px }
`

const form = `<!doctype html>
<html lang="en">
<head><title>A form</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"></head>
<body><main>
<h1>A form</h1>
<noscript><p>Scripts are off</p></noscript>
<form action="/sent" method="post">
<p><label for="name">Name</label> <input id="name" name="name"></p>
<p><label for="words">Words</label> <textarea id="words" name="words"></textarea></p>
<p><input type="radio" id="one" name="pick" value="one"> <label for="one">One</label>
<input type="radio" id="two" name="pick" value="two"> <label for="two">Two</label></p>
<p><input type="checkbox" id="agree" name="agree" value="yes"> <label for="agree">I agree</label></p>
<p><button>Send</button> <a id="bare" href="/elsewhere">No ring</a></p>
</form>
</main><script src="/script.js"></script></body>
</html>`

// site is a small web site with a strict Content-Security-Policy. It counts the
// bytes that it sends.
type site struct {
	*httptest.Server

	sent atomic.Int64
}

func newSite(t *testing.T) *site {
	t.Helper()
	mux := http.NewServeMux()
	page := func(path, html string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { answer(w, "text/html", html) })
	}
	page("/form", form)
	page("/wide", `<!doctype html><html lang="en"><title>Wide</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"><p id="wide">Wide</p>`)
	page("/bad", strings.ReplaceAll(form, `<label for="words">Words</label>`, "Words"))
	page("/bad-without-script", strings.ReplaceAll(form, "<p>Scripts are off</p>", `<p><img src="/dot.png"></p>`))
	page("/picture", `<!doctype html><html lang="en"><title>Picture</title><link rel="icon" href="data:,"><img src="/dot.png" alt="A dot">`)
	page("/abroad", `<!doctype html><html lang="en"><title>Abroad</title><link rel="icon" href="data:,"><img src="http://localhost:1/dot.png" alt="">`)
	page("/going", `<!doctype html><title>Going</title><meta http-equiv="refresh" content="0; url=/form"><link rel="icon" href="data:,"><p>Going`)
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, _ *http.Request) { answer(w, "text/css", style) })
	mux.HandleFunc("GET /script.js", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, "text/javascript", `document.querySelector("h1").textContent = "A script was here"`)
	})
	mux.HandleFunc("GET /dot.png", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	mux.HandleFunc("GET /language", func(w http.ResponseWriter, r *http.Request) {
		answer(w, "text/html", "<!doctype html><p>"+r.Header.Get("Accept-Language"))
	})
	mux.HandleFunc("GET /moved", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/form")
		w.WriteHeader(http.StatusSeeOther)
	})
	mux.HandleFunc("POST /sent", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusCreated)
		_, _ = fmt.Fprintf(w, "<!doctype html><title>Sent</title><p>%s, %s, %s, %s",
			r.PostFormValue("name"), r.PostFormValue("words"), r.PostFormValue("pick"), r.PostFormValue("agree"))
	})
	s := &site{Server: httptest.NewUnstartedServer(mux)}
	s.Listener = &counter{Listener: s.Listener, sent: &s.sent}
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func answer(w http.ResponseWriter, kind, body string) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; img-src *")
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	w.Header().Set("Content-Encoding", "gzip")
	packed := gzip.NewWriter(w)
	_, _ = packed.Write([]byte(body))
	_ = packed.Close()
}

type counter struct {
	net.Listener

	sent *atomic.Int64
}

func (c *counter) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	return &counted{Conn: conn, sent: c.sent}, err
}

type counted struct {
	net.Conn

	sent *atomic.Int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.sent.Add(int64(n))
	return n, err
}

func TestAFormIsFilledInAndSentByKeyboardAloneWithScriptsOnAndOff(t *testing.T) {
	s := newSite(t)
	for _, noScript := range []bool{false, true} {
		t.Run(fmt.Sprintf("NoScript=%t", noScript), func(t *testing.T) {
			tab := Open(t, Options{NoScript: noScript})
			if v := tab.Visit(s.URL + "/form"); v.Status != http.StatusOK {
				t.Fatalf("the form has the status %d, want 200", v.Status)
			}
			want := "A script was here"
			if noScript {
				want = "Scripts are off"
			}
			tab.Shows(want)

			tab.TabToName("Name")
			tab.Type("Ana أنا é")
			tab.TabTo("textarea")
			tab.Type("Two\nlines")
			tab.TabTo("[name=pick]")
			tab.Press("Space", "ArrowRight")
			agree := tab.TabToName("I agree")
			if agree.Role != "checkbox" || !agree.Ring || !agree.InView {
				t.Errorf("the focus is on %+v, want a checkbox with a ring, in view", agree)
			}
			tab.Press("Space", "Shift+Tab")
			if f := tab.Focus(); f.Name != "Two" {
				t.Errorf("Shift+Tab leads to %s, want the radio button Two", f)
			}
			tab.TabTo("button")
			if v := tab.PressAndLoad("Enter"); v.Status != http.StatusCreated || v.URL != s.URL+"/sent" {
				t.Errorf("Enter leads to %s with the status %d, want /sent with 201", v.URL, v.Status)
			}
			tab.Shows("Ana أنا é, Two lines, two, yes")
		})
	}
}

func TestAMissingPlaceIsReportedWithWhatHadTheFocus(t *testing.T) {
	s := newSite(t)
	tab := Open(t, Options{NoScript: true})
	tab.Visit(s.URL + "/form")
	_, err := tab.tab.TabToName("Nowhere")
	if err == nil {
		t.Fatal("Tab leads to what is not there")
	}
	for _, want := range []string{`textbox "Name" <input id="name"`, `radio "One"`, `button "Send"`, `link "No ring"`} {
		if strings.Count(err.Error(), want) != 1 {
			t.Errorf("the error does not tell %s once:\n%v", want, err)
		}
	}
	if f := tab.TabTo("#bare"); f.Ring {
		t.Error("a link without an outline has a ring")
	}
	if err := tab.tab.Press("Hyper+Tab"); err == nil {
		t.Error("an unknown modifier is pressed")
	}
}

func TestAxeFindsAPlantedFaultAndNoneOnAGoodPage(t *testing.T) {
	s := newSite(t)
	tests := []struct {
		path     string
		noScript bool
		want     string // "" where the page is good
	}{
		{"/form", false, ""},
		{"/form", true, ""},
		{"/bad", false, "label"},
		{"/bad", true, "label"},
		{"/bad-without-script", false, ""},
		{"/bad-without-script", true, "image-alt"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s,NoScript=%t", tt.path[1:], tt.noScript), func(t *testing.T) {
			tab := Open(t, Options{NoScript: tt.noScript})
			tab.Visit(s.URL + tt.path)
			if tt.want == "" {
				tab.Accessible(tt.path)
			} else if v := tab.Axe(); len(v) != 1 || v[0].ID != tt.want || len(v[0].Nodes) != 1 || v[0].Help == "" {
				t.Errorf("axe finds %v, want %s", v, tt.want)
			}
			if tt.noScript {
				tab.Shows("A form") // no script of the page ran
				var back bool
				tab.Eval("document.querySelector('noscript > p') !== null", &back)
				if !back {
					t.Error("the page's noscript element is gone")
				}
			}
		})
	}
}

func TestAVisitTellsItsRequestsAndEveryByteOfThem(t *testing.T) {
	s := newSite(t)
	tab := Open(t, Options{})
	v := tab.Visit(s.URL + "/moved")
	if v.Status != http.StatusOK || v.URL != s.URL+"/form" {
		t.Errorf("it ends at %s with the status %d, want /form with 200", v.URL, v.Status)
	}
	var got []string
	for _, r := range v.Requests {
		got = append(got, fmt.Sprintf("%s %d", strings.TrimPrefix(r.URL, s.URL), r.Status))
	}
	if want := "/moved 303, /form 200, /style.css 200, /script.js 200"; strings.Join(got, ", ") != want {
		t.Errorf("the requests are %v, want %s", got, want)
	}
	if sent := s.sent.Load(); int64(v.Requests.Bytes()) != sent {
		t.Errorf("%d bytes are reported, the server sent %d\n%s", v.Requests.Bytes(), sent, v.Requests)
	}
	if away := v.Requests.Elsewhere(s.URL); len(away) != 0 {
		t.Errorf("these went elsewhere:\n%s", away)
	}

	// Another tab knows nothing of the first one's cache.
	if other := Open(t, Options{}).Visit(s.URL + "/form"); len(other.Requests) != 3 || other.Requests.Bytes() == 0 {
		t.Errorf("a new tab's requests are\n%s", other.Requests)
	}
	if away := tab.Visit(s.URL + "/abroad").Requests.Elsewhere(s.URL); len(away) != 1 || away[0].Failed == "" {
		t.Errorf("the requests elsewhere are %v, want the picture's, which fails", away)
	}
	if all := tab.Requests(); len(all) != 6 {
		t.Errorf("the tab made %d requests, want 6:\n%s", len(all), all)
	}
}

func TestAPageThatGoesOnByItselfCanBeLeft(t *testing.T) {
	s := newSite(t)
	tab := Open(t, Options{})
	for range 10 {
		tab.Visit(s.URL + "/going")
		if v := tab.Visit(s.URL + "/picture"); v.Status != http.StatusOK {
			t.Errorf("the page after it has the status %d, want 200", v.Status)
		}
	}
}

func TestOptionsChangeWhatAPageSees(t *testing.T) {
	s := newSite(t)
	tests := []struct {
		name   string
		o      Options
		expect string
	}{
		{"none", Options{}, "innerWidth == 1280 && innerHeight == 1024 && !matchMedia('(prefers-color-scheme: dark)').matches"},
		{"narrow", Options{Width: Narrow, Height: 640}, "innerWidth == 320 && innerHeight == 640 && devicePixelRatio == 1"},
		{"400 % zoom", Options{Zoom: 4}, "innerWidth == 320 && innerHeight == 256 && devicePixelRatio == 4"},
		{"dark", Options{Dark: true}, "getComputedStyle(document.body).backgroundColor == 'rgb(0, 0, 0)'"},
		{"forced colours", Options{ForcedColors: true}, "matchMedia('(forced-colors: active)').matches"},
		{"language", Options{Language: "ar"}, "navigator.language == 'ar'"},
	}
	tab := Open(t, Options{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tab := tab.For(t)
			tab.Set(tt.o)
			tab.Visit(s.URL + "/form")
			var ok bool
			tab.Eval(tt.expect, &ok)
			if !ok {
				t.Errorf("%s is not so", tt.expect)
			}
		})
	}
}

func TestAcceptLanguageIsSent(t *testing.T) {
	s := newSite(t)
	tab := Open(t, Options{Language: "ar,fr"})
	tab.Visit(s.URL + "/language")
	if text := tab.Text(); text != "ar,fr;q=0.9" {
		t.Errorf("Accept-Language is %q", text)
	}
}

func TestImagesCanBeOff(t *testing.T) {
	s := newSite(t)
	for _, off := range []bool{false, true} {
		v := Open(t, Options{NoImages: off}).Visit(s.URL + "/picture")
		if len(v.Requests) != 2 || (v.Requests[1].Status == 0) != off || (v.Requests[1].Failed != "") != off {
			t.Errorf("NoImages=%t: the requests are\n%s", off, v.Requests)
		}
	}
}

func TestAPageThatIsTooWideIsFound(t *testing.T) {
	s := newSite(t)
	tab := Open(t, Options{Width: Narrow})
	tab.Visit(s.URL + "/form")
	tab.Fits()
	tab.Visit(s.URL + "/wide")
	if over, err := tab.tab.Wide(); err != nil || over < 200 {
		t.Errorf("a page of 600 pixels is %d pixels wider than 320 (%v)", over, err)
	}
}

func TestAPictureShowsTheWindowOrTheFullPage(t *testing.T) {
	s := newSite(t)
	tab := Open(t, Options{Width: 400, Height: 100, Dark: true})
	tab.Visit(s.URL + "/form")
	for _, full := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "page.png")
		tab.Screenshot(path, full)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		size := picture.Bounds().Size()
		if size.X > 400 || size.X < 380 || (size.Y > 100) != full {
			t.Errorf("full=%t: the picture has %v pixels", full, size)
		}
		if r, g, b, _ := picture.At(2, 2).RGBA(); r+g+b != 0 {
			t.Errorf("full=%t: in the dark its corner is %d, %d, %d, want black", full, r, g, b)
		}
		if _, ok := picture.(*image.Paletted); !ok {
			t.Errorf("full=%t: the picture is a %T, want one with a palette", full, picture)
		}
	}
}

package reporter_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"recourse/internal/community"
)

// maxFirstVisit is what a first visit may cost, compressed and with headers:
// the page and what it loads fit into the first round trip of a connection.
const maxFirstVisit = 14 << 10

var (
	stylesheetLink = regexp.MustCompile(`<noscript><link rel="stylesheet" href="(/static/style\.[0-9a-f]{16}\.css)"></noscript>`)
	scriptTag      = regexp.MustCompile(`<script src="(/(?:static|c/demo)/script\.[0-9a-f]{16}\.js)"></script>`)
	scriptName     = regexp.MustCompile(`^/(?:static|c/demo)/(?:script|upload)\.[0-9a-f]{16}\.js$`)
)

func TestEveryPageIsWellFormedAccessibleAndSelfContained(t *testing.T) {
	b := setup(t)
	ack := b.acknowledged(b.report(minimal()))
	b.decided(b.parse(ack.Receipt))
	_, form := b.reported(decidedLongAgo())
	decided := form.Get("receipt")
	pages := map[string]func(lang string) answer{
		"start":          func(lang string) answer { return b.get("/?lang=" + lang) },
		"form":           func(lang string) answer { return b.get("/c/demo/report?lang=" + lang) },
		"form, switched": func(lang string) answer { return b.postForm(changed(filled(), "lang", lang)) },
		"form, at fault": func(lang string) answer {
			return b.postForm(url.Values{"language": {lang}, "role": {"x"}, "grounds": {"x"}, "gender": {"x"}, "age_band": {"x"}, "links": {"\x01"}, "platform": {"\x01"}, "handle": {"\x01"}, "contact": {"\x01"}})
		},
		"words": func(lang string) answer { return b.postForm(changed(filled(), "language", lang, "go", "2")) },
		"words of a child": func(lang string) answer {
			return b.postForm(changed(filled(), "language", lang, "go", "2", "kind", "child_sexual_abuse"))
		},
		"words, at fault": func(lang string) answer {
			return b.postForm(changed(filled(), "language", lang, "description", "", "links", "\x01", "handle", "\x01", "since", "\x01", "frequency", "x"))
		},
		"ground": func(lang string) answer { return b.postForm(changed(filled(), "language", lang, "go", "3")) },
		"ground, at fault": func(lang string) answer {
			return b.postForm(changed(filled(), "language", lang, "grounds", "x", "role", "x"))
		},
		"you": func(lang string) answer { return b.postForm(changed(filled(), "language", lang, "go", "4")) },
		"you, at fault": func(lang string) answer {
			return b.postForm(changed(filled(), "language", lang, "contact", "\x01", "gender", "x", "age_band", "x"))
		},
		"check":   func(lang string) answer { return b.postForm(changed(filled(), "language", lang, "go", "5")) },
		"done":    func(lang string) answer { return b.postForm(changed(filled(), "language", lang)) },
		"conduct": func(lang string) answer { return b.get("/c/demo/conduct?lang=" + lang) },
		"status":  func(lang string) answer { return b.get("/status?lang=" + lang) },
		"status, found": func(lang string) answer {
			return b.do(http.MethodPost, "/status", formType, url.Values{"receipt": {ack.Receipt}, "language": {lang}}.Encode())
		},
		"status, decided": func(lang string) answer {
			return b.statusForm(url.Values{"receipt": {decided}, "language": {lang}})
		},
		"status, at fault": func(lang string) answer {
			return b.statusForm(url.Values{"receipt": {decided}, "language": {lang}, "again": {"1"}, "do": {"appeal"}})
		},
		"status, withdrawing": func(lang string) answer {
			return b.statusForm(url.Values{"receipt": {decided}, "language": {lang}, "again": {"1"}, "do": {"withdraw"}})
		},
		"status, mistyped": func(lang string) answer {
			return b.do(http.MethodPost, "/status", formType, url.Values{"receipt": {"A"}, "language": {lang}}.Encode())
		},
		"no community": func(lang string) answer { return b.get("/c/nowhere/report?lang=" + lang) },
		"no page":      func(lang string) answer { return b.get("/nothing?lang=" + lang) },
	}
	for _, lang := range []string{"en", "fr", "ar"} {
		for name, get := range pages {
			t.Run(lang+" "+name, func(t *testing.T) {
				a := get(lang)
				if got := a.header.Get("Content-Type"); got != "text/html; charset=utf-8" {
					t.Fatalf("Content-Type %q", got)
				}
				for header, want := range map[string]string{
					"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
				} {
					if got := a.header.Get(header); got != want {
						t.Errorf("%s: %q, want %q", header, got, want)
					}
				}
				direction := map[string]string{"ar": "rtl"}[lang]
				if direction == "" {
					direction = "ltr"
				}
				if want := `<html lang="` + lang + `" dir="` + direction + `">`; !strings.Contains(a.body, want) {
					t.Errorf("no %s", want)
				}
				if name == "words of a child" {
					checkHelpDocument(t, a.body)
					return
				}
				checkDocument(t, a.body)
			})
		}
	}
	b.nothingTold(ack.Receipt)
}

// checkDocument holds a page to what a person without a mouse, without
// JavaScript or with a screen reader needs.
func checkDocument(t *testing.T, page string) {
	t.Helper()
	var open []string
	ids, refs := map[string]bool{}, map[string]string{}
	labelled := map[string]bool{}
	var controls []string
	count := map[string]int{}
	z := html.NewTokenizer(strings.NewReader(page))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		attr := map[string]string{}
		for _, a := range token.Attr {
			attr[a.Key] = a.Val
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
				t.Errorf("<%s> has an inline %s", token.Data, a.Key)
			}
			if slices.Contains([]string{"href", "src", "action"}, a.Key) && a.Val != "https://www.wikipedia.org/" && a.Val != "data:," && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "?") {
				t.Errorf("<%s> leads elsewhere: %s", token.Data, a.Val)
			}
		}
		switch token.Type {
		case html.StartTagToken:
			count[token.Data]++
			if !slices.Contains([]string{"meta", "link", "input", "br", "wbr", "img"}, token.Data) {
				open = append(open, token.Data)
			}
			if id := attr["id"]; id != "" {
				if ids[id] {
					t.Errorf("the id %s stands twice", id)
				}
				ids[id] = true
			}
			for _, key := range []string{"aria-describedby", "aria-labelledby", "for", "form"} {
				for ref := range strings.FieldsSeq(attr[key]) {
					refs[ref] = key
				}
			}
			if strings.HasPrefix(attr["href"], "#") {
				refs[attr["href"][1:]] = "href"
			}
			if token.Data == "label" {
				labelled[attr["for"]] = true
			}
			if slices.Contains([]string{"input", "textarea", "select"}, token.Data) && attr["type"] != "hidden" && !slices.Contains(open, "label") {
				controls = append(controls, attr["id"])
			}
			if token.Data == "script" && !scriptName.MatchString(attr["src"]) {
				t.Errorf("another script: %q", attr["src"])
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("</%s> closes %v", token.Data, open)
			}
			open = open[:len(open)-1]
		default:
		}
	}
	if len(open) > 0 {
		t.Errorf("%v left open", open)
	}
	for ref, key := range refs {
		if !ids[ref] {
			t.Errorf("%s names %s, which is not there", key, ref)
		}
	}
	for _, id := range controls {
		if !labelled[id] {
			t.Errorf("the input %q has no label", id)
		}
	}
	if count["style"] > 0 || count["h1"] != 1 || count["main"] != 1 || count["title"] != 1 {
		t.Errorf("elements %v", count)
	}
	if count["fieldset"] != count["legend"] {
		t.Errorf("%d fieldsets and %d legends", count["fieldset"], count["legend"])
	}
}

func TestAFirstVisitFitsIntoOneRoundTripAndTwoRequests(t *testing.T) {
	b := setup(t)
	loads := regexp.MustCompile(`(?:src|<link[^>]* href)="(/[^"]*)"`)
	for _, path := range []string{"/c/demo/report", "/status", "/c/demo/conduct", "/"} {
		for _, lang := range []string{"en", "fr", "ar"} {
			address := path + "?lang=" + lang
			if got := b.get(address, "Accept-Encoding", "gzip, br").header.Get("Content-Encoding"); got != "gzip" {
				t.Fatalf("%s is not compressed", path)
			}
			page := b.get(address).body
			style, script := stylesheetLink.FindStringSubmatch(page), scriptTag.FindStringSubmatch(page)
			if style == nil || script == nil || len(loads.FindAllString(page, -1)) != 2 {
				t.Fatalf("%s loads something else: %s", path, page)
			}
			html := b.received(address)
			for how, file := range map[string]string{"with JavaScript": script[1], "without": style[1]} {
				sum := html + b.received(file)
				t.Logf("%s: %d bytes in two requests %s", address, sum, how)
				if sum > maxFirstVisit {
					t.Errorf("%s: %d bytes %s, want at most %d", address, sum, how, maxFirstVisit)
				}
			}
		}
	}
}

// received counts the bytes of an answer as they come over the network, its
// headers too.
func (b *bench) received(path string) int {
	b.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(b.Context(), "tcp", strings.TrimPrefix(b.url, "http://"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: intake\r\nAccept-Encoding: gzip, deflate, br\r\nConnection: close\r\n\r\n", path); err != nil {
		b.Fatal(err)
	}
	n, err := io.Copy(io.Discard, conn)
	if err != nil {
		b.Fatal(err)
	}
	return int(n)
}

func TestAPageThatHoldsASecretIsNotCompressed(t *testing.T) {
	b := setup(t)
	if a := b.postForm(filled(), "Accept-Encoding", "gzip"); a.header.Get("Content-Encoding") != "" {
		t.Error("the length of the compressed page could tell the receipt")
	}
}

func TestStylesheetAndScriptAreKeptUnderTheirOwnNamesAlone(t *testing.T) {
	b := setup(t)
	name := stylesheetLink.FindStringSubmatch(b.get("/").body)[1]
	style := b.get(name)
	if style.status != http.StatusOK || !strings.Contains(style.header.Get("Cache-Control"), "immutable") || style.header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("status %d, headers %v", style.status, style.header)
	}
	if strings.Contains(style.body, "url(") || strings.Contains(style.body, "@import") {
		t.Error("the stylesheet loads something")
	}
	script := b.get(scriptTag.FindStringSubmatch(b.get("/").body)[1])
	if script.status != http.StatusOK || !strings.Contains(script.header.Get("Cache-Control"), "immutable") || script.header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("the script: status %d, headers %v", script.status, script.header)
	}
	if inside, err := json.Marshal(style.body); err != nil || !strings.Contains(script.body, string(inside)) {
		t.Error("the script does not bring the stylesheet")
	}
	other := b.get("/static/style.0000000000000000.css")
	if other.status != http.StatusOK || other.header.Get("Cache-Control") != "no-store" {
		t.Errorf("another version's name: status %d, Cache-Control %q", other.status, other.header.Get("Cache-Control"))
	}
	if a := b.get("/static/..%2fform.go"); a.status != http.StatusNotFound {
		t.Errorf("another file: status %d", a.status)
	}
	if a := b.get(name, "Accept-Encoding", "br, gzip;q=0"); a.header.Get("Content-Encoding") != "" {
		t.Error("compressed for a browser that refuses it")
	}
}

func TestThePageIsInTheLanguageAskedFor(t *testing.T) {
	b := setup(t)
	german := b.bundle
	german.Name, german.Languages, german.Title = "deutsch", []string{"de"}, community.Text{"de": "Gemeinschaft"}
	canada := b.bundle
	canada.Name, canada.Languages = "canada", []string{"fr-CA", "en"}
	b.nats.PutCommunity(t, german)
	b.nats.PutCommunity(t, canada)
	waitFor(t, "the new communities", func() bool {
		return b.get("/c/deutsch/report").status == http.StatusOK && b.get("/c/canada/report").status == http.StatusOK
	})
	for _, c := range []struct{ path, accept, lang string }{
		{"/c/demo/report", "", "en"},
		{"/c/demo/report", "fr-CH, fr;q=0.9, en;q=0.8", "fr"},
		{"/c/demo/report", "ar-MA", "ar"},
		{"/c/demo/report", "de, ja", "en"},
		{"/c/demo/report", "nonsense;;q=x", "en"},
		{"/c/demo/report", "xx-YY, ar;q=0.5, fr;q=0", "ar"},
		{"/c/demo/report", "*", "en"},
		{"/c/demo/report?lang=ar", "fr", "ar"},
		{"/c/demo/report?lang=xx", "fr", "fr"},
		{"/c/demo/report?lang=%22%3E%3Cscript%3E", "", "en"},
		{"/c/deutsch/report", "de", "en"}, // no German texts yet
		{"/c/canada/report", "de", "fr-CA"},
		{"/c/canada/report", "ar", "fr-CA"},
		{"/status", "ar", "ar"},
		{"/", "fr", "fr"},
	} {
		a := b.get(c.path, "Accept-Language", c.accept)
		direction := "ltr"
		if c.lang == "ar" {
			direction = "rtl"
		}
		if !strings.Contains(a.body, "\n"+`<html lang="`+c.lang+`" dir="`+direction+`">`+"\n") || strings.Contains(a.body, "<script>") {
			t.Errorf("%s with %q: %.60s, want %s", c.path, c.accept, a.body, c.lang)
		}
	}
}

func TestThePagesOfACommunity(t *testing.T) {
	b := setup(t)
	start := b.get("/?lang=fr")
	for _, want := range []string{`href="/c/demo/report?lang=fr"`, `href="/c/demo/conduct?lang=fr"`, "Communauté de démonstration"} {
		if !strings.Contains(start.body, want) {
			t.Errorf("the start page lacks %q", want)
		}
	}
	conduct := b.get("/c/demo/conduct?lang=ar")
	for _, a := range b.bundle.Articles {
		if !strings.Contains(conduct.body, a.Title["ar"]) || !strings.Contains(conduct.body, a.Text["ar"]) {
			t.Errorf("the code of conduct lacks %s", a.ID)
		}
	}
	for _, path := range []string{"/c/nowhere/report", "/c/nowhere/conduct", "/c/demo.*/report", "/c/demo", "/x"} {
		if a := b.get(path); a.status != http.StatusNotFound || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: status %d, %s", path, a.status, a.header.Get("Content-Type"))
		}
	}
	if a := b.get("/v1/nothing"); a.status != http.StatusNotFound || a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("an unknown call: status %d, %s", a.status, a.header.Get("Content-Type"))
	}
}

func TestTitlesGiveNothingAway(t *testing.T) {
	b := setup(t)
	title := regexp.MustCompile(`<title>(.*)</title>`)
	for _, path := range []string{"/", "/c/demo/report", "/c/demo/conduct", "/status", "/nothing"} {
		m := title.FindStringSubmatch(b.get(path).body)
		if len(m) != 2 || m[1] == "" || regexp.MustCompile(`(?i)abuse|report|harass|recourse|demo|moderat`).MatchString(m[1]) {
			t.Errorf("%s: title %q", path, m)
		}
	}
}

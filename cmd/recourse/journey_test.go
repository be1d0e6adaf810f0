package main

import (
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"recourse/internal/testbench"
)

// The whole story on the program as it ships: someone reports over the form,
// a moderator signs in, takes the case and decides it, and the receipt shows
// what was decided and why.
func TestAReportGoesAllTheWay(t *testing.T) {
	service := up(t, dataFolder(t))
	reporter := visitor(t, service.at.Intake)
	moderator := visitor(t, service.at.Console)

	// Someone opens the form and reports a threat.
	form := reporter.get("/c/demo/report")
	form.shows("Private")
	thanks := form.send(url.Values{
		"kind": {"threat"}, "description": {"He wrote that he knows where I live."},
		"platform": {"forum"}, "handle": {"@someone"}, "role": {"target"}, "grounds": {"gender"},
	})
	receipt := thanks.receipt()

	// A reload shows the same receipt and makes no second report.
	if again := form.send(url.Values{
		"kind": {"threat"}, "description": {"He wrote that he knows where I live."},
		"platform": {"forum"}, "handle": {"@someone"}, "role": {"target"}, "grounds": {"gender"},
	}); again.receipt() != receipt {
		t.Error("the same form sent twice shows two receipts")
	}

	// Soon the receipt shows that it was received and opened.
	var status *page
	testbench.Eventually(t, 5*time.Second, "the receipt shows opened", func() bool {
		status = reporter.get("/status").send(url.Values{"receipt": {receipt}})
		return strings.Contains(status.text, "It is with the moderators.")
	})

	// A moderator signs in by the link that was printed, which works once.
	link := strings.TrimPrefix(service.at.SignIn, service.at.Console)
	moderator.get(link)
	if stranger := visitor(t, service.at.Console).get(link); stranger.status != http.StatusForbidden {
		t.Errorf("the link signs in twice: status %d", stranger.status)
	}

	// The queue holds one case. She takes it and reads the words.
	queue := moderator.get("/queue")
	queue.shows("Threat")
	work := queue.sendTo("/queue/next", nil)
	work.shows("He wrote that he knows where I live.")
	work.shows("@someone")
	work.shows("Nobody may be put in danger")

	// A decision without reasons comes back, with what she chose.
	decide := work.path + "/decision"
	incomplete := work.sendTo(decide, url.Values{"version": {work.field("version")}, "action": {"suspend"}, "article": {"safety"}, "reasons": {""}})
	if incomplete.status != http.StatusUnprocessableEntity {
		t.Errorf("a decision without reasons gets the status %d, want 422", incomplete.status)
	}

	// She decides.
	decided := work.sendTo(decide, url.Values{
		"version": {work.field("version")}, "action": {"suspend"}, "article": {"safety"},
		"reasons": {"The message threatens you. The account is suspended for a month."},
	})
	decided.shows("The account is suspended for a month.")
	moderator.get("/queue").lacks(work.path)

	// The receipt shows the decision, its article and its reasons.
	testbench.Eventually(t, 5*time.Second, "the receipt shows the decision", func() bool {
		status = reporter.get("/status").send(url.Values{"receipt": {receipt}})
		return strings.Contains(status.text, "The account is suspended for a month.")
	})
	status.shows("Nobody may be put in danger")
	status.shows("The moderators decided.")

	// Every report that was acknowledged is in one case.
	if d := service.doctor(t); d.Acknowledged != 1 || d.InCases != 1 || d.InQuarantine != 0 {
		t.Errorf("doctor counts %d acknowledged, %d in cases, %d in quarantine; want 1, 1, 0", d.Acknowledged, d.InCases, d.InQuarantine)
	}
	service.interrupt(t)
	if code := service.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("Ctrl-C ends it with %d, want 0:\n%s", code, service.logs)
	}
}

// browser is one person's: it keeps cookies and follows redirects.
type browser struct {
	t      *testing.T
	base   string
	client *http.Client
}

func visitor(t *testing.T, base string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, base: base, client: &http.Client{Jar: jar, Timeout: 10 * time.Second}}
}

// page is what a browser shows.
type page struct {
	*browser
	status int
	path   string
	html   string
	text   string // without tags
}

func (b *browser) get(path string) *page {
	b.t.Helper()
	resp, err := b.client.Get(b.base + path) //nolint:noctx // the client has a time-out
	return b.read(resp, err)
}

func (b *browser) read(resp *http.Response, err error) *page {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(string(body), " ")
	return &page{
		browser: b, status: resp.StatusCode, path: resp.Request.URL.Path, html: string(body),
		text: strings.Join(strings.Fields(unescape.Replace(text)), " "),
	}
}

var unescape = strings.NewReplacer("&#39;", "'", "&amp;", "&", "&lt;", "<", "&gt;", ">", "&#34;", `"`)

// send posts the page's own form: its hidden fields and what was typed.
func (p *page) send(typed url.Values) *page {
	p.t.Helper()
	values := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(p.html, -1) {
		values.Set(m[1], unescape.Replace(m[2]))
	}
	maps.Copy(values, typed)
	return p.sendTo(p.path, values)
}

func (p *page) sendTo(path string, values url.Values) *page {
	p.t.Helper()
	resp, err := p.client.PostForm(p.base+path, values) //nolint:noctx // the client has a time-out
	return p.read(resp, err)
}

// field is the value of a hidden field.
func (p *page) field(name string) string {
	p.t.Helper()
	m := regexp.MustCompile(`<input type="hidden" name="` + name + `" value="([^"]*)"`).FindStringSubmatch(p.html)
	if m == nil {
		p.t.Fatalf("%s has no field %s:\n%s", p.path, name, p.html)
	}
	return m[1]
}

// receipt is the receipt that the page shows.
func (p *page) receipt() string {
	p.t.Helper()
	found := regexp.MustCompile(`[0-9A-Z]{5}(- ?[0-9A-Z]{5}){3}- ?[0-9A-Z]{6}`).FindString(p.text)
	if found == "" {
		p.t.Fatalf("%s (status %d) shows no receipt:\n%s", p.path, p.status, p.text)
	}
	return strings.ReplaceAll(found, " ", "")
}

func (p *page) shows(words string) {
	p.t.Helper()
	if !strings.Contains(p.text, words) {
		p.t.Fatalf("%s (status %d) does not show %q:\n%s", p.path, p.status, words, p.text)
	}
}

func (p *page) lacks(words string) {
	p.t.Helper()
	if strings.Contains(p.html, words) {
		p.t.Errorf("%s shows %q", p.path, words)
	}
}

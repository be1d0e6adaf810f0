package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"recourse/internal/browserbench"
	"recourse/internal/event"
	"recourse/internal/testbench"
)

// Every page that a reporter can come to is accessible, on a small phone and at
// 400 %, in the light; in one language also in the dark, in forced colours and
// without scripts.
func TestEveryPageForReportersIsAccessible(t *testing.T) {
	s := up(t, dataFolder(t), "--community", likeDemo(t, "city", "ask_after: 1ms\n"))
	r := newReceipts(t, s)
	closeCommunity(t, s)
	tags := []string{"en", "fr", "ar"}
	if os.Getenv("RECOURSE_TEST_ALL") != "" {
		tags = languages(t)
	}
	tab := browserbench.Open(t, browserbench.Options{})
	for _, lang := range tags {
		t.Run(lang, func(t *testing.T) {
			newLook(t, tab, s.at.Intake, lang).atEverything(r)
		})
	}
	for name, m := range map[string]struct {
		lang string
		set  func(*browserbench.Options)
	}{
		"dark":           {"en", func(o *browserbench.Options) { o.Dark = true }},
		"forced colours": {"fr", func(o *browserbench.Options) { o.ForcedColors = true }},
		"no script":      {"ar", func(o *browserbench.Options) { o.NoScript = true }},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLook(t, tab, s.at.Intake, m.lang)
			m.set(&l.options)
			l.atEverything(r)
		})
	}
}

// receipts are of reports that came to different stages.
type receipts struct{ open, talk, decided, asked, withdrawn string }

func newReceipts(t *testing.T, s *service) receipts {
	t.Helper()
	table := newStateTable(t, s)
	open, decided := table.reportAt(event.StageOpen), table.reportAt(event.StageDecided)
	asked, withdrawn := table.reportTo("city", event.StageDecided), table.reportAt(event.StageWithdrawn)
	talk := table.reportAt(event.StageOpen)
	for _, action := range []string{"message", "amend", "evidence", "consent"} {
		if status := talk.do(action); status != http.StatusCreated {
			t.Fatalf("%s: the status is %d", action, status)
		}
		talk.settled(action, event.StageOpen)
	}
	table.apiDesk(t, talk.Receipt, "We read this.", "The words break the rule.")
	talk.wait("it is decided", func(s tableStatus) bool { return s.Stage == event.StageDecided })
	if status := talk.do("appeal"); status != http.StatusCreated {
		t.Fatalf("appealing: the status is %d", status)
	}
	talk.settled("appeal", event.StageAppealed)
	return receipts{open.Receipt, talk.Receipt, decided.Receipt, asked.Receipt, withdrawn.Receipt}
}

// closeCommunity makes one that is paused, in all languages of the demo
// community, and waits until the intake has it.
func closeCommunity(t *testing.T, s *service) {
	t.Helper()
	demo, err := os.ReadFile("demo/community.yaml")
	if err != nil {
		t.Fatal(err)
	}
	offered := regexp.MustCompile(`(?m)^languages: \[(.*)\]`).FindSubmatch(demo)
	notice := "paused:\n  " + strings.ReplaceAll(string(offered[1]), ", ", ": 2026\n  ") + ": 2026\n"
	if out, code := runProgram(t, "admin", "community", "apply", likeDemo(t, "closed", notice), "--data", s.data); code != 0 {
		t.Fatalf("applying a community: %s", out)
	}
	testbench.Eventually(t, 20*time.Second, "the intake knows the paused community", func() bool {
		resp, err := http.Get(s.at.Intake + "/c/closed/report") //nolint:noctx // on loopback
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		return resp.StatusCode != http.StatusNotFound
	})
}

// look goes through pages in one language. It need not do so by keyboard: the
// journey does.
type look struct {
	*browserbench.Tab

	t       *testing.T
	base    string
	lang    string
	options browserbench.Options
}

func newLook(t *testing.T, tab *browserbench.Tab, base, lang string) *look {
	t.Helper()
	return &look{tab.For(t), t, base, lang, browserbench.Options{Language: lang, Width: browserbench.Narrow, Height: 640}}
}

// at looks at the page in the tab.
func (l *look) at(page string) {
	l.t.Helper()
	page = l.lang + ", " + page
	if got := langOf(l.Tab); got != l.lang {
		l.t.Errorf("%s: it is in %q", page, got)
	}
	l.Accessible(page)
	l.fits(page)
	zoomed := l.options
	zoomed.Width, zoomed.Height, zoomed.Zoom = 1280, 1024, 4
	l.Set(zoomed)
	l.fits(page + " at 400 %")
	l.Set(l.options)
}

func (l *look) fits(page string) {
	l.t.Helper()
	var wide []string
	l.Eval(`document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
		[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 ||
			e.getBoundingClientRect().left < -1).map((e) => e.cloneNode(false).outerHTML)`, &wide)
	if len(wide) != 0 {
		l.t.Errorf("%s is wider than the window: %q", page, wide)
	}
}

// open opens a page, in the language that the look is in.
func (l *look) open(path string, want int) {
	l.t.Helper()
	l.Set(l.options)
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	if v := l.Visit(l.base + path + mark + "lang=" + l.lang); v.Status != want {
		l.t.Fatalf("%s has the status %d, want %d", path, v.Status, want)
	}
}

// fill sets fields by name; a radio button, a tick or a list to a value.
func (l *look) fill(fields map[string]string) {
	l.t.Helper()
	b, err := json.Marshal(fields)
	if err != nil {
		l.t.Fatal(err)
	}
	l.Eval(fmt.Sprintf(`Object.entries(%s).forEach(([name, value]) => {
		const all = [...document.querySelectorAll("[name=" + name + "]:not([type=hidden])")];
		const one = all.find((e) => e.value === value) ?? all[0];
		if (one.type === "radio" || one.type === "checkbox") {
			one.checked = true;
		} else {
			one.value = value;
		}
	})`, b), nil)
}

// press presses a button.
func (l *look) press(selector string, want int) {
	l.t.Helper()
	quoted, err := json.Marshal(selector)
	if err != nil {
		l.t.Fatal(err)
	}
	l.Eval(fmt.Sprintf(`{const one = document.querySelector(%s); const fold = one.closest("details"); if (fold) { fold.open = true } one.focus()}`, quoted), nil)
	if v := l.PressAndLoad("Enter"); v.Status != want {
		l.t.Fatalf("%s leads to the status %d, want %d:\n%s", selector, v.Status, want, l.Text())
	}
}

// status opens the page of a receipt.
func (l *look) status(receipt string) {
	l.t.Helper()
	l.open("/status", http.StatusOK)
	l.fill(map[string]string{"receipt": receipt})
	l.press("#status .send", http.StatusOK)
}

// act fills in a text on the page of a receipt and presses a button.
func (l *look) act(name, text, do string, want int) {
	l.t.Helper()
	if name != "" {
		l.fill(map[string]string{name: text})
	}
	l.press(`[name=do][value="`+do+`"]`, want)
}

func (l *look) atEverything(r receipts) {
	l.t.Helper()
	for _, page := range []string{"/", "/help", "/help?country=KE", "/c/demo/conduct", "/c/closed/report"} {
		l.open(page, http.StatusOK)
		l.at(page)
	}
	l.open("/nothing-here", http.StatusNotFound)
	l.at("no such page")
	l.atTheForm()
	l.atTheStatus(r)
}

func (l *look) atTheForm() {
	l.t.Helper()
	const bad = http.StatusUnprocessableEntity
	l.open("/c/demo/report", http.StatusOK)
	l.at("step 1")
	l.fill(map[string]string{"platform": strings.Repeat("x", 200)})
	l.press(next, bad)
	l.at("step 1 with faults")
	l.fill(map[string]string{"platform": "forum", "kind": "child_sexual_abuse"})
	l.press(next, http.StatusOK)
	l.at("step 2 for child sexual abuse")
	l.press(`[name=go][value="1"]`, http.StatusOK)
	l.fill(map[string]string{"kind": "threat"})
	l.press(next, http.StatusOK)
	l.at("step 2 for a threat")
	l.fill(map[string]string{"links": strings.Repeat("x", 3000), "handle": strings.Repeat("x", 400), "since": strings.Repeat("x", 400)})
	l.press(next, bad)
	l.at("step 2 with faults")
	l.fill(map[string]string{
		"description": strings.Repeat("word ", 20) + strings.Repeat("x", 200), "links": "https://example.org/" + strings.Repeat("x", 300),
		"handle": strings.Repeat("y", 290), "since": "2026", "frequency": "often",
	})
	l.press(next, http.StatusOK)
	l.at("step 3")
	l.fill(map[string]string{"grounds": "gender", "role": "target"})
	l.press(next, http.StatusOK)
	l.at("step 4")
	l.fill(map[string]string{"contact": strings.Repeat("x", 400)})
	l.press(next, bad)
	l.at("step 4 with faults")
	l.fill(map[string]string{"contact": "a@example.org", "gender": "woman", "age_band": "25-34", "do_not_tell_account": "1"})
	l.press(next, http.StatusOK)
	l.at("step 5")
	l.Eval(`document.querySelector("#report").action = "/c/closed/report"`, nil)
	l.press("[name=go][value=send]", http.StatusForbidden)
	l.at("the form of a community that closed meanwhile")
	l.Eval(`document.querySelector("#report").action = "/c/demo/report"`, nil)
	l.press("#report .send", http.StatusOK)
	l.at("the receipt")
}

func (l *look) atTheStatus(r receipts) {
	l.t.Helper()
	const bad = http.StatusUnprocessableEntity
	l.open("/status", http.StatusOK)
	l.at("the status page, empty")
	l.fill(map[string]string{"receipt": "ABCDE-FGHJK"})
	l.press("#status .send", bad)
	l.at("the status page, mistyped")
	for name, receipt := range map[string]string{
		"an open report": r.open, "a report with messages and an appeal": r.talk, "a decided report": r.decided, "a report with a question": r.asked,
		"a withdrawn report": r.withdrawn,
	} {
		l.status(receipt)
		l.at(name)
	}
	l.status(r.decided)
	l.Eval(`document.querySelectorAll("details").forEach((e) => { e.open = true })`, nil)
	l.at("a decided report, unfolded")
	l.act("message", "", "message", bad)
	l.at("a message without words")
	l.act("message", "x", "files", bad)
	l.at("files that were refused")
	l.act("", "", "withdraw", http.StatusOK)
	l.at("the question before a report is withdrawn")
	l.press(`[name=do][value=""]`, http.StatusOK)
	l.act("message", "x", "message", http.StatusOK)
	l.at("a message that was sent")
	l.status(r.withdrawn)
	l.at("a withdrawn report")
}

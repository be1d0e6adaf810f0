package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"recourse/internal/browserbench"
	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/testbench"
)

// Every page that a reporter can come to is accessible, on a small phone and at
// 400 %, in the light; some also in the dark, in forced colours and without
// scripts.
func TestEveryPageForReportersIsAccessible(t *testing.T) {
	s := up(t, dataFolder(t), "--community", likeDemo(t, "city", "ask_after: 1ms\n"))
	earlier := publishRules(t, s)
	isClosed := closeCommunity(t, s)
	r := newReceipts(t, s)
	r.earlierCode = earlier
	isClosed()
	tags, modes := []string{"en", "fr", "ar"}, (*look).atSome
	if os.Getenv("RECOURSE_TEST_ALL") != "" {
		tags, modes = languages(t), (*look).atEverything
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
			modes(l, r)
		})
	}
}

// receipts are of reports that came to different stages.
type receipts struct {
	open, talk, decided, asked, withdrawn string

	earlierCode string // path of a code that was in force
}

// publishRules puts another code with rules in force, and returns the page of
// the one before.
func publishRules(t *testing.T, s *service) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../moderation/conduct/examples")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "civic.yaml")
	civic, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	says := "\n    says: {en: Far., fr: Loin., es: Lejos., pt: Longe., ar: بعيد., ko: 멀어요., hi: दूर।, sw: Mbali.}"
	code := strings.Replace(string(civic), "\nqueues:\n", "\nautomation: {hide: true}\nqueues:\n", 1) +
		"  - id: far" + says + "\n    when: report.hosts.exists(h, h == \"far.example\")" +
		"\n    then: {hide: true, second_reader: true, group: [account, links], tags: [" + strings.Repeat("x", 60) + "]}" +
		"\n  - id: trial\n    shadow: true" + says + "\n    when: account.reports > 3\n    then: {queue: safety}\n"
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := runProgram(t, "conduct", "publish", file, "--community", "demo", "--data", s.data); code != 0 {
		t.Fatalf("publishing: %s", out)
	}
	var got struct {
		Versions []community.CodeVersion `json:"versions"`
	}
	testbench.Eventually(t, 20*time.Second, "the intake shows the new code", func() bool {
		return decodes(get(t, s.at.Intake+"/c/demo/conduct.json").body, &got) && len(got.Versions) == 2
	})
	return "/c/demo/conduct/" + got.Versions[1].Digest
}

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
	return receipts{open: open.Receipt, talk: talk.Receipt, decided: decided.Receipt, asked: asked.Receipt, withdrawn: withdrawn.Receipt}
}

// closeCommunity makes one that is paused, in all languages of the demo
// community. The intake knows it soon, which isClosed waits for.
func closeCommunity(t *testing.T, s *service) (isClosed func()) {
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
	return func() {
		t.Helper()
		testbench.Eventually(t, 20*time.Second, "the intake knows the paused community", func() bool {
			return visitor(t, s.at.Intake).get("/c/closed/report").status != http.StatusNotFound
		})
	}
}

func (l *look) atEverything(r receipts) {
	l.t.Helper()
	for _, page := range []string{"/", "/help", "/help?country=KE", "/c/demo/conduct", r.earlierCode, "/c/closed/report"} {
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

// atSome looks at the pages with most on them.
func (l *look) atSome(r receipts) {
	l.t.Helper()
	const bad = http.StatusUnprocessableEntity
	l.open("/help?country=KE", http.StatusOK)
	l.at("help")
	l.open("/c/demo/conduct", http.StatusOK)
	l.at("the code of conduct")
	l.open("/c/demo/report", http.StatusOK)
	l.press(next, bad)
	l.at("step 1 with faults")
	l.fill(map[string]string{"kind": "threat"})
	l.press(next, http.StatusOK)
	l.at("step 2")
	l.status(r.talk)
	l.at("a report with messages and an appeal")
	l.act("message", "", "message", bad)
	l.at("a message without words")
	l.status(r.asked)
	l.at("a report with a question")
}

package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"recourse/internal/browserbench"
	"recourse/internal/event"
	"recourse/internal/testbench"
)

// Every page that a moderator can come to is accessible too. The console is in
// English; what it shows may be in any language.
func TestEveryPageOfTheConsoleIsAccessible(t *testing.T) {
	s := up(t, dataFolder(t))
	table := newStateTable(t, s)
	for _, stage := range []event.Stage{event.StageWithdrawn, event.StageDecided, event.StageAppealed} {
		table.reportAt(stage)
	}
	tab := browserbench.Open(t, browserbench.Options{})
	tab.Visit(s.at.Console + "/sign-in")
	l := newLook(t, tab, s.at.Console, "en")
	l.open("/sign-in", http.StatusOK)
	l.at("the sign-in")
	table.signIn(t, tab)
	for name, o := range map[string]browserbench.Options{
		"light": {}, "dark": {Dark: true}, "forced colours": {ForcedColors: true},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLook(t, tab, s.at.Console, "en")
			l.options.Dark, l.options.ForcedColors = o.Dark, o.ForcedColors
			l.atTheDesk(table.reportAt(event.StageOpen))
			l.atThePhone()
		})
	}
}

// atTheDesk looks at the pages of a case with a follow-up and a reply.
func (l *look) atTheDesk(r *tableReport) {
	l.t.Helper()
	const bad = http.StatusUnprocessableEntity
	if status := r.do("message"); status != http.StatusCreated {
		l.t.Fatalf("writing: the status is %d", status)
	}
	page := "/cases/" + r.caseID.String()
	l.open(page, http.StatusOK)
	l.at("a case that nobody holds")
	testbench.Eventually(l.t, 10*time.Second, "the message is there", func() bool {
		l.open(page, http.StatusOK)
		return l.has(".turns")
	})
	l.press(`[formaction$="/claim"]`, http.StatusOK)
	l.fill(map[string]string{"text": ""})
	l.press(`[formaction$="/messages"]`, bad)
	l.at("a reply without words")
	l.fill(map[string]string{"text": "شكرًا"})
	l.press(`[formaction$="/messages"]`, http.StatusOK)
	l.at("a case with a reply")
	l.press(".decide .buttons button.main", bad)
	l.at("a decision without all that it needs")
	l.open("/queue", http.StatusOK)
	l.at("the queue")
	l.open(page, http.StatusOK)
	l.fill(map[string]string{"action": "remove", "article": "respect", "reasons": "They break the rule."})
	l.press(".decide .buttons button.main", http.StatusOK)
	l.at("a decided case")
	l.open("/cases/"+event.NewID().String(), http.StatusNotFound)
	l.at("no such case")
}

// atThePhone looks at the screen for reports by phone.
func (l *look) atThePhone() {
	l.t.Helper()
	l.open("/reports/new", http.StatusOK)
	l.at("a report by phone")
	l.fill(map[string]string{"kind": "threat", "description": "They rang me up.", "handle": strings.Repeat("x", 400)})
	l.press(".phoned button.main", http.StatusUnprocessableEntity)
	l.at("a report by phone with faults")
	testbench.Eventually(l.t, 10*time.Second, "the intake takes it", func() bool {
		l.fill(map[string]string{"kind": "threat", "description": "They rang me up.", "handle": "@someone"})
		l.Eval(`document.querySelector(".phoned button.main").focus()`, nil)
		return l.PressAndLoad("Enter").Status == http.StatusOK
	})
	l.at("the receipt to read aloud")
}

func (l *look) has(selector string) (there bool) {
	l.Eval("document.querySelector('"+selector+"') !== null", &there)
	return there
}

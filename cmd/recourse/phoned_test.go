package main

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse/internal/testbench"
)

// Someone calls: a moderator takes the report down and reads the receipt aloud,
// and the caller comes back with it.
func TestAReportByPhoneGoesAllTheWay(t *testing.T) {
	data := dataFolder(t)
	service := up(t, data)
	moderator := visitor(t, service.at.Console)
	moderator.get(strings.TrimPrefix(service.at.SignIn, service.at.Console))

	screen := moderator.get("/reports/new")
	said := url.Values{
		"kind": {"threat"}, "description": {"They rang me up at night."}, "handle": {"@someone"}, "role": {"target"},
		"since": {"since May"}, "frequency": {"often"}, "do_not_tell_account": {"on"}, "links": {"https://example.org/1\r\n"},
		"contact": {"caller@example.org"}, "gender": {"woman"}, "age_band": {"25-34"},
	}
	// The intake reads communities every few seconds, and the console is one of
	// this community's clients since it was made.
	var told *page
	testbench.Eventually(t, 10*time.Second, "the intake takes it", func() bool {
		told = screen.send(said)
		return told.status == http.StatusOK
	})
	receipt := told.receipt()
	told.lacks("They rang me up at night.")
	told.lacks("caller@example.org")
	told.shows(service.at.Intake + "/status")
	if again := screen.send(said); again.receipt() != receipt {
		t.Error("the same form sent twice shows two receipts")
	}

	reporter := visitor(t, service.at.Intake)
	testbench.Eventually(t, 5*time.Second, "the receipt shows opened", func() bool {
		return strings.Contains(reporter.get("/status").send(url.Values{"receipt": {receipt}}).text, "It is with the moderators.")
	})
	work := moderator.get("/queue").sendTo("/queue/next", nil)
	work.shows("They rang me up at night.")
	work.shows("since May")
	work.shows("Often, and it goes on")
	work.shows("The account must not be told of this report.")
	work.shows("Came through console")
	work.lacks("caller@example.org")
	if d := service.doctor(t); d.Acknowledged != 1 || d.InCases != 1 {
		t.Errorf("doctor counts %d acknowledged, %d in cases; want one report", d.Acknowledged, d.InCases)
	}

	// The key is made once, and nobody but its owner reads it.
	path := filepath.Join(data, "keys", "console", "intake")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file has the mode %v, %v", info.Mode(), err)
	}
	service.interrupt(t)
	service = up(t, data)
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the key was made again, %v", err)
	}
	moderator = visitor(t, service.at.Console)
	moderator.get(strings.TrimPrefix(service.at.SignIn, service.at.Console))
	moderator.get("/reports/new").send(said).receipt()
}

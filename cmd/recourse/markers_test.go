package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/testbench"
)

// marker is a word that stands nowhere but where a person wrote it.
func marker(field string) string { return "Xq7" + field + "Zk4wVt9" }

// Whatever people write in a report or a decision, no file under --data and no
// log holds it once the whole journey is over.
func TestWhatPeopleWroteStandsInNoFileAndNoLog(t *testing.T) {
	data := dataFolder(t)
	service := up(t, data, "--log-level", "DEBUG")
	intake := service.at.Intake
	var markers []string
	m := func(field string) string {
		markers = append(markers, marker(field))
		return marker(field)
	}

	// A report over the API, with every field.
	a, err := post(t.Context(), http.DefaultClient, intake+"/v1/reports", map[string]any{
		"community": "demo", "kind": "doxxing", "description": m("Description"),
		"links":   []string{"https://example.org/" + m("Link")},
		"account": map[string]string{"platform": m("Platform"), "handle": m("Handle")},
		"contact": m("Contact") + "@example.org", "language": "fr", "role": "target", "grounds": []string{"migration_status"},
		"demographics": map[string]string{"gender": "non_binary", "age_band": "65+"},
	}, http.Header{"Idempotency-Key": {m("IdempotencyKey")}})
	if err != nil || a.status != http.StatusCreated {
		t.Fatalf("status %d, %v: %s", a.status, err, a.body)
	}
	var sent submission
	a.decode(t, &sent)
	markers = append(markers, sent.Receipt, strings.ReplaceAll(sent.Receipt, "-", ""))

	// One over the form, and what is refused or mistyped.
	reporter := visitor(t, intake)
	reporter.get("/c/demo/report").send(url.Values{
		"kind": {"other"}, "description": {m("FormDescription")}, "platform": {m("FormPlatform")}, "handle": {m("FormHandle")},
		"links": {"https://example.org/" + m("FormLink")}, "contact": {m("FormContact")},
	})
	reporter.get("/c/demo/report").send(url.Values{"kind": {"nonsense" + m("BadKind")}, "description": {m("BadDescription") + "\x00"}})
	reporter.get("/status").send(url.Values{"receipt": {m("BadReceipt")}})
	for _, bad := range []any{
		map[string]any{"community": m("BadCommunity"), "kind": "threat", "description": m("Refused")},
		map[string]any{"community": "demo", "kind": "threat", "description": m("Unknown"), m("BadField"): 1},
		map[string]any{"community": "demo", "kind": "threat", "description": map[string]string{m("WrongType"): ""}},
	} {
		if a, err := post(t.Context(), http.DefaultClient, intake+"/v1/reports", bad, nil); err != nil || a.status < 400 {
			t.Fatalf("status %d, %v; want it refused", a.status, err)
		}
	}

	// Two decisions: one comes back for a mistake, one is taken.
	moderator := visitor(t, service.at.Console)
	moderator.get(strings.TrimPrefix(service.at.SignIn, service.at.Console))
	testbench.Eventually(t, 5*time.Second, "both cases are in the queue", func() bool {
		return strings.Count(moderator.get("/queue").html, `href="/cases/`) >= 2
	})
	for range 2 {
		work := moderator.get("/queue").sendTo("/queue/next", nil)
		decide := work.path + "/decision"
		work.sendTo(decide, url.Values{"version": {work.field("version")}, "action": {"nonsense"}, "article": {"privacy"}, "reasons": {m("Draft")}})
		work.sendTo(decide, url.Values{"version": {work.field("version")}, "action": {"remove"}, "article": {"privacy"}, "reasons": {m("Reasons")}}).shows(marker("Reasons"))
	}
	testbench.Eventually(t, 5*time.Second, "the receipt shows the reasons", func() bool {
		status, ok := statusOf(t, intake, sent.Receipt)
		return ok && status.reached(event.MilestoneDecided) && strings.Contains(status.Messages[0].Reasons, marker("Reasons"))
	})
	service.interrupt(t)

	planted := filepath.Join(data, "planted")
	if err := os.WriteFile(planted, []byte("..."+base64.StdEncoding.EncodeToString([]byte("x"+markers[0]))+"..."), 0o600); err != nil {
		t.Fatal(err)
	}
	found := searchFiles(t, data, markers)
	if len(found) != 1 || found[0] != planted {
		t.Errorf("found in %v, want only the one planted to see that the search works", found)
	}
	for _, form := range forms(markers) {
		if strings.Contains(service.logs.String(), string(form)) {
			t.Errorf("the log holds %q", form)
		}
	}
	if len(service.logs.String()) < 1000 {
		t.Error("the log is too short to have been at its most talkative")
	}
}

// forms are the ways in which a marker could stand in a file.
func forms(markers []string) [][]byte {
	var all [][]byte
	for _, m := range markers {
		all = append(all, []byte(m), []byte(hex.EncodeToString([]byte(m))), []byte(url.QueryEscape(m)))
		quoted, err := json.Marshal(m)
		if err == nil {
			all = append(all, bytes.Trim(quoted, `"`))
		}
		// Base64 of a longer text holds one of three forms, but for its ends.
		for shift := range 3 {
			encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("-", shift) + m))
			all = append(all, []byte(strings.TrimRight(encoded, "=")[4:len(m)]))
		}
	}
	return all
}

// searchFiles returns the files under root, links not followed, that hold a
// marker in any form.
func searchFiles(t *testing.T, root string, markers []string) []string {
	t.Helper()
	var found []string
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, form := range forms(markers) {
			if bytes.Contains(content, form) {
				t.Logf("%s holds %q", path, form)
				found = append(found, path)
				break
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 500 {
		t.Fatalf("only %d files were searched: PostgreSQL's are missing", files)
	}
	return found
}

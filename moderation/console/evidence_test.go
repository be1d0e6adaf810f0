package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/testbench"
)

func TestAModeratorDownloadsAFileAndTheLookIsRecorded(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, caseID := b.report(t, b.demo, threat())
	file := event.NewID()
	for _, part := range testbench.Evidence(t, b.demo, r, file, `..\"MARKER-name`+"\u202e.txt", []byte("MARKER-evidence")) {
		b.bus.Publish(t, part)
	}
	for _, part := range testbench.Evidence(t, b.demo, r, event.NewID(), "a.svg", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")) {
		b.bus.Publish(t, part)
	}
	testbench.Eventually(t, 10*time.Second, "one is stored, one refused", func() bool { return b.count(t, "moderation.evidence") == 2 })

	ana := b.signIn(t, "Ana", "demo")
	page := ana.get(t, casePath(caseID))
	wantStatus(t, "the case", page, http.StatusOK)
	if !page.has("MARKER-name") || !page.has("its type is not taken") || strings.Contains(page.body, "\u202e") {
		t.Error("the page does not tell of the files, or shows a name that turns round")
	}
	var c struct {
		Reports []struct {
			Files []struct {
				ID     event.ID `json:"id"`
				State  string   `json:"state"`
				Name   string   `json:"name"`
				SHA256 string   `json:"sha256"`
				Size   int      `json:"size"`
			} `json:"files"`
		} `json:"reports"`
	}
	ana.call(t, http.MethodGet, "/v1"+casePath(caseID), nil).into(t, &c)
	files := c.Reports[0].Files
	if len(files) == 2 && files[0].State == "refused" { // in the same second
		files[0], files[1] = files[1], files[0]
	}
	if len(files) != 2 || files[0].State != "stored" || files[0].Size != len("MARKER-evidence") || len(files[0].SHA256) != 64 || files[1].State != "refused" {
		t.Fatalf("the API tells of %+v", files)
	}
	got := ana.get(t, casePath(caseID)+"/evidence/"+files[0].ID.String())
	wantStatus(t, "the file", got, http.StatusOK)
	if got.body != "MARKER-evidence" {
		t.Errorf("it is %q", got.body)
	}
	for header, want := range map[string]string{
		"Content-Type": "application/octet-stream", "Content-Security-Policy": "sandbox; default-src 'none'",
		"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
	} {
		if got.header.Get(header) != want {
			t.Errorf("%s: %q, want %q", header, got.header.Get(header), want)
		}
	}
	if d := got.header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment") || strings.Contains(d, "/") {
		t.Errorf("Content-Disposition is %q", d)
	}
	if n := b.count(t, "moderation.audit WHERE action = 'evidence.opened' AND case_id = $1", caseID); n != 1 {
		t.Errorf("%d entries record the look, want 1", n)
	}

	// Who is in another community finds nothing, nor does a refused file open.
	wantStatus(t, "the refused file", ana.get(t, casePath(caseID)+"/evidence/"+files[1].ID.String()), http.StatusNotFound)
	b.city(t)
	other := b.signIn(t, "Bo", "city")
	wantStatus(t, "a stranger's look", other.get(t, casePath(caseID)+"/evidence/"+files[0].ID.String()), http.StatusNotFound)
	if strings.Contains(b.logs.String(), "MARKER") {
		t.Error("the log tells of the file")
	}
}

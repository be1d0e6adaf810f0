package console_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/moderation/store"
)

// file is what the tests read of a case opened.
type file struct {
	summary

	Reports []struct {
		ID           event.ID
		ContentState string `json:"content_state"`
		Content      *event.Content
		Rules        []struct{ Rule, Effect string }
		WithdrawnAt  *time.Time `json:"withdrawn_at"`
		Consent      event.Consent
		FollowUps    []struct {
			ID        event.ID
			Event     string
			Effect    string
			New       bool
			TextState string `json:"text_state"`
			Text      string
			Consent   *event.Consent
			Stopped   *bool
		} `json:"follow_ups"`
		Replies []struct {
			ID        event.ID
			Text      string
			TextState string `json:"text_state"`
			Moderator struct{ Name string }
		}
	}
	Decisions []struct {
		ID           event.ID
		Action       string
		Article      string
		ArticleTitle string `json:"article_title"`
		Reasons      string
		ReasonsState string `json:"reasons_state"`
		Moderator    struct{ Name string }
	}
	Proposal *proposal
	Articles []struct {
		ID    string
		Title map[string]string
	}
}

func (c *client) file(t *testing.T, id event.ID) (f file) {
	t.Helper()
	got := c.get(t, "/v1/cases/"+id.String())
	wantStatus(t, "the case", got, http.StatusOK)
	got.into(t, &f)
	return f
}

func TestAModeratorReadsWhatWasReported(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	c := b.signIn(t, "Ana", "demo")

	f := c.file(t, id)
	if len(f.Reports) != 1 || f.Reports[0].ID != event.ID(r.ReportID()) || f.Reports[0].Content == nil {
		t.Fatalf("the case holds %+v", f.Reports)
	}
	if got := f.Reports[0].Content; got.Description != threat().Description || got.Account != threat().Account || !got.HasContact {
		t.Errorf("the words are %+v", got)
	}
	if len(f.Reports[0].Rules) != 2 || len(f.Articles) != 3 || f.ArticleTitle != "Safety" {
		t.Errorf("rules or code are missing: %+v", f)
	}

	page := c.get(t, casePath(id))
	wantStatus(t, "the page", page, http.StatusOK)
	for _, part := range []string{
		"MARKER-words &lt;b&gt;first&lt;/b&gt;\nsecond line", `dir="auto" lang="fr"`, "<code dir=\"ltr\">https://example.org/MARKER-link</code>",
		"<bdi>MARKER-handle</bdi> on <bdi>forum</bdi>", "The person targeted", "Gender; Civic role", "Left a contact</dt><dd>yes",
		"priority-by-severity", "Do not threaten anyone.", "Claim this case",
	} {
		if !page.has(part) {
			t.Errorf("the page does not hold %q", part)
		}
	}
	if page.has(`href="https://example.org`) || page.has("<script") {
		t.Error("a link can be followed, or there is a script")
	}
	if page.has("name=\"reasons\"") {
		t.Error("who does not hold the case is offered to decide it")
	}
	if title := regexp.MustCompile(`<title>(.*)</title>`).FindStringSubmatch(page.body)[1]; title != "Case – Recourse" {
		t.Errorf("the title is %q, want one that tells nothing", title)
	}
	if page.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the page may be cached: %q", page.header.Get("Cache-Control"))
	}
}

func TestEachLookIsRecordedWithWhatWasSeen(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	second := b.join(t, id, threat())
	c := b.signIn(t, "Ana", "demo")
	c.file(t, id)
	c.get(t, casePath(id))

	seen := map[event.ID]int{}
	for _, e := range b.audit(t, id) {
		if e.Action != "report.viewed" || e.Actor != c.id || e.ReportID == nil {
			t.Fatalf("the entry is %+v", e)
		}
		seen[*e.ReportID]++
		b.wantDigest(t, e, "report version 1", "version 1")
	}
	if seen[event.ID(r.ReportID())] != 2 || seen[event.ID(second.ReportID())] != 2 {
		t.Errorf("two looks at two reports are recorded as %v", seen)
	}
}

func TestALookThatCannotBeRecordedShowsNothing(t *testing.T) {
	b := setup(t)
	b.work(t)
	_, id := b.report(t, b.demo, threat())
	c := b.signIn(t, "Ana", "demo")
	b.exec(t, `REVOKE INSERT ON moderation.audit FROM recourse_console`)
	for _, got := range []response{
		c.get(t, casePath(id)), c.get(t, "/v1/cases/"+id.String()), c.call(t, http.MethodPost, "/v1/cases/claim", nil),
		c.post(t, "/queue/next"), c.post(t, casePath(id)+"/claim"),
	} {
		wantStatus(t, "without an audit log", got, http.StatusInternalServerError)
		if got.has("MARKER") {
			t.Error("the words are shown")
		}
	}
	if n := b.count(t, "moderation.cases WHERE claimed_by IS NOT NULL"); n != 0 {
		t.Error("the case was claimed")
	}
	if !strings.Contains(b.logs.String(), "42501") {
		t.Error("the operator is not told why")
	}
}

func TestAnErasedReportIsShownAsErased(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	b.exec(t, `DELETE FROM moderation.data_key WHERE owner = $1`, event.ID(r.ReportID()))
	c := b.signIn(t, "Ana", "demo")
	if f := c.file(t, id); f.Reports[0].ContentState != "erased" || f.Reports[0].Content != nil {
		t.Errorf("the report is %+v, want erased", f.Reports[0])
	}
	if page := c.get(t, casePath(id)); page.status != http.StatusOK || !page.has("Erased") || page.has("MARKER") {
		t.Error("the page does not say that it is erased")
	}
	for _, e := range b.audit(t, id) {
		if e.Action != "case.viewed" || e.ReportID != nil {
			t.Errorf("the entry says that words were read: %+v", e)
		}
		b.wantDigest(t, e, "version 1")
	}
}

func TestAReportWhoseKeyIsNotHereLeavesTheOthersReadable(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	b.join(t, id, threat())
	b.exec(t, `UPDATE moderation.data_key SET month = '2019-01' WHERE owner = $1`, event.ID(r.ReportID()))
	c := b.signIn(t, "Ana", "demo")
	states := map[string]int{}
	for _, r := range c.file(t, id).Reports {
		states[r.ContentState]++
	}
	if states["locked"] != 1 || states["open"] != 1 {
		t.Errorf("the reports are %v, want one locked and one open", states)
	}
	page := c.get(t, casePath(id))
	if page.status != http.StatusOK || !page.has("can&#39;t be opened on this server") && !page.has("can't be opened on this server") || !page.has("MARKER-words") {
		t.Error("the page does not show the one and explain the other")
	}
	if n := b.count(t, "moderation.audit WHERE action = 'report.viewed' AND report_id = $1", event.ID(r.ReportID())); n != 0 {
		t.Error("the locked report is recorded as read")
	}
}

func TestThereIsNoSuchCase(t *testing.T) {
	b := setup(t)
	c := b.signIn(t, "Ana", "demo")
	for _, id := range []string{event.NewID().String(), "nonsense", strings.Repeat("A", 32), "0"} {
		wantStatus(t, id, c.get(t, "/cases/"+id), http.StatusNotFound)
		wantStatus(t, id, c.get(t, "/v1/cases/"+id), http.StatusNotFound)
	}
	if got := c.get(t, "/nowhere"); got.status != http.StatusNotFound || !got.has("<h1>") {
		t.Error("an unknown address has no page")
	}
	if got := c.get(t, "/v1/nowhere"); got.status != http.StatusNotFound || got.header.Get("Content-Type") != "application/problem+json" {
		t.Error("an unknown address of the API has no problem document")
	}
}

func TestTheStylesheetIsCachedUnderItsDigest(t *testing.T) {
	b := setup(t)
	c := b.stranger(t)
	path := regexp.MustCompile(`href="(/static/console-[0-9a-f]{12}\.css)"`).FindStringSubmatch(c.get(t, "/sign-in").body)
	if path == nil {
		t.Fatal("no stylesheet with a digest in its name")
	}
	got := c.get(t, path[1])
	wantStatus(t, "the stylesheet", got, http.StatusOK)
	if !strings.Contains(got.header.Get("Cache-Control"), "immutable") || len(got.body) > 10<<10 {
		t.Errorf("cached %q, %d bytes", got.header.Get("Cache-Control"), len(got.body))
	}
	if want := fmt.Sprintf("%x", sha256.Sum256([]byte(got.body)))[:12]; !strings.Contains(path[1], want) {
		t.Errorf("%s does not hold the digest %s", path[1], want)
	}
}

// audit returns the entries about a case, the oldest first.
func (b *bench) audit(t *testing.T, id event.ID) (entries []store.ModerationAudit) {
	t.Helper()
	rows, err := b.admin.Query(t.Context(), `SELECT at, actor, action, case_id, report_id, salt, digest FROM moderation.audit WHERE case_id = $1 ORDER BY id`, id)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var e store.ModerationAudit
		if err := rows.Scan(&e.At, &e.Actor, &e.Action, &e.CaseID, &e.ReportID, &e.Salt, &e.Digest); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	if rows.Err() != nil || len(entries) == 0 {
		t.Fatalf("no entry, %v", rows.Err())
	}
	return entries
}

// wantDigest checks that an entry's digest binds who did what, when, to what,
// and the detail given.
func (b *bench) wantDigest(t *testing.T, e store.ModerationAudit, detail ...string) {
	t.Helper()
	var caseID, report event.ID
	if e.CaseID != nil {
		caseID = *e.CaseID
	}
	if e.ReportID != nil {
		report = *e.ReportID
	}
	parts := append([]string{
		"recourse/audit/v1", e.Action, e.Actor.String(), strconv.FormatInt(e.At.UnixMicro(), 10), caseID.String(), report.String(),
	}, detail...)
	want := sha256.Sum256(append(append([]byte{}, e.Salt...), strings.Join(parts, "|")...))
	if !bytes.Equal(e.Digest, want[:]) || len(e.Salt) != 16 {
		t.Errorf("the digest of %s does not bind %v", e.Action, parts)
	}
}

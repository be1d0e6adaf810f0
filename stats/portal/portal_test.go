package portal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"recourse/internal/keys"
	"recourse/internal/testbench"
	"recourse/stats/portal"
	"recourse/stats/store"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m)) }

// bench is a portal over a database of its own.
type bench struct {
	*testing.T

	handler http.Handler
	q       *store.Queries // as the role of statistics
	logs    *bytes.Buffer
}

func setup(t *testing.T) *bench {
	t.Helper()
	db := testbench.Postgres(t, store.Schema())
	b := &bench{T: t, logs: &bytes.Buffer{}}
	p, err := portal.New(db.Pool(t, keys.Portal), slog.New(slog.NewTextHandler(b.logs, nil)))
	if err != nil {
		t.Fatal(err)
	}
	b.handler, b.q = p.Handler(), store.New(db.Pool(t, keys.Stats))
	return b
}

const cells = "kind,action,estimate,se\r\nthreat,ban,-3,3.5\n" // bytes of any kind are kept

// release stores a release of a community.
func (b *bench) release(community string, number int32, from *time.Time, until time.Time) {
	b.Helper()
	ctx := b.Context()
	err := b.q.InsertEntry(ctx, store.InsertEntryParams{
		Community: community, Number: number, Year: 2026, Request: "{}", Digest: fmt.Appendf(nil, "%s %d", community, number),
		Rho: "0.1", Spent: "0.1", Budget: "0.5", ReservedAt: until,
	})
	if err != nil {
		b.Fatal(err)
	}
	err = b.q.InsertRelease(ctx, store.InsertReleaseParams{
		Community: community, Number: number, PeriodFrom: from, PeriodUntil: until, PublishedAt: until.Add(time.Hour),
	})
	if err != nil {
		b.Fatal(err)
	}
	for name, mediaType := range map[string]string{"cells.csv": "text/csv", "datapackage.json": "application/json"} {
		sum := sha256.Sum256([]byte(cells))
		err := b.q.InsertFile(ctx, store.InsertFileParams{
			Community: community, Number: number, Name: name, MediaType: mediaType, Sha256: sum[:], Content: []byte(cells),
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func (b *bench) ask(method, path string, header ...string) *httptest.ResponseRecorder {
	b.Helper()
	req := httptest.NewRequestWithContext(b.Context(), method, path, http.NoBody)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, req)
	return w
}

func november() time.Time { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) }

func TestAFileIsServedAsItWasStoredAndMayBeKeptForGood(t *testing.T) {
	b := setup(t)
	b.release("north-1-2", 3, nil, november())
	w := b.ask(http.MethodGet, "/releases/north-1-2-3/cells.csv")
	if w.Code != http.StatusOK || w.Body.String() != cells || w.Header().Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Fatalf("status %d, %s, body %q", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	h := w.Header()
	if !strings.Contains(h.Get("Cache-Control"), "immutable") || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Set-Cookie") != "" {
		t.Errorf("its headers are %v", h)
	}
	again := b.ask(http.MethodGet, "/releases/north-1-2-3/cells.csv", "If-None-Match", h.Get("ETag"))
	if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("for who has it already: status %d with %d bytes, want 304", again.Code, again.Body.Len())
	}
	if w := b.ask(http.MethodHead, "/releases/north-1-2-3/datapackage.json"); w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("HEAD: status %d, %s", w.Code, w.Header().Get("Content-Type"))
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	b := setup(t)
	b.release("demo", 1, nil, november())
	for _, path := range []string{
		"/releases/demo-2/cells.csv", "/releases/demo-01/cells.csv", "/releases/demo-1/other.csv", "/releases/demo/cells.csv",
		"/releases/-1/cells.csv", "/releases/demo-9999999999/cells.csv", "/releases/demo--1/cells.csv", "/releases/demo-1/%2e%2e", "/releases/demo-1/%00", "/releases/demo-1/%ff", "/nothing",
	} {
		if w := b.ask(http.MethodGet, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, w.Code)
		}
	}
	if w := b.ask(http.MethodPost, "/releases"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d, want 405", w.Code)
	}
}

func TestTheListNamesEveryReleaseAndItsFilesTheNewestFirst(t *testing.T) {
	b := setup(t)
	if w := b.ask(http.MethodGet, "/releases"); w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != `{"releases":[]}` {
		t.Errorf("before the first: %d %s", w.Code, w.Body)
	}
	from := november()
	b.release("demo", 1, nil, november())
	b.release("city", 1, nil, november().AddDate(0, 0, 1))
	b.release("demo", 2, &from, november().AddDate(0, 1, 0))
	var list struct {
		Releases []struct {
			ID     string `json:"id"`
			Period struct {
				From  *time.Time `json:"from"`
				Until time.Time  `json:"until"`
			} `json:"period"`
			Files []struct {
				URL    string `json:"url"`
				Bytes  int    `json:"bytes"`
				SHA256 string `json:"sha256"`
			} `json:"files"`
		} `json:"releases"`
	}
	if err := json.Unmarshal(b.ask(http.MethodGet, "/releases").Body.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range list.Releases {
		ids = append(ids, r.ID)
		for _, f := range r.Files {
			w := b.ask(http.MethodGet, f.URL)
			if w.Code != http.StatusOK || w.Body.Len() != f.Bytes || f.SHA256 != fmt.Sprintf("%x", sha256.Sum256(w.Body.Bytes())) {
				t.Errorf("%s is not what the list says", f.URL)
			}
		}
		if len(r.Files) != 2 {
			t.Errorf("%s has %d files, want 2", r.ID, len(r.Files))
		}
	}
	if strings.Join(ids, " ") != "demo-2 city-1 demo-1" {
		t.Errorf("the list is %v", ids)
	}
	if first := list.Releases[0]; first.Period.From == nil || !first.Period.From.Equal(from) || list.Releases[2].Period.From != nil {
		t.Errorf("the periods are %+v", list.Releases)
	}
}

func TestThePageShowsReleasesAndWorksWithoutScript(t *testing.T) {
	b := setup(t)
	if page := b.ask(http.MethodGet, "/").Body.String(); !strings.Contains(page, "Nothing has been released yet.") {
		t.Errorf("before the first it says %s", page)
	}
	b.release("demo", 1, nil, november())
	w := b.ask(http.MethodGet, "/")
	page := w.Body.String()
	for _, want := range []string{`<html lang="en">`, "demo, release 1", `href="/releases/demo-1/cells.csv"`, "until <time", `href="/style.css"`} {
		if !strings.Contains(page, want) {
			t.Errorf("it does not show %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "<script") || w.Header().Get("Set-Cookie") != "" || strings.Contains(page, "style=") {
		t.Error("it has a script, a cookie or a style of its own")
	}
	if w := b.ask(http.MethodGet, "/style.css"); w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Errorf("its stylesheet: %d %s", w.Code, w.Header().Get("Content-Type"))
	}
}

func TestWhilePostgreSQLIsAwayItSaysSo(t *testing.T) {
	b := setup(t)
	restart := testbench.StopPostgres(t)
	defer restart()
	for _, path := range []string{"/", "/releases", "/releases/demo-1/cells.csv", "/readyz"} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		w := httptest.NewRecorder()
		b.handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, path, http.NoBody))
		cancel()
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: status %d, want 503", path, w.Code)
		}
	}
	if w := b.ask(http.MethodGet, "/healthz"); w.Code != http.StatusOK {
		t.Errorf("/healthz: status %d", w.Code)
	}
}

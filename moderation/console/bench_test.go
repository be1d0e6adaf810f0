package console_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"recourse/internal/browserbench"
	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/keys/keygen"
	"recourse/internal/seal/receipt"
	"recourse/internal/testbench"
	"recourse/moderation/console"
	"recourse/moderation/relay"
	"recourse/moderation/store"
	"recourse/moderation/worker"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m, browserbench.Stop)) }

// bench is a console over real NATS and PostgreSQL, with a worker and a relay
// that bring it reports.
type bench struct {
	bus     *testbench.Bus
	db      *testbench.Database
	admin   *pgxpool.Pool
	store   *store.Queries // as the owner
	demo    community.Bundle
	handler http.Handler
	url     string
	logs    *testbench.Logs
	ahead   atomic.Int64 // nanoseconds by which the console's clock is ahead
	stored  chan struct{}
}

func setup(t *testing.T) *bench {
	t.Helper()
	return setupWith(t, nil)
}

// setupWith is setup with an intake for reports by phone.
func setupWith(t *testing.T, intake *console.Intake) *bench {
	t.Helper()
	b := &bench{bus: testbench.NATS(t), db: testbench.Postgres(t, store.Schema()), logs: &testbench.Logs{}, stored: make(chan struct{}, 1)}
	b.demo = b.bus.Demo(t)
	b.admin = b.db.Admin(t)
	b.store = store.New(b.admin)

	log := slog.New(slog.NewTextHandler(b.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c, err := console.New(console.Config{
		Pool: b.db.Pool(t, keys.Console), JS: b.bus.JS(t, keys.Console), Ring: b.bus.Ring(t, keys.Console), Log: log,
		Now:    func() time.Time { return time.Now().Add(time.Duration(b.ahead.Load())) },
		Intake: intake,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.handler = c.Handler()
	server := httptest.NewServer(b.handler)
	t.Cleanup(server.Close)
	b.url = server.URL
	b.run(t, c.Run)
	return b
}

// run runs f until the test ends.
func (b *bench) run(t *testing.T, f func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var g errgroup.Group
	g.Go(func() error { return f(ctx) })
	t.Cleanup(func() {
		cancel()
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
	})
}

// work starts a worker and a relay.
func (b *bench) work(t *testing.T) {
	t.Helper()
	js, pool, log := b.bus.JS(t, keys.Worker), b.db.Pool(t, keys.Worker), slog.New(slog.NewTextHandler(b.logs, nil))
	r := relay.New(js, pool, log, time.Now)
	w, err := worker.New(worker.Config{
		JS: js, Pool: pool, Ring: b.bus.Ring(t, keys.Worker), Log: log, Now: time.Now,
		Stored: func() {
			r.Kick()
			select {
			case b.stored <- struct{}{}:
			default:
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.run(t, w.Run)
	b.run(t, r.Run)
}

// later puts the console's clock ahead.
func (b *bench) later(d time.Duration) { b.ahead.Add(int64(d)) }

// city is a second community, with the same code of conduct.
func (b *bench) city(t *testing.T) community.Bundle {
	t.Helper()
	if _, err := keygen.EnsureCommunity(b.bus.Keys, "city", time.Now()); err != nil {
		t.Fatal(err)
	}
	public := func(p keys.Purpose) community.PublicKey {
		entry, err := b.bus.Ring(t, keys.Admin).Find(p, "city", "")
		if err != nil {
			t.Fatal(err)
		}
		return community.PublicKey{ID: entry.ID, Key: entry.Key}
	}
	city := b.demo
	city.Name, city.Title = "city", community.Text{"en": "The city"}
	city.Keys = community.PublicKeys{
		Moderation: public(keys.ModerationPublic), Contact: public(keys.ContactPublic), Statistics: public(keys.StatisticsPublic),
	}
	b.bus.PutCommunity(t, city)
	return city
}

// report has a worker store a report, and returns its receipt and case.
func (b *bench) report(t *testing.T, bundle community.Bundle, content event.Content) (receipt.Receipt, event.ID) {
	t.Helper()
	r, msg := testbench.Sealed(t, bundle, content, nil)
	b.bus.Publish(t, msg)
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	for {
		var id event.ID
		err := b.admin.QueryRow(t.Context(), `SELECT case_id FROM moderation.report WHERE id = $1`, event.ID(r.ReportID())).Scan(&id)
		switch {
		case err == nil:
			return r, id
		case !errors.Is(err, pgx.ErrNoRows):
			t.Fatal(err)
		}
		select {
		case <-b.stored:
		case <-deadline.C:
			t.Fatal("no worker stored the report")
		}
	}
}

// join puts a second report into a case, as a worker does with alike ones. It
// names another account, so that the worker leaves that to this.
func (b *bench) join(t *testing.T, caseID event.ID, content event.Content) receipt.Receipt {
	t.Helper()
	content.Account.Handle += "-too"
	r, own := b.report(t, b.demo, content)
	b.exec(t, `UPDATE moderation.report SET case_id = $1 WHERE case_id = $2`, caseID, own)
	b.exec(t, `DELETE FROM moderation.cases WHERE id = $1`, own)
	return r
}

// threat is a report with a marker in everything that a person wrote.
func threat() event.Content {
	return event.Content{
		Kind: event.KindThreat, Description: "MARKER-words <b>first</b>\nsecond line", Links: []string{"https://example.org/MARKER-link"},
		Account:  event.Account{Platform: "forum", Handle: "MARKER-handle"},
		Language: "fr", Role: event.RoleTarget, Grounds: []event.Ground{event.GroundGender, event.GroundCivicRole}, HasContact: true,
	}
}

// cases stores open cases without a report, in their order, and returns their
// ids.
func (b *bench) cases(t *testing.T, community string, priorities ...int32) []event.ID {
	t.Helper()
	p := store.InsertCasesParams{OpenedAt: time.Now()}
	for i, priority := range priorities {
		p.Ids = append(p.Ids, event.NewID())
		p.Communities = append(p.Communities, community)
		p.Kinds = append(p.Kinds, string(event.KindThreat))
		p.Articles = append(p.Articles, "safety")
		p.Conducts = append(p.Conducts, b.demo.Conduct)
		p.Priorities = append(p.Priorities, priority)
		p.FirstLookDues = append(p.FirstLookDues, time.Now().Add(time.Hour+time.Duration(i)*time.Minute))
		p.Queues = append(p.Queues, "general")
		p.Languages = append(p.Languages, "und")
		p.LanguageTeams = append(p.LanguageTeams, false)
		p.SecondReaders = append(p.SecondReaders, false)
		p.Tags = append(p.Tags, "[]")
		p.HiddenSinces = append(p.HiddenSinces, time.Unix(0, 0))
	}
	if err := b.store.InsertCases(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return p.Ids
}

func (b *bench) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := b.admin.Exec(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// count counts rows, such as of "moderation.decision".
func (b *bench) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	if err := b.admin.QueryRow(t.Context(), "SELECT count(*) FROM "+query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// moderator adds a moderator.
func (b *bench) moderator(t *testing.T, name string, communities ...string) event.ID {
	t.Helper()
	id, err := b.store.UpsertModerator(t.Context(), store.UpsertModeratorParams{ID: event.NewID(), Name: name, CreatedAt: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range communities {
		if err := b.store.AddMembership(t.Context(), store.AddMembershipParams{ModeratorID: id, Community: c}); err != nil {
			t.Fatal(err)
		}
	}
	return id
}

// link makes a sign-in link and returns its token.
func (b *bench) link(t *testing.T, moderator event.ID) string {
	t.Helper()
	token, hash := console.NewSignInToken()
	err := b.store.InsertSignInLink(t.Context(), store.InsertSignInLinkParams{
		TokenHash: hash, ModeratorID: moderator, ExpiresAt: time.Now().Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// client is a moderator's browser, or her program. It follows no redirect.
type client struct {
	base string
	id   event.ID // of the moderator
	http *http.Client
}

// stranger is a client that is not signed in.
func (b *bench) stranger(t *testing.T) *client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{base: b.url, http: &http.Client{
		Jar: jar, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// signIn adds a moderator and signs her in.
func (b *bench) signIn(t *testing.T, name string, communities ...string) *client {
	t.Helper()
	c := b.stranger(t)
	c.id = b.moderator(t, name, communities...)
	if got := c.get(t, console.SignInPath+b.link(t, c.id)); got.status != http.StatusOK {
		t.Fatalf("signing in: %d", got.status)
	}
	return c
}

type response struct {
	status int
	header http.Header
	body   string
}

func (r response) has(part string) bool { return strings.Contains(r.body, part) }

// into decodes a JSON body.
func (r response) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), v); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
}

func (c *client) do(t *testing.T, method, path, contentType, body string, headers ...string) response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := c.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response{status: resp.StatusCode, header: resp.Header, body: string(b)}
}

func (c *client) get(t *testing.T, path string, headers ...string) response {
	t.Helper()
	return c.do(t, http.MethodGet, path, "", "", headers...)
}

// post sends a form, its fields and values in turn.
func (c *client) post(t *testing.T, path string, fields ...string) response {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return c.do(t, http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode())
}

// call sends JSON to the API.
func (c *client) call(t *testing.T, method, path string, body any, headers ...string) response {
	t.Helper()
	if body == nil {
		return c.do(t, method, path, "", "", headers...)
	}
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return c.do(t, method, path, "application/json", string(b), headers...)
}

// claim claims a case through the API.
func (c *client) claim(t *testing.T, id event.ID) {
	t.Helper()
	if got := c.call(t, http.MethodPost, "/v1/cases/"+id.String()+"/claim", nil); got.status != http.StatusOK {
		t.Fatalf("claiming: %d %s", got.status, got.body)
	}
}

// verdict is the body of a decision.
type verdict struct {
	Version int    `json:"version"`
	Action  string `json:"action"`
	Article string `json:"article"`
	Reasons string `json:"reasons"`
}

func removal() verdict {
	return verdict{Version: 1, Action: "remove", Article: "safety", Reasons: "MARKER-reasons: it threatens."}
}

func (c *client) decide(t *testing.T, id event.ID, v verdict, headers ...string) response {
	t.Helper()
	return c.call(t, http.MethodPost, "/v1/cases/"+id.String()+"/decision", v, headers...)
}

// decideForm does the same on the page.
func (c *client) decideForm(t *testing.T, id event.ID, version, action, article, reasons string) response {
	t.Helper()
	return c.post(t, "/cases/"+id.String()+"/decision", "version", version, "action", action, "article", article, "reasons", reasons)
}

func hashOf(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// wantStatus fails the test where an answer has another status.
func wantStatus(t *testing.T, what string, got response, want int) {
	t.Helper()
	if got.status != want {
		t.Fatalf("%s: status %d, want %d: %s", what, got.status, want, got.body)
	}
}

func casePath(id event.ID) string { return "/cases/" + id.String() }

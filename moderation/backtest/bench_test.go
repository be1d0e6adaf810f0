package backtest_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal/receipt"
	"recourse/internal/testbench"
	"recourse/moderation/backtest"
	"recourse/moderation/conduct"
	sums "recourse/moderation/conduct/backtest"
	"recourse/moderation/store"
	"recourse/moderation/worker"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m)) }

// draft changes what becomes of links to far.example, of phone numbers, and of
// an account or a case with several reports.
const draft = testbench.DemoConduct + `queues: [general, safety]
rules:
  - id: far
    says: {en: Far., fr: Loin., ar: بعيد.}
    when: report.hosts.exists(h, h == "far.example")
    then: {queue: safety, second_reader: true}
  - id: number
    says: {en: Number., fr: Numéro., ar: رقم.}
    when: '"phone" in personal.kinds'
    then: {article: doxxing}
  - id: again
    says: {en: Again., fr: Encore., ar: مجددًا.}
    when: account.reports > 0
    then: {tags: [again]}
    shadow: true
  - id: acted
    says: {en: Acted., fr: Agi., ar: سابق.}
    when: account.decisions > 0
    then: {tags: [acted]}
  - id: many
    says: {en: Many., fr: Beaucoup., ar: كثير.}
    when: group.reporters > 1
    then: {priority: {level: urgent, reason: {en: Many., fr: Beaucoup., ar: كثير.}}}
  - id: insults
    says: {en: Words., fr: Mots., ar: كلمات.}
    when: '"insult" in words.senses'
    then: {tags: [insults]}
lexicons: [lexicons/en.txt]
-- lexicons/en.txt --
blobfish ; insult ; 1
`

// began is when the first report was received.
func began() time.Time { return time.Now().UTC().Truncate(time.Hour).Add(-5 * time.Hour) }

type bench struct {
	bus   *testbench.Bus
	db    *testbench.Database
	admin *pgxpool.Pool
	demo  community.Bundle
	logs  *testbench.Logs
	draft conduct.Code
	sent  int
}

// setup has a worker that stores reports.
func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{bus: testbench.NATS(t), db: testbench.Postgres(t, store.Schema()), logs: &testbench.Logs{}}
	b.demo, b.admin = b.bus.Demo(t), b.db.Admin(t)
	var err error
	if b.draft, err = conduct.Parse([]byte(draft)); err != nil {
		t.Fatal(err)
	}
	w, err := worker.New(worker.Config{
		JS: b.bus.JS(t, keys.Worker), Pool: b.db.Pool(t, keys.Worker), Ring: b.bus.Ring(t, keys.Worker), Log: b.log(), Now: time.Now,
		Stored: func() {},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var g errgroup.Group
	g.Go(func() error { return w.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *bench) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(b.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// report has the worker store a report, a minute after the one before, and
// returns its id and its case's.
func (b *bench) report(t *testing.T, content event.Content) (id, caseID event.ID) {
	t.Helper()
	at := began().Add(time.Duration(b.sent) * time.Minute)
	b.sent++
	var r receipt.Receipt
	r, msg := testbench.Sealed(t, b.demo, content, func(s *event.Submitted) { s.ReceivedAt = at })
	b.bus.Publish(t, msg)
	id = event.ID(r.ReportID())
	testbench.Eventually(t, 10*time.Second, "the report is stored", func() bool {
		return b.admin.QueryRow(t.Context(), "SELECT case_id FROM moderation.report WHERE id = $1", id).Scan(&caseID) == nil
	})
	return id, caseID
}

// decide decides a case, a second after its newest report.
func (b *bench) decide(t *testing.T, caseID event.ID, action event.Action, article string) {
	t.Helper()
	b.exec(t, `INSERT INTO moderation.moderator (id, name, created_at) VALUES ($1, 'Moderator 1', now()) ON CONFLICT DO NOTHING`, event.NewID())
	b.exec(t, `INSERT INTO moderation.decision (id, case_id, case_version, moderator_id, action, article, conduct, reasons, decided_at)
		SELECT $1, c.id, c.version + 1, (SELECT m.id FROM moderation.moderator m), $2, $3, c.conduct, '',
			(SELECT max(r.received_at) + interval '1 second' FROM moderation.report r WHERE r.case_id = c.id)
		FROM moderation.cases c WHERE c.id = $4`, event.NewID(), string(action), article, caseID)
	b.exec(t, `UPDATE moderation.cases SET state = 'closed', closed_at = now(), version = version + 1 WHERE id = $1`, caseID)
}

func (b *bench) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := b.admin.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	if err := b.admin.QueryRow(t.Context(), "SELECT count(*) FROM "+query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// start is a backtest of all reports as the console.
func (b *bench) start(t *testing.T, limit int, after backtest.Position, s *sums.Sums) *backtest.Backtest {
	t.Helper()
	ring := b.bus.Ring(t, keys.Console)
	verify, err := ring.Find(keys.OperatorVerify, "", "")
	if err != nil {
		t.Fatal(err)
	}
	return backtest.New(backtest.Config{
		Pool: b.db.Pool(t, keys.Console), Source: community.NewSource(b.bus.JS(t, keys.Console), verify.Key, b.log()), Ring: ring,
		Now: time.Now, Community: "demo", Draft: b.draft, Digest: community.Digest([]byte(draft)), Until: time.Now(), Limit: limit,
	}, after, s)
}

func first() backtest.Position { return backtest.Position{At: began().Add(-time.Second)} }

// finish reads page after page to the end, and returns how many there were.
func finish(t *testing.T, b *backtest.Backtest) (pages int) {
	t.Helper()
	for ; ; pages++ {
		n, err := b.Page(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return pages
		}
	}
}

// words are different for each number: none of them joins another's case.
func words(n int) string {
	return fmt.Sprintf("MARKER-words %s wrote %s about %s yesterday.",
		strings.Repeat(string(rune('a'+n%26)), 5), strings.Repeat(string(rune('b'+n%25)), 6), strings.Repeat(string(rune('c'+n%24)), 7))
}

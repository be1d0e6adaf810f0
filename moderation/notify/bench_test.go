package notify_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/keys/keygen"
	"recourse/internal/seal"
	"recourse/internal/testbench"
	"recourse/moderation/notify"
	"recourse/moderation/store"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m)) }

const (
	from      = "News <news@city.example>"
	statusURL = "https://report.city.example/status"
)

// bench is PostgreSQL, a mail server and a notifier that is called by hand.
type bench struct {
	*notify.Notifier

	db       *testbench.Database
	admin    *pgxpool.Pool
	worker   *store.Queries // as the role of the worker
	console  *store.Queries // as the console's
	folder   keys.Folder
	contact  community.PublicKey // of "demo"
	box      *testbench.Mailbox
	logs     *testbench.Logs
	registry *prometheus.Registry
	ahead    atomic.Int64 // nanoseconds by which the notifier's clock is ahead
}

// setup makes a notifier whose clock is beyond the delay of what is new now.
func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{
		db: testbench.Postgres(t, store.Schema()), box: testbench.SMTP(t), logs: &testbench.Logs{},
		folder: keys.Folder{Root: t.TempDir()},
	}
	b.admin = b.db.Admin(t)
	b.worker, b.console = store.New(b.db.Pool(t, keys.Worker)), store.New(b.db.Pool(t, keys.Console))
	if err := keygen.EnsureServices(b.folder, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := keygen.EnsureCommunity(b.folder, "demo", time.Now()); err != nil {
		t.Fatal(err)
	}
	ring, err := b.folder.Ring(keys.Admin)
	if err != nil {
		t.Fatal(err)
	}
	public, err := ring.Find(keys.ContactPublic, "demo", "")
	if err != nil {
		t.Fatal(err)
	}
	b.contact = community.PublicKey{ID: public.ID, Key: public.Key}
	b.registry = prometheus.NewRegistry()
	b.Notifier = b.notifier(t, b.plain(t))
	b.later(11 * time.Minute)
	return b
}

func (b *bench) plain(t *testing.T) notify.Server {
	t.Helper()
	server, err := notify.ParseServer("smtp://"+b.box.Addr, "", false, nil)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// notifier returns one more, with the bench's clock.
func (b *bench) notifier(t *testing.T, server notify.Server) *notify.Notifier {
	t.Helper()
	ring, err := b.folder.Ring(keys.Notify)
	if err != nil {
		t.Fatal(err)
	}
	registry := b.registry
	if b.Notifier != nil {
		registry = prometheus.NewRegistry() // each counts for itself
	}
	n, err := notify.New(notify.Config{
		Pool: b.db.Pool(t, keys.Notify), Ring: ring, Log: slog.New(slog.NewTextHandler(b.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Registry: registry, Now: func() time.Time { return time.Now().Add(time.Duration(b.ahead.Load())) },
		Server: server, From: from, StatusURL: statusURL, Delay: 10 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// ended returns how much news ended, by outcome, as the first notifier counts.
func (b *bench) ended(t *testing.T) map[string]int {
	t.Helper()
	families, err := b.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			for _, label := range metric.GetLabel() {
				counts[label.GetValue()] = int(metric.GetCounter().GetValue())
			}
		}
	}
	return counts
}

// later puts the notifiers' clock ahead.
func (b *bench) later(d time.Duration) { b.ahead.Add(int64(d)) }

// reported stores the contact of a report, as a worker does, and returns the
// report's id.
func (b *bench) reported(t *testing.T, c event.Contact) event.ID {
	t.Helper()
	report := event.NewID()
	body, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	key, err := b.contact.Seal()
	if err != nil {
		t.Fatal(err)
	}
	context := seal.Context{Purpose: seal.PurposeContact, Community: "demo", Report: report}
	envelope, err := seal.Seal(key, context, body, seal.Exactly(event.ContactSize))
	if err != nil {
		t.Fatal(err)
	}
	b.store(t, report, envelope)
	return report
}

func (b *bench) store(t *testing.T, report event.ID, envelope seal.Envelope) {
	t.Helper()
	sealed, err := json.Marshal(envelope)
	if err != nil {
		t.Fatal(err)
	}
	err = b.worker.InsertContacts(t.Context(), store.InsertContactsParams{
		ReportIds: []event.ID{report}, Communities: []string{"demo"}, ReceivedAts: []time.Time{time.Now()}, Sealed: []string{string(sealed)},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// news says that there is news of reports, as the console does.
func (b *bench) news(t *testing.T, reports ...event.ID) {
	t.Helper()
	if err := b.console.InsertNews(t.Context(), reports); err != nil {
		t.Fatal(err)
	}
}

// send has the notifier send what is due.
func (b *bench) send(t *testing.T) {
	t.Helper()
	if err := b.Send(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// wantMails fails the test where the mail server took another number of mails.
func (b *bench) wantMails(t *testing.T, want int) {
	t.Helper()
	if got := len(b.box.Mails()); got != want {
		t.Fatalf("there are %d mails, want %d; logged:\n%s", got, want, b.logs)
	}
}

// wantWaiting fails the test where another number of reports waits.
func (b *bench) wantWaiting(t *testing.T, want int) {
	t.Helper()
	var n int
	if err := b.admin.QueryRow(t.Context(), "SELECT count(*) FROM notify.news").Scan(&n); err != nil || n != want {
		t.Fatalf("%d reports wait, %v; want %d; logged:\n%s", n, err, want, b.logs)
	}
}

// read returns a mail's headers, subject and body.
func read(t *testing.T, m testbench.Mail) (header mail.Header, subject, body string) {
	t.Helper()
	parsed, err := mail.ReadMessage(strings.NewReader(m.Data))
	if err != nil {
		t.Fatal(err)
	}
	if subject, err = new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(quotedprintable.NewReader(parsed.Body))
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Header, subject, string(b)
}

package main

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/nats-io/nats.go"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal"
	"recourse/internal/seal/open"
	"recourse/internal/testbench"
	"recourse/moderation/vault"
)

// knowledge is a line of the table "who may know what": what a service's own
// files let it do, and what they do not.
type knowledge struct {
	service keys.Service
	files   []string // in its folder, and nothing else
	opens   []seal.Purpose
	atRest  bool // opens what is sealed at rest

	sqlAllowed, sqlDenied   []string
	natsAllowed, natsDenied []string
}

const (
	readContent  = "SELECT content FROM moderation.report"
	readKeys     = "SELECT wrapped FROM moderation.data_key"
	readContact  = "SELECT sealed FROM notify.contact"
	readNews     = "SELECT report_id FROM notify.news"
	readAttempts = "SELECT attempts FROM notify.news"
	dropNews     = "DELETE FROM notify.news"
	readFollowUp = "SELECT content FROM moderation.follow_up"
	readFiles    = "SELECT sealed FROM moderation.evidence_chunk"
	readNames    = "SELECT details FROM moderation.evidence"
	readReasons  = "SELECT reasons FROM moderation.decision"
	readProposed = "SELECT reasons FROM moderation.proposal"
	readMessages = "SELECT sealed FROM moderation.message"
	readAudit    = "SELECT digest FROM moderation.audit"
	readSessions = "SELECT token_hash FROM moderation.session"
	readPurged   = "SELECT report_id FROM janitor.purged_report"
	forgeReport  = "INSERT INTO moderation.report SELECT * FROM moderation.report"
	forgeAudit   = "INSERT INTO moderation.audit (at, actor, action, salt, digest) VALUES (now(), gen_random_uuid(), 'x', '', '')"
	dropAudit    = "DELETE FROM moderation.audit"
	editAudit    = "UPDATE moderation.audit SET action = 'x'"
	closeCases   = "UPDATE moderation.cases SET version = version"
	makeTable    = "CREATE TABLE moderation.mine (x int)"
	readFacts    = "SELECT kind, gender, participant FROM stats.report"
	readCounted  = "SELECT kind FROM stats.fact"
	readLedger   = "SELECT rho FROM stats.ledger"
	refund       = "DELETE FROM stats.ledger"
	readReleased = "SELECT content FROM released.file"
	editReleased = "UPDATE released.file SET content = ''"
)

func whoMayKnowWhat() []knowledge {
	const api = "$JS.API."
	administer := []string{
		api + "STREAM.CREATE.MINE", api + "STREAM.UPDATE.REPORTS", api + "STREAM.DELETE.REPORTS",
		api + "CONSUMER.CREATE.REPORTS", api + "CONSUMER.DURABLE.CREATE.REPORTS.mine",
		api + "CONSUMER.DELETE.REPORTS.worker", "$KV.communities.bundle.demo",
	}
	erase := []string{api + "STREAM.MSG.DELETE.REPORTS"}
	purge := []string{api + "STREAM.PURGE.REPORTS", erase[0]}
	consumeAsWorker := []string{api + "CONSUMER.MSG.NEXT.REPORTS.worker", "$JS.ACK.REPORTS.worker.1.1.1.1.1"}
	consumeAsStats := []string{api + "CONSUMER.MSG.NEXT.REPORTS.stats", api + "CONSUMER.MSG.NEXT.CASES.stats"}
	forge := []string{"reports.submitted.demo.x", "cases.opened.demo.x", "quarantine.demo.x", "$KV.status.x"}
	all := slices.Concat[[]string]
	statistics := []string{readFacts, readCounted, readLedger, refund, readReleased}
	counts := []string{
		"SELECT n_live_tup FROM pg_stat_all_tables", "SELECT n_tup_ins FROM pg_stat_xact_all_tables", "SELECT idx_tup_read FROM pg_stat_all_indexes",
		"SELECT pg_relation_size('pg_class')", "SELECT pg_total_relation_size('pg_class')",
	}
	moderations := []string{
		readContent, readKeys, readContact, readReasons, readProposed, readMessages, readFollowUp, readFiles, readNames, readAudit, readSessions,
		closeCases, makeTable, "SELECT id FROM moderation.cases", "SELECT id FROM moderation.report", readNews,
	}

	return []knowledge{
		{
			service: keys.Intake, files: []string{"nats", "seal"},
			natsAllowed: []string{"reports.submitted.demo.x"},
			natsDenied:  all(administer, purge, consumeAsWorker, consumeAsStats, forge[1:], []string{api + "STREAM.MSG.GET.CASES"}),
		},
		{
			service: keys.Worker, files: []string{"nats", "postgres", "seal"},
			opens: []seal.Purpose{seal.PurposeModeration}, atRest: true,
			sqlAllowed: []string{"SELECT status_key FROM moderation.report", readMessages},
			sqlDenied: all([]string{
				readContent, readKeys, readContact, readReasons, readProposed, readAudit, readSessions, readPurged, dropAudit, editAudit, makeTable,
				readAttempts, dropNews, readFollowUp, readFiles, readNames, "DELETE FROM moderation.report", "DELETE FROM moderation.tombstone",
				"SELECT done_at FROM janitor.erasure",
			}, statistics),
			natsAllowed: []string{"cases.opened.demo.x", "quarantine.demo.x"},
			natsDenied:  all(administer, purge, consumeAsStats, forge[:1], []string{api + "STREAM.MSG.GET.REPORTS"}),
		},
		{
			service: keys.Console, files: []string{"nats", "postgres", "seal"}, atRest: true,
			sqlAllowed: []string{readContent, readKeys, readReasons, readProposed, readFollowUp, readFiles, readNames},
			sqlDenied: all([]string{
				"DELETE FROM moderation.report", "UPDATE moderation.proposal SET action = ''", "DELETE FROM moderation.evidence", "SELECT wrapped FROM moderation.upload", readContact, readPurged, readAudit, forgeReport, dropAudit, editAudit, makeTable, readAttempts, dropNews,
			}, statistics),
			natsDenied: all(administer, purge, consumeAsWorker, consumeAsStats, forge, []string{api + "STREAM.MSG.GET.REPORTS", api + "DIRECT.GET.KV_status"}),
		},
		{
			service: keys.Notify, files: []string{"nats", "postgres", "seal"},
			opens:      []seal.Purpose{seal.PurposeContact},
			sqlAllowed: []string{readContact, readNews, readAttempts, dropNews},
			sqlDenied: all([]string{
				readContent, readKeys, readReasons, readProposed, readMessages, readAudit, readSessions, readPurged, closeCases, makeTable,
				"SELECT id FROM moderation.report", "SELECT case_id FROM moderation.decision", "DELETE FROM notify.contact",
			}, statistics),
			natsDenied: all(administer, purge, consumeAsWorker, consumeAsStats, forge, []string{api + "STREAM.MSG.GET.REPORTS"}),
		},
		{
			service: keys.Stats, files: []string{"nats", "postgres", "seal"},
			opens:       []seal.Purpose{seal.PurposeStatistics},
			sqlAllowed:  []string{readFacts, readCounted, readLedger, readReleased},
			sqlDenied:   all(moderations, counts, []string{readPurged, refund, editReleased}),
			natsAllowed: consumeAsStats,
			natsDenied:  all(administer, purge, consumeAsWorker, forge, []string{api + "STREAM.MSG.GET.REPORTS"}),
		},
		{
			service: keys.Janitor, files: []string{"nats", "postgres", "seal"},
			sqlAllowed: []string{"SELECT id FROM moderation.report", readPurged, "DELETE FROM notify.news WHERE since < now()"},
			sqlDenied:  all(moderations[:9], []string{closeCases, makeTable, readNews, "SELECT sealed FROM moderation.upload_chunk"}, statistics),
			// It deletes what was withdrawn, and makes or takes nothing else.
			natsAllowed: erase, natsDenied: all(administer, consumeAsWorker, consumeAsStats, forge[1:]),
		},
		{
			service: keys.Portal, files: []string{"nats", "postgres", "seal"},
			sqlAllowed: []string{readReleased, "SELECT period_until FROM released.release"},
			sqlDenied: all(moderations, statistics[:4], counts, []string{
				readPurged, editReleased, "INSERT INTO released.release SELECT * FROM released.release", "SELECT version_id FROM public.goose_stats",
			}),
			natsDenied: all(administer, purge, consumeAsWorker, consumeAsStats, forge, []string{api + "STREAM.MSG.GET.REPORTS", api + "INFO"}),
		},
	}
}

func TestEachServicesOwnFilesLetItKnowWhatTheTableSaysAndNoMore(t *testing.T) {
	b := newWorkerBench(t)
	r, msg := testbench.Sealed(t, b.demo, event.Content{Kind: event.KindHate, Description: "words"}, nil)
	b.bus.Publish(t, msg)
	b.startWorker(t)
	testbench.Eventually(t, 10*time.Second, "the report is opened", func() bool { return b.opened(t, r) })
	var submitted event.Submitted
	if err := json.Unmarshal(msg.Data, &submitted); err != nil {
		t.Fatal(err)
	}

	for _, k := range whoMayKnowWhat() {
		t.Run(string(k.service), func(t *testing.T) {
			k.checkFiles(t, b)
			k.checkEnvelopes(t, b, submitted)
			k.checkAtRest(t, b, submitted.Report)
			k.checkPostgreSQL(t, b)
			k.checkNATS(t, b)
		})
	}
}

func (k knowledge) checkFiles(t *testing.T, b *workerBench) {
	t.Helper()
	var found []string
	err := filepath.WalkDir(filepath.Dir(b.bus.Keys.Path(k.service, "seal")), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			info, err := d.Info()
			if err != nil {
				return err
			}
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %o, want 600", d.Name(), info.Mode().Perm())
			}
			found = append(found, d.Name())
		}
		return err
	})
	if err != nil || !slices.Equal(found, k.files) {
		t.Errorf("its folder holds %v, %v; want %v", found, err, k.files)
	}
}

// checkEnvelopes tries every key of the service on each envelope of a report.
func (k knowledge) checkEnvelopes(t *testing.T, b *workerBench, s event.Submitted) {
	t.Helper()
	var file keys.SealFile
	raw, err := os.ReadFile(b.bus.Keys.Path(k.service, "seal"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	for purpose, envelope := range map[seal.Purpose]seal.Envelope{
		seal.PurposeModeration: s.Moderation, seal.PurposeContact: s.Contact, seal.PurposeStatistics: s.Statistics,
	} {
		opened := false
		for _, entry := range file.Entries {
			key, err := open.Parse(entry.ID, entry.Key)
			if err != nil {
				continue // a key of another kind
			}
			_, err = key.Open(seal.Context{Purpose: purpose, Community: s.Community, Report: s.Report}, envelope)
			opened = opened || err == nil
		}
		if want := slices.Contains(k.opens, purpose); opened != want {
			t.Errorf("opens the %s envelope: %t, want %t", purpose, opened, want)
		}
	}
	for _, entry := range file.Entries {
		if len(entry.Key) == ed25519.SeedSize && entry.Purpose == keys.OperatorSign {
			t.Error("holds the operator's signing key")
		}
	}
}

// checkAtRest tries to unwrap the report's data key, as the owner of the tables
// hands it out: only the month keys stand in between.
func (k knowledge) checkAtRest(t *testing.T, b *workerBench, report event.ID) {
	t.Helper()
	row := vault.WrappedKey{Owner: report, Community: b.demo.Name}
	err := b.pool.QueryRow(t.Context(), "SELECT month, wrapped FROM moderation.data_key WHERE owner = $1", report).Scan(&row.Month, &row.Wrapped)
	if err != nil {
		t.Fatal(err)
	}
	_, err = vault.New(b.bus.Ring(t, k.service)).Unwrap(row)
	if opened := err == nil; opened != k.atRest {
		t.Errorf("opens what is sealed at rest: %t, want %t", opened, k.atRest)
	}
}

func (k knowledge) checkPostgreSQL(t *testing.T, b *workerBench) {
	t.Helper()
	if !slices.Contains(k.files, "postgres") {
		return
	}
	pool := b.db.Pool(t, k.service)
	for _, statement := range k.sqlAllowed {
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Errorf("%s: %v, want it allowed", statement, err)
		}
	}
	for _, statement := range k.sqlDenied {
		_, err := pool.Exec(t.Context(), statement)
		var pgErr *pgconn.PgError
		if !errors.As(err, &pgErr) || pgErr.Code != "42501" { // insufficient_privilege
			t.Errorf("%s: %v, want it refused", statement, err)
		}
	}
}

func (k knowledge) checkNATS(t *testing.T, b *workerBench) {
	t.Helper()
	nc := b.bus.Connect(t, k.service)
	testbench.Eventually(t, 5*time.Second, "NATS answers", nc.IsConnected)
	for _, subject := range k.natsAllowed {
		if refusedToPublish(t, nc, subject) {
			t.Errorf("may not publish to %s, want it allowed", subject)
		}
	}
	for _, subject := range k.natsDenied {
		if !refusedToPublish(t, nc, subject) {
			t.Errorf("may publish to %s, want it refused", subject)
		}
	}
	for _, subject := range []string{"reports.>", "cases.>", "quarantine.>", "$KV.>", "$JS.>", ">", "_INBOX.>"} {
		if !refusedToSubscribe(t, nc, subject) {
			t.Errorf("may subscribe to %s, want it refused", subject)
		}
	}
	for _, other := range keys.Services() {
		if subject := "_INBOX_" + string(other) + ".>"; other != k.service && !refusedToSubscribe(t, nc, subject) {
			t.Errorf("may read what is delivered to %s", other)
		}
	}
}

// refusedToPublish asks the server: it answers a forbidden publish with an
// error before the flush returns.
func refusedToPublish(t *testing.T, nc *nats.Conn, subject string) bool {
	t.Helper()
	before := nc.LastError()
	// No headers and no expected reply: what is allowed is a request that
	// JetStream refuses or ignores.
	if err := nc.Publish(subject, []byte("x")); err != nil {
		t.Fatal(err)
	}
	return violated(t, nc, before)
}

func refusedToSubscribe(t *testing.T, nc *nats.Conn, subject string) bool {
	t.Helper()
	before := nc.LastError()
	sub, err := nc.SubscribeSync(subject)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Unsubscribe() //nolint:errcheck // refused subscriptions are gone already
	return violated(t, nc, before)
}

func violated(t *testing.T, nc *nats.Conn, before error) bool {
	t.Helper()
	if err := nc.Flush(); err != nil && !errors.Is(err, nats.ErrPermissionViolation) {
		t.Fatal(err)
	}
	after := nc.LastError()
	return after != nil && after != before && errors.Is(after, nats.ErrPermissionViolation) //nolint:errorlint // is it a new error value?
}

package facts_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/testbench"
	"recourse/stats/facts"
	"recourse/stats/store"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m)) }

const soon = 10 * time.Second

// bench is a community on real NATS and PostgreSQL, without a collector yet.
type bench struct {
	*testing.T

	bus      *testbench.Bus
	db       *testbench.Database
	admin    *pgxpool.Pool
	demo     community.Bundle
	patience time.Duration // of the collector; 0 for a day
	logs     *testbench.Logs
}

func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, bus: testbench.NATS(t), db: testbench.Postgres(t, store.Schema()), logs: &testbench.Logs{}}
	b.demo = b.bus.Demo(t)
	b.admin = b.db.Admin(t)
	return b
}

// start runs a collector until stop, or the test's end.
func (b *bench) start() (stop func()) {
	b.Helper()
	c := facts.New(facts.Config{
		JS: b.bus.JS(b, keys.Stats), Pool: b.db.Pool(b, keys.Stats), Ring: b.bus.Ring(b, keys.Stats),
		Log: slog.New(slog.NewTextHandler(b.logs, nil)), LaterWait: 50 * time.Millisecond, Patience: b.patience,
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	b.Cleanup(stop)
	return stop
}

// report is a report's message, and its id.
func (b *bench) report(change func(*event.Submitted)) (event.ID, *nats.Msg) {
	b.Helper()
	r, msg := testbench.Sealed(b, b.demo, event.Content{Kind: event.KindThreat, Description: "MARKER"}, change)
	return r.ReportID(), msg
}

// closed is the event of a decision in effect.
func (b *bench) closed(action event.Action, at time.Time, sequence int, reports ...event.ID) *nats.Msg {
	b.Helper()
	e := event.CaseEvent{
		Version: event.CaseEventVersion, Case: event.NewID(), Community: "demo", Event: event.CaseClosed, Sequence: sequence, At: at,
		Reports: reports, Decision: &event.CaseDecision{ID: event.NewID(), Action: action, Article: "respect"},
	}
	payload, err := json.Marshal(e)
	if err != nil {
		b.Fatal(err)
	}
	return &nats.Msg{Subject: event.CaseSubject(event.CaseClosed, "demo", e.Case).String(), Data: payload, Header: nats.Header{}}
}

// publish publishes a copy: the same message twice is stored twice.
func (b *bench) publish(msg *nats.Msg) {
	b.Helper()
	stream, service := event.StreamReports, keys.Intake
	if strings.HasPrefix(msg.Subject, "cases.") {
		stream, service = event.StreamCases, keys.Worker
	}
	again := &nats.Msg{Subject: msg.Subject, Data: msg.Data, Header: nats.Header{}}
	_, err := b.bus.JS(b, service).PublishMsg(b.Context(), again, jetstream.WithMsgID(event.NewID().String()), jetstream.WithExpectStream(stream))
	if err != nil {
		b.Fatal(err)
	}
}

// settled waits until both consumers have acknowledged all that is there.
func (b *bench) settled() {
	b.Helper()
	testbench.Eventually(b, soon, "all is acknowledged", func() bool {
		for _, name := range []string{event.StreamReports, event.StreamCases} {
			stream, err := b.bus.JS(b, keys.Admin).Stream(b.Context(), name)
			if err != nil {
				return false
			}
			c, err := stream.Consumer(b.Context(), event.ConsumerStats)
			if err != nil || c.CachedInfo().AckFloor.Stream != stream.CachedInfo().State.LastSeq {
				return false
			}
		}
		return true
	})
}

func (b *bench) count(query string, args ...any) int {
	b.Helper()
	var n int
	if err := b.admin.QueryRow(b.Context(), "SELECT count(*) FROM "+query, args...).Scan(&n); err != nil {
		b.Fatal(err)
	}
	return n
}

const whole = "stats.report WHERE kind IS NOT NULL AND decided_at IS NOT NULL"

func TestTheTwoHalvesOfAReportMeetInWhateverOrderAndHoweverOftenTheyCome(t *testing.T) {
	b := setup(t)
	at := time.Now().UTC().Truncate(time.Second)
	var msgs []*nats.Msg
	for range 40 {
		id, submitted := b.report(nil)
		first, later := b.closed(event.ActionHide, at, 2, id), b.closed(event.ActionBan, at.Add(time.Hour), 4, id)
		msgs = append(msgs, submitted, submitted, first, later, first)
	}
	rand.Shuffle(len(msgs), func(i, j int) { msgs[i], msgs[j] = msgs[j], msgs[i] })
	for _, msg := range msgs[:100] {
		b.publish(msg)
	}
	b.start()
	b.start() // two at once
	for _, msg := range msgs[100:] {
		b.publish(msg)
	}
	b.settled()
	if n, all := b.count(whole), b.count("stats.report"); n != 40 || all != 40 {
		t.Errorf("%d of %d rows are whole, want 40 of 40", n, all)
	}
	if n := b.count(whole + " AND kind = 'threat' AND action = 'hide' AND article = 'respect' AND grounds = '{unknown}' AND participant IS NULL"); n != 40 {
		t.Errorf("%d rows are as they were sent, with the first decision; want 40", n)
	}
}

func TestADecisionOnACaseOfManyReportsCountsForEach(t *testing.T) {
	b := setup(t)
	b.start()
	var ids []event.ID
	for range 5 {
		id, msg := b.report(nil)
		ids = append(ids, id)
		b.publish(msg)
	}
	b.publish(b.closed(event.ActionRemove, time.Now(), 2, append(ids, ids[0])...))
	b.settled()
	if n := b.count(whole + " AND action = 'remove'"); n != 5 {
		t.Errorf("%d reports have the outcome, want 5", n)
	}
}

// A moderator may give a report of a case a case of its own: it is announced as
// opened, and decided, in two.
func TestAReportThatMovedToACaseOfItsOwnCountsOnce(t *testing.T) {
	b := setup(t)
	b.start()
	at := time.Now().UTC()
	opened := func(reports ...event.ID) *nats.Msg {
		msg := b.closed(event.ActionBan, at, 1, reports...)
		msg.Data = bytes.Replace(msg.Data, []byte(`"event":"closed"`), []byte(`"event":"opened"`), 1)
		msg.Subject = strings.Replace(msg.Subject, "closed", "opened", 1)
		return msg
	}
	var ids []event.ID
	for range 3 {
		id, msg := b.report(nil)
		ids = append(ids, id)
		b.publish(msg)
	}
	stayed, before, after := ids[0], ids[1], ids[2] // the second moved before the decision, the third when it was appealed
	b.publish(opened(ids...))
	b.publish(opened(before))
	b.publish(b.closed(event.ActionRemove, at.Add(time.Hour), 3, stayed, after))
	b.publish(opened(after))
	b.publish(b.closed(event.ActionNone, at.Add(2*time.Hour), 2, before))
	b.publish(b.closed(event.ActionNone, at.Add(3*time.Hour), 2, after))
	b.settled()
	if n := b.count(whole+" AND (report_id = ANY($1) AND action = 'remove' OR report_id = $2 AND action = 'none')", []event.ID{stayed, after}, before); n != 3 {
		t.Errorf("%d reports have the first decision of the case that they were in, want 3", n)
	}
	if n := b.count("stats.report"); n != 3 {
		t.Errorf("%d reports are counted, want 3", n)
	}
}

func TestWhatCannotBeOpenedCountsAsUnknownAndHoldsNothingUp(t *testing.T) {
	b := setup(t)
	id, broken := b.report(func(s *event.Submitted) { s.Statistics.Ciphertext = s.Statistics.Ciphertext[:100] })
	b.publish(broken)
	behind, msg := b.report(nil)
	b.publish(msg)
	b.start()
	b.settled()
	if n := b.count("stats.report WHERE report_id = $1 AND kind = 'other' AND gender = 'unknown' AND language = 'und'", id); n != 1 {
		t.Error("it does not count as unknown")
	}
	if n := b.count("stats.report WHERE report_id = $1 AND kind = 'threat'", behind); n != 1 {
		t.Error("the report behind it is not there")
	}
	if s := b.logs.String(); !strings.Contains(s, "counts as unknown") || strings.Contains(s, "MARKER") {
		t.Errorf("it logs %s", s)
	}
}

func TestAReportWhoseKeyIsMissingWaitsForItADay(t *testing.T) {
	b := setup(t)
	_, msg := b.report(func(s *event.Submitted) { s.Statistics.KeyID = "elsewhere" })
	b.publish(msg)
	stop := b.start()
	testbench.Eventually(t, soon, "it comes again and again", func() bool {
		c, err := b.bus.JS(t, keys.Admin).Consumer(t.Context(), event.StreamReports, event.ConsumerStats)
		return err == nil && c.CachedInfo().Delivered.Consumer > 2 && c.CachedInfo().AckFloor.Stream == 0
	})
	stop()
	if n := b.count("stats.report"); n != 0 {
		t.Error("it is counted before its key could come")
	}
}

func TestAReportWhoseKeyNeverComesCountsAsUnknownInTheEnd(t *testing.T) {
	b := setup(t)
	b.patience = 200 * time.Millisecond
	_, msg := b.report(func(s *event.Submitted) { s.Statistics.KeyID = "elsewhere" })
	b.publish(msg)
	b.start()
	b.settled()
	if n := b.count("stats.report WHERE kind = 'other'"); n != 1 {
		t.Error("it does not count as unknown after a day")
	}
}

func TestWhatIsNoFactIsPassedOver(t *testing.T) {
	b := setup(t)
	id, msg := b.report(nil)
	b.publish(&nats.Msg{Subject: "reports.submitted.demo.nobody", Data: []byte("MARKER")})
	b.publish(&nats.Msg{Subject: msg.Subject, Data: []byte("MARKER")})
	b.publish(&nats.Msg{Subject: event.ReportSubject("amended", "demo", id).String(), Data: msg.Data})
	b.publish(&nats.Msg{Subject: event.ReportSubject(event.ReportSubmitted, "demo", event.NewID()).String(), Data: msg.Data})
	opened := b.closed(event.ActionNone, time.Now(), 1, id)
	b.publish(&nats.Msg{Subject: strings.Replace(opened.Subject, "closed", "opened", 1), Data: opened.Data})
	b.publish(&nats.Msg{Subject: opened.Subject, Data: []byte("MARKER")})
	b.publish(&nats.Msg{Subject: event.CaseSubject(event.CaseClosed, "demo", event.NewID()).String(), Data: opened.Data})
	b.start()
	b.settled()
	if n := b.count("stats.report"); n != 0 {
		t.Errorf("%d facts came of it", n)
	}
	if strings.Contains(b.logs.String(), "MARKER") {
		t.Errorf("it logs content: %s", b.logs)
	}
}

func TestAnEventOfANewerVersionWaitsForTheProgramThatReadsIt(t *testing.T) {
	b := setup(t)
	id, _ := b.report(nil)
	msg := b.closed(event.ActionNone, time.Now(), 1, id)
	msg.Data = bytes.Replace(msg.Data, []byte(`{"v":1,`), []byte(`{"v":2,"more":true,`), 1)
	b.publish(msg)
	_, report := b.report(nil)
	report.Data = bytes.Replace(report.Data, []byte(`{"v":1,`), []byte(`{"v":2,"report_kind":[1],`), 1)
	b.publish(report)
	stop := b.start()
	for _, stream := range []string{event.StreamCases, event.StreamReports} {
		testbench.Eventually(t, soon, "it comes again and again", func() bool {
			c, err := b.bus.JS(t, keys.Admin).Consumer(t.Context(), stream, event.ConsumerStats)
			return err == nil && c.CachedInfo().Delivered.Consumer > 2 && c.CachedInfo().AckFloor.Stream == 0
		})
	}
	stop()
	if n := b.count("stats.report"); n != 0 {
		t.Errorf("%d rows are there before it can be read", n)
	}
}

// PostgreSQL takes no NUL in a text.
func TestAMessageThatCannotBeStoredHoldsNoOtherUp(t *testing.T) {
	b := setup(t)
	for i := range 10 {
		id, _ := b.report(nil)
		msg := b.closed(event.ActionNone, time.Now(), 1, id)
		if i == 4 {
			msg.Data = bytes.Replace(msg.Data, []byte(`"respect"`), []byte(`"re\u0000spect"`), 1)
		}
		b.publish(msg)
	}
	b.start()
	b.settled()
	if n := b.count("stats.report"); n != 9 {
		t.Errorf("%d outcomes are stored, want the nine that can be", n)
	}
	if !strings.Contains(b.logs.String(), "sequence=5") {
		t.Errorf("it is not told which one: %s", b.logs)
	}
}

func TestNothingIsLostWhilePostgreSQLIsAway(t *testing.T) {
	b := setup(t)
	b.start()
	restart := testbench.StopPostgres(t)
	for range 10 {
		id, msg := b.report(nil)
		b.publish(msg)
		b.publish(b.closed(event.ActionWarning, time.Now(), 2, id))
	}
	restart()
	b.settled()
	if n := b.count(whole); n != 10 {
		t.Errorf("%d facts are there, want 10", n)
	}
}

func TestAWithdrawnReportIsCountedNowhereUnlessItWasCountedBefore(t *testing.T) {
	b := setup(t)
	at := time.Now().UTC().Truncate(time.Second)
	var ids []event.ID
	for range 3 {
		id, submitted := b.report(nil)
		ids = append(ids, id)
		b.publish(submitted)
	}
	b.publish(b.closed(event.ActionWarning, at, 2, ids...))
	stop := b.start()
	b.settled()
	if n := b.count(whole); n != 3 {
		t.Fatalf("%d reports have both halves, want 3", n)
	}
	if _, err := b.admin.Exec(t.Context(), `UPDATE stats.report SET counted = true WHERE report_id = $1`, ids[0]); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids[:2] {
		b.publish(&nats.Msg{Subject: event.ReportSubject(event.ReportWithdrawn, "demo", id).String(), Data: []byte("{}")})
	}
	b.settled()
	_, again := b.report(nil) // a report that comes after its withdrawal, as in a replay
	late, err := event.ParseSubject(again.Subject)
	if err != nil {
		t.Fatal(err)
	}
	b.publish(&nats.Msg{Subject: event.ReportSubject(event.ReportWithdrawn, "demo", late.ID).String(), Data: []byte("{}")})
	b.settled()
	b.publish(again)
	b.publish(b.closed(event.ActionWarning, at, 2, late.ID))
	b.settled()
	stop()
	if n := b.count("stats.report WHERE report_id = $1", late.ID); n != 0 {
		t.Errorf("%d rows are there of a report that came after its withdrawal", n)
	}
	if n := b.count("stats.report WHERE counted"); n != 1 {
		t.Errorf("%d counted reports are there, want the one: what was counted stays counted", n)
	}
	if n := b.count(whole + " AND NOT counted"); n != 1 {
		t.Errorf("%d reports wait to be counted, want the one that was not withdrawn", n)
	}
}

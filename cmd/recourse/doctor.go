package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/postgres"
	"recourse/moderation/store"
)

type doctorCmd struct {
	partsFlags
	NATSMonitor string `name:"nats-monitor" help:"Monitoring address of an external nats-server, such as http://127.0.0.1:8222, to read its sync_always."`
	JSON        bool   `help:"Print JSON."`
}

func (doctorCmd) Help() string {
	return `Checks keys, NATS and PostgreSQL, and counts reports: acknowledged (distinct ids submitted that are in REPORTS or were
purged from it), in_stream, in_cases, in_quarantine. Exit code 0: fine, perhaps with warnings; 3: something must be
mended; 1: doctor itself failed.

Example: recourse doctor --data ./data --json`
}

// errSick says that a check failed; what failed is printed.
var errSick = errors.New("something must be mended")

// diagnosis is what doctor prints.
type diagnosis struct {
	OK           bool    `json:"ok"`
	Acknowledged int     `json:"acknowledged"`
	InStream     int     `json:"in_stream"`
	InCases      int     `json:"in_cases"`
	InQuarantine int     `json:"in_quarantine"`
	Dropped      int     `json:"dropped"` // out of quarantine, by an operator
	Unsent       int64   `json:"unsent"`  // rows of the outbox not published yet
	Checks       []check `json:"checks"`
}

// check is one finding. Its level is ok, warning or failed.
type check struct {
	Name   string `json:"name"`
	Level  string `json:"level"`
	Detail string `json:"detail,omitempty"`
}

func (d *diagnosis) add(name, level, detail string) {
	d.Checks = append(d.Checks, check{Name: name, Level: level, Detail: detail})
	if level == "failed" {
		d.OK = false
	}
}

// verdict adds ok where good, else the level and detail given.
func (d *diagnosis) verdict(good bool, name, level, detail string) {
	if good {
		d.add(name, "ok", "")
		return
	}
	d.add(name, level, detail)
}

func (c doctorCmd) Run(ctx context.Context, log *slog.Logger) error {
	e, err := newEnvironment(c.partsFlags, log)
	if err != nil {
		return err
	}
	parts, err := c.urls()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	d := &diagnosis{OK: true}
	if err := checkKeys(d, e); err != nil {
		return err
	}
	pool, err := postgres.AdminPool(ctx, e.databaseURL, e.keys)
	if err != nil {
		return err
	}
	defer pool.Close()
	databaseThere := checkPostgres(ctx, d, e, pool)
	nc, js, err := e.connectAdmin(ctx)
	if err != nil {
		d.add("NATS answers", "failed", err.Error())
	} else {
		defer nc.Close()
		d.add("NATS answers", "ok", "")
		if c.checkNATS(ctx, d, js, parts.EmbeddedNATS) && databaseThere {
			if err := countReports(ctx, d, js, pool); err != nil {
				return err
			}
		}
	}
	if err := c.print(d); err != nil {
		return err
	}
	if !d.OK {
		return errSick
	}
	return nil
}

func checkKeys(d *diagnosis, e environment) error {
	open, err := e.keys.TooOpen()
	if err != nil {
		return fmt.Errorf("looking at the key files: %w", err)
	}
	d.verdict(len(open) == 0, "key files readable by their owner only", "failed", fmt.Sprintf("others can read %v: chmod 600", open))

	ring, err := e.keys.Ring(keys.Worker)
	if err != nil {
		d.add("month keys", "warning", "keys/worker is not on this machine, so they can't be looked at")
		return nil //nolint:nilerr // the finding is the answer
	}
	inTwoMonths := keys.MonthID(time.Now().UTC().AddDate(0, 2, 0))
	for _, community := range ring.Communities(keys.ModerationOpen) {
		_, err := ring.Find(keys.Month, community, inTwoMonths)
		d.verdict(err == nil, "month keys of "+community, "warning",
			"fewer than two months are left: run 'recourse keys --community "+community+"' and hand keys/worker/seal and keys/console/seal over")
		_, err = ring.Find(keys.Sketch, community, "")
		d.verdict(err == nil, "sketch key of "+community, "warning",
			"alike reports are not joined: run 'recourse keys --community "+community+"' and hand keys/worker/seal over")
	}
	return nil
}

func checkPostgres(ctx context.Context, d *diagnosis, e environment, pool *pgxpool.Pool) bool {
	if err := pool.Ping(ctx); err != nil {
		d.add("PostgreSQL answers", "failed", "it can't be reached as the admin role")
		return false
	}
	d.add("PostgreSQL answers", "ok", "")
	for setting, why := range map[string]string{
		"fsync":              "a power cut would lose what was acknowledged",
		"full_page_writes":   "a power cut could tear pages",
		"synchronous_commit": "a crash would lose what was acknowledged",
		"data_checksums":     "silent corruption would go unnoticed",
	} {
		var value string
		if err := pool.QueryRow(ctx, "SELECT current_setting($1)", setting).Scan(&value); err != nil {
			d.add("PostgreSQL "+setting, "failed", "can't be read")
			continue
		}
		level := "failed"
		if setting == "data_checksums" {
			level = "warning"
		}
		d.verdict(value != "off", "PostgreSQL "+setting, level, "is off: "+why)
	}
	checkPasswords(ctx, d, e)
	return true
}

// checkPasswords signs in with a wrong password. Where that works, roles mean
// nothing.
func checkPasswords(ctx context.Context, d *diagnosis, e environment) {
	cfg, err := pgx.ParseConfig(e.databaseURL)
	if err != nil {
		return // AdminPool has said so
	}
	cfg.User, cfg.Password = keys.Worker.Role(), "wrong on purpose"
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err == nil {
		_ = conn.Close(ctx)
		d.add("PostgreSQL asks for passwords", "failed",
			"a role can sign in with a wrong one: use scram-sha-256 in pg_hba.conf, on the socket too")
		return
	}
	var refused *pgconn.PgError
	d.verdict(errors.As(err, &refused) && refused.Code == "28P01", "PostgreSQL asks for passwords", "warning",
		"signing in failed for another reason: has 'recourse migrate' run?")
}

func (c doctorCmd) checkNATS(ctx context.Context, d *diagnosis, js jetstream.JetStream, embedded bool) bool {
	there := true
	for _, want := range bus.Streams(bus.DefaultSettings()) {
		stream, err := js.Stream(ctx, want.Name)
		if err != nil {
			d.add("stream "+want.Name, "failed", "is not there or NATS is away: run 'recourse migrate'")
			there = false
			continue
		}
		cfg := stream.CachedInfo().Config
		d.verdict(cfg.Storage == jetstream.FileStorage && cfg.Discard == jetstream.DiscardNew && cfg.Retention == jetstream.LimitsPolicy,
			"stream "+want.Name, "failed", "must be file storage with limits and discard new: run 'recourse migrate'")
	}
	for _, name := range []string{
		event.StreamReports, event.StreamCases, event.StreamQuarantine, "KV_" + event.BucketStatus, "KV_" + event.BucketCommunities,
	} {
		if stream, err := js.Stream(ctx, name); err == nil {
			state, most := stream.CachedInfo().State, stream.CachedInfo().Config.MaxBytes
			d.verdict(most <= 0 || state.Bytes < uint64(most)/5*4, "room in "+name, "warning",
				"is more than four fifths full: a full stream refuses what comes next")
		}
	}
	for _, want := range bus.Counters(bus.DefaultSettings()) {
		_, err := js.Stream(ctx, want.Name)
		d.verdict(err == nil, "stream "+want.Name, "warning", "is not there, so no rate limit holds: run 'recourse migrate'")
	}
	checkStatistics(ctx, d, js)
	switch {
	case embedded:
		d.add("NATS sync_always", "ok", "")
	case c.NATSMonitor == "":
		d.add("NATS sync_always", "warning", "can't be seen from here: give --nats-monitor; without it a power cut loses what was acknowledged")
	default:
		on, err := syncAlways(ctx, c.NATSMonitor)
		switch {
		case err != nil:
			d.add("NATS sync_always", "warning", "the monitoring address gives no answer")
		default:
			d.verdict(on, "NATS sync_always", "failed", "is off: a power cut would lose what was acknowledged")
		}
	}
	return there
}

// muchToCollect is how many messages the collector may be behind before doctor
// speaks of it.
const muchToCollect = 10_000

// checkStatistics looks at the collector's consumers: while it is away, the
// streams keep everything, and in the end they are full.
func checkStatistics(ctx context.Context, d *diagnosis, js jetstream.JetStream) {
	for _, stream := range []string{event.StreamReports, event.StreamCases} {
		consumer, err := js.Consumer(ctx, stream, event.ConsumerStats)
		if err != nil {
			continue // the stream's own check has said so
		}
		waiting := consumer.CachedInfo().NumPending
		d.verdict(waiting < muchToCollect, "statistics keep up with "+stream, "warning",
			fmt.Sprintf("%d messages wait: does 'recourse stats' run? The stream keeps them all until then", waiting))
	}
}

// syncAlways reads the setting from nats-server's monitoring endpoint /jsz.
func syncAlways(ctx context.Context, monitor string) (bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, monitor+"/jsz", http.NoBody)
	if err != nil {
		return false, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	var jsz struct {
		Config struct {
			SyncAlways bool `json:"sync_always"`
		} `json:"config"`
	}
	err = json.NewDecoder(resp.Body).Decode(&jsz)
	return jsz.Config.SyncAlways, err
}

// countReports counts distinct ids. A report that was put back out of
// quarantine and is in a case counts there.
func countReports(ctx context.Context, d *diagnosis, js jetstream.JetStream, pool *pgxpool.Pool) error {
	inStream, err := bus.ReportIDs(ctx, js, event.StreamReports, bus.SubmittedReports)
	if err != nil {
		return err
	}
	quarantined, err := bus.ReportIDs(ctx, js, event.StreamQuarantine, bus.QuarantinedReports)
	if err != nil {
		return err
	}
	q := store.New(pool)
	inCases, err := q.AllReportIDs(ctx)
	if err != nil {
		return fmt.Errorf("reading the reports in cases: %w", err)
	}
	purged, err := q.AllPurgedReportIDs(ctx)
	if err != nil {
		return fmt.Errorf("reading the purged reports: %w", err)
	}
	if d.Unsent, err = q.CountUnsent(ctx); err != nil {
		return fmt.Errorf("counting the outbox: %w", err)
	}
	d.InStream, d.InCases = len(inStream), len(inCases)
	acknowledged := make(map[event.ID]bool, len(inStream)+len(purged))
	for id := range inStream {
		acknowledged[id] = true
	}
	for _, p := range purged {
		acknowledged[p.ReportID] = true
	}
	settled := make(map[event.ID]bool, len(inCases))
	for _, p := range purged {
		if p.Dropped {
			// An operator gave it up: it was acknowledged and is counted apart.
			delete(acknowledged, p.ReportID)
			d.Dropped++
		}
	}
	d.Acknowledged = len(acknowledged)
	for _, id := range inCases {
		settled[id] = true
	}
	for id := range quarantined {
		if !settled[id] && acknowledged[id] { // else what is there only follows a report
			settled[id] = true
			d.InQuarantine++
		}
	}
	waiting := 0
	for id := range acknowledged {
		if !settled[id] {
			waiting++
		}
	}
	d.verdict(waiting == 0, "every acknowledged report is in a case or in quarantine", "warning",
		fmt.Sprintf("%d wait for a worker", waiting))
	d.verdict(d.InQuarantine == 0, "quarantine is empty", "warning", "look: recourse admin quarantine list")
	return nil
}

func (c doctorCmd) print(d *diagnosis) error {
	if c.JSON {
		enc := json.NewEncoder(os.Stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(d)
	}
	for _, check := range d.Checks {
		fmt.Printf("%-8s %s", check.Level, check.Name)
		if check.Detail != "" {
			fmt.Printf(": %s", check.Detail)
		}
		fmt.Println()
	}
	fmt.Printf("\nacknowledged %d = in cases %d + in quarantine %d; in the stream %d; outbox %d\n",
		d.Acknowledged, d.InCases, d.InQuarantine, d.InStream, d.Unsent)
	return nil
}

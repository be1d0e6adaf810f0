package worker_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
	"recourse/internal/testbench"
	"recourse/moderation/relay"
	"recourse/moderation/store"
	"recourse/moderation/worker"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m)) }

type bench struct {
	bus    *testbench.Bus
	db     *testbench.Database
	demo   community.Bundle
	intake jetstream.JetStream
}

func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{bus: testbench.NATS(t), db: testbench.Postgres(t, store.Schema())}
	b.demo = b.bus.Demo(t)
	b.intake = b.bus.JS(t, keys.Intake)
	return b
}

func (b *bench) start(t *testing.T) {
	t.Helper()
	js, pool := b.bus.JS(t, keys.Worker), b.db.Pool(t, keys.Worker)
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	r := relay.New(js, pool, log, time.Now)
	w, err := worker.New(worker.Config{JS: js, Pool: pool, Ring: b.bus.Ring(t, keys.Worker), Log: log, Now: time.Now, Stored: r.Kick})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { w.Run(ctx); close(done) }()
	rd := make(chan struct{})
	go func() { r.Run(ctx); close(rd) }()
	t.Cleanup(func() { cancel(); <-done; <-rd })
}

func (b *bench) submit(t *testing.T) receipt.Receipt {
	t.Helper()
	r := receipt.New()
	pub, _ := r.PublicKey()
	s := event.Submitted{Version: 1, Report: r.ReportID(), Community: "demo", Conduct: b.demo.Conduct, ReceivedAt: time.Now().UTC().Truncate(time.Second), StatusKey: r.StatusKey(), ReplyKey: pub}
	sl := func(k community.PublicKey, p seal.Purpose, v any) seal.Envelope {
		body, _ := json.Marshal(v)
		key, err := k.Seal()
		if err != nil {
			t.Fatal(err)
		}
		e, err := seal.Seal(key, seal.Context{Purpose: p, Community: "demo", Report: r.ReportID()}, body, seal.Buckets())
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	s.Moderation = sl(b.demo.Keys.Moderation, seal.PurposeModeration, event.Content{Kind: event.KindThreat, Description: "x"})
	s.Contact = sl(b.demo.Keys.Contact, seal.PurposeContact, event.Contact{})
	s.Statistics = sl(b.demo.Keys.Statistics, seal.PurposeStatistics, event.Dimensions{})
	payload, _ := json.Marshal(s)
	if _, err := b.intake.PublishMsg(t.Context(), &nats.Msg{Subject: event.ReportSubject("submitted", "demo", r.ReportID()).String(), Data: payload, Header: nats.Header{}}, jetstream.WithMsgID(s.Report.String())); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTry(t *testing.T) {
	b := setup(t)
	for range 200 {
		b.submit(t)
	}
	t0 := time.Now()
	b.start(t)
	admin := b.db.Admin(t)
	q := store.New(admin)
	for {
		ids, err := q.AllReportIDs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n, _ := q.CountUnsent(t.Context())
		if len(ids) == 200 && n == 0 {
			break
		}
		if time.Since(t0) > 10*time.Second {
			t.Fatal(len(ids), n)
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Log(time.Since(t0))
	time.Sleep(200 * time.Millisecond)
	c, _ := b.bus.JS(t, keys.Admin).Consumer(t.Context(), "REPORTS", "worker")
	i, _ := c.Info(t.Context())
	t.Logf("%+v", i)
}

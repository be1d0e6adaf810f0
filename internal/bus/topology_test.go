package bus_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/keys"
	"recourse/internal/testbench"
)

var settings = bus.Settings{Replicas: 1, ReportsMaxBytes: 64 << 20, Retention: 365 * 24 * time.Hour}

func stream(t *testing.T, js jetstream.JetStream, name string) *jetstream.StreamInfo {
	t.Helper()
	s, err := js.Stream(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return s.CachedInfo()
}

func consumer(t *testing.T, js jetstream.JetStream, stream, name string) *jetstream.ConsumerInfo {
	t.Helper()
	c, err := js.Consumer(t.Context(), stream, name)
	if err != nil {
		t.Fatal(err)
	}
	return c.CachedInfo()
}

func migrate(t *testing.T, js jetstream.JetStream, s bus.Settings) {
	t.Helper()
	if err := bus.Migrate(t.Context(), js, s); err != nil {
		t.Fatal(err)
	}
}

func TestStreamsNeverLoseAReportByThemselves(t *testing.T) {
	js := testbench.NATS(t).JS(t, keys.Admin)
	migrate(t, js, settings)
	for _, tt := range []struct {
		name, subject string
		maxBytes      int64
		atomic        bool
		duplicates    time.Duration
	}{
		{"REPORTS", "reports.*.*.*", 64 << 20, true, 2 * time.Minute},
		{"CASES", "cases.*.*.*", 16 << 20, false, 2 * time.Minute},
		{"QUARANTINE", "quarantine.*.*", 16 << 20, false, 24 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := stream(t, js, tt.name).Config
			if len(c.Subjects) != 1 || c.Subjects[0] != tt.subject {
				t.Errorf("the subjects are %v, want %s", c.Subjects, tt.subject)
			}
			if c.Storage != jetstream.FileStorage || c.Retention != jetstream.LimitsPolicy || c.Discard != jetstream.DiscardNew {
				t.Errorf("storage %s, retention %s, discard %s; want file, limits, new", c.Storage, c.Retention, c.Discard)
			}
			if c.MaxAge != 0 || c.MaxMsgs > 0 || c.MaxMsgsPerSubject > 0 || c.NoAck || c.Sealed || c.DenyDelete || c.DenyPurge {
				t.Errorf("messages go by age, number or subject, or can't be erased: %+v", c)
			}
			if c.MaxBytes != tt.maxBytes || (tt.atomic && !c.AllowAtomicPublish) || c.Duplicates != tt.duplicates || c.Replicas != 1 {
				t.Errorf("max bytes %d, atomic %v, duplicate window %s, replicas %d", c.MaxBytes, c.AllowAtomicPublish, c.Duplicates, c.Replicas)
			}
		})
	}
}

func TestStatusesExpireAndCommunitiesDoNot(t *testing.T) {
	js := testbench.NATS(t).JS(t, keys.Admin)
	migrate(t, js, settings)
	for name, age := range map[string]time.Duration{"KV_status": settings.Retention, "KV_communities": 0} {
		c := stream(t, js, name).Config
		if c.MaxAge != age || c.Storage != jetstream.FileStorage || !c.AllowDirect {
			t.Errorf("%s: keys expire after %s, in %s storage, direct reads %v; want %s, file, true", name, c.MaxAge, c.Storage, c.AllowDirect, age)
		}
	}
}

func TestCountersAreInMemoryAndForgottenSoon(t *testing.T) {
	b := testbench.NATS(t)
	js := b.JS(t, keys.Admin)
	for name, age := range map[string]time.Duration{"limits": time.Hour, "quotas": 24 * time.Hour} {
		c := stream(t, js, "KV_"+name).Config
		if c.Storage != jetstream.MemoryStorage || c.MaxMsgsPerSubject != 1 || c.Discard != jetstream.DiscardOld || c.MaxBytes <= 0 {
			t.Errorf("%s: %s storage, %d values a key, discard %s, %d bytes", name, c.Storage, c.MaxMsgsPerSubject, c.Discard, c.MaxBytes)
		}
		if c.MaxAge < age+time.Minute || c.MaxAge > age+time.Hour {
			t.Errorf("%s: a counter is forgotten after %s, want little more than its %s", name, c.MaxAge, age)
		}
		intake := b.JS(t, keys.Intake)
		for _, want := range []string{"1", "2"} {
			msg := &nats.Msg{Subject: "$KV." + name + ".one", Header: nats.Header{bus.HeaderAdd: {"1"}}}
			if ack, err := intake.PublishMsg(t.Context(), msg); err != nil || ack.Value != want {
				t.Errorf("%s: adding one answers %+v, %v; want the sum %s", name, ack, err, want)
			}
		}
		kv, err := js.KeyValue(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if entry, err := kv.Get(t.Context(), "one"); err != nil || string(entry.Value()) != `{"val":"2"}` {
			t.Errorf("%s is no bucket to read: %v, %v", name, entry, err)
		}
	}
}

func TestConsumersComeBackSoonAndNeverGiveUp(t *testing.T) {
	js := testbench.NATS(t).JS(t, keys.Admin)
	for _, tt := range []struct{ stream, name, filter string }{
		{"REPORTS", "worker", "reports.>"}, {"REPORTS", "stats", "reports.submitted.> reports.withdrawn.>"}, {"CASES", "stats", "cases.>"},
	} {
		c := consumer(t, js, tt.stream, tt.name).Config
		if c.Durable != tt.name || strings.Join(c.FilterSubjects, " ") != tt.filter || c.InactiveThreshold != 0 || c.DeliverPolicy != jetstream.DeliverAllPolicy {
			t.Errorf("%s of %s is not durable over %s: %+v", tt.name, tt.stream, tt.filter, c)
		}
		if c.AckPolicy != jetstream.AckExplicitPolicy || c.AckWait != 2*time.Second || c.MaxDeliver != -1 {
			t.Errorf("%s of %s: acks %s, wait %s, max deliver %d; want explicit, 2s, -1", tt.name, tt.stream, c.AckPolicy, c.AckWait, c.MaxDeliver)
		}
	}
}

// topology is the settings and birth of all that Migrate makes, by name.
func topology(t *testing.T, js jetstream.JetStream) map[string]string {
	t.Helper()
	all := map[string]string{}
	describe := func(name string, of ...any) {
		b, err := json.Marshal(of)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(b)
	}
	for _, name := range []string{"REPORTS", "CASES", "QUARANTINE", "KV_status", "KV_communities", "KV_limits", "KV_quotas"} {
		info := stream(t, js, name)
		describe(name, info.Config, info.Created)
	}
	for name, consumers := range bus.Consumers() {
		for _, c := range consumers {
			info := consumer(t, js, name, c.Durable)
			describe(name+" "+c.Durable, info.Config, info.Created)
		}
	}
	return all
}

func TestMigratingAgainChangesNothing(t *testing.T) {
	b := testbench.NATS(t)
	js := b.JS(t, keys.Admin)
	migrate(t, js, settings)
	if _, err := b.JS(t, keys.Intake).Publish(t.Context(), "reports.submitted.demo.x", []byte("sealed")); err != nil {
		t.Fatal(err)
	}
	worker, err := b.JS(t, keys.Worker).Consumer(t.Context(), "REPORTS", "worker")
	if err != nil {
		t.Fatal(err)
	}
	msg, err := worker.Next()
	if err != nil {
		t.Fatal(err)
	}
	if err := msg.DoubleAck(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := topology(t, js)
	migrate(t, js, settings)
	for name, after := range topology(t, js) {
		if after != before[name] {
			t.Errorf("%s was\n%s, and is\n%s", name, before[name], after)
		}
	}
	if n := stream(t, js, "REPORTS").State.Msgs; n != 1 {
		t.Errorf("REPORTS holds %d messages, want the one that was there", n)
	}
	if floor := consumer(t, js, "REPORTS", "worker").AckFloor.Stream; floor != 1 {
		t.Errorf("the worker's ack floor is %d, want 1 as before", floor)
	}
}

func TestMigratingWithOtherSettingsKeepsMessages(t *testing.T) {
	b := testbench.NATS(t)
	js := b.JS(t, keys.Admin)
	migrate(t, js, settings)
	if _, err := b.JS(t, keys.Intake).Publish(t.Context(), "reports.submitted.demo.x", []byte("sealed")); err != nil {
		t.Fatal(err)
	}
	larger := settings
	larger.ReportsMaxBytes, larger.Retention = 128<<20, 30*24*time.Hour
	migrate(t, js, larger)
	if s := stream(t, js, "REPORTS"); s.Config.MaxBytes != 128<<20 || s.State.Msgs != 1 {
		t.Errorf("REPORTS takes %d bytes and holds %d messages, want 128 MiB and the one that was there", s.Config.MaxBytes, s.State.Msgs)
	}
	if s := stream(t, js, "KV_status"); s.Config.MaxAge != 30*24*time.Hour {
		t.Errorf("statuses expire after %s, want 30 days", s.Config.MaxAge)
	}
}

func TestSizesAreKeptWhereTheOperatorNamesNone(t *testing.T) {
	b := testbench.NATS(t)
	js := b.JS(t, keys.Admin)
	larger := settings
	larger.ReportsMaxBytes = 128 << 20
	migrate(t, js, larger)
	kept := settings
	kept.KeepSizes = true
	migrate(t, js, kept)
	for name, want := range map[string]int64{"REPORTS": 128 << 20, "CASES": 32 << 20, "QUARANTINE": 32 << 20, "KV_status": 64 << 20} {
		if got := stream(t, js, name).Config.MaxBytes; got != want {
			t.Errorf("%s takes %d bytes, want %d as before", name, got, want)
		}
	}
}

func TestWhatREPORTSTakesQUARANTINETakesWithItsHeaders(t *testing.T) {
	b := testbench.NATS(t)
	reports := stream(t, b.JS(t, keys.Admin), "REPORTS").Config.MaxMsgSize
	if _, err := b.JS(t, keys.Intake).Publish(t.Context(), "reports.submitted.demo.x", make([]byte, reports)); err != nil {
		t.Fatalf("the largest report: %v", err)
	}
	msg := nats.NewMsg("quarantine.demo.x")
	msg.Data = b.Messages(t, "REPORTS")[0].Data
	msg.Header = nats.Header{"Recourse-Reason": {"attempts"}, "Recourse-Subject": {strings.Repeat("s", 512)}, "Recourse-Sequence": {"18446744073709551615"}}
	if _, err := b.JS(t, keys.Worker).PublishMsg(t.Context(), msg, jetstream.WithMsgID("18446744073709551615")); err != nil {
		t.Errorf("the largest report can't be quarantined: %v", err)
	}
	if _, err := b.JS(t, keys.Intake).Publish(t.Context(), "reports.submitted.demo.y", make([]byte, reports+1)); err == nil {
		t.Error("REPORTS takes more than its largest message")
	}
}

func TestAFullStreamRefusesAReportAndLosesNone(t *testing.T) {
	b := testbench.NATS(t)
	small := settings
	small.ReportsMaxBytes = 1 << 20
	migrate(t, b.JS(t, keys.Admin), small)
	js, stored := b.JS(t, keys.Intake), uint64(0)
	for {
		_, err := js.Publish(t.Context(), "reports.submitted.demo.x", make([]byte, 100<<10))
		if err == nil {
			stored++
			if stored > 20 {
				t.Fatal("the stream takes more than its size")
			}
			continue
		}
		if api, ok := errors.AsType[*jetstream.APIError](err); !ok || api.Code != 503 || api.ErrorCode != 10077 {
			t.Errorf("a full stream answers %v, want 503 with the code 10077", err)
		}
		break
	}
	if n := stream(t, b.JS(t, keys.Admin), "REPORTS").State.Msgs; n != stored || n == 0 {
		t.Errorf("REPORTS holds %d messages, want the %d acknowledged", n, stored)
	}
}

func TestTheSameMessageIDIsQuarantinedOnce(t *testing.T) {
	b := testbench.NATS(t)
	js := b.JS(t, keys.Worker)
	for i, want := range []bool{false, true} {
		ack, err := js.Publish(t.Context(), "quarantine.demo.x", []byte("sealed"), jetstream.WithMsgID("7"))
		if err != nil || ack.Duplicate != want {
			t.Errorf("publication %d: duplicate %v, %v; want %v", i, ack.Duplicate, err, want)
		}
	}
}

package reporter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal"
	"recourse/internal/testbench"
	"recourse/reporter"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	marker    = "mArKeR-never-logged" // stands in what tests write; no log may hold it
	clientKey = "a-key-of-256-random-bits-in-a-real-deployment"
	formType  = "application/x-www-form-urlencoded"

	headerPeer = "Test-Peer" // TCP peer of a request, where it is not the test itself
)

// today is the time that every intake under test reads.
func today() time.Time { return time.Date(2026, 11, 24, 13, 5, 7, 890, time.UTC) }

// bench is an intake on a NATS server of its own, and what a test looks at.
type bench struct {
	*testing.T

	nats     *testbench.Bus
	conn     *nats.Conn // of the intake that was started last
	quiet    func()     // stops its look for changes of communities
	trusted  []netip.Prefix
	bundle   community.Bundle
	admin    jetstream.JetStream
	url      string
	log      *testbench.Logs
	registry *prometheus.Registry
}

// setup starts an intake for the community "demo", which has one API client,
// and waits until it is ready. Changes are made before it starts.
func setup(t *testing.T, changes ...func(*bench)) *bench {
	t.Helper()
	b := &bench{T: t, nats: testbench.NATS(t), log: &testbench.Logs{}, registry: prometheus.NewRegistry()}
	b.bundle = b.nats.Demo(t)
	b.bundle.Version++
	b.bundle.Clients = []community.Client{
		{Name: "another platform", KeyHash: community.HashClientKey("another key")},
		{Name: "the platform", KeyHash: community.HashClientKey(clientKey)},
	}
	safety := &b.bundle.Articles[1]
	safety.Kinds = append(safety.Kinds, event.KindStalking)
	safety.FirstLook, safety.Ladder = 2*time.Hour, []event.Action{event.ActionRemove, event.ActionBan, event.ActionRefer}
	for _, change := range changes {
		change(b)
	}
	b.nats.PutCommunity(t, b.bundle)
	b.admin = b.nats.JS(t, keys.Admin)
	intake := b.start()
	waitFor(t, "the intake to be ready", func() bool { return intake.Ready(t.Context()) == nil })
	return b
}

// in returns b for a subtest.
func (b *bench) in(t *testing.T) *bench {
	t.Helper()
	sub := *b
	sub.T = t
	return &sub
}

// start starts an intake and serves it.
func (b *bench) start() *reporter.Intake {
	b.Helper()
	log := slog.New(slog.NewJSONHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b.conn = b.nats.Connect(b, keys.Intake)
	intake, err := reporter.New(reporter.Config{
		NATS: b.conn, Ring: b.nats.Ring(b, keys.Intake), Log: log, Now: today, Registry: b.registry,
		TrustedProxies: b.trusted, ClientAddressHeader: "X-Forwarded-For",
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- intake.Run(ctx) }()
	b.quiet = func() {
		cancel()
		done <- <-done
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if peer := r.Header.Get(headerPeer); peer != "" {
			r.RemoteAddr = peer // a connection from elsewhere
		}
		intake.Handler().ServeHTTP(w, r)
	}))
	b.url = server.URL
	b.Cleanup(func() {
		server.Close()
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	return intake
}

// answer is a response read to its end.
type answer struct {
	status int
	header http.Header
	body   string
}

func (b *bench) do(method, path, contentType, body string, headers ...string) answer {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for n := 0; n+1 < len(headers); n += 2 {
		req.Header.Add(headers[n], headers[n+1])
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	resp, err := client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	if cookies := resp.Header.Values("Set-Cookie"); len(cookies) > 0 {
		b.Errorf("%s %s sets a cookie", method, path)
	}
	return answer{resp.StatusCode, resp.Header, string(text)}
}

func (b *bench) get(path string, headers ...string) answer {
	b.Helper()
	return b.do(http.MethodGet, path, "", "", headers...)
}

// report is POST /v1/reports.
func (b *bench) report(body any, headers ...string) answer {
	b.Helper()
	return b.do(http.MethodPost, "/v1/reports", "application/json", toJSON(b, body), headers...)
}

// sent is the answer to a report that was acknowledged.
type sent struct {
	ID        event.ID `json:"id"`
	Receipt   string   `json:"receipt"`
	StatusURL string   `json:"status_url"`
}

// acknowledged fails the test unless a report was.
func (b *bench) acknowledged(a answer) sent {
	b.Helper()
	if a.status != http.StatusCreated {
		b.Fatalf("status %d, want 201: %s", a.status, a.body)
	}
	return fromJSON[sent](b, a.body)
}

// postForm sends the report form of the demo community.
func (b *bench) postForm(values url.Values, headers ...string) answer {
	b.Helper()
	return b.do(http.MethodPost, "/c/demo/report", formType, values.Encode(), headers...)
}

// stored counts the messages in REPORTS.
func (b *bench) stored() uint64 {
	b.Helper()
	stream, err := b.admin.Stream(b.Context(), event.StreamReports)
	if err != nil {
		b.Fatal(err)
	}
	return stream.CachedInfo().State.Msgs
}

// message returns what REPORTS holds of a report.
func (b *bench) message(id event.ID) (*jetstream.RawStreamMsg, event.Submitted) {
	b.Helper()
	stream, err := b.admin.Stream(b.Context(), event.StreamReports)
	if err != nil {
		b.Fatal(err)
	}
	raw, err := stream.GetLastMsgForSubject(b.Context(), "reports.submitted.*."+id.String())
	if err != nil {
		b.Fatal(err)
	}
	s, err := event.DecodeSubmitted(raw.Data)
	if err != nil {
		b.Fatal(err)
	}
	return raw, s
}

// opened is what the services open of a report.
type opened struct {
	content    event.Content
	contact    event.Contact
	dimensions event.Dimensions
}

func (b *bench) open(s event.Submitted) opened {
	b.Helper()
	var o opened
	for _, e := range []struct {
		key      keys.Purpose
		purpose  seal.Purpose
		envelope seal.Envelope
		into     any
	}{
		{keys.ModerationOpen, seal.PurposeModeration, s.Moderation, &o.content},
		{keys.ContactOpen, seal.PurposeContact, s.Contact, &o.contact},
		{keys.StatisticsOpen, seal.PurposeStatistics, s.Statistics, &o.dimensions},
	} {
		body, err := b.nats.OpenKey(b, e.key, s.Community).Open(
			seal.Context{Purpose: e.purpose, Community: s.Community, Report: s.Report}, e.envelope)
		if err != nil {
			b.Fatalf("%s: %v", e.purpose, err)
		}
		if err := event.DecodeStrict(body, e.into); err != nil {
			b.Fatalf("%s: %v", e.purpose, err)
		}
	}
	if !bytes.Equal(o.content.Binding, s.Binding()) {
		b.Error("the words are not bound to their message")
	}
	o.content.Binding = nil // for the tests to compare the rest
	return o
}

// nothingTold fails the test where the log holds one of the secrets.
func (b *bench) nothingTold(secrets ...string) {
	b.Helper()
	log := b.log.String()
	for _, secret := range append(secrets, marker) {
		if secret != "" && strings.Contains(log, secret) {
			b.Errorf("the log tells %q", secret)
		}
	}
}

// counted returns a counter's value, of one status where it has that label.
func (b *bench) counted(name, status string) float64 {
	b.Helper()
	families, err := b.registry.Gather()
	if err != nil {
		b.Fatal(err)
	}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			if family.GetName() == name && (len(m.GetLabel()) == 0 || m.GetLabel()[0].GetValue() == status) {
				return m.GetCounter().GetValue()
			}
		}
	}
	return 0
}

func waitFor(t testing.TB, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("waited in vain for " + what)
		}
	}
}

func toJSON(t testing.TB, v any) string {
	t.Helper()
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func fromJSON[T any](t testing.TB, s string) T {
	t.Helper()
	var v T
	dec := json.NewDecoder(strings.NewReader(s))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, s)
	}
	return v
}

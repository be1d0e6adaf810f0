package reporter_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/seal/receipt"
	"recourse/internal/web"
)

// At 13:05:07 and a little, as today is.
const (
	untilNextHour = "3293"  // seconds
	untilMidnight = "39293" // seconds
)

// limited sets limits, and trusts a proxy on loopback to say who sends.
func limited(r community.RateLimit) func(*bench) {
	return func(b *bench) {
		b.bundle.RateLimit = r
		b.trusted = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	}
}

// by are the headers of a request that comes from an address through the proxy.
func by(address string, more ...string) []string {
	return append([]string{"X-Forwarded-For", address}, more...)
}

// wantTooMany fails the test unless an answer of the API asks to wait.
func (b *bench) wantTooMany(a answer, seconds string) {
	b.Helper()
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != seconds ||
		a.header.Get("Content-Type") != "application/problem+json" {
		b.Fatalf("status %d, headers %v, want 429 and to wait %s s: %s", a.status, a.header, seconds, a.body)
	}
	if p := fromJSON[web.Problem](b, a.body); p.Detail == "" || p.Status != a.status {
		b.Errorf("the answer says nothing: %s", a.body)
	}
}

// counters returns all that a bucket of counters holds.
func (b *bench) counters(bucket string) []*jetstream.RawStreamMsg {
	b.Helper()
	stream, err := b.admin.Stream(b.Context(), "KV_"+bucket)
	if err != nil {
		b.Fatal(err)
	}
	var all []*jetstream.RawStreamMsg
	for seq, state := uint64(1), stream.CachedInfo().State; seq <= state.LastSeq; seq++ {
		if msg, err := stream.GetMsg(b.Context(), seq); err == nil { // the last of each counter is there
			all = append(all, msg)
		}
	}
	return all
}

func TestReportsOfOneNetworkAreSlowedOverAllIntakes(t *testing.T) {
	b := setup(t, limited(community.RateLimit{ReportsPerHour: 2}))
	first := b.url
	b.registry = prometheus.NewRegistry()
	intake := b.start()
	waitFor(t, "the second intake to be ready", func() bool { return intake.Ready(t.Context()) == nil })
	other := b.url

	b.url = first
	b.acknowledged(b.report(minimal(), by("203.0.113.7")...))
	b.url = other
	b.acknowledged(b.report(minimal(), by("203.0.113.7")...))
	b.wantTooMany(b.report(minimal(), by("203.0.113.7")...), untilNextHour)
	b.url = first
	b.wantTooMany(b.report(minimal(), by("192.0.2.1, 203.0.113.7")...), untilNextHour)
	if n := b.stored(); n != 2 {
		t.Errorf("%d reports are stored, want 2", n)
	}
	b.acknowledged(b.report(minimal(), by("203.0.113.8")...))
	b.acknowledged(b.report(minimal(), by("2001:db8:1:2::3")...))
	b.acknowledged(b.report(minimal(), by("2001:db8:1:2::4")...))
	b.wantTooMany(b.report(minimal(), by("2001:db8:1:2::5")...), untilNextHour)
	b.acknowledged(b.report(minimal(), by("203.0.113.7", "Authorization", "Bearer "+clientKey)...))
	for range 3 {
		b.acknowledged(b.report(minimal())) // a proxy that names nobody
	}
	if got := b.counted("recourse_reports_refused_total", "429"); got == 0 {
		t.Error("no refusal is counted")
	}
}

func TestAFormOverTheLimitKeepsWhatWasTyped(t *testing.T) {
	b := setup(t, limited(community.RateLimit{ReportsPerHour: 1}))
	receiptOn(t, b.postForm(changed(filled(), "token", "another token of enough characters"), by("203.0.113.7")...).body)
	for lang, want := range map[string]string{
		"en": "You can send it in 55 min.", "fr": "Vous pourrez l’envoyer dans 55 min.", "ar": "(بالدقائق): 55.",
	} {
		a := b.postForm(changed(filled(), "language", lang), by("203.0.113.7")...)
		if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != untilNextHour {
			t.Errorf("%s: status %d, Retry-After %q", lang, a.status, a.header.Get("Retry-After"))
		}
		if !strings.Contains(html.UnescapeString(a.body), want) {
			t.Errorf("%s: the page does not say %q: %s", lang, want, a.body)
		}
		holdsWhatWasTyped(t, a.body)
	}
	receiptOn(t, b.postForm(filled(), by("203.0.113.8")...).body)
	b.nothingTold("203.0.113")
}

func TestARequestThatIsRepeatedIsCountedOnceAndNeverRefused(t *testing.T) {
	b := setup(t, limited(community.RateLimit{ReportsPerHour: 2}))
	repeated := by("203.0.113.7", "Idempotency-Key", "0123456789abcdef")
	first := b.acknowledged(b.report(minimal(), repeated...))
	if again := b.acknowledged(b.report(minimal(), repeated...)); again != first {
		t.Errorf("the same request has the receipts %v and %v", first, again)
	}
	form := receiptOn(t, b.postForm(filled(), by("203.0.113.7")...).body)
	if again := receiptOn(t, b.postForm(filled(), by("203.0.113.7")...).body); again != form {
		t.Error("a double click makes two receipts")
	}
	b.wantTooMany(b.report(minimal(), by("203.0.113.7")...), untilNextHour)
	if again := b.acknowledged(b.report(minimal(), repeated...)); again != first {
		t.Error("over the limit, a repeated request has another receipt")
	}
}

func TestOnlyWrongReceiptsAreSlowed(t *testing.T) {
	b := setup(t, limited(community.RateLimit{WrongReceiptsPerHour: 2}), func(b *bench) {
		for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
			milder := b.bundle
			milder.Name, milder.RateLimit.WrongReceiptsPerHour = name, 50
			b.nats.PutCommunity(b, milder)
		}
	})
	right := b.acknowledged(b.report(minimal())).Receipt
	api := func(typed string) answer {
		return b.do(http.MethodPost, "/v1/status", "application/json", toJSON(t, map[string]any{"receipt": typed}), by("203.0.113.7")...)
	}
	page := func(typed string) answer {
		return b.do(http.MethodPost, "/status", formType, url.Values{"receipt": {typed}}.Encode(), by("203.0.113.7")...)
	}
	wrong := func() string { return receipt.New().Reveal() }
	for range 3 {
		if a := api("no receipt"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("what is no receipt: status %d", a.status)
		}
	}
	if a, p := api(wrong()), page(wrong()); a.status != http.StatusNotFound || p.status != http.StatusNotFound {
		t.Errorf("the first wrong receipts: status %d and %d", a.status, p.status)
	}
	b.wantTooMany(api(wrong()), untilNextHour)
	if p := page(wrong()); p.status != http.StatusTooManyRequests || p.header.Get("Retry-After") != untilNextHour ||
		!strings.Contains(p.body, "try again in 55 min.") {
		t.Errorf("the page: status %d, %v: %s", p.status, p.header, p.body)
	}
	if a, p := api(right), page(right); a.status != http.StatusOK || p.status != http.StatusOK {
		t.Errorf("a right receipt after them: status %d and %d", a.status, p.status)
	}
	b.acknowledged(b.report(minimal(), by("203.0.113.7")...))
	b.nothingTold("203.0.113", right)
}

func TestNoAddressIsStoredOrLogged(t *testing.T) {
	b := setup(t, limited(community.RateLimit{ReportsPerHour: 1, WrongReceiptsPerHour: 1}))
	addresses := []string{"203.0.113.7", "2001:db8:aa:bb::7"}
	for _, address := range addresses {
		for range 2 {
			b.report(minimal(), by(address)...)
			b.do(http.MethodPost, "/v1/status", "application/json",
				toJSON(t, map[string]any{"receipt": receipt.New().Reveal()}), by(address)...)
		}
	}
	held := b.counters(event.BucketLimits)
	if len(held) != 4 {
		t.Errorf("%d counters, want 4", len(held))
	}
	var all strings.Builder
	for _, msg := range held {
		fmt.Fprintln(&all, msg.Subject, msg.Header, string(msg.Data), hex.EncodeToString(msg.Data))
	}
	for _, address := range addresses {
		parsed := netip.MustParseAddr(address)
		for _, plain := range []string{
			address, parsed.StringExpanded(), "203.0.113", "2001:db8", string(parsed.AsSlice()), address + "/32",
			netip.PrefixFrom(parsed, parsed.BitLen()/2).Masked().String(), "demo|" + address + "/32", "demo|" + address,
		} {
			hash := sha256.Sum256([]byte(plain))
			for _, secret := range []string{
				plain, hex.EncodeToString([]byte(plain)), base64.StdEncoding.EncodeToString([]byte(plain)),
				hex.EncodeToString(hash[:16]), base64.StdEncoding.EncodeToString(hash[:])[:16], base64.RawURLEncoding.EncodeToString(hash[:])[:16],
			} {
				if strings.Contains(all.String(), secret) {
					t.Errorf("a counter holds %q", secret)
				}
				b.nothingTold(secret)
			}
		}
	}
}

func TestAForgedHeaderChangesNobodysCountWithoutATrustedProxy(t *testing.T) {
	b := setup(t, limited(community.RateLimit{ReportsPerHour: 1}), func(b *bench) { b.trusted = nil })
	b.acknowledged(b.report(minimal(), by("192.0.2.1", headerPeer, "203.0.113.7:4711")...))
	b.wantTooMany(b.report(minimal(), by("192.0.2.2", headerPeer, "203.0.113.7:4712")...), untilNextHour)
	b.acknowledged(b.report(minimal(), headerPeer, "192.0.2.1:4711"))
	for range 3 { // as through an onion service: all come from loopback
		b.acknowledged(b.report(minimal(), by("203.0.113.7")...))
	}
}

func TestAReportIsNotRefusedWhereLimitsCantBeCounted(t *testing.T) {
	b := setup(t, limited(community.RateLimit{ReportsPerHour: 1, WrongReceiptsPerHour: 1}))
	if err := b.admin.DeleteStream(t.Context(), "KV_"+event.BucketLimits); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		b.acknowledged(b.report(minimal(), by("203.0.113.7")...))
		receiptOn(t, b.postForm(changed(filled(), "description", receipt.New().Reveal()), by("203.0.113.7")...).body)
	}
	if n := strings.Count(b.log.String(), "can't be counted"); n != 1 {
		t.Errorf("the log says %d times that nothing is counted", n)
	}
	b.nats.Stop()
	waitFor(t, "the intake to notice", func() bool { return b.get("/readyz").status == http.StatusServiceUnavailable })
	if a := b.report(minimal(), by("203.0.113.7", "Idempotency-Key", "0123456789abcdef")...); a.status != http.StatusServiceUnavailable {
		t.Errorf("without NATS: status %d, want 503: %s", a.status, a.body)
	}
	b.nothingTold("203.0.113.7")
}

func TestAnAPIClientsQuotaHoldsForTheDay(t *testing.T) {
	b := setup(t, func(b *bench) { b.bundle.Clients[1].ReportsPerDay = 2 })
	client := []string{"Authorization", "Bearer " + clientKey, "Idempotency-Key"}
	first := b.acknowledged(b.report(minimal(), append(client, "first")...))
	if again := b.acknowledged(b.report(minimal(), append(client, "first")...)); again != first {
		t.Error("a repeated request has another receipt")
	}
	b.acknowledged(b.report(minimal(), append(client, "second")...))
	b.wantTooMany(b.report(minimal(), append(client, "third")...), untilMidnight)
	b.acknowledged(b.report(minimal(), "Authorization", "Bearer another key"))
	b.acknowledged(b.report(minimal()))
	if hours, days := b.counters(event.BucketLimits), b.counters(event.BucketQuotas); len(hours) != 0 || len(days) != 1 {
		t.Errorf("%d counters of hours and %d of days, want 0 and 1", len(hours), len(days))
	}
}

func TestACommunityWithoutLimitsAsksNATSForNothingMore(t *testing.T) {
	b := setup(t, limited(community.RateLimit{}))
	b.status(receipt.New().Reveal()) // looks the bucket of statuses up, once
	b.quiet()
	for what, tt := range map[string]struct {
		messages uint64
		ask      func() int
		status   int
	}{
		"a report": {1, func() int { return b.report(minimal(), by("203.0.113.7")...).status }, http.StatusCreated},
		"a client's report": {1, func() int {
			return b.report(minimal(), by("203.0.113.7", "Authorization", "Bearer "+clientKey, "Idempotency-Key", "key")...).status
		}, http.StatusCreated},
		"a form": {1, func() int { return b.postForm(filled(), by("203.0.113.7")...).status }, http.StatusOK},
		"a wrong receipt": {3, func() int {
			return b.do(http.MethodPost, "/v1/status", "application/json",
				toJSON(t, map[string]any{"receipt": receipt.New().Reveal()}), by("203.0.113.7")...).status
		}, http.StatusNotFound},
	} {
		before := b.conn.Stats().OutMsgs
		if status := tt.ask(); status != tt.status {
			t.Errorf("%s: status %d, want %d", what, status, tt.status)
		}
		if sent := b.conn.Stats().OutMsgs - before; sent != tt.messages {
			t.Errorf("%s: %d messages to NATS, want %d", what, sent, tt.messages)
		}
	}
}

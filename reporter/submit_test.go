package reporter_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"recourse/internal/event"
	"recourse/internal/seal/receipt"
)

// minimal is the least that a report holds.
func minimal() map[string]any {
	return map[string]any{"community": "demo", "kind": "threat", "description": "He wrote that he would come. " + marker}
}

// with returns a minimal report with more in it.
func with(pairs ...any) map[string]any {
	m := minimal()
	for n := 0; n+1 < len(pairs); n += 2 {
		m[pairs[n].(string)] = pairs[n+1]
	}
	return m
}

func TestWhatTheServicesOpenIsWhatWasSent(t *testing.T) {
	b := setup(t)
	a := b.report(map[string]any{
		"community": "demo", "kind": "doxxing", "description": "  Line one\r\nline two\tcafe\u0301 <b>&  ",
		"links":    []string{"https://example.org/1", " example.org/2 ", "", "nur so ein Link"},
		"account":  map[string]any{"platform": "Example", "handle": "@Maya"},
		"language": "fr-CA", "role": "witness", "grounds": []string{"religion", "gender"},
		"demographics": map[string]any{"gender": "woman", "age_band": "25-34"},
		"contact":      "someone@example.org", "participant": "p-77",
		"since": " last summer ", "frequency": "several", "consent": map[string]any{"not_beyond_community": true, "do_not_tell_account": false},
	}, "Authorization", "Bearer "+clientKey)
	ack := b.acknowledged(a)

	if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Location") != "" {
		t.Errorf("headers %v: want no-store and no Location", a.header)
	}
	if ack.StatusURL != "/status" {
		t.Errorf("status_url %q", ack.StatusURL)
	}
	r, err := receipt.Parse(ack.Receipt)
	if err != nil {
		t.Fatal(err)
	}
	raw, s := b.message(ack.ID)
	reply, err := r.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case raw.Subject != "reports.submitted.demo."+ack.ID.String():
		t.Errorf("subject %s", raw.Subject)
	case raw.Header.Get("Nats-Msg-Id") != ack.ID.String():
		t.Errorf("message id %s", raw.Header.Get("Nats-Msg-Id"))
	case s.Report != ack.ID, s.Report != r.ReportID(), s.StatusKey != r.StatusKey(), !bytes.Equal(s.ReplyKey, reply):
		t.Error("id, status key or reply key are not the receipt's")
	case s.Community != "demo", s.Conduct != b.bundle.Conduct:
		t.Errorf("community %s, conduct %s", s.Community, s.Conduct)
	case !s.ReceivedAt.Equal(today().Truncate(1e9)):
		t.Errorf("received at %v", s.ReceivedAt)
	}

	o := b.open(s)
	want := event.Content{
		Kind: event.KindDoxxing, Description: "Line one\nline two\tcaf\u00e9 <b>&",
		Links:   []string{"https://example.org/1", "example.org/2", "nur so ein Link"},
		Account: event.Account{Platform: "Example", Handle: "@Maya"}, Language: "fr-CA", Role: event.RoleWitness,
		Grounds: []event.Ground{event.GroundGender, event.GroundReligion}, HasContact: true, Client: "the platform",
		Since: "last summer", Frequency: event.FrequencySeveral, Consent: event.Consent{NotBeyondCommunity: true},
	}
	if got := toJSON(t, o.content); got != toJSON(t, want) {
		t.Errorf("moderation opens %s, want %s", got, toJSON(t, want))
	}
	if o.contact != (event.Contact{Address: "someone@example.org", Language: "fr-CA"}) {
		t.Errorf("notify opens %+v", o.contact)
	}
	d := o.dimensions
	if len(d.Participant) != 32 || len(d.Account) != 32 || bytes.Equal(d.Participant, d.Account) {
		t.Errorf("pseudonyms of %d and %d bytes", len(d.Participant), len(d.Account))
	}
	d.Participant, d.Account = nil, nil
	wantDimensions := event.Dimensions{
		Kind: event.KindDoxxing, Grounds: want.Grounds, Gender: event.GenderWoman, AgeBand: event.Age25To34,
		Role: event.RoleWitness, Language: "fr",
	}
	if got := toJSON(t, d); got != toJSON(t, wantDimensions) {
		t.Errorf("statistics open %s, want %s", got, toJSON(t, wantDimensions))
	}
	b.nothingTold(ack.Receipt, "someone@example.org", "Maya", clientKey)
	if n := b.counted("recourse_reports_acknowledged_total", ""); n != 1 {
		t.Errorf("%v reports counted", n)
	}
}

func TestWhatWasNotSaidIsCodedAsUnknownAndNothingIsMadeUpForModerators(t *testing.T) {
	b := setup(t)
	_, s := b.message(b.acknowledged(b.report(minimal())).ID)
	o := b.open(s)
	if o.content.Role != "" || o.content.Grounds != nil || o.content.Language != "" || o.content.HasContact || o.content.Client != "" {
		t.Errorf("moderation opens %+v", o.content)
	}
	if o.contact != (event.Contact{}) {
		t.Error("a contact is made up")
	}
	want := event.Dimensions{
		Kind: event.KindThreat, Grounds: []event.Ground{event.GroundUnknown}, Gender: event.GenderUnknown,
		AgeBand: event.AgeUnknown, Role: event.RoleTarget, Language: "und",
	}
	if got := toJSON(t, o.dimensions); got != toJSON(t, want) {
		t.Errorf("statistics open %s, want %s", got, toJSON(t, want))
	}
}

func TestSizesOfTheEnvelopesTellNothingOfStatisticsAndContact(t *testing.T) {
	b := setup(t)
	_, small := b.message(b.acknowledged(b.report(minimal())).ID)
	_, large := b.message(b.acknowledged(b.report(with(
		"description", strings.Repeat("ش", 20_000), "language", "zh-Hant-TW", "role", "operator",
		"account", map[string]any{"platform": strings.Repeat("p", 100), "handle": strings.Repeat("h", 300)},
		"grounds", []string{
			"gender", "gender_identity", "sexual_orientation", "race_ethnicity", "religion", "disability", "age",
			"migration_status", "political_view", "civic_role", "none", "unknown",
		},
		"demographics", map[string]any{"gender": "self_described", "age_band": "under_18"},
		"contact", strings.Repeat("ق", 300), "participant", strings.Repeat("x", 200), "kind", "non_consensual_imagery",
	), "Authorization", "Bearer "+clientKey)).ID)

	if len(small.Statistics.Ciphertext) != len(large.Statistics.Ciphertext) {
		t.Errorf("statistics envelopes of %d and %d bytes", len(small.Statistics.Ciphertext), len(large.Statistics.Ciphertext))
	}
	if len(small.Contact.Ciphertext) != len(large.Contact.Ciphertext) {
		t.Errorf("contact envelopes of %d and %d bytes", len(small.Contact.Ciphertext), len(large.Contact.Ciphertext))
	}
	if len(small.Moderation.Ciphertext) == len(large.Moderation.Ciphertext) {
		t.Error("40,000 bytes of description fit into the smallest size")
	}
}

func TestTheLargestReportAllowedIsTaken(t *testing.T) {
	b := setup(t)
	links := make([]string, 50)
	for n := range links {
		links[n] = strings.Repeat("<", 2048) // one byte each as it comes, six as encoding/json would write it
	}
	body, err := encodePlain(with("description", strings.Repeat("é", 20_000), "links", links))
	if err != nil {
		t.Fatal(err)
	}
	_, s := b.message(b.acknowledged(b.report(body)).ID)
	if got := len(b.open(s).content.Links); got != 50 {
		t.Errorf("%d links", got)
	}
}

func TestOneIdempotencyKeyFromManyClientsAtOnceIsOneReportWithOneReceipt(t *testing.T) {
	b := setup(t)
	bodies := []string{ // the same report, written differently
		`{"community":"demo","kind":"threat","description":"caf\u00e9 ` + marker + `"}`,
		"{ \"description\" : \" cafe\u0301 " + marker + "\\r\\n\",\n\"kind\":\"threat\",\"community\":\"demo\", \"links\": [], \"contact\": null}",
	}
	answers := make([]answer, 20)
	var wg sync.WaitGroup
	for n := range answers {
		wg.Go(func() {
			answers[n] = b.report(bodies[n%2], "Idempotency-Key", "0123456789abcdef")
		})
	}
	wg.Wait()
	first := b.acknowledged(answers[0])
	for _, a := range answers {
		if b.acknowledged(a) != first {
			t.Errorf("another receipt: %s", a.body)
		}
	}
	if n := b.stored(); n != 1 {
		t.Errorf("%d messages", n)
	}
	b.nothingTold(first.Receipt, "0123456789abcdef")
}

func TestAnotherRequestUnderTheSameIdempotencyKeyIsAnotherReport(t *testing.T) {
	b := setup(t)
	const key = "0123456789abcdef"
	receipts := map[string]string{}
	for what, a := range map[string]answer{
		"the first":                   b.report(minimal(), "Idempotency-Key", key),
		"another body":                b.report(with("description", "Something else."), "Idempotency-Key", key),
		"another key":                 b.report(minimal(), "Idempotency-Key", key+"g"),
		"no key":                      b.report(minimal()),
		"no key, again":               b.report(minimal()),
		"a client with its own key":   b.report(minimal(), "Idempotency-Key", key, "Authorization", "Bearer "+clientKey),
		"another such client":         b.report(minimal(), "Idempotency-Key", key, "Authorization", "Bearer another key"),
		"such a client's own short 1": b.report(minimal(), "Idempotency-Key", "1", "Authorization", "Bearer "+clientKey),
	} {
		r := b.acknowledged(a).Receipt
		if other, ok := receipts[r]; ok {
			t.Errorf("%s shares a receipt with %s", what, other)
		}
		receipts[r] = what
	}
	if n := b.stored(); n != uint64(len(receipts)) {
		t.Errorf("%d messages for %d reports", n, len(receipts))
	}
}

func TestAReportIsAcknowledgedOnlyWhileNATSStoresIt(t *testing.T) {
	b := setup(t)
	b.acknowledged(b.report(minimal()))
	b.nats.Stop()
	waitFor(t, "the intake to notice", func() bool { return b.get("/readyz").status == http.StatusServiceUnavailable })

	for path, body := range map[string]any{"/v1/reports": minimal(), "/v1/status": map[string]any{"receipt": receipt.New().Reveal()}} {
		a := b.do(http.MethodPost, path, "application/json", toJSON(t, body))
		if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
			t.Errorf("%s: status %d, Retry-After %q", path, a.status, a.header.Get("Retry-After"))
		}
		if strings.Contains(a.body, `"receipt":`) {
			t.Errorf("%s tells a receipt of what is not stored", path)
		}
	}

	b.nats.Restart(t)
	waitFor(t, "the intake to be ready again", func() bool { return b.get("/readyz").status == http.StatusOK })
	b.acknowledged(b.report(minimal()))
	waitFor(t, "the test's own connection", b.admin.Conn().IsConnected)
	if n := b.stored(); n != 2 {
		t.Errorf("%d messages, want the one before and the one after", n)
	}
	b.nothingTold()
}

func TestAFullStreamIsTold(t *testing.T) {
	b := setup(t)
	b.shrinkReports(1)
	a := b.report(minimal())
	if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
		t.Errorf("status %d, Retry-After %q: %s", a.status, a.header.Get("Retry-After"), a.body)
	}
	if n := b.stored(); n != 0 {
		t.Errorf("%d messages", n)
	}
	b.nothingTold()
}

// encodePlain is json.Marshal without its escapes for HTML.
func encodePlain(v any) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.String(), err
}

// shrinkReports gives REPORTS another limit, as an operator would.
func (b *bench) shrinkReports(maxBytes int64) {
	b.Helper()
	stream, err := b.admin.Stream(b.Context(), event.StreamReports)
	if err != nil {
		b.Fatal(err)
	}
	cfg := stream.CachedInfo().Config
	cfg.MaxBytes = maxBytes
	if _, err := b.admin.UpdateStream(b.Context(), cfg); err != nil {
		b.Fatal(err)
	}
}

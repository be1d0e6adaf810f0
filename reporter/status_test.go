package reporter_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
)

// statusAnswer is the answer of POST /v1/status.
type statusAnswer struct {
	ID         event.ID             `json:"id"`
	Stage      event.Stage          `json:"stage"`
	Due        *time.Time           `json:"first_look_due"`
	Ask        bool                 `json:"ask"`
	Stopped    *bool                `json:"stopped"`
	Consent    event.Consent        `json:"consent"`
	Hidden     bool                 `json:"hidden"`
	NoFiles    bool                 `json:"no_files"`
	Evidence   []event.EvidenceFile `json:"evidence"`
	Milestones []struct {
		Name string    `json:"name"`
		At   time.Time `json:"at"`
	} `json:"milestones"`
	Messages []struct {
		ID        event.ID  `json:"id"`
		At        time.Time `json:"at"`
		Type      string    `json:"type"`
		Action    string    `json:"action"`
		Article   string    `json:"article"`
		Title     string    `json:"title"`
		Reasons   string    `json:"reasons"`
		Automated bool      `json:"automated"`
	} `json:"messages"`
}

func (b *bench) status(typed string) answer {
	b.Helper()
	return b.do(http.MethodPost, "/v1/status", "application/json", toJSON(b, map[string]any{"receipt": typed}))
}

func (b *bench) found(typed string) statusAnswer {
	b.Helper()
	a := b.status(typed)
	if a.status != http.StatusOK {
		b.Fatalf("status %d: %s", a.status, a.body)
	}
	if !strings.Contains(a.body, `"messages":[`) {
		b.Errorf("messages are no list: %s", a.body)
	}
	return fromJSON[statusAnswer](b, a.body)
}

func (b *bench) parse(typed string) receipt.Receipt {
	b.Helper()
	r, err := receipt.Parse(typed)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// sealTo seals to a receipt, as the worker does.
func (b *bench) sealTo(r receipt.Receipt, p seal.Purpose, body any) seal.Envelope {
	b.Helper()
	public, err := r.PublicKey()
	if err != nil {
		b.Fatal(err)
	}
	key, err := seal.ParsePublicKey("receipt", public)
	if err != nil {
		b.Fatal(err)
	}
	e, err := seal.Seal(key, seal.Context{Purpose: p, Community: "demo", Report: r.ReportID()}, []byte(toJSON(b, body)), seal.Buckets())
	if err != nil {
		b.Fatal(err)
	}
	return e
}

// putStatus writes a status record with the worker's rights.
func (b *bench) putStatus(r receipt.Receipt, s any) {
	b.Helper()
	kv, err := b.nats.JS(b, keys.Worker).KeyValue(b.Context(), event.BucketStatus)
	if err != nil {
		b.Fatal(err)
	}
	record := event.StatusRecord{V: event.StatusRecordVersion, Version: 3, Sealed: b.sealTo(r, seal.PurposeStatus, s)}
	if _, err := kv.Put(b.Context(), r.StatusKey(), []byte(toJSON(b, record))); err != nil {
		b.Fatal(err)
	}
}

// decided puts a record with every milestone and a statement of reasons.
func (b *bench) decided(r receipt.Receipt) {
	b.Helper()
	at := func(hours int) time.Time { return today().Truncate(time.Second).Add(time.Duration(hours) * time.Hour) }
	reasons := event.Message{
		Type: event.MessageDecision, Action: event.ActionSuspend, Article: "safety", Title: "Safety",
		Reasons: "He threatened you.\nThat is <not> allowed. " + marker, Automated: false,
	}
	b.putStatus(r, event.Status{
		Report: r.ReportID(),
		Milestones: []event.MilestoneAt{
			{Name: event.MilestoneOpened, At: at(1)}, {Name: event.MilestoneReceived, At: at(0)}, {Name: event.MilestoneDecided, At: at(20)},
		},
		Messages: []event.SealedMessage{
			{ID: event.NewID(), At: at(2), Sealed: b.sealTo(receipt.New(), seal.PurposeMessage, reasons)}, // another's
			{ID: event.NewID(), At: at(20), Sealed: b.sealTo(r, seal.PurposeMessage, reasons)},
		},
	})
}

func TestAReportThatNobodyHasWorkedOnIsReceived(t *testing.T) {
	b := setup(t)
	ack := b.acknowledged(b.report(minimal()))
	b.acknowledged(b.report(minimal()))
	s := b.found(strings.ToLower(strings.ReplaceAll(ack.Receipt, "-", " ")))
	if s.ID != ack.ID || len(s.Milestones) != 1 || s.Milestones[0].Name != "received" || len(s.Messages) != 0 {
		t.Errorf("status %+v", s)
	}
	if !s.Milestones[0].At.Equal(today().Truncate(time.Second)) {
		t.Errorf("received at %v, want the time in the message", s.Milestones[0].At)
	}
	b.nothingTold(ack.Receipt)
}

func TestAReportInQuarantineIsReceived(t *testing.T) {
	b := setup(t)
	ack := b.acknowledged(b.report(minimal()))
	raw, _ := b.message(ack.ID)
	reports, err := b.admin.Stream(t.Context(), event.StreamReports)
	if err != nil {
		t.Fatal(err)
	}
	if err := reports.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := b.status(ack.Receipt); a.status != http.StatusNotFound {
		t.Fatalf("a purged report: status %d", a.status)
	}
	if _, err := b.nats.JS(t, keys.Worker).Publish(t.Context(), event.QuarantineSubject("demo", ack.ID), raw.Data); err != nil {
		t.Fatal(err)
	}
	s := b.found(ack.Receipt)
	if len(s.Milestones) != 1 || s.Milestones[0].Name != "received" || !s.Milestones[0].At.Equal(today().Truncate(time.Second)) {
		t.Errorf("status %+v", s)
	}
}

func TestWhatCannotBeDecodedWasReceivedWhenItWasStored(t *testing.T) {
	b := setup(t)
	r := receipt.New()
	before := time.Now().Add(-time.Second)
	if _, err := b.nats.JS(t, keys.Worker).Publish(t.Context(), event.QuarantineSubject("demo", r.ReportID()), []byte("damaged")); err != nil {
		t.Fatal(err)
	}
	s := b.found(r.Reveal())
	if at := s.Milestones[0].At; at.Before(before) || at.After(time.Now()) {
		t.Errorf("received at %v, want about now", at)
	}
}

func TestAStatusOpensWithItsReceipt(t *testing.T) {
	b := setup(t)
	ack := b.acknowledged(b.report(minimal()))
	b.decided(b.parse(ack.Receipt))
	s := b.found(ack.Receipt)
	var names []string
	for _, m := range s.Milestones {
		names = append(names, m.Name)
	}
	if got := strings.Join(names, " "); got != "received opened decided" {
		t.Errorf("milestones %s", got)
	}
	if len(s.Messages) != 1 {
		t.Fatalf("%d messages, want the one that opens: %+v", len(s.Messages), s)
	}
	m := s.Messages[0]
	if m.Type != "decision" || m.Action != "suspend" || m.Article != "safety" || m.Title != "Safety" ||
		!strings.Contains(m.Reasons, marker) || m.Automated || m.ID.IsZero() {
		t.Errorf("message %+v", m)
	}
	if !strings.Contains(b.log.String(), "left out") {
		t.Error("the message that does not open is not logged")
	}
	b.nothingTold(ack.Receipt)
}

func TestAStatusThatWasForgedIsNotShown(t *testing.T) {
	b := setup(t)
	ack := b.acknowledged(b.report(minimal()))
	r := b.parse(ack.Receipt)
	kv, err := b.nats.JS(t, keys.Worker).KeyValue(t.Context(), event.BucketStatus)
	if err != nil {
		t.Fatal(err)
	}
	foreign := event.StatusRecord{V: 1, Version: 9, Sealed: b.sealTo(receipt.New(), seal.PurposeStatus, event.Status{})}
	newer := event.StatusRecord{V: 2, Version: 9, Sealed: b.sealTo(r, seal.PurposeStatus, event.Status{Report: r.ReportID()})}
	for what, value := range map[string]string{"sealed to another": toJSON(t, foreign), "no record": marker, "another version": toJSON(t, newer)} {
		if _, err := kv.Put(t.Context(), r.StatusKey(), []byte(value)); err != nil {
			t.Fatal(err)
		}
		if a := b.status(ack.Receipt); a.status != http.StatusInternalServerError || strings.Contains(a.body, "milestones") {
			t.Errorf("%s: status %d: %s", what, a.status, a.body)
		}
	}
	b.nothingTold(ack.Receipt)
}

func TestAWrongReceiptIsToldApartFromAMistypedOne(t *testing.T) {
	b := setup(t)
	right := receipt.New().Reveal()
	other := "0"
	if right[:1] == other {
		other = "1"
	}
	details := map[string]string{}
	for _, c := range []struct {
		what   string
		body   any
		status int
		fields string
	}{
		{"unknown", map[string]any{"receipt": right}, 404, ""},
		{"mistyped", map[string]any{"receipt": other + right[1:]}, 422, "receipt"},
		{"too short", map[string]any{"receipt": right[:20]}, 422, "receipt"},
		{"too long", map[string]any{"receipt": right + strings.Repeat("A", 500)}, 422, "receipt"},
		{"a sign that is none", map[string]any{"receipt": "*" + right[1:]}, 422, "receipt"},
		{"empty", map[string]any{"receipt": ""}, 422, "receipt"},
		{"missing", map[string]any{}, 422, "receipt"},
		{"a number", map[string]any{"receipt": 1}, 422, "receipt"},
		{"an unknown field", map[string]any{"receipt": right, "x": marker}, 422, "x"},
		{"a list", []string{right}, 400, ""},
		{"too large", map[string]any{"receipt": strings.Repeat("A", 10<<20)}, 413, ""},
	} {
		a := b.do(http.MethodPost, "/v1/status", "application/json", toJSON(t, c.body))
		if a.status != c.status {
			t.Errorf("%s: status %d, want %d", c.what, a.status, c.status)
		}
		if got := strings.Join(fieldsOf(t, a), " "); got != c.fields {
			t.Errorf("%s: fields %q, want %q", c.what, got, c.fields)
		}
		details[c.what] = a.body
	}
	if details["mistyped"] == details["too short"] {
		t.Error("a mistyped receipt and a short one get the same words")
	}
	b.nothingTold(right, right[1:], right[:20])
}

func TestTheStatusPageShowsWhatBecameOfAReport(t *testing.T) {
	b := setup(t)
	ack := b.acknowledged(b.report(minimal()))
	post := func(values url.Values) answer {
		return b.do(http.MethodPost, "/status", formType, values.Encode())
	}

	a := post(url.Values{"receipt": {ack.Receipt}, "language": {"en"}})
	if a.status != http.StatusOK || !strings.Contains(a.body, "Your report arrived.") || !strings.Contains(a.body, "24 November 2026, 13:05 UTC") {
		t.Errorf("status %d: %s", a.status, a.body)
	}

	b.decided(b.parse(ack.Receipt))
	a = post(url.Values{"receipt": {ack.Receipt}, "language": {"en"}})
	for _, want := range []string{
		"The account was blocked for a time.", "Safety", "He threatened you.\nThat is &lt;not&gt; allowed.", "A person took this decision.",
		"25 November 2026, 09:05 UTC",
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}

	// Another language, as the button on the page asks for it.
	a = post(url.Values{"receipt": {ack.Receipt}, "language": {"en"}, "again": {"1"}, "lang": {"fr"}})
	if !strings.Contains(a.body, `lang="fr"`) || !strings.Contains(a.body, "Le compte a été bloqué pour un temps.") {
		t.Errorf("no French: %s", a.body)
	}
	b.nothingTold(ack.Receipt)
}

func TestAStatusOfANewerVersionIsShownAsFarAsItIsKnown(t *testing.T) {
	b := setup(t)
	ack := b.acknowledged(b.report(minimal()))
	r := b.parse(ack.Receipt)
	sealed := b.sealTo(r, seal.PurposeMessage, map[string]any{"type": "decision", "action": "mediate", "reasons": "We talked to both.", "new": 1})
	b.putStatus(r, map[string]any{
		"report": event.ID(r.ReportID()), "new": 1,
		"milestones": []map[string]any{{"name": "received", "at": today()}, {"name": "mediated", "at": today()}},
		"messages":   []event.SealedMessage{{ID: event.NewID(), At: today(), Sealed: sealed}},
	})
	if s := b.found(ack.Receipt); len(s.Milestones) != 2 || len(s.Messages) != 1 || s.Messages[0].Action != "mediate" {
		t.Errorf("the API tells %+v", s)
	}
	a := b.do(http.MethodPost, "/status", formType, url.Values{"receipt": {ack.Receipt}}.Encode())
	if a.status != http.StatusOK || !strings.Contains(a.body, "We talked to both.") || strings.Contains(a.body, "mediate") {
		t.Errorf("status %d: %s", a.status, a.body)
	}
}

func TestTheStatusPageKeepsAReceiptThatIsMistyped(t *testing.T) {
	b := setup(t)
	right := receipt.New().Reveal()
	other := "0"
	if right[:1] == other {
		other = "1"
	}
	mistyped := other + right[1:]
	for _, c := range []struct {
		what, typed, lang, words string
		status                   int
	}{
		{"mistyped", mistyped, "", "One of these letters or digits is not right.", 422},
		{"too short", "A1B2", "", "This is not a whole receipt.", 422},
		{"empty", "", "", "Enter your receipt.", 422},
		{"unknown", right, "", "We have no report with this receipt.", 404},
		{"another language", "A1B2", "ar", "26 حرفًا ورقمًا", 200},
	} {
		values := url.Values{"receipt": {c.typed}, "language": {"en"}}
		if c.lang != "" {
			values.Set("lang", c.lang)
		}
		a := b.do(http.MethodPost, "/status", formType, values.Encode())
		if a.status != c.status || !strings.Contains(a.body, c.words) || !strings.Contains(a.body, `value="`+c.typed+`"`) {
			t.Errorf("%s: status %d: %s", c.what, a.status, a.body)
		}
	}
	b.nats.Stop()
	waitFor(t, "the intake to notice", func() bool { return b.get("/readyz").status == http.StatusServiceUnavailable })
	a := b.do(http.MethodPost, "/status", formType, url.Values{"receipt": {right}}.Encode())
	if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || !strings.Contains(a.body, right) {
		t.Errorf("without NATS: status %d: %s", a.status, a.body)
	}
	b.nothingTold(right, mistyped)
}

package console_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
	"recourse/internal/testbench"
	"recourse/moderation/vault"
)

func TestADecisionReachesTheReporterAndTheStatistics(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	inSwahili := threat()
	inSwahili.Language = "sw"
	second := b.join(t, id, inSwahili)
	c := b.signIn(t, "Ana", "demo")
	c.claim(t, id)

	got := c.decide(t, id, removal())
	wantStatus(t, "deciding", got, http.StatusCreated)
	var made struct {
		ID, Case event.ID
		Version  int
		State    string
	}
	got.into(t, &made)
	if made.Case != id || made.Version != 2 || made.State != "closed" {
		t.Errorf("the answer is %s", got.body)
	}

	for _, want := range []struct {
		receipt receipt.Receipt
		title   string
	}{{r, "Sécurité"}, {second, "Safety"}} { // there is no Swahili: the code's own first language
		s := b.decidedStatus(t, want.receipt)
		if names := milestones(s); names != "received opened decided closed" {
			t.Errorf("the milestones are %s", names)
		}
		if len(s.Messages) != 1 {
			t.Fatalf("there are %d messages", len(s.Messages))
		}
		m := openMessage(t, want.receipt, s.Messages[0])
		if m.Type != "decision" || m.Action != "remove" || m.Article != "safety" || m.Title != want.title || m.Reasons != removal().Reasons || m.Automated {
			t.Errorf("the message is %+v, want the decision with the title %s", m, want.title)
		}
	}
	if n := b.count(t, "notify.news WHERE report_id = ANY($1)", []event.ID{r.ReportID(), second.ReportID()}); n != 2 {
		t.Errorf("notify is to tell %d reporters, want both", n)
	}
	b.wantCaseEvents(t, id, made.ID)
	b.wantSealedReasons(t, id, made.ID)

	f := c.file(t, id)
	if f.State != "closed" || f.Claim != nil || len(f.Decisions) != 1 {
		t.Fatalf("the case is %+v", f)
	}
	if d := f.Decisions[0]; d.Reasons != removal().Reasons || d.ArticleTitle != "Safety" || d.Moderator.Name != "Ana" || d.ReasonsState != "open" {
		t.Errorf("the decision reads %+v", d)
	}
	page := c.get(t, casePath(id))
	if !page.has("Remove, under Safety") || !page.has("MARKER-reasons: it threatens.") || page.has(`name="reasons"`) || page.has("Claim this case") {
		t.Error("the page of the closed case does not show the decision, or offers another")
	}
	if _, ids := c.queue(t, ""); len(ids) != 0 {
		t.Error("the closed case is still in the queue")
	}
}

func TestADecisionIsRecordedInTheAudit(t *testing.T) {
	b := setup(t)
	id := b.cases(t, "demo", 400)[0]
	c := b.signIn(t, "Ana", "demo")
	c.claim(t, id)
	wantStatus(t, "deciding", c.decide(t, id, removal()), http.StatusCreated)
	entries := b.audit(t, id)
	last := entries[len(entries)-1]
	var decision event.ID
	var reasons []byte
	if err := b.admin.QueryRow(t.Context(), `SELECT id, reasons FROM moderation.decision`).Scan(&decision, &reasons); err != nil {
		t.Fatal(err)
	}
	if last.Action != "case.decided" || last.Actor != c.id {
		t.Errorf("the entry is %+v", last)
	}
	b.wantDigest(t, last, "decision "+decision.String(), "version 2", "remove", "safety", b.demo.Conduct, fmt.Sprintf("sealed reasons %x", sha256.Sum256(reasons)))
}

func TestADecisionThatCannotBeRecordedIsNotTaken(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	c := b.signIn(t, "Ana", "demo")
	c.claim(t, id)
	b.exec(t, `REVOKE INSERT ON moderation.audit FROM recourse_console`)
	got := c.decideForm(t, id, "1", "remove", "safety", "MARKER-reasons")
	wantStatus(t, "deciding", got, http.StatusInternalServerError)
	if !got.has("MARKER-reasons</textarea>") {
		t.Error("what was typed is lost")
	}
	for query, want := range map[string]int{
		"moderation.decision": 0, "moderation.message": 0, "moderation.cases WHERE state = 'closed'": 0,
		"moderation.outbox": 1, "moderation.milestone": 2, "moderation.data_key": 1, // the worker's
	} {
		if n := b.count(t, query); n != want {
			t.Errorf("there are %d of %s, want %d", n, query, want)
		}
	}
	if n := b.count(t, "moderation.report WHERE id = $1 AND version > 1", event.ID(r.ReportID())); n != 0 {
		t.Error("the report's version was raised")
	}
}

func TestFieldsAtFaultAreMarkedAndWhatWasTypedIsKept(t *testing.T) {
	b := setup(t)
	id := b.cases(t, "demo", 400)[0]
	c := b.signIn(t, "Ana", "demo")
	c.claim(t, id)

	got := c.decideForm(t, id, "1", "", "nonsense", "  ")
	wantStatus(t, "deciding without anything", got, http.StatusUnprocessableEntity)
	for _, part := range []string{
		`role="alert"`, `href="#action-none"`, `href="#article"`, `href="#reasons"`, `id="action-error"`, `id="article-error"`,
		`id="reasons-error"`, `aria-invalid="true"`, "<title>Error – Case",
	} {
		if !got.has(part) {
			t.Errorf("the page does not hold %s", part)
		}
	}
	got = c.decideForm(t, id, "1", "ban", "respect", "bad \x00 "+strings.Repeat("x", 20))
	wantStatus(t, "deciding with a control character", got, http.StatusUnprocessableEntity)
	if !got.has(`value="ban" aria-describedby="follows-ban" checked`) || !got.has(`<option value="respect" selected>`) || !got.has(strings.Repeat("x", 20)+"</textarea>") {
		t.Error("what was typed is not kept")
	}

	var problem struct {
		Errors []struct{ Field, Detail string }
	}
	api := c.decide(t, id, verdict{Version: 1, Action: "shout", Article: "", Reasons: strings.Repeat("x", 10_001)})
	wantStatus(t, "the API", api, http.StatusUnprocessableEntity)
	api.into(t, &problem)
	var fields []string
	for _, e := range problem.Errors {
		fields = append(fields, e.Field)
	}
	if strings.Join(fields, " ") != "action article reasons" || api.has("xxx") {
		t.Errorf("the problem is %s", api.body)
	}
	wantStatus(t, "no version", c.decide(t, id, verdict{Action: "none", Article: "safety", Reasons: "x"}), http.StatusUnprocessableEntity)
	wantStatus(t, "too much", c.decideForm(t, id, "1", "none", "safety", strings.Repeat("x", 300<<10)), http.StatusRequestEntityTooLarge)
	if n := b.count(t, "moderation.decision"); n != 0 {
		t.Errorf("%d decisions were taken", n)
	}
}

func TestTheSecondOfTwoDecisionsIsTold(t *testing.T) {
	b := setup(t)
	id := b.cases(t, "demo", 400)[0]
	c := b.signIn(t, "Ana", "demo")
	c.claim(t, id)
	first := c.decideForm(t, id, "1", "none", "safety", "nothing in it")
	if first.status != http.StatusSeeOther || first.header.Get("Location") != casePath(id) {
		t.Fatalf("deciding answers %d to %q", first.status, first.header.Get("Location"))
	}
	second := c.decideForm(t, id, "1", "none", "safety", "nothing in it")
	wantStatus(t, "deciding twice", second, http.StatusConflict)
	for _, part := range []string{"This case is closed", `href="` + casePath(id) + `"`, "nothing in it</textarea>", "Your decision was recorded on"} {
		if !second.has(part) {
			t.Errorf("the page does not hold %q", part)
		}
	}
	late := b.signIn(t, "Bea", "demo").decideForm(t, id, "1", "ban", "safety", "another view")
	if late.status != http.StatusConflict || !late.has("Ana decided it on") {
		t.Errorf("another moderator's late decision: %d %s", late.status, late.body)
	}
	wantStatus(t, "through the API", c.decide(t, id, removal()), http.StatusConflict)
	wantStatus(t, "claiming", c.post(t, casePath(id)+"/claim"), http.StatusConflict)
	wantStatus(t, "releasing", c.post(t, casePath(id)+"/release"), http.StatusConflict)
	if n := b.count(t, "moderation.decision"); n != 1 {
		t.Errorf("%d decisions were taken", n)
	}
}

func TestOfManyDecisionsAtOnceOneIsTaken(t *testing.T) {
	b := setup(t)
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	ana, bea := b.signIn(t, "Ana", "demo"), b.signIn(t, "Bea", "demo")
	ana.claim(t, id)
	b.later(31 * time.Minute) // the claim has run out: Bea may take the case, Ana may still decide

	var mu sync.Mutex
	statuses := map[int]int{}
	var wg sync.WaitGroup
	start := make(chan struct{})
	note := func(got response) {
		mu.Lock()
		defer mu.Unlock()
		statuses[got.status]++
	}
	for range 6 {
		wg.Go(func() {
			<-start
			note(ana.decide(t, id, removal()))
		})
		wg.Go(func() {
			<-start
			bea.call(t, http.MethodPost, "/v1/cases/"+id.String()+"/claim", nil)
			note(bea.decide(t, id, removal()))
		})
	}
	close(start)
	wg.Wait()
	if statuses[http.StatusCreated] != 1 || statuses[http.StatusConflict] != 11 {
		t.Errorf("the answers are %v, want one 201 and eleven 409", statuses)
	}
	if n := b.count(t, "moderation.decision"); n != 1 {
		t.Errorf("%d decisions were taken", n)
	}
	if s := b.decidedStatus(t, r); len(s.Messages) != 1 {
		t.Errorf("the reporter got %d messages", len(s.Messages))
	}
}

func TestACaseThatChangedIsShownAgainWithWhatWasTyped(t *testing.T) {
	b := setup(t)
	b.work(t)
	_, id := b.report(t, b.demo, threat())
	c := b.signIn(t, "Ana", "demo")
	c.claim(t, id)
	b.exec(t, `UPDATE moderation.cases SET version = 7 WHERE id = $1`, id) // as a report that joined it would
	got := c.decideForm(t, id, "1", "ban", "respect", "after long thought")
	wantStatus(t, "deciding on an old version", got, http.StatusConflict)
	for _, part := range []string{"This case has changed since you read it", "after long thought</textarea>", `name="version" value="7"`, "MARKER-words"} {
		if !got.has(part) {
			t.Errorf("the page does not hold %q", part)
		}
	}
	if got := c.decideForm(t, id, "7", "ban", "respect", "after long thought"); got.status != http.StatusSeeOther {
		t.Errorf("deciding on the new version: %d", got.status)
	}
}

func TestDecidingNeedsAClaim(t *testing.T) {
	b := setup(t)
	id := b.cases(t, "demo", 400)[0]
	ana, bea := b.signIn(t, "Ana", "demo"), b.signIn(t, "Bea", "demo")
	got := ana.decideForm(t, id, "1", "none", "safety", "too early")
	wantStatus(t, "deciding without a claim", got, http.StatusConflict)
	if !got.has("Claim this case before you decide it") || !got.has("too early</textarea>") || !got.has(`formaction="`+casePath(id)+`/claim"`) {
		t.Error("the page does not say so, keep what was typed and offer the claim")
	}
	ana.claim(t, id)
	got = bea.decideForm(t, id, "1", "none", "safety", "not mine")
	wantStatus(t, "deciding another's case", got, http.StatusConflict)
	if !got.has("Another moderator is working on this case") || !got.has("not mine</textarea>") {
		t.Error("the page does not say so and keep what was typed")
	}

	b.later(31 * time.Minute)
	bea.claim(t, id)
	wantStatus(t, "deciding what another took over", ana.decide(t, id, removal()), http.StatusConflict)
	if n := b.count(t, "moderation.decision"); n != 0 {
		t.Error("a decision was taken")
	}
}

func TestAClaimThatRanOutUnderTheWriterIsStillHers(t *testing.T) {
	b := setup(t)
	id := b.cases(t, "demo", 400)[0]
	c := b.signIn(t, "Ana", "demo")
	c.claim(t, id)
	b.later(2 * time.Hour)
	wantStatus(t, "deciding late, when nobody took the case", c.decide(t, id, removal()), http.StatusCreated)
}

func TestADecisionSentAgainUnderItsKeyIsTheSameDecision(t *testing.T) {
	b := setup(t)
	b.work(t)
	_, id := b.report(t, b.demo, threat())
	c := b.signIn(t, "Ana", "demo")
	c.claim(t, id)
	first := c.decide(t, id, removal(), "Idempotency-Key", "one")
	again := c.decide(t, id, removal(), "Idempotency-Key", "one")
	wantStatus(t, "first", first, http.StatusCreated)
	wantStatus(t, "again", again, http.StatusCreated)
	if first.body != again.body {
		t.Errorf("the answers differ: %s and %s", first.body, again.body)
	}
	other := removal()
	other.Action = "ban"
	wantStatus(t, "another decision under the same key", c.decide(t, id, other, "Idempotency-Key", "one"), http.StatusUnprocessableEntity)
	wantStatus(t, "another key", c.decide(t, id, removal(), "Idempotency-Key", "two"), http.StatusConflict)
	bea := b.signIn(t, "Bea", "demo")
	wantStatus(t, "another moderator's same key", bea.decide(t, id, removal(), "Idempotency-Key", "one"), http.StatusConflict)
	if n := b.count(t, "moderation.decision"); n != 1 {
		t.Errorf("%d decisions were taken", n)
	}
}

func TestWithoutTheCodeOfConductACaseCanBeReadAndNotDecided(t *testing.T) {
	b := setup(t)
	b.work(t)
	_, id := b.report(t, b.demo, threat())
	c := b.signIn(t, "Ana", "demo")
	b.exec(t, `UPDATE moderation.cases SET conduct = $1`, strings.Repeat("0", 64))
	c.claim(t, id)
	page := c.get(t, casePath(id))
	wantStatus(t, "reading", page, http.StatusOK)
	if !page.has("MARKER-words") || !page.has("It can't be read now") {
		t.Error("the page does not show the words, or explain why the code is not there")
	}
	got := c.decideForm(t, id, "1", "none", "safety", "typed before")
	wantStatus(t, "deciding", got, http.StatusServiceUnavailable)
	if !got.has("typed before</textarea>") || got.header.Get("Retry-After") == "" {
		t.Error("what was typed is lost, or it is not said when to try again")
	}
	b.bus.Stop()
	wantStatus(t, "reading while NATS is away", c.get(t, casePath(id)), http.StatusOK)
	wantStatus(t, "readiness while NATS is away", c.get(t, "/readyz"), http.StatusServiceUnavailable)
}

// decidedStatus waits for the report's status after the decision.
func (b *bench) decidedStatus(t *testing.T, r receipt.Receipt) event.Status {
	t.Helper()
	return b.statusAt(t, r, 2)
}

// statusAt waits for the report's status of a version.
func (b *bench) statusAt(t *testing.T, r receipt.Receipt, version int) (s event.Status) {
	t.Helper()
	kv, err := b.bus.JS(t, keys.Intake).KeyValue(t.Context(), event.BucketStatus)
	if err != nil {
		t.Fatal(err)
	}
	opener, err := r.Opener()
	if err != nil {
		t.Fatal(err)
	}
	testbench.Eventually(t, 10*time.Second, "the status has the version", func() bool {
		var record event.StatusRecord
		entry, err := kv.Get(t.Context(), r.StatusKey())
		if err != nil || json.Unmarshal(entry.Value(), &record) != nil || record.Version != version {
			return false
		}
		body, err := opener.Open(seal.Context{Purpose: seal.PurposeStatus, Community: "demo", Report: r.ReportID()}, record.Sealed)
		return err == nil && json.Unmarshal(body, &s) == nil
	})
	return s
}

func milestones(s event.Status) string {
	var names []string
	for _, m := range s.Milestones {
		names = append(names, string(m.Name))
	}
	return strings.Join(names, " ")
}

func openMessage(t *testing.T, r receipt.Receipt, m event.SealedMessage) (message event.Message) {
	t.Helper()
	opener, err := r.Opener()
	if err != nil {
		t.Fatal(err)
	}
	body, err := opener.Open(seal.Context{Purpose: seal.PurposeMessage, Community: "demo", Report: r.ReportID()}, m.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &message); err != nil {
		t.Fatal(err)
	}
	return message
}

// wantCaseEvents waits for decided and closed in CASES.
func (b *bench) wantCaseEvents(t *testing.T, id, decision event.ID) {
	t.Helper()
	var events []event.CaseEvent
	testbench.Eventually(t, 10*time.Second, "CASES holds the decision", func() bool {
		events = nil
		for _, msg := range b.bus.Messages(t, event.StreamCases) {
			var e event.CaseEvent
			if json.Unmarshal(msg.Data, &e) == nil && e.Case == id && e.Event != event.CaseOpened {
				if msg.Header.Get("Nats-Msg-Id") != e.MessageID() || msg.Subject != event.CaseSubject(e.Event, "demo", id).String() {
					t.Errorf("%s is published as %s under %s", e.Event, msg.Subject, msg.Header.Get("Nats-Msg-Id"))
				}
				events = append(events, e)
			}
		}
		return len(events) == 2
	})
	for i, want := range []string{event.CaseDecided, event.CaseClosed} {
		e := events[i]
		if e.Event != want || e.Sequence != 2 || len(e.Reports) != 2 || e.Decision == nil {
			t.Fatalf("event %d is %+v, want %s of two reports", i, e, want)
		}
		if d := *e.Decision; d != (event.CaseDecision{ID: decision, Action: "remove", Article: "safety", Conduct: b.demo.Conduct}) {
			t.Errorf("%s tells %+v", want, d)
		}
	}
}

// wantSealedReasons checks that the reasons stand sealed in PostgreSQL, and
// open with the case's key in their own place only.
func (b *bench) wantSealedReasons(t *testing.T, id, decision event.ID) {
	t.Helper()
	var reasons []byte
	key := vault.WrappedKey{Owner: id}
	err := b.admin.QueryRow(t.Context(), `SELECT d.reasons, k.community, k.month, k.wrapped FROM moderation.decision d
		JOIN moderation.data_key k ON k.owner = d.case_id WHERE d.id = $1`, decision).Scan(&reasons, &key.Community, &key.Month, &key.Wrapped)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := vault.New(b.bus.Ring(t, keys.Console)).Unwrap(key)
	if err != nil {
		t.Fatal(err)
	}
	plaintext, err := opened.Open(vault.Place{Owner: id, Table: "decision", Column: "reasons", Row: decision}, reasons)
	if err != nil || string(plaintext) != removal().Reasons || strings.Contains(string(reasons), "MARKER") {
		t.Errorf("the reasons open as %q, %v", plaintext, err)
	}
}

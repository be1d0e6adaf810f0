package console_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"recourse/internal/event"
	"recourse/internal/seal/receipt"
	"recourse/moderation/store"
)

// proposal is what the tests read of one.
type proposal struct {
	ID, Case  event.ID
	Version   int
	Action    string
	Article   string
	Reasons   string
	Moderator struct{ Name string }
}

// secondReader has a worker store a report, whose case needs a second reader.
func (b *bench) secondReader(t *testing.T) (receipt.Receipt, event.ID) {
	t.Helper()
	b.work(t)
	r, id := b.report(t, b.demo, threat())
	b.needsSecond(t, id)
	return r, id
}

// needsSecond is what a rule of the code of conduct does.
func (b *bench) needsSecond(t *testing.T, id event.ID) {
	t.Helper()
	b.exec(t, `UPDATE moderation.cases SET second_reader = true WHERE id = $1`, id)
}

// propose claims a case and proposes its removal.
func (c *client) propose(t *testing.T, id event.ID) (p proposal) {
	t.Helper()
	got := c.decideNow(t, id, removal())
	wantStatus(t, "proposing", got, http.StatusAccepted)
	got.into(t, &p)
	return p
}

func (c *client) consent(t *testing.T, p proposal) response {
	t.Helper()
	return c.call(t, http.MethodPost, "/v1/cases/"+p.Case.String()+"/consent", map[string]any{"version": p.Version, "proposal": p.ID})
}

func (c *client) refuse(t *testing.T, p proposal) response {
	t.Helper()
	return c.call(t, http.MethodPost, "/v1/cases/"+p.Case.String()+"/refusal", map[string]any{"proposal": p.ID})
}

func TestADecisionThatNeedsASecondReaderTakesEffectWithConsent(t *testing.T) {
	b := setup(t)
	r, id := b.secondReader(t)
	ana, bea := b.signIn(t, "Ana", "demo"), b.signIn(t, "Bea", "demo")
	p := ana.propose(t, id)
	if p.Case != id || p.Version != 1 || p.Action != "remove" || p.Article != "safety" {
		t.Errorf("the proposal is %+v", p)
	}
	if f := ana.file(t, id); f.State != "open" || f.Version != 1 || f.Claim != nil || len(f.Decisions) != 0 {
		t.Errorf("the case is %+v, want open, as it was, and free", f.summary)
	}
	wantStatus(t, "consenting to one's own", ana.consent(t, p), http.StatusConflict)
	wantStatus(t, "of another community", b.signIn(t, "Cleo", "city").consent(t, p), http.StatusNotFound)
	stale := p
	stale.Version = 7
	wantStatus(t, "consenting to another version", bea.consent(t, stale), http.StatusConflict)
	stale.Version = 0
	wantStatus(t, "consenting to no version", bea.consent(t, stale), http.StatusUnprocessableEntity)
	if n := b.count(t, "moderation.decision"); n != 0 {
		t.Fatalf("%d decisions were taken before anybody consented", n)
	}
	if n := b.count(t, "moderation.report WHERE version > 1") + b.count(t, "moderation.message") + b.count(t, "notify.news"); n != 0 {
		t.Error("the reporter was told of a proposal")
	}

	got := bea.consent(t, p)
	wantStatus(t, "consenting", got, http.StatusCreated)
	var made struct {
		ID      event.ID
		Version int
		State   string
	}
	got.into(t, &made)
	if made.Version != 2 || made.State != "closed" {
		t.Errorf("the answer is %s", got.body)
	}
	if again := bea.consent(t, p); again.status != http.StatusCreated || again.body != got.body {
		t.Errorf("consenting twice answers %d %s", again.status, again.body)
	}
	if n := b.count(t, "moderation.decision WHERE moderator_id = $1 AND second_moderator_id = $2", ana.id, bea.id); n != 1 {
		t.Error("the decision does not name who proposed it and who consented")
	}
	if n := b.count(t, "moderation.proposal"); n != 0 {
		t.Error("the proposal is still there")
	}
	b.wantSealedReasons(t, id, made.ID)
	s := b.decidedStatus(t, r)
	if milestones(s) != "received opened decided closed" || len(s.Messages) != 1 || openMessage(t, r, s.Messages[0]).Reasons != removal().Reasons {
		t.Errorf("the reporter is told %+v", s)
	}
	if page := bea.get(t, casePath(id)); !page.has("Ana, with the consent of Bea") || page.has("Waiting for a second reader") {
		t.Error("the page does not say who decided")
	}
}

func TestASecondReaderReadsWhatIsProposed(t *testing.T) {
	b := setup(t)
	_, id := b.secondReader(t)
	ana, bea := b.signIn(t, "Ana", "demo"), b.signIn(t, "Bea", "demo")
	ana.claim(t, id)
	if page := ana.get(t, casePath(id)); !page.has("Propose the decision to a second reader") || page.has("Record the decision") {
		t.Error("the form does not say that it proposes")
	}
	got := ana.decideForm(t, id, "1", "remove", "safety", removal().Reasons)
	wantStatus(t, "proposing", got, http.StatusSeeOther)
	wantStatus(t, "a double click", ana.decideForm(t, id, "1", "remove", "safety", removal().Reasons), http.StatusSeeOther)
	if n := b.count(t, "moderation.audit WHERE action = 'decision.proposed'"); n != 1 {
		t.Errorf("%d proposals are recorded", n)
	}
	other := ana.decideForm(t, id, "1", "ban", "safety", "another view")
	if other.status != http.StatusConflict || !other.has("A decision is proposed already") || !other.has("another view</textarea>") {
		t.Errorf("another proposal answers %d, or what was typed is lost", other.status)
	}
	own := ana.get(t, casePath(id))
	if !own.has("Proposed by you") || !own.has("Take it back") || own.has("Consent: the decision takes effect") || own.has(`name="reasons"`) {
		t.Error("who proposed is not offered to take it back, or is offered more")
	}
	page := bea.get(t, casePath(id))
	for _, part := range []string{
		"Remove, under Safety", "Proposed by Ana", removal().Reasons, "Consent: the decision takes effect", "Do not consent",
	} {
		if !page.has(part) {
			t.Errorf("the page does not hold %q", part)
		}
	}
	if page.has("Take it back") {
		t.Error("she is offered to take another's proposal back")
	}
	p := bea.file(t, id).Proposal
	if p == nil || p.Reasons != removal().Reasons || p.Moderator.Name != "Ana" {
		t.Fatalf("the API tells %+v", p)
	}
	var sealed []byte
	if err := b.admin.QueryRow(t.Context(), `SELECT reasons FROM moderation.proposal`).Scan(&sealed); err != nil || strings.Contains(string(sealed), "MARKER") {
		t.Errorf("the reasons are not sealed at rest: %v", err)
	}
	entries := b.audit(t, id)
	proposed := slices.IndexFunc(entries, func(e store.ModerationAudit) bool { return e.Action == "decision.proposed" })
	b.wantDigest(t, entries[proposed], "proposal "+p.ID.String(), "version 1", "remove", "safety", b.demo.Conduct,
		fmt.Sprintf("sealed reasons %x", sha256.Sum256(sealed)))

	b.signIn(t, "Dora", "demo").claim(t, id)
	if held := bea.get(t, casePath(id)); held.has("Do not consent") {
		t.Error("she may answer while another works on the case")
	}
	wantStatus(t, "consenting while another holds it", bea.consent(t, *p), http.StatusConflict)
	wantStatus(t, "refusing while another holds it", bea.refuse(t, *p), http.StatusConflict)
	b.exec(t, `UPDATE moderation.cases SET claimed_by = NULL, claimed_until = NULL`)

	done := bea.post(t, casePath(id)+"/consent", "version", "1", "proposal", p.ID.String(), "text", "MARKER-begun")
	if done.status != http.StatusOK || !done.has("The decision took effect.") || !done.has("MARKER-begun</textarea>") {
		t.Errorf("consenting on the page answers %d, or loses what was typed", done.status)
	}
	wantStatus(t, "twice", bea.post(t, casePath(id)+"/consent", "version", "1", "proposal", p.ID.String()), http.StatusSeeOther)
	var actions []string
	for _, e := range b.audit(t, id) {
		if strings.HasPrefix(e.Action, "decision.") || e.Action == "case.decided" {
			actions = append(actions, e.Action)
		}
	}
	if got := strings.Join(actions, " "); got != "decision.proposed decision.consented case.decided" {
		t.Errorf("recorded are %s", got)
	}
}

func TestAProposalIsRefusedOrTakenBack(t *testing.T) {
	b := setup(t)
	_, id := b.secondReader(t)
	ana, bea := b.signIn(t, "Ana", "demo"), b.signIn(t, "Bea", "demo")
	p := ana.propose(t, id)
	got := bea.post(t, casePath(id)+"/refusal", "version", "1", "proposal", p.ID.String())
	wantStatus(t, "refusing", got, http.StatusSeeOther)
	wantStatus(t, "twice", bea.refuse(t, p), http.StatusNoContent)
	late := b.signIn(t, "Dora", "demo").consent(t, p)
	if late.status != http.StatusConflict || !late.has("This proposal is not there any more") {
		t.Errorf("consenting after a refusal: %d %s", late.status, late.body)
	}

	second := ana.propose(t, id)
	wantStatus(t, "consenting to the first one", bea.consent(t, p), http.StatusConflict)
	wantStatus(t, "refusing the first one", bea.refuse(t, p), http.StatusNoContent)
	if n := b.count(t, "moderation.proposal WHERE id = $1", second.ID); n != 1 {
		t.Fatal("the second proposal went with the first")
	}
	for range 2 { // a double click loses nothing either
		back := ana.post(t, casePath(id)+"/refusal", "version", "1", "proposal", second.ID.String(),
			"proposed_action", "remove", "proposed_article", "safety", "proposed_reasons", removal().Reasons)
		if back.status != http.StatusOK || !back.has(removal().Reasons+"</textarea>") || !back.has(`value="remove" aria-describedby="follows-remove" checked`) {
			t.Errorf("taking back answers %d, or what was written is lost", back.status)
		}
	}
	if n := b.count(t, "moderation.audit WHERE action = 'decision.refused' AND actor = $1", bea.id); n != 1 {
		t.Errorf("%d refusals are recorded", n)
	}
	if n := b.count(t, "moderation.audit WHERE action = 'decision.taken_back' AND actor = $1", ana.id); n != 1 {
		t.Errorf("%d are recorded as taken back", n)
	}
	wantStatus(t, "deciding again", bea.decideNow(t, id, removal()), http.StatusAccepted)
}

func TestTheQueueShowsProposalsToWhoCanConsent(t *testing.T) {
	b := setup(t)
	id := b.cases(t, "demo", 400)[0]
	b.needsSecond(t, id)
	ana, bea := b.signIn(t, "Ana", "demo"), b.signIn(t, "Bea", "demo")
	ana.propose(t, id)
	if q, _ := ana.queue(t, ""); len(q.Proposed) != 0 || ana.get(t, "/queue").has("Waiting for your consent") {
		t.Error("her own proposal waits for her consent")
	}
	if q, _ := bea.queue(t, ""); len(q.Proposed) != 1 || q.Proposed[0].ID != id || !bea.get(t, "/queue").has("Waiting for your consent") {
		t.Errorf("the queue shows %+v", q.Proposed)
	}
	if q, _ := b.signIn(t, "Cleo", "city").queue(t, ""); len(q.Proposed) != 0 {
		t.Error("another community's moderator sees it")
	}
	wantStatus(t, "the next case for who proposed it", ana.call(t, http.MethodPost, "/v1/cases/claim", nil), http.StatusNoContent)
	wantStatus(t, "the next case for another", bea.call(t, http.MethodPost, "/v1/cases/claim", nil), http.StatusOK)
}

func TestWhatComesInDropsAProposal(t *testing.T) {
	b := setup(t)
	r, id := b.secondReader(t)
	ana, bea := b.signIn(t, "Ana", "demo"), b.signIn(t, "Bea", "demo")
	p := ana.propose(t, id)
	b.follow(t, r, event.ReportMessage, event.FollowUpContent{Text: "something new"})
	got := bea.consent(t, p)
	if got.status != http.StatusConflict || !got.has("This case has changed since you read it") {
		t.Errorf("consenting to what the proposer decided unseen: %d %s", got.status, got.body)
	}
	if n := b.count(t, "moderation.proposal"); n != 0 {
		t.Error("the proposal is still there")
	}

	p = ana.propose(t, id)
	wantStatus(t, "consenting", bea.consent(t, p), http.StatusCreated)
	b.follow(t, r, event.ReportAppeal, event.FollowUpContent{Text: "look again"})
	p = ana.propose(t, id)
	if p.Version != 4 {
		t.Errorf("after the appeal the proposal saw version %d", p.Version)
	}
	b.follow(t, r, event.ReportWithdrawn, event.FollowUpContent{})
	if n := b.count(t, "moderation.proposal") + b.count(t, "moderation.data_key WHERE owner = $1", id); n != 0 {
		t.Error("the proposal outlived the case's last report")
	}
	wantStatus(t, "consenting after the withdrawal", bea.consent(t, p), http.StatusConflict)
}

func TestOneModeratorAloneDecidesAndTheAuditSaysSo(t *testing.T) {
	b := setup(t)
	ids := b.cases(t, "demo", 400, 300)
	for _, id := range ids {
		b.needsSecond(t, id)
	}
	ana := b.signIn(t, "Ana", "demo")
	b.signIn(t, "Cleo", "city")
	ana.claim(t, ids[0])
	if page := ana.get(t, casePath(ids[0])); !page.has("you are the only moderator of this community") {
		t.Error("the page does not say so")
	}
	got := ana.decide(t, ids[0], verdict{Version: 1, Action: "remove", Article: "safety", Reasons: "MARKER-reasons"})
	wantStatus(t, "deciding alone", got, http.StatusCreated)
	if n := b.count(t, "moderation.audit WHERE case_id = $1 AND action = 'case.decided_alone'", ids[0]); n != 1 {
		t.Error("the audit does not say that nobody consented")
	}
	b.signIn(t, "Bea", "demo")
	if ana.get(t, casePath(ids[1])).has("only moderator") {
		t.Error("the page says so where there is another")
	}
	ana.claim(t, ids[1])
	got = ana.decide(t, ids[1], verdict{Version: 1, Action: "remove", Article: "safety", Reasons: "MARKER-reasons"})
	wantStatus(t, "deciding where there is another", got, http.StatusAccepted)
}

func TestOfManyConsentsAtOnceOneWins(t *testing.T) {
	b := setup(t)
	r, id := b.secondReader(t)
	ana := b.signIn(t, "Ana", "demo")
	var readers []*client
	for n := range 3 {
		readers = append(readers, b.signIn(t, "Reader "+strconv.Itoa(n), "demo"))
	}
	p := ana.propose(t, id)
	var mu sync.Mutex
	created := map[event.ID]int{}
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, reader := range readers {
		for range 3 {
			wg.Go(func() {
				<-start
				switch got := reader.consent(t, p); got.status {
				case http.StatusCreated:
					mu.Lock()
					defer mu.Unlock()
					created[reader.id]++
				case http.StatusConflict:
				default:
					t.Errorf("consenting answers %d %s", got.status, got.body)
				}
			})
		}
	}
	close(start)
	wg.Wait()
	if len(created) != 1 || b.count(t, "moderation.decision") != 1 {
		t.Fatalf("consents took effect of %v", created)
	}
	for winner, n := range created {
		if n != 3 || b.count(t, "moderation.decision WHERE second_moderator_id = $1", winner) != 1 {
			t.Errorf("the winner is told so %d times of 3", n)
		}
	}
	if s := b.decidedStatus(t, r); len(s.Messages) != 1 {
		t.Errorf("the reporter got %d messages", len(s.Messages))
	}
}

func TestWhatCannotBeRecordedIsNeitherProposedNorConsentedTo(t *testing.T) {
	b := setup(t)
	_, id := b.secondReader(t)
	ana, bea := b.signIn(t, "Ana", "demo"), b.signIn(t, "Bea", "demo")
	ana.claim(t, id)
	b.exec(t, `REVOKE INSERT ON moderation.audit FROM recourse_console`)
	wantStatus(t, "proposing", ana.decide(t, id, removal()), http.StatusInternalServerError)
	if n := b.count(t, "moderation.proposal") + b.count(t, "moderation.cases WHERE claimed_by IS NULL"); n != 0 {
		t.Error("it was proposed, or the claim was given back")
	}
	b.exec(t, `GRANT INSERT ON moderation.audit TO recourse_console`)
	p := ana.propose(t, id)
	b.exec(t, `REVOKE INSERT ON moderation.audit FROM recourse_console`)
	wantStatus(t, "consenting", bea.consent(t, p), http.StatusInternalServerError)
	wantStatus(t, "refusing", bea.refuse(t, p), http.StatusInternalServerError)
	if n := b.count(t, "moderation.decision"); n != 0 || b.count(t, "moderation.proposal") != 1 || b.count(t, "moderation.cases WHERE state = 'open'") != 1 {
		t.Error("it took effect, or was dropped")
	}
}

func TestTheKeyOfAProposalIsItsDecisions(t *testing.T) {
	b := setup(t)
	id := b.cases(t, "demo", 400)[0]
	b.needsSecond(t, id)
	ana, bea := b.signIn(t, "Ana", "demo"), b.signIn(t, "Bea", "demo")
	ana.claim(t, id)
	first := ana.decide(t, id, removal(), "Idempotency-Key", "one")
	again := ana.decide(t, id, removal(), "Idempotency-Key", "one")
	wantStatus(t, "proposing", first, http.StatusAccepted)
	if again.status != http.StatusAccepted || again.body != first.body {
		t.Errorf("proposing again answers %d %s", again.status, again.body)
	}
	var p proposal
	first.into(t, &p)
	wantStatus(t, "consenting", bea.consent(t, p), http.StatusCreated)
	wantStatus(t, "proposing again what took effect", ana.decide(t, id, removal(), "Idempotency-Key", "one"), http.StatusCreated)
}

func TestTheDatabaseKnowsTwoPeopleToo(t *testing.T) {
	b := setup(t)
	id := b.cases(t, "demo", 400)[0]
	ana := b.signIn(t, "Ana", "demo")
	_, err := b.admin.Exec(t.Context(), `INSERT INTO moderation.decision
		(id, case_id, case_version, moderator_id, second_moderator_id, action, article, conduct, reasons, decided_at)
		VALUES ($1, $2, 2, $3, $3, 'none', 'safety', '', '', now())`, event.NewID(), id, ana.id)
	if refused, ok := errors.AsType[*pgconn.PgError](err); !ok || refused.ConstraintName != "decision_two_people" {
		t.Errorf("one person as both is answered with %v", err)
	}
}

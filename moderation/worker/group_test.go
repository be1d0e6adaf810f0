package worker_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal/receipt"
	"recourse/internal/testbench"
)

const story = "Since Monday he writes under each of my posts that everyone knows where I live and that he will come by with his friends."

var (
	him = event.Account{Platform: "forum", Handle: "him"}
	her = event.Account{Platform: "forum", Handle: "her"}
)

func (b *bench) tell(t *testing.T, kind event.Kind, account event.Account, words string) receipt.Receipt {
	t.Helper()
	r, msg := testbench.Sealed(t, b.demo, event.Content{Kind: kind, Account: account, Description: words}, nil)
	b.bus.Publish(t, msg)
	return r
}

func (b *bench) caseOf(t *testing.T, r receipt.Receipt) (id event.ID) {
	t.Helper()
	b.waitForStatus(t, r)
	if err := b.admin.QueryRow(t.Context(), "SELECT case_id FROM moderation.report WHERE id = $1", event.ID(r.ReportID())).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAlikeReportsAreOneCaseAndEachHasItsReceipt(t *testing.T) {
	b := setup(t)
	b.start(t)
	first := b.tell(t, event.KindThreat, him, story)
	id := b.caseOf(t, first)
	second := b.tell(t, event.KindThreat, him, strings.ToUpper(story)+" Please help.")
	if b.caseOf(t, second) != id {
		t.Error("a report in nearly the same words about the same account opened another case")
	}
	for name, other := range map[string]receipt.Receipt{
		"another account": b.tell(t, event.KindThreat, her, story),
		"no account":      b.tell(t, event.KindThreat, event.Account{}, story),
		"another kind":    b.tell(t, event.KindDoxxing, him, story),
		"other words":     b.tell(t, event.KindThreat, him, "A photograph of me was changed and sent to all of my colleagues at the town hall last night."),
	} {
		if b.caseOf(t, other) == id {
			t.Errorf("%s: it joined the case", name)
		}
	}

	var version, priority int
	if err := b.admin.QueryRow(t.Context(), "SELECT version, priority FROM moderation.cases WHERE id = $1", id).Scan(&version, &priority); err != nil {
		t.Fatal(err)
	}
	if version != 2 || priority != 401 {
		t.Errorf("the case has version %d and priority %d, want 2 and 401: whoever decides must see the second report", version, priority)
	}
	if n := b.count(t, "moderation.rule_fired WHERE report_id = $1 AND rule = 'alike-reports'", event.ID(second.ReportID())); n != 1 {
		t.Error("it is not recorded why the second report is in the case")
	}
	if n := b.count(t, "moderation.outbox WHERE case_id = $1 AND subject LIKE 'cases.opened.%'", id); n != 1 {
		t.Errorf("the case was opened %d times", n)
	}
	if status := b.waitForStatus(t, second); status.Stage != event.StageOpen || len(status.Milestones) != 2 {
		t.Errorf("the second reporter's receipt shows %+v", status)
	}
}

func TestAlikeReportsOfOneBatchAreOneCase(t *testing.T) {
	b := setup(t)
	var receipts []receipt.Receipt
	for range 40 { // all there before the worker starts: it fetches them together
		receipts = append(receipts, b.tell(t, event.KindThreat, him, story))
	}
	b.start(t)
	for _, r := range receipts {
		b.waitForStatus(t, r)
	}
	if n := b.count(t, "moderation.report"); n != len(receipts) {
		t.Fatalf("%d reports are stored, want %d", n, len(receipts))
	}
	// Several lanes may each open one at the same moment, and no more.
	if n := b.count(t, "moderation.cases"); n > 4 {
		t.Errorf("40 alike reports are %d cases", n)
	}
	if n := b.count(t, "moderation.cases c WHERE c.priority <> 399 + (SELECT count(*) FROM moderation.report r WHERE r.case_id = c.id)"); n != 0 {
		t.Errorf("%d cases have not the order that the number of their reports gives", n)
	}
}

func TestADeliveredAgainReportJoinsOnce(t *testing.T) {
	b := setup(t)
	b.start(t)
	id := b.caseOf(t, b.tell(t, event.KindThreat, him, story))
	r, msg := testbench.Sealed(t, b.demo, event.Content{Kind: event.KindThreat, Account: him, Description: story}, nil)
	again := *msg
	b.bus.Publish(t, msg)
	b.waitForStatus(t, r)
	again.Header = nil // without its id the stream takes it a second time
	b.bus.Publish(t, &again)
	consumer, err := b.bus.JS(t, keys.Admin).Consumer(t.Context(), event.StreamReports, event.ConsumerWorker)
	if err != nil {
		t.Fatal(err)
	}
	testbench.Eventually(t, 10*time.Second, "all three are acknowledged", func() bool {
		info, err := consumer.Info(t.Context())
		return err == nil && info.AckFloor.Stream == 3
	})
	if n := b.count(t, "moderation.cases WHERE id = $1 AND version = 2", id); n != 1 {
		t.Error("the case was joined more than once")
	}
}

func TestNothingJoinsACaseThatIsDecidedOrReopened(t *testing.T) {
	b := setup(t)
	b.start(t)
	for name, change := range map[string]string{
		"decided":  "state = 'closed', closed_at = now()",
		"reopened": "again = 'appeal'",
	} {
		account := event.Account{Platform: "forum", Handle: name}
		id := b.caseOf(t, b.tell(t, event.KindThreat, account, story))
		if _, err := b.admin.Exec(t.Context(), fmt.Sprintf("UPDATE moderation.cases SET %s WHERE id = $1", change), id); err != nil {
			t.Fatal(err)
		}
		if b.caseOf(t, b.tell(t, event.KindThreat, account, story)) == id {
			t.Errorf("%s: a report joined the case", name)
		}
	}
}

// A case that somebody has locked holds up neither alike reports nor others.
func TestALockedCaseHoldsNoReportUp(t *testing.T) {
	b := setup(t)
	b.start(t)
	id := b.caseOf(t, b.tell(t, event.KindThreat, him, story))
	tx, err := b.admin.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context()) //nolint:errcheck // after the commit it does nothing
	if _, err := tx.Exec(t.Context(), "UPDATE moderation.cases SET state = 'closed', closed_at = now() WHERE id = $1", id); err != nil {
		t.Fatal(err)
	}
	var receipts []receipt.Receipt
	for i := range 24 {
		account := him
		if i%4 == 3 {
			account = event.Account{Platform: "forum", Handle: fmt.Sprint("other ", i)}
		}
		receipts = append(receipts, b.tell(t, event.KindThreat, account, story))
	}
	began := time.Now()
	for _, r := range receipts {
		if b.caseOf(t, r) == id {
			t.Error("a report joined a case that is locked")
		}
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the reports took %s", took)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b.caseOf(t, b.tell(t, event.KindThreat, him, story)) == id {
		t.Error("a report joined a case that was decided without it")
	}
}

// Nothing changes a case under the hands of who works on it: a flood of alike
// reports would keep her from ever deciding.
func TestNothingJoinsACaseThatSomebodyHolds(t *testing.T) {
	b := setup(t)
	b.start(t)
	id := b.caseOf(t, b.tell(t, event.KindThreat, him, story))
	moderator := event.NewID()
	b.exec(t, `INSERT INTO moderation.moderator (id, name, created_at) VALUES ($1, 'Ana', now())`, moderator)
	b.exec(t, `UPDATE moderation.cases SET claimed_by = $1, claimed_until = now() + interval '10 minutes' WHERE id = $2`, moderator, id)
	second := b.caseOf(t, b.tell(t, event.KindThreat, him, story))
	if second == id {
		t.Error("a report joined a case that is held")
	}
	if third := b.caseOf(t, b.tell(t, event.KindThreat, him, story)); third != second {
		t.Error("the next one did not join the case that nobody holds")
	}
	if n := b.count(t, "moderation.cases WHERE id = $1 AND version = 1", id); n != 1 {
		t.Error("the held case changed")
	}
	b.exec(t, `UPDATE moderation.cases SET claimed_until = now() - interval '1 second' WHERE id = $1`, id)
	if fourth := b.caseOf(t, b.tell(t, event.KindThreat, him, story)); fourth != id && fourth != second {
		t.Error("after the claim ran out a report opened a third case")
	}
}

func TestACaseTakesTwoHundredReportsAndNoMore(t *testing.T) {
	b := setup(t)
	b.start(t)
	id := b.caseOf(t, b.tell(t, event.KindThreat, him, story))
	var receipts []receipt.Receipt
	for range 230 {
		receipts = append(receipts, b.tell(t, event.KindThreat, him, story))
	}
	for _, r := range receipts {
		b.caseOf(t, r)
	}
	if n := b.count(t, "moderation.report WHERE case_id = $1", id); n > 200 {
		t.Errorf("a case has %d reports", n)
	}
	if n := b.count(t, "moderation.report"); n != 231 {
		t.Errorf("%d reports are stored, want 231", n)
	}
	if n := b.count(t, "moderation.cases"); n < 2 || n > 8 {
		t.Errorf("they are %d cases", n)
	}
}

func TestAWithdrawnReportLeavesNoSketchAndNothingJoinsIt(t *testing.T) {
	b := setup(t)
	b.start(t)
	first := b.tell(t, event.KindThreat, him, story)
	id := b.caseOf(t, first)
	second := b.tell(t, event.KindThreat, him, story)
	if b.caseOf(t, second) != id {
		t.Fatal("the second report opened another case")
	}
	b.follow(t, first, event.ReportWithdrawn, event.FollowUpContent{})
	testbench.Eventually(t, 10*time.Second, "the first report is withdrawn", func() bool {
		return b.waitForStatus(t, first).Stage == event.StageWithdrawn
	})
	if n := b.count(t, "moderation.sketch WHERE report_id = $1", event.ID(first.ReportID())); n != 0 {
		t.Errorf("%d sketches of a withdrawn report are left", n)
	}
	if n := b.count(t, "moderation.signature WHERE report_id = $1", event.ID(first.ReportID())); n != 0 {
		t.Error("a withdrawn report keeps its signature")
	}
	if n := b.count(t, "moderation.cases WHERE id = $1 AND priority = 400", id); n != 1 {
		t.Error("the case keeps the priority that a withdrawn report gave it")
	}
	if n := b.count(t, "moderation.cases WHERE id = $1 AND state = 'open'", id); n != 1 {
		t.Error("the case did not stay open for its other report")
	}
	if b.caseOf(t, b.tell(t, event.KindThreat, him, story)) == id {
		t.Error("a report joined by the words of a report that was taken back")
	}
}

// The database holds numbers only: not the handle, not the link, not a word,
// however they are encoded.
func TestSketchesTellTheDatabaseNothingThatWasWritten(t *testing.T) {
	b := setup(t)
	b.start(t)
	r, msg := testbench.Sealed(t, b.demo, event.Content{
		Kind: event.KindThreat, Account: him, Description: story, Links: []string{"https://example.org/posts/7"},
	}, nil)
	b.bus.Publish(t, msg)
	b.waitForStatus(t, r)
	if n := b.count(t, "moderation.sketch WHERE report_id = $1", event.ID(r.ReportID())); n != 10 {
		t.Errorf("there are %d sketches, want those of account and link and the eight bands of a text", n)
	}
	if n := b.count(t, `information_schema.columns WHERE table_schema = 'moderation' AND table_name = 'sketch' AND data_type = 'text' AND column_name <> 'part'`); n != 0 {
		t.Error("a table of sketches has a column for text")
	}
}

// Many workers at once on many alike reports: none is lost, no deadlock, no
// report twice.
func TestManyWorkersJoinTheSameCasesAtOnce(t *testing.T) {
	b := setup(t)
	var first []receipt.Receipt
	accounts := make([]event.Account, 6)
	b.start(t)
	for i := range accounts {
		accounts[i] = event.Account{Platform: "forum", Handle: fmt.Sprintf("account-%d", i)}
		first = append(first, b.tell(t, event.KindThreat, accounts[i], story))
	}
	ids := map[event.ID]bool{}
	for _, r := range first {
		ids[b.caseOf(t, r)] = true
	}
	b.start(t)
	b.start(t)
	const each = 30
	var mu sync.Mutex
	var wg sync.WaitGroup
	var rest []receipt.Receipt
	for i := range accounts {
		wg.Go(func() {
			for range each {
				r := b.tell(t, event.KindThreat, accounts[i], story)
				mu.Lock()
				rest = append(rest, r)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for _, r := range rest {
		b.caseOf(t, r)
	}
	// A batch that has waited long enough for a case opens another: a few at most.
	if n := b.count(t, "moderation.cases"); n > 3*len(accounts) {
		t.Errorf("%d reports on %d accounts are %d cases", len(rest), len(accounts), n)
	}
	if n := b.count(t, "moderation.cases c WHERE c.version <> 1 AND c.priority <> 399 + LEAST(50, (SELECT count(*) FROM moderation.report r WHERE r.case_id = c.id))"); n != 0 {
		t.Errorf("%d cases have lost count of their reports", n)
	}
	if strings.Contains(b.logs.String(), "deadlock") {
		t.Error("workers locked one another out")
	}
}

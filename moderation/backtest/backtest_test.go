package backtest_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"recourse/internal/event"
	"recourse/moderation/backtest"
	sums "recourse/moderation/conduct/backtest"
)

const story = "MARKER-story Since Monday he writes under each of my posts that everyone knows where I live and that he will come by with his friends."

func TestCasesThatADraftChangesAreFound(t *testing.T) {
	b := setup(t)
	him := event.Account{Platform: "forum", Handle: "MARKER-him"}
	_, plain := b.report(t, event.Content{Kind: event.KindOther, Description: words(1) + " You blobfish!"})
	_, far := b.report(t, event.Content{Kind: event.KindOther, Description: words(2), Links: []string{"https://far.example/MARKER-link"}})
	_, number := b.report(t, event.Content{Kind: event.KindOther, Description: words(3) + " Call +44 20 7946 0958 and you will see."})
	_, acted := b.report(t, event.Content{Kind: event.KindOther, Description: words(4), Account: him})
	b.decide(t, acted, event.ActionWarning, "respect")
	b.report(t, event.Content{Kind: event.KindHate, Description: words(5), Account: him})
	_, crowd := b.report(t, event.Content{Kind: event.KindHarassment, Description: story, Account: him})
	if _, joined := b.report(t, event.Content{Kind: event.KindHarassment, Description: story + " Help.", Account: him}); joined != crowd {
		t.Fatal("the alike report did not join the case")
	}
	b.decide(t, number, event.ActionRemove, "doxxing")
	b.decide(t, far, event.ActionNone, "respect")
	b.decide(t, plain, event.ActionNotice, "respect")

	run := b.start(t, 0, first(), sums.NewSums(10))
	if left, err := run.Left(t.Context()); err != nil || left != 7 {
		t.Fatalf("%d reports are left, %v; want 7", left, err)
	}
	finish(t, run)
	r := run.Sums.Result(b.draft)
	if r.Reports.Judged != 7 || r.Cases != 6 || r.Decided != 4 || r.Changed != 3 {
		t.Errorf("%d reports, %d cases, %d decided, %d changed; want 7, 6, 4, 3", r.Reports.Judged, r.Cases, r.Decided, r.Changed)
	}
	was := sums.Outcome{Article: "respect", Priority: 200, Queue: "general"}
	want := []sums.Changed{
		{Case: far, Reports: 1, Changed: 1, Before: was, After: sums.Outcome{Article: "respect", Priority: 200, Queue: "safety", SecondReader: true}},
		{Case: number, Reports: 1, Changed: 1, Before: was, After: sums.Outcome{Article: "doxxing", Priority: 300, Queue: "general"}},
		{Case: crowd, Reports: 2, Changed: 1, Before: was, After: sums.Outcome{Article: "respect", Priority: 500, Queue: "general"}},
	}
	if !reflect.DeepEqual(r.Listed, want) {
		t.Errorf("listed are %+v, want %+v", r.Listed, want)
	}
	rules := map[string]sums.Rule{}
	for _, rule := range r.Rules {
		rules[rule.ID] = rule
	}
	for id, want := range map[string][3]int{ // now, right, decided
		"far": {1, 0, 1}, "number": {1, 1, 1}, "again": {2, 0, 0}, "acted": {2, 0, 0}, "many": {1, 0, 0}, "insults": {1, 1, 1},
	} {
		if got := rules[id]; got.Now != want[0] || got.Precision.Part != want[1] || got.Precision.N != want[2] || got.Before != 0 {
			t.Errorf("%s is %+v, want it to fire in %d and be right in %d of %d", id, got, want[0], want[1], want[2])
		}
	}
	if recall := rules["number"].Recall; recall == nil || recall.Part != 1 || recall.N != 1 {
		t.Errorf("number is found in %+v, want 1 of 1", recall)
	}
	stored, err := json.Marshal(run.Sums)
	if err != nil || strings.Contains(string(stored), "MARKER") || strings.Contains(b.logs.String(), "MARKER") {
		t.Errorf("what a person wrote stands in the sums or the log: %s, %v", stored, err)
	}
}

// What the code said then is taken from the record, not judged again: what its
// rules look at may have been another then.
func TestWhatTheCodeSaidThenIsRead(t *testing.T) {
	b := setup(t)
	id, caseID := b.report(t, event.Content{Kind: event.KindOther, Description: words(1) + " You blobfish!"})
	digest := b.bus.PutConduct(t, []byte(draft))
	b.exec(t, "UPDATE moderation.report SET conduct = $2 WHERE id = $1", id, digest)
	b.exec(t, `INSERT INTO moderation.rule_fired (report_id, rule, conduct, effect, error)
		VALUES ($1, 'far', $2, '', ''), ($1, 'number', $2, '', 'evaluation failed')`, id, digest)
	run := b.start(t, 0, first(), sums.NewSums(10))
	finish(t, run)
	r := run.Sums.Result(b.draft)
	want := []sums.Changed{{
		Case: caseID, Reports: 1, Changed: 1,
		Before: sums.Outcome{Article: "respect", Priority: 200, Queue: "safety", SecondReader: true},
		After:  sums.Outcome{Article: "respect", Priority: 200, Queue: "general"},
	}}
	if !reflect.DeepEqual(r.Listed, want) {
		t.Errorf("listed are %+v, want %+v", r.Listed, want)
	}
	for _, rule := range r.Rules {
		if want := map[string]int{"far": 1}[rule.ID]; rule.Before != want {
			t.Errorf("%s fired in %d cases, want %d", rule.ID, rule.Before, want)
		}
	}
}

func TestWhatCanNotBeOpenedIsLeftOutAndCounted(t *testing.T) {
	b := setup(t)
	var ids []event.ID
	for n := range 5 {
		id, _ := b.report(t, event.Content{Kind: event.KindOther, Description: words(n)})
		ids = append(ids, id)
	}
	b.exec(t, "UPDATE moderation.report SET withdrawn_at = now(), content = '' WHERE id = $1", ids[0])
	b.exec(t, "DELETE FROM moderation.data_key WHERE owner = ANY($1::uuid[])", []event.ID{ids[0], ids[1]})
	b.exec(t, "UPDATE moderation.report SET content = 'x' WHERE id = $1", ids[2])
	b.exec(t, "UPDATE moderation.report SET conduct = repeat('0', 64) WHERE id = $1", ids[3])
	run := b.start(t, 0, first(), sums.NewSums(10))
	finish(t, run)
	got := run.Sums.Result(b.draft).Reports
	want := sums.Reports{Judged: 1, Skipped: map[sums.Skip]int{
		sums.Withdrawn: 1, sums.Erased: 1, sums.Unopenable: 1, sums.WithoutCode: 1, sums.Failed: 0,
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if run.Sums.Cases != 1 {
		t.Errorf("%d cases count, want 1", run.Sums.Cases)
	}
}

func TestARunThatGoesOnEndsWithTheSameSums(t *testing.T) {
	b := setup(t)
	account := event.Account{Platform: "forum", Handle: "MARKER-him"}
	for n := range 12 {
		content := event.Content{Kind: event.KindOther, Description: words(n)}
		switch n % 3 {
		case 0: // one case over all pages
			content = event.Content{Kind: event.KindHarassment, Description: story, Account: account}
		case 1:
			content.Links = []string{"https://far.example/"}
		}
		b.report(t, content)
	}
	whole := b.start(t, 0, first(), sums.NewSums(10))
	if pages := finish(t, whole); pages != 1 {
		t.Fatalf("%d pages, want 1", pages)
	}
	want, after := whole.Sums.Result(b.draft), first()
	if want.Cases != 9 || want.Changed != 5 {
		t.Fatalf("%d of %d cases change, want 5 of 9", want.Changed, want.Cases)
	}
	var stored []byte
	for page := 0; ; page++ { // a process a page, with nothing but what is stored
		s := sums.NewSums(10)
		if stored != nil {
			if err := json.Unmarshal(stored, s); err != nil {
				t.Fatal(err)
			}
		}
		run := b.start(t, 5, after, s)
		n, err := run.Page(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if stored, err = json.Marshal(run.Sums); err != nil {
			t.Fatal(err)
		}
		after = run.After
		if n == 0 {
			if got := run.Sums.Result(b.draft); page != 3 || !reflect.DeepEqual(got, want) {
				t.Errorf("after %d pages it is %+v, want %+v", page, got, want)
			}
			return
		}
		if page == 0 && len(run.Sums.Pending) != 1 {
			t.Errorf("%d cases wait for further reports after the first page, want 1", len(run.Sums.Pending))
		}
	}
}

func TestEveryPageThatIsOpenedIsRecorded(t *testing.T) {
	b := setup(t)
	for n := range 5 {
		b.report(t, event.Content{Kind: event.KindOther, Description: words(n)})
	}
	finish(t, b.start(t, 2, first(), sums.NewSums(0)))
	if n := b.count(t, "moderation.audit WHERE action = 'conduct.backtested' AND report_id IS NULL AND case_id IS NULL"); n != 3 {
		t.Errorf("%d entries for 3 pages", n)
	}
	// Where the entry can't be written, nothing is opened.
	b.exec(t, "REVOKE INSERT ON moderation.audit FROM recourse_console")
	run := b.start(t, 2, first(), sums.NewSums(0))
	if _, err := run.Page(t.Context()); err == nil || run.Sums.Reports != 0 || run.After != (backtest.Position{At: first().At}) {
		t.Errorf("without an entry %d reports are judged: %v", run.Sums.Reports, err)
	}
}

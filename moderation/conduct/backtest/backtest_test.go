package backtest_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"recourse/internal/event"
	"recourse/moderation/conduct"
	"recourse/moderation/conduct/backtest"
	"recourse/moderation/conduct/examples"
)

// draft has rules without conditions that matter: what fired is handed in.
const draft = `title: {en: T}
version: "2"
languages: [en]
queues: [general, safety]
articles:
  - id: respect
    kinds: [harassment, abusive_language, cyberbullying, brigading, stalking, sexual_harassment, other]
    severity: 2
    first_look: 48h
    title: {en: T}
    text: {en: T}
  - id: safety
    kinds: [threat, violence, incitement, non_consensual_imagery, child_sexual_abuse, hate, deepfake, doxxing, impersonation, catfishing]
    severity: 4
    first_look: 2h
    title: {en: T}
    text: {en: T}
rules:
  - id: suggests
    says: {en: S.}
    when: report.length > 10
    then: {article: safety}
  - id: routes
    says: {en: S.}
    when: report.length / (report.length - 20) > 100
    then: {queue: safety}
    shadow: true
`

func parse(t *testing.T, file string) conduct.Code {
	t.Helper()
	code, err := conduct.Parse([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestJudgingTellsRulesThatFiredAndThoseThatFailed(t *testing.T) {
	code := parse(t, draft)
	judged := backtest.Judge(code, code.View(event.Content{Kind: event.KindOther, Description: "It is twenty letters"}))
	want := backtest.Judged{
		Outcome: backtest.Outcome{Article: "safety", Priority: 400, Queue: "general"}, Fired: []string{"suggests"}, Failed: []string{"routes"},
	}
	if !reflect.DeepEqual(judged, want) {
		t.Errorf("it is %+v, want %+v", judged, want)
	}
}

// What rules wanted is put together again from their ids alone, whatever a quota
// kept them from.
func TestWhatIsRecordedSaysTheSameAsJudging(t *testing.T) {
	for _, name := range examples.Names() {
		file, err := conduct.Load(examples.Read, name+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		code := parse(t, string(file))
		rapid.Check(t, func(t *rapid.T) {
			view := code.View(event.Content{
				Kind:        rapid.SampledFrom(event.Kinds()).Draw(t, "kind"),
				Grounds:     rapid.SliceOfN(rapid.SampledFrom(event.Grounds()), 0, 2).Draw(t, "grounds"),
				Description: rapid.SampledFrom([]string{"", "You stupid idiot, I will kill you", "Call +44 20 7946 0958", "هذا نص"}).Draw(t, "words"),
				Links:       rapid.SampledFrom([][]string{nil, {"https://far.example/"}}).Draw(t, "links"),
				Account:     event.Account{Platform: "forum", Handle: "them"},
			})
			view.Failed = rapid.Bool().Draw(t, "failed")
			n := rapid.IntRange(0, 60)
			view.History = conduct.History{
				AccountReports: n.Draw(t, "reports"), LastHour: n.Draw(t, "hour"), AccountDecisions: n.Draw(t, "decisions"), GroupReporters: n.Draw(t, "group"),
			}
			a := code.Assess(view)
			for _, h := range a.Hide {
				a = a.WithoutHide(conduct.QuotaReached, h.Rule)
			}
			var fired, failed []string
			for _, f := range a.Fired {
				if f.Error != "" {
					failed = append(failed, f.Rule)
				} else {
					fired = append(fired, f.Rule)
				}
			}
			slices.Reverse(fired) // rows have no order
			got, want := backtest.Recorded(code, view.Kind, fired, failed), backtest.Judge(code, view)
			slices.Reverse(got.Fired)
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("recorded %+v, judged %+v", got, want)
			}
		})
	}
}

// sumsOf adds cases of one report each.
func sumsOf(code conduct.Code, list int, reports ...backtest.Report) *backtest.Sums {
	s := backtest.NewSums(list)
	for _, r := range reports {
		r.Case, r.Last = event.NewID(), true
		s.Add(r, backtest.Articles(code))
	}
	return s
}

func outcome(article string, priority int) backtest.Outcome {
	return backtest.Outcome{Article: article, Priority: priority, Queue: "general"}
}

func TestChangesAreCountedBySort(t *testing.T) {
	code, was := parse(t, draft), outcome("respect", 200)
	all := backtest.Outcome{Article: "safety", Priority: 400, Queue: "safety", SecondReader: true, Hidden: true}
	r := sumsOf(code, 2,
		backtest.Report{Before: backtest.Judged{Outcome: was}, After: backtest.Judged{Outcome: was}},
		backtest.Report{Before: backtest.Judged{Outcome: was}, After: backtest.Judged{Outcome: all}},
		backtest.Report{Before: backtest.Judged{Outcome: all}, After: backtest.Judged{Outcome: was}},
		backtest.Report{Before: backtest.Judged{Outcome: was}, After: backtest.Judged{Outcome: outcome("safety", 400)}},
	).Result(code)
	if r.Cases != 4 || r.Changed != 3 || len(r.Listed) != 2 {
		t.Errorf("%d of %d cases change and %d are listed, want 3 of 4 and 2", r.Changed, r.Cases, len(r.Listed))
	}
	if want := map[string]int{"article": 3, "priority": 3, "queue": 2, "second_reader": 2, "hidden": 2}; !reflect.DeepEqual(r.By, want) {
		t.Errorf("by sort they are %v, want %v", r.By, want)
	}
	got := fmt.Sprint(r.Moves)
	const want = "[{{article respect safety} 2} {{priority  higher} 2} {{article safety respect} 1} {{hidden  no} 1} {{hidden  yes} 1} " +
		"{{priority  lower} 1} {{queue general safety} 1} {{queue safety general} 1} {{second_reader  no} 1} {{second_reader  yes} 1}]"
	if got != want {
		t.Errorf("the moves are %s, want %s", got, want)
	}
}

func TestACaseOfSeveralReportsCountsOnce(t *testing.T) {
	code, was, id := parse(t, draft), outcome("respect", 200), event.NewID()
	s := backtest.NewSums(10)
	acted := &backtest.Decision{Action: event.ActionRemove, Article: "safety", Code: &code}
	for i, after := range []backtest.Outcome{was, outcome("safety", 400), outcome("safety", 500)} {
		s.Add(backtest.Report{
			Case: id, Last: i == 2, Decision: acted, Before: backtest.Judged{Outcome: was, Fired: []string{"old"}},
			After: backtest.Judged{Outcome: after, Fired: []string{"suggests"}},
		}, backtest.Articles(code))
	}
	r := s.Result(code)
	want := []backtest.Changed{{Case: id, Reports: 3, Changed: 2, Before: was, After: outcome("safety", 400)}}
	if r.Cases != 1 || r.Changed != 1 || !reflect.DeepEqual(r.Listed, want) || len(s.Pending) != 0 {
		t.Errorf("it is %+v with %d pending, want one case listed as %+v", r, len(s.Pending), want)
	}
	if rule := r.Rules[0]; rule.Now != 1 || rule.New != 1 || rule.Precision.N != 1 || rule.Precision.Part != 1 || rule.Recall.Part != 1 {
		t.Errorf("the rule is %+v, want it to count the case once", rule)
	}
	if rule := r.Rules[2]; rule.ID != "old" || rule.Draft || rule.Before != 1 || rule.Gone != 1 {
		t.Errorf("the last rule is %+v, want the one that only the earlier code had", rule)
	}
}

func TestARuleIsRightWhereModeratorsActedUnderItsArticle(t *testing.T) {
	code := parse(t, draft)
	other := code
	other.Articles = code.Articles[:1] // without safety
	fires := backtest.Judged{Fired: []string{"suggests", "routes"}}
	decided := func(a event.Action, article string, under *conduct.Code) *backtest.Decision {
		return &backtest.Decision{Action: a, Article: article, Code: under}
	}
	r := sumsOf(code, 0,
		backtest.Report{After: fires, Decision: decided(event.ActionWarning, "safety", &code)},
		backtest.Report{After: fires, Decision: decided(event.ActionWarning, "respect", &code)},
		backtest.Report{After: fires, Decision: decided(event.ActionNone, "safety", &code)},
		backtest.Report{After: fires, Decision: decided(event.ActionWarning, "respect", &other)},
		backtest.Report{After: fires, Decision: decided(event.ActionWarning, "respect", nil)},
		backtest.Report{After: fires},
		backtest.Report{Decision: decided(event.ActionBan, "safety", &code)},
	).Result(code)
	suggests, routes := r.Rules[0], r.Rules[1]
	if suggests.Precision.Part != 1 || suggests.Precision.N != 3 || suggests.NewArticle != 2 || suggests.Now != 6 {
		t.Errorf("with an article it is %+v, want 1 of 3 and 2 that can't be told", suggests)
	}
	if suggests.Recall.Part != 1 || suggests.Recall.N != 2 {
		t.Errorf("it is found in %+v, want 1 of 2", suggests.Recall)
	}
	if routes.Precision.Part != 4 || routes.Precision.N != 5 || routes.Recall != nil {
		t.Errorf("without one it is %+v, want 4 of 5 and no recall", routes)
	}
	if r.Decided != 6 {
		t.Errorf("%d cases are decided, want 6", r.Decided)
	}
}

// Of none the upper end is z²/(n+z²), and of all the lower end n/(n+z²); the
// others were worked out apart, with the formula in its original form.
func TestASharesIntervalIsWilsons(t *testing.T) {
	for _, tt := range []struct {
		part, n   int
		low, high float64
	}{{20, 20, 0.8389, 1}, {0, 20, 0, 0.1611}, {50, 100, 0.4038, 0.5962}, {81, 100, 0.7222, 0.8749}} {
		s := backtest.NewShare(tt.part, tt.n)
		if math.Abs(*s.Low-tt.low) > 5e-5 || math.Abs(*s.High-tt.high) > 5e-5 || *s.Of != float64(tt.part)/float64(tt.n) {
			t.Errorf("%d of %d lies in %.4f to %.4f, want %.4f to %.4f", tt.part, tt.n, *s.Low, *s.High, tt.low, tt.high)
		}
	}
	if s := backtest.NewShare(19, 19); s.Of != nil || s.Low != nil || s.High != nil || s.N != 19 {
		t.Errorf("of 19 it tells %+v", s)
	}
}

// However often sums are stored and read again, they come out the same.
func TestSumsThatWereStoredGoOnTheSame(t *testing.T) {
	code := parse(t, draft)
	rapid.Check(t, func(t *rapid.T) {
		cases := []event.ID{{1}, {2}, {3}}
		outcomes := []backtest.Outcome{outcome("respect", 200), outcome("safety", 400), {Article: "respect", Priority: 250, Queue: "safety", Hidden: true}}
		rules := [][]string{nil, {"suggests"}, {"routes", "suggests"}, {"old"}}
		n := rapid.IntRange(1, 30).Draw(t, "reports")
		straight, stored := backtest.NewSums(2), backtest.NewSums(2)
		for i := range n {
			r := backtest.Report{Case: rapid.SampledFrom(cases).Draw(t, "case"), Last: i >= n-3 || rapid.Bool().Draw(t, "last")}
			r.Skip = rapid.SampledFrom([]backtest.Skip{"", "", "", backtest.Withdrawn}).Draw(t, "skip")
			if r.Skip == "" {
				r.Before = backtest.Judged{Outcome: rapid.SampledFrom(outcomes).Draw(t, "before"), Fired: rapid.SampledFrom(rules).Draw(t, "fired")}
				r.After = backtest.Judged{Outcome: rapid.SampledFrom(outcomes).Draw(t, "after"), Fired: rapid.SampledFrom(rules).Draw(t, "fires")}
			}
			straight.Add(r, backtest.Articles(code))
			stored.Add(r, backtest.Articles(code))
			b, err := json.Marshal(stored)
			if err != nil {
				t.Fatal(err)
			}
			stored = &backtest.Sums{}
			if err := json.Unmarshal(b, stored); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := stored.Result(code), straight.Result(code); !reflect.DeepEqual(got, want) {
			t.Fatalf("stored it is %+v, straight %+v", got, want)
		}
	})
}

package conduct_test

import (
	"reflect"
	"slices"
	"testing"

	"recourse/internal/event"
	"recourse/moderation/conduct"
)

func TestARuleNamesWhatMadeItFire(t *testing.T) {
	for _, tt := range []struct {
		name, when string
		want       []string
	}{
		{"one variable", `"phone" in personal.kinds`, []string{"personal.kinds"}},
		{"both of an and", `report.account && words.count > 1`, []string{"report.account", "words.count"}},
		{"the side of an or that holds", `report.account || report.role == "witness"`, []string{"report.account"}},
		{"both sides of an or that hold", `report.account || words.count > 1`, []string{"report.account", "words.count"}},
		{"what holds on nothing", `account.decisions < 100`, nil},
		{"what holds always", "true", nil},
		{"a part that holds on nothing", `!words.reclaimed && report.account`, []string{"report.account"}},
		{"each for the other", `report.length > 10 ? words.count > 1 : words.count > 2`, []string{"words.count"}},
		{"two sides of an or that hold, of three", `report.account || words.count > 1 || report.role == "witness"`, []string{"report.account", "words.count"}},
		{"two of three, none of them needed", `(report.account ? 1 : 0) + (words.count > 1 ? 1 : 0) + (report.length > 1 ? 1 : 0) >= 2`, []string{"report.length", "report.account", "words.count"}},
	} {
		got := parse(t, ruled("rules:\n"+rule("a", tt.when, "queue: safety"))).Assess(fullView())
		if len(got.Fired) != 3 {
			t.Errorf("%s: it does not fire", tt.name)
			continue
		}
		if because := got.Fired[2].Because; !slices.Equal(because, tt.want) {
			t.Errorf("%s: %s fires because of %v, want %v", tt.name, tt.when, because, tt.want)
		}
	}
}

func TestWhatWouldHaveBeenWithoutARule(t *testing.T) {
	reason := "reason: {en: Why., ar: لماذا.}"
	c := parse(t, ruled("rules:\n"+
		rule("up", "true", "article: safety")+
		rule("first", "true", "priority: {level: urgent, "+reason+"}")+
		rule("again", "true", "priority: {level: urgent, "+reason+"}, tags: [x]")+
		rule("route", "true", "queue: names, second_reader: true")+
		rule("route-too", "true", "queue: safety, hide: true")+
		rule("shadow", "true", "queue: safety, hide: true")+"    shadow: true\n"))
	a := c.Assess(conduct.View{Kind: event.KindDoxxing})
	got := c.WhatIf(a.Kind, a.Fired)
	want := []conduct.Without{
		{Rule: "up", Outcome: conduct.Outcome{Article: "true_names", Priority: 500, Queue: "names", SecondReader: true, Hidden: true}},
		{Rule: "route", Outcome: conduct.Outcome{Article: "safety", Priority: 500, Queue: "safety", Hidden: true}},
		{Rule: "route-too", Outcome: conduct.Outcome{Article: "safety", Priority: 500, Queue: "names", SecondReader: true}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("without a rule it would have been\n%+v, want\n%+v", got, want)
	}
	if actual := (conduct.Outcome{Article: "safety", Priority: 500, Queue: "names", SecondReader: true, Hidden: true}); a.Outcome() != actual {
		t.Errorf("the outcome is %+v", a.Outcome())
	}
}

func TestTheLadderGoesUpWithEarlierDecisionsAndStaysOnTop(t *testing.T) {
	a := conduct.Article{Ladder: []event.Action{event.ActionWarning, event.ActionSuspend}}
	for earlier, want := range map[int]event.Action{-1: "warning", 0: "warning", 1: "suspend", 2: "suspend", 99: "suspend"} {
		if got, ok := a.Step(earlier); !ok || got != want {
			t.Errorf("after %d decisions the step is %s", earlier, got)
		}
	}
	if got, ok := (conduct.Article{}).Step(0); ok {
		t.Errorf("without a ladder the step is %s", got)
	}
}

func TestARuleWhoseQuotaWasUsedUpHidNothing(t *testing.T) {
	c := parse(t, ruled("rules:\n"+rule("hider", "true", "hide: true, tags: [x]")))
	a := c.Assess(conduct.View{Kind: event.KindDoxxing})
	if !c.Explain(a.Kind, a.Fired).Outcome().Hidden || len(c.WhatIf(a.Kind, a.Fired)) != 1 {
		t.Error("what was hidden is not explained")
	}
	a = a.WithoutHide(conduct.QuotaReached, "hider")
	again := c.Explain(a.Kind, a.Fired)
	if again.Outcome().Hidden || len(c.WhatIf(a.Kind, a.Fired)) != 0 {
		t.Error("it is explained as if something had been hidden")
	}
	if !slices.Equal(again.Tags, a.Tags) || again.Outcome() != a.Outcome() {
		t.Errorf("put together again it is %+v, want %+v", again, a)
	}
}

package moderation_test

import (
	"errors"
	"strings"
	"testing"

	"recourse/internal/event"
	"recourse/internal/text"
	"recourse/moderation"
)

func respectOnly(id string) bool { return id == "respect" }

func TestADecisionIsCheckedAndItsTextCleaned(t *testing.T) {
	for _, action := range event.Actions() {
		d, errs := moderation.Decision{Action: action, Article: "respect", Reasons: " Il a e\u0301crit\r\nchaque jour. \n"}.Check(respectOnly)
		if len(errs) > 0 {
			t.Errorf("%s: %v", action, errs)
		}
		if d.Action != action || d.Article != "respect" || d.Reasons != "Il a écrit\nchaque jour." {
			t.Errorf("the decision is %+v", d)
		}
	}
}

func TestEveryFieldAtFaultIsNamed(t *testing.T) {
	right := moderation.Decision{Action: event.ActionRemove, Article: "respect", Reasons: "It threatens."}
	type faults map[string]error
	for _, tt := range []struct {
		name   string
		change func(*moderation.Decision)
		want   faults
	}{
		{"nothing", func(*moderation.Decision) {}, nil},
		{"no action", func(d *moderation.Decision) { d.Action = "" }, faults{"action": moderation.ErrAction}},
		{"an action that is none", func(d *moderation.Decision) { d.Action = "mute" }, faults{"action": moderation.ErrAction}},
		{"no article", func(d *moderation.Decision) { d.Article = "" }, faults{"article": moderation.ErrArticle}},
		{"another code's article", func(d *moderation.Decision) { d.Article = "safety" }, faults{"article": moderation.ErrArticle}},
		{"no reasons", func(d *moderation.Decision) { d.Reasons = "" }, faults{"reasons": moderation.ErrNoReasons}},
		{"reasons of white space", func(d *moderation.Decision) { d.Reasons = " \n\t\u00a0" }, faults{"reasons": moderation.ErrNoReasons}},
		{"reasons with a control character", func(d *moderation.Decision) { d.Reasons = "MARKER\x00" }, faults{"reasons": text.ErrControl}},
		{"reasons that are no UTF-8", func(d *moderation.Decision) { d.Reasons = "MARKER\xff" }, faults{"reasons": text.ErrUTF8}},
		{"the longest reasons", func(d *moderation.Decision) { d.Reasons = strings.Repeat("ع", 10_000) }, nil},
		{"reasons one character too long", func(d *moderation.Decision) { d.Reasons = strings.Repeat("ع", 10_001) }, faults{"reasons": text.TooLongError{Max: 10_000}}},
		{"everything", func(d *moderation.Decision) { *d = moderation.Decision{} }, faults{
			"action": moderation.ErrAction, "article": moderation.ErrArticle, "reasons": moderation.ErrNoReasons,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := right
			tt.change(&d)
			_, errs := d.Check(respectOnly)
			if len(errs) != len(tt.want) {
				t.Errorf("the faults are %v, want %v", errs, tt.want)
			}
			for _, e := range errs {
				if want := tt.want[e.Field]; want == nil || !errors.Is(e, want) {
					t.Errorf("%s: %v, want %v", e.Field, e, want)
				}
				if strings.Contains(e.Error(), "MARKER") || !strings.HasPrefix(e.Error(), e.Field+" ") {
					t.Errorf("it reads %q; want the field, and no content", e)
				}
			}
		})
	}
}

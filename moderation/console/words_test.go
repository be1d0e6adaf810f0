package console

import (
	"testing"
	"time"

	"recourse/internal/event"
)

func TestEveryCodeHasItsWords(t *testing.T) {
	for _, k := range event.Kinds() {
		if kindWord(k) == string(k) {
			t.Errorf("the kind %s has no words", k)
		}
	}
	for _, g := range event.Grounds() {
		if groundWord(g) == string(g) {
			t.Errorf("the ground %s has no words", g)
		}
	}
	for _, r := range event.Roles() {
		if roleWord(r) == string(r) {
			t.Errorf("the role %s has no words", r)
		}
	}
	for _, a := range event.Actions() {
		if actionWord(a) == string(a) || actionFollows(a) == "" {
			t.Errorf("the action %s has no words", a)
		}
	}
	if kindWord("of a later version") != "of a later version" {
		t.Error("a code of a later version is not shown as it is")
	}
}

func TestASpanIsToldInOneUnit(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "less than a minute", time.Minute: "1 minute", 59 * time.Minute: "59 minutes", 90 * time.Minute: "1 hour",
		47 * time.Hour: "47 hours", 48 * time.Hour: "2 days", 240 * time.Hour: "10 days",
	} {
		if got := span(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

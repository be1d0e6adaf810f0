package event_test

import (
	"errors"
	"strings"
	"testing"

	"recourse/internal/event"
)

func TestSubjectsAreWrittenAndReadBack(t *testing.T) {
	id := mustID(t, digits)
	for _, tt := range []struct {
		subject event.Subject
		want    string
	}{
		{event.ReportSubject(event.ReportSubmitted, "demo", id), "reports.submitted.demo." + digits},
		{event.CaseSubject(event.CaseOpened, "ville-de-lyon", id), "cases.opened.ville-de-lyon." + digits},
		{event.CaseSubject(event.CaseDecided, "a", id), "cases.decided.a." + digits},
		{event.CaseSubject(event.CaseClosed, "42", id), "cases.closed.42." + digits},
		{event.ReportSubject("an_event_of_a_later_version", "demo", id), "reports.an_event_of_a_later_version.demo." + digits},
	} {
		if got := tt.subject.String(); got != tt.want {
			t.Errorf("the subject is %s, want %s", got, tt.want)
		}
		if back, err := event.ParseSubject(tt.want); err != nil || back != tt.subject {
			t.Errorf("ParseSubject(%s) is %v, %v", tt.want, back, err)
		}
	}
}

func TestMalformedSubjectsAreRefused(t *testing.T) {
	for _, tt := range []struct{ name, subject string }{
		{"nothing", ""},
		{"another stream", "quarantine.submitted.demo." + digits},
		{"the stream in upper case", "REPORTS.submitted.demo." + digits},
		{"three tokens", "reports.submitted." + digits},
		{"five tokens", "reports.submitted.demo." + digits + ".x"},
		{"a dot at the end", "reports.submitted.demo." + digits + "."},
		{"no event", "reports..demo." + digits},
		{"no community", "reports.submitted.." + digits},
		{"a community that is none", "reports.submitted.De-mo." + digits},
		{"a community that is a wildcard", "reports.submitted.*." + digits},
		{"no id", "reports.submitted.demo."},
		{"an id in upper case", "reports.submitted.demo." + strings.ToUpper(digits)},
		{"an id with hyphens", "reports.submitted.demo.01234567-89ab-cdef-0011-223344556677"},
		{"a wildcard for an id", "reports.submitted.demo.*"},
		{"a space in front", " reports.submitted.demo." + digits},
	} {
		if s, err := event.ParseSubject(tt.subject); !errors.Is(err, event.ErrSubject) || s != (event.Subject{}) {
			t.Errorf("%s: %v, %v; want ErrSubject", tt.name, s, err)
		}
	}
}

func TestACommunitysNameIsOneTokenOfASubject(t *testing.T) {
	for _, name := range []string{"a", "7", "demo", "ville-de-lyon", "a--b", "2026", strings.Repeat("a", 40)} {
		if !event.ValidCommunity(name) {
			t.Errorf("%q is refused", name)
		}
	}
	for _, name := range []string{
		"", "-", "-a", "a-", "Demo", "de mo", "de.mo", "de_mo", "*", ">", "a>", "démo", "demo\n", "\ndemo", "demo\x00", "ｄemo", strings.Repeat("a", 41),
	} {
		if event.ValidCommunity(name) {
			t.Errorf("%q is taken", name)
		}
	}
}

func TestQuarantineKeepsNamedAndUnnamedApart(t *testing.T) {
	if got, want := event.QuarantineSubject("demo", mustID(t, digits)), "quarantine.demo."+digits; got != want {
		t.Errorf("the subject is %s, want %s", got, want)
	}
	if got, want := event.QuarantineUnnamed(42), "quarantine.unnamed.seq-42"; got != want {
		t.Errorf("the subject is %s, want %s", got, want)
	}
	if _, err := event.ParseID("seq-42"); err == nil {
		t.Error("the last token of an unnamed one can be an id")
	}
}

func TestACaseEventIsStoredOncePerCaseSequenceAndEvent(t *testing.T) {
	e := event.CaseEvent{Case: mustID(t, digits), Sequence: 3, Event: event.CaseDecided}
	if got, want := e.MessageID(), digits+".3.decided"; got != want {
		t.Errorf("the message id is %s, want %s", got, want)
	}
}

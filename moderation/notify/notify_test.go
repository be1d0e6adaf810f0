package notify_test

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"recourse/internal/event"
	"recourse/internal/seal"
	"recourse/moderation/notify"
)

const someone = "someone@example.org"

func TestNewsGivesOneMailInTheReportersLanguage(t *testing.T) {
	b := setup(t)
	for _, c := range []struct{ language, subject, line string }{
		{"en", "There is news", "There is news for you."},
		{"fr-CA", "Il y a du nouveau", "Il y a du nouveau pour vous."},
		{"ar", "هناك جديد", "هناك جديد لكم."},
		{"", "There is news", "There is news for you."},
		{"tlh", "There is news", "There is news for you."},
	} {
		before := len(b.box.Mails())
		b.news(t, b.reported(t, event.Contact{Address: someone, Language: c.language}))
		b.send(t)
		b.send(t)
		b.wantMails(t, before+1)
		header, subject, body := read(t, b.box.Mails()[before])
		if subject != c.subject || !strings.HasPrefix(body, c.line) || !strings.Contains(body, "\n"+statusURL+"\r\n") && !strings.Contains(body, "\n"+statusURL+"\n") {
			t.Errorf("in %q it says %q: %q", c.language, subject, body)
		}
		if got := header.Get("To"); got != "<"+someone+">" {
			t.Errorf("it is sent to %q", got)
		}
	}
	b.wantWaiting(t, 0)
}

func TestAMailGivesNothingAway(t *testing.T) {
	b := setup(t)
	report := b.reported(t, event.Contact{Address: someone, Language: "en"})
	b.news(t, report)
	b.send(t)
	b.wantMails(t, 1)
	m := b.box.Mails()[0]
	header, _, _ := read(t, m)
	want := []string{
		"Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To",
	}
	if got := slices.Sorted(maps.Keys(header)); !slices.Equal(got, want) {
		t.Errorf("the headers are %v, want %v", got, want)
	}
	for name, value := range map[string]string{
		"Auto-Submitted": "auto-generated", "Content-Type": "text/plain; charset=UTF-8", "From": `"News" <news@city.example>`,
	} {
		if header.Get(name) != value {
			t.Errorf("%s is %q, want %q", name, header.Get(name), value)
		}
	}
	at, err := header.Date()
	if err != nil || at != at.Truncate(time.Hour) {
		t.Errorf("the date is %s, %v; want a full hour", at, err)
	}
	if id := header.Get("Message-Id"); !strings.HasSuffix(id, "@city.example>") || len(id) != len("<@city.example>")+32 {
		t.Errorf("the message id is %q", id)
	}
	if m.Helo != "city.example" || m.From != "news@city.example" {
		t.Errorf("the mail server sees %q and %q", m.Helo, m.From)
	}
	for _, word := range []string{report.String(), "demo", "report ", "abuse", "harass", "moderat", "decision", "decided"} {
		if strings.Contains(strings.ToLower(m.Data), word) {
			t.Errorf("it says %q:\n%s", word, m.Data)
		}
	}
	second := b.reported(t, event.Contact{Address: someone, Language: "en"})
	b.news(t, second)
	b.send(t)
	b.wantMails(t, 2)
	again, _, _ := read(t, b.box.Mails()[1])
	if again.Get("Message-Id") == header.Get("Message-Id") {
		t.Error("two mails have one message id")
	}
}

func TestWhereThereIsNoAddressOfAMailboxNothingIsSent(t *testing.T) {
	b := setup(t)
	for _, contact := range []string{
		"", "  ", "+49 170 1234567", "(030) 1234-567", "ask my sister", "@handle", "a@b", "a@b@example.org", "a@127.0.0.1", "a@[127.0.0.1]",
		"Someone <" + someone + ">", someone + ", other@example.org", someone + " (work)", `"two words"@example.org`,
		someone + "\r\nBcc: other@example.org", "a@exam_ple..org", strings.Repeat("a", 250) + "@example.org",
	} {
		b.news(t, b.reported(t, event.Contact{Address: contact, Language: "en"}))
	}
	b.news(t, event.NewID()) // erased, and its contact with it
	b.send(t)
	b.wantMails(t, 0)
	b.wantWaiting(t, 0)
	if got, want := b.ended(t), map[string]int{"no_contact": 3, "phone": 2, "other_contact": 13}; !maps.Equal(got, want) {
		t.Errorf("it counts %v, want %v", got, want)
	}
}

func TestAnAddressInAnotherScriptsDomainIsWritten(t *testing.T) {
	b := setup(t)
	b.news(t, b.reported(t, event.Contact{Address: "someone@bücher.example"}))
	b.send(t)
	b.wantMails(t, 1)
	if to := b.box.Mails()[0].To; to != "someone@xn--bcher-kva.example" {
		t.Errorf("it goes to %s", to)
	}
}

func TestSeveralEventsWithinTheDelayGiveOneMailAfterIt(t *testing.T) {
	b := setup(t)
	b.later(-3 * time.Minute) // eight minutes after now
	report := b.reported(t, event.Contact{Address: someone})
	b.news(t, report, report)
	b.news(t, report)
	b.send(t)
	b.wantMails(t, 0)
	b.later(3 * time.Minute)
	b.news(t, report) // it waits no longer for that
	b.send(t)
	b.wantMails(t, 1)
	b.later(time.Hour)
	b.send(t)
	b.wantMails(t, 1)
	b.wantWaiting(t, 0)
}

func TestNewsThatComesWhileAMailIsUnderWayIsToldByAnother(t *testing.T) {
	b := setup(t)
	report := b.reported(t, event.Contact{Address: someone})
	b.news(t, report)
	again := sync.OnceFunc(func() { b.news(t, report) })
	b.box.Refuse(func(step string) error {
		if step == "data" {
			again()
		}
		return nil
	})
	b.send(t) // by its clock, the new one has waited too
	b.wantMails(t, 2)
	b.wantWaiting(t, 0)
}

func TestAMailWaitsForAMailServerThatIsAway(t *testing.T) {
	b := setup(t)
	b.news(t, b.reported(t, event.Contact{Address: someone}))
	b.box.Stop(t)
	if err := b.Send(t.Context()); err == nil {
		t.Error("it says nothing of a mail server that is away")
	}
	b.wantWaiting(t, 1)
	b.box.Start(t)
	b.send(t) // not due
	b.wantMails(t, 0)
	b.later(5 * time.Minute)
	b.send(t)
	b.wantMails(t, 1)
	b.wantWaiting(t, 0)
}

// quoting is an answer that quotes the address, as real servers' do.
func quoting(code int) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: "<" + someone + ">: MARKER"}
}

func TestWhatAnAnswerOfTheMailServerMeans(t *testing.T) {
	for _, c := range []struct {
		name, step string
		code       int
		goes       bool // at the next attempt; else it is forgotten
	}{
		{"the mailbox is busy", "rcpt", 450, true},
		{"the mail is wanted later", "data", 451, true},
		{"the server is stopping", "rcpt", 421, true},
		{"the sender is refused, which is for the operator to mend", "mail", 550, true},
		{"there is no such mailbox", "rcpt", 550, false},
		{"the mail is refused", "data", 554, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := setup(t)
			b.news(t, b.reported(t, event.Contact{Address: someone}))
			b.box.Refuse(func(step string) error {
				if step == c.step {
					return quoting(c.code)
				}
				return nil
			})
			// An error is for Run to log: it must not quote either.
			if err := b.Send(t.Context()); err != nil && (strings.Contains(err.Error(), "someone") || strings.Contains(err.Error(), "MARKER")) {
				t.Errorf("the error quotes the answer: %v", err)
			}
			b.box.Refuse(nil)
			waiting := 0
			if c.goes {
				waiting = 1
			}
			b.wantMails(t, 0)
			b.wantWaiting(t, waiting)
			b.later(5 * time.Minute)
			b.send(t)
			b.wantMails(t, waiting)
			b.wantWaiting(t, 0)
			if logs := b.logs.String(); strings.Contains(logs, "someone") || strings.Contains(logs, "MARKER") {
				t.Errorf("the log quotes the answer:\n%s", logs)
			}
		})
	}
}

func TestOneRefusedMailDoesNotHoldUpTheNext(t *testing.T) {
	b := setup(t)
	b.news(t, b.reported(t, event.Contact{Address: someone}))
	b.news(t, b.reported(t, event.Contact{Address: "other@example.org"}))
	refusedOnce := false
	b.box.Refuse(func(step string) error {
		if step == "rcpt" && !refusedOnce {
			refusedOnce = true
			return quoting(450)
		}
		return nil
	})
	b.send(t)
	b.wantMails(t, 1)
	b.wantWaiting(t, 1)
}

func TestAMailIsTriedEverMoreRarelyAndGivenUpAfterAWeek(t *testing.T) {
	b := setup(t)
	b.news(t, b.reported(t, event.Contact{Address: someone}))
	attempts := 0
	b.box.Refuse(func(step string) error {
		if step == "rcpt" {
			attempts++
			return quoting(450)
		}
		return nil
	})
	for range 7 * 24 {
		b.send(t)
		b.later(time.Hour)
	}
	if attempts < 40 || attempts > 80 { // every three to five hours, and more often at first
		t.Errorf("it was tried %d times", attempts)
	}
	b.wantWaiting(t, 1)
	b.later(6 * time.Hour)
	b.box.Refuse(nil)
	b.send(t)
	b.wantMails(t, 0)
	b.wantWaiting(t, 0)
}

func TestTwoNotifiersAtOnceSendOneMailEach(t *testing.T) {
	b := setup(t)
	const reports = 20
	for range reports {
		b.news(t, b.reported(t, event.Contact{Address: someone}))
	}
	var wg sync.WaitGroup
	for _, n := range []*notify.Notifier{b.Notifier, b.notifier(t, b.plain(t))} {
		wg.Go(func() {
			if err := n.Send(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	b.wantMails(t, reports)
	b.wantWaiting(t, 0)
}

func TestAContactWaitsForItsKeyAndOneThatDoesNotOpenGoes(t *testing.T) {
	b := setup(t)
	b.store(t, event.NewID(), seal.Envelope{})
	for _, e := range []seal.Envelope{{Version: seal.EnvelopeVersion, KeyID: "none"}, {Version: seal.EnvelopeVersion, KeyID: b.contact.ID, Ciphertext: []byte("x")}} {
		report := event.NewID()
		b.store(t, report, e)
		b.news(t, report)
	}
	b.send(t)
	b.wantMails(t, 0)
	b.wantWaiting(t, 1)
}

func TestAMailThatIsUnderWayHoldsNobodyUp(t *testing.T) {
	b := setup(t)
	report := b.reported(t, event.Contact{Address: someone})
	b.news(t, report)
	underWay, left := make(chan struct{}), make(chan struct{})
	hold := sync.OnceFunc(func() { close(underWay); <-left })
	b.box.Refuse(func(step string) error {
		if step == "rcpt" {
			hold()
		}
		return nil
	})
	done := make(chan error, 1)
	go func() { done <- b.Send(t.Context()) }()
	<-underWay
	err := b.worker.InsertNews(t.Context(), []event.ID{report})
	close(left)
	if err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	b.wantMails(t, 2)
	b.wantWaiting(t, 0)
}

func TestNoAddressIsLogged(t *testing.T) {
	b := setup(t)
	b.news(t, b.reported(t, event.Contact{Address: someone}), b.reported(t, event.Contact{Address: "MARKER-not-an-address"}))
	b.box.Stop(t)
	_ = b.Send(t.Context()) // it is away
	b.box.Start(t)
	b.later(time.Hour)
	b.send(t)
	b.wantMails(t, 1)
	if logs := b.logs.String(); strings.Contains(logs, "someone") || strings.Contains(logs, "MARKER") {
		t.Errorf("logged:\n%s", logs)
	}
}

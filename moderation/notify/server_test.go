package notify_test

import (
	"crypto/x509"
	"net"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/testbench"
	"recourse/moderation/notify"
)

func TestAMailServersAddressSaysHowTheWayIsSecured(t *testing.T) {
	for _, c := range []struct {
		url, password string
		plain         bool
		security      notify.Security
		port          int
	}{
		{"smtp://mail.example", "", false, notify.StartTLS, 587},
		{"smtp://user@mail.example:25", "secret", false, notify.StartTLS, 25},
		{"smtps://user@mail.example", "secret", false, notify.TLS, 465},
		{"smtps://localhost:4465", "", false, notify.TLS, 4465},
		{"smtp://mail.example", "", true, notify.Plain, 25},
		{"smtp://localhost", "", false, notify.Plain, 25},
		{"smtp://user@127.0.0.1:2525", "secret", false, notify.Plain, 2525},
		{"smtp://[::1]", "", false, notify.Plain, 25},
	} {
		s, err := notify.ParseServer(c.url, c.password, c.plain, nil)
		if err != nil || s.Security != c.security || s.Port != c.port {
			t.Errorf("%s: %+v, %v", c.url, s, err)
		}
	}
}

func TestAMailServersAddressThatIsWrongIsRefusedWithoutQuotingIt(t *testing.T) {
	for _, c := range []struct {
		url, password string
		plain         bool
	}{
		{"", "", false},
		{"mail.example:587", "", false},
		{"http://mail.example", "", false},
		{"smtp://", "", false},
		{"smtp://mail.example/path", "", false},
		{"smtp://mail.example:0", "", false},
		{"smtp://mail.example:99999", "", false},
		{"smtp://MARKER:%zz@mail.example", "", false},
		{"smtp://user:MARKER@mail.example", "", false},
		{"smtp://user@mail.example", "", false},       // no password
		{"smtp://mail.example", "MARKER", false},      // no user
		{"smtp://user@mail.example", "MARKER", true},  // in the clear
		{"smtps://user@mail.example", "MARKER", true}, // both
	} {
		if _, err := notify.ParseServer(c.url, c.password, c.plain, nil); err == nil || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("%s: %v, want an error that quotes nothing", c.url, err)
		}
	}
}

func TestSenderAndStatusURLAreChecked(t *testing.T) {
	for name, cfg := range map[string]notify.Config{
		"no sender":       {StatusURL: statusURL},
		"no address":      {From: "News", StatusURL: statusURL},
		"no page":         {From: from},
		"a path":          {From: from, StatusURL: "/status"},
		"in the clear":    {From: from, StatusURL: "http://report.city.example/status"},
		"with a query":    {From: from, StatusURL: statusURL + "?from=mail"},
		"with a password": {From: from, StatusURL: "https://a:b@report.city.example/status"},
	} {
		if _, err := notify.New(cfg); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
}

// overTLS is the bench's mail server as one that is not on this machine.
func overTLS(t *testing.T, box *testbench.Mailbox, security notify.Security, password string, roots *x509.CertPool) notify.Server {
	t.Helper()
	_, port, err := net.SplitHostPort(box.Addr)
	if err != nil {
		t.Fatal(err)
	}
	address := "localhost:" + port
	if password != "" {
		address = testbench.MailUser + "@" + address
	}
	s, err := notify.ParseServer("smtps://"+address, password, false, roots)
	if err != nil {
		t.Fatal(err)
	}
	s.Security = security
	return s
}

func TestAddressAndPasswordAreGivenOnlyToAServerWithTheRightCertificate(t *testing.T) {
	noTLS := func(t testing.TB) (*testbench.Mailbox, *x509.CertPool) {
		t.Helper()
		return testbench.SMTP(t), nil
	}
	for _, c := range []struct {
		name     string
		security notify.Security
		box      func(testing.TB) (*testbench.Mailbox, *x509.CertPool)
		trusted  bool
		password string
		goes     bool
	}{
		{"STARTTLS", notify.StartTLS, testbench.SMTPWithStartTLS, true, testbench.MailPassword, true},
		{"TLS from the first byte", notify.TLS, testbench.SMTPWithTLS, true, testbench.MailPassword, true},
		{"an unknown certificate", notify.StartTLS, testbench.SMTPWithStartTLS, false, testbench.MailPassword, false},
		{"an unknown certificate from the first byte", notify.TLS, testbench.SMTPWithTLS, false, testbench.MailPassword, false},
		{"no STARTTLS", notify.StartTLS, noTLS, true, testbench.MailPassword, false},
		{"no STARTTLS, and no password", notify.StartTLS, noTLS, true, "", false},
		{"a wrong password", notify.StartTLS, testbench.SMTPWithStartTLS, true, "MARKER-wrong", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := setup(t)
			box, roots := c.box(t)
			if !c.trusted {
				roots = nil
			}
			n := b.notifier(t, overTLS(t, box, c.security, c.password, roots))
			b.news(t, b.reported(t, event.Contact{Address: someone}))
			err := n.Send(t.Context())
			mails := box.Mails()
			if !c.goes {
				if err == nil || strings.Contains(err.Error(), "MARKER") || strings.Contains(err.Error(), "someone") || len(mails) != 0 {
					t.Errorf("%d mails, %v; want an error and none", len(mails), err)
				}
				b.wantWaiting(t, 1)
				return
			}
			if err != nil || len(mails) != 1 || !mails[0].TLS || mails[0].User != testbench.MailUser {
				t.Errorf("%v, %+v; want one mail, signed in, over TLS", err, mails)
			}
			b.wantWaiting(t, 0)
		})
	}
}

func TestAPasswordReachesAServerOnThisMachineWithoutTLS(t *testing.T) {
	b := setup(t)
	server, err := notify.ParseServer("smtp://"+testbench.MailUser+"@"+b.box.Addr, testbench.MailPassword, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.news(t, b.reported(t, event.Contact{Address: someone}))
	if err := b.notifier(t, server).Send(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.wantMails(t, 1)
	if m := b.box.Mails()[0]; m.User != testbench.MailUser || m.TLS {
		t.Errorf("it came as %+v", m)
	}
	b.later(time.Hour)
	b.wantWaiting(t, 0)
}

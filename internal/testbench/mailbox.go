package testbench

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Mail is a mail as a mail server took it.
type Mail struct {
	Helo, User, From, To string
	TLS                  bool
	Data                 string // headers and body, as they were sent
}

// Mailbox is a real mail server on loopback that keeps what it takes.
type Mailbox struct {
	Addr string

	config   *tls.Config // nil without TLS
	implicit bool        // TLS from the first byte

	mu     sync.Mutex
	mails  []Mail                  // mu
	refuse func(step string) error // mu; nil takes everything
	server *smtp.Server            // mu; nil while it is away
}

// MailUser and MailPassword are who may sign in to a Mailbox.
const (
	MailUser     = "reports"
	MailPassword = "MARKER-smtp-password" //nolint:gosec // of a server that lives as long as a test
)

// SMTP starts a mail server. It stops with the test.
func SMTP(t testing.TB) *Mailbox {
	t.Helper()
	b := &Mailbox{Addr: "127.0.0.1:0"}
	b.Start(t)
	t.Cleanup(func() { b.Stop(t) })
	return b
}

// SMTPWithStartTLS starts one that offers STARTTLS, with a certificate for
// localhost that only the pool returned knows.
func SMTPWithStartTLS(t testing.TB) (*Mailbox, *x509.CertPool) {
	t.Helper()
	return secured(t, false)
}

// SMTPWithTLS starts one that speaks TLS from the first byte.
func SMTPWithTLS(t testing.TB) (*Mailbox, *x509.CertPool) {
	t.Helper()
	return secured(t, true)
}

func secured(t testing.TB, implicit bool) (*Mailbox, *x509.CertPool) {
	t.Helper()
	cert, roots := certificate(t)
	b := &Mailbox{
		Addr: "127.0.0.1:0", implicit: implicit,
		config: &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
	}
	b.Start(t)
	t.Cleanup(func() { b.Stop(t) })
	return b, roots
}

func certificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// Start brings the server back to the address that it had.
func (b *Mailbox) Start(t testing.TB) {
	t.Helper()
	ln, err := net.Listen("tcp", b.Addr) //nolint:noctx // bound at once
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(smtp.BackendFunc(b.session))
	server.Domain, server.AllowInsecureAuth, server.TLSConfig = "localhost", true, b.config
	server.ErrorLog = log.New(io.Discard, "", 0)
	b.mu.Lock()
	b.Addr, b.server = ln.Addr().String(), server
	b.mu.Unlock()
	if b.implicit {
		ln = tls.NewListener(ln, b.config)
	}
	go func() { _ = server.Serve(ln) }() // it ends with Stop
}

// Stop takes the server away.
func (b *Mailbox) Stop(t testing.TB) {
	t.Helper()
	b.mu.Lock()
	server := b.server
	b.server = nil
	b.mu.Unlock()
	if server == nil {
		return
	}
	if err := server.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

// Refuse has the server answer a step (mail, rcpt, data) with an error, as f says.
func (b *Mailbox) Refuse(f func(step string) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuse = f
}

// Mails returns what the server took so far.
func (b *Mailbox) Mails() []Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.mails)
}

func (b *Mailbox) session(c *smtp.Conn) (smtp.Session, error) {
	_, secure := c.TLSConnectionState()
	return &mailSession{box: b, mail: Mail{Helo: c.Hostname(), TLS: secure}}, nil
}

// mailSession is one connection's.
type mailSession struct {
	box  *Mailbox
	mail Mail
}

func (s *mailSession) answer(step string) error {
	s.box.mu.Lock()
	refuse := s.box.refuse
	s.box.mu.Unlock()
	if refuse == nil {
		return nil
	}
	return refuse(step)
}

// AuthMechanisms implements smtp.AuthSession.
func (*mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession.
func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != MailUser || password != MailPassword {
			return smtp.ErrAuthFailed
		}
		s.mail.User = user
		return nil
	}), nil
}

// Mail implements smtp.Session.
func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	s.mail.From = from
	return s.answer("mail")
}

// Rcpt implements smtp.Session.
func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mail.To = to
	return s.answer("rcpt")
}

// Data implements smtp.Session.
func (s *mailSession) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.answer("data"); err != nil {
		return err
	}
	s.mail.Data = string(b)
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.mails = append(s.box.mails, s.mail)
	return nil
}

// Reset implements smtp.Session.
func (*mailSession) Reset() {}

// Logout implements smtp.Session.
func (*mailSession) Logout() error { return nil }

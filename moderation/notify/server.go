package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/textproto"
	"net/url"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"
)

// stepTime bounds connecting, and then sending.
const stepTime = 20 * time.Second

// Security is how the way to the mail server is secured.
type Security int

// The ways.
const (
	StartTLS Security = iota // must be offered
	TLS                      // from the first byte
	Plain
)

// Server is where mails are handed over.
type Server struct {
	Host           string
	Port           int
	Security       Security
	User, Password string
	RootCAs        *x509.CertPool // nil for the system's
}

// ParseServer reads smtp://user@host:port or smtps://user@host:port. Plain must
// be said for a server that is not on this machine. The password never stands
// in the URL. No error quotes it.
func ParseServer(address, password string, plain bool, roots *x509.CertPool) (Server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return Server{}, errors.New("the mail server must be given as smtp://user@host:587 or smtps://user@host:465")
	}
	if _, secret := u.User.Password(); secret {
		return Server{}, errors.New("the mail server's URL holds a password: put it into a file")
	}
	s := Server{Host: u.Hostname(), User: u.User.Username(), Password: password, RootCAs: roots}
	port := "587"
	switch {
	case u.Scheme == "smtps" && plain:
		return Server{}, errors.New("smtps:// is TLS: it can't be plain too")
	case u.Scheme == "smtps":
		s.Security, port = TLS, "465"
	case u.Scheme != "smtp":
		return Server{}, errors.New("the mail server's URL must begin with smtp:// or smtps://")
	case plain || isLoopback(s.Host):
		s.Security, port = Plain, "25"
	}
	if u.Port() != "" {
		port = u.Port()
	}
	if s.Port, err = strconv.Atoi(port); err != nil || s.Port < 1 || s.Port > 65535 {
		return Server{}, errors.New("the mail server's port must be between 1 and 65535")
	}
	switch {
	case (s.User == "") != (s.Password == ""):
		return Server{}, errors.New("the mail server needs a user in its URL and a password in a file, or neither")
	case s.User != "" && s.Security == Plain && !isLoopback(s.Host):
		return Server{}, errors.New("a password is never sent to a mail server without TLS")
	}
	return s, nil
}

// failure is what may be told of a mail that was not sent: the step and the
// answer's code. The answer itself can quote the address.
type failure struct {
	step     string
	code     int  // 0 without an answer
	mailOnly bool // another mail may pass
	forGood  bool // this one never will
}

func (f failure) Error() string {
	if f.code == 0 {
		return "the mail server: no answer while " + f.step
	}
	return fmt.Sprintf("the mail server: answer %d while %s", f.code, f.step)
}

// send hands one mail over. Any error of it is a failure, or comes from before
// an address was named.
func (s Server) send(ctx context.Context, msg *mail.Msg) error {
	client, err := s.client(msg)
	if err != nil {
		return err
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		if answer, ok := errors.AsType[*textproto.Error](err); ok {
			return failure{step: "signing in", code: answer.Code}
		}
		return fmt.Errorf("reaching the mail server: %w", err)
	}
	err = client.SendWithSMTPClient(conn, msg)
	_ = client.CloseWithSMTPClient(conn) // what was taken is taken
	if err == nil || msg.IsDelivered() {
		return nil
	}
	answer, ok := errors.AsType[*mail.SendError](err)
	if !ok {
		return failure{step: "sending"}
	}
	return failureOf(answer.Reason, answer.ErrorCode())
}

// failureOf says what follows from an answer. Only what the server says of the
// recipient or of the mail itself ends the mail: a sender that it refuses is
// for the operator to mend.
func failureOf(reason mail.SendErrReason, code int) failure {
	f := failure{step: "sending", code: code}
	switch reason {
	case mail.ErrSMTPMailFrom:
		f.step = "naming the sender"
		return f
	case mail.ErrSMTPRcptTo:
		f.step = "naming the recipient"
	case mail.ErrSMTPData, mail.ErrSMTPDataClose:
		f.step = "handing the mail over"
	default:
		return f
	}
	f.mailOnly = code != 0 && code != 421 // 421: the server closes the connection
	f.forGood = code >= 500
	return f
}

func (s Server) client(msg *mail.Msg) (*mail.Client, error) {
	options := []mail.Option{
		mail.WithPort(s.Port), mail.WithTimeout(stepTime), mail.WithoutNoop(), mail.WithoutRset(),
		mail.WithHELO(domainOf(msg.GetFrom()[0].Address)), // not this machine's name
		mail.WithTLSConfig(&tls.Config{ServerName: s.Host, RootCAs: s.RootCAs, MinVersion: tls.VersionTLS12}),
	}
	switch s.Security {
	case StartTLS:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case TLS:
		options = append(options, mail.WithSSL())
	case Plain:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	if s.User != "" {
		method := mail.SMTPAuthAutoDiscover
		if s.Security == Plain { // on loopback
			method = mail.SMTPAuthPlain
		}
		options = append(options, mail.WithSMTPAuth(method), mail.WithUsername(s.User), mail.WithPassword(s.Password))
	}
	client, err := mail.NewClient(s.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("preparing for the mail server: %w", err)
	}
	return client, nil
}

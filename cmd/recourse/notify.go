package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"recourse/internal/keys"
	"recourse/moderation/notify"
)

// mailFlags say how mails to reporters are sent. `up` has them too.
type mailFlags struct {
	SMTPURL          string        `name:"smtp-url" help:"Mail server for mails to reporters: smtp://user@host:587 (STARTTLS must be offered, except on this machine) or smtps://user@host:465." placeholder:"URL"`
	SMTPPasswordFile string        `name:"smtp-password-file" help:"File with the password for the mail server." type:"existingfile" placeholder:"FILE"`
	SMTPCAFile       string        `name:"smtp-ca-file" help:"File with certificates (PEM) to trust the mail server by, instead of the system's." type:"existingfile" placeholder:"FILE"`
	SMTPPlain        bool          `name:"smtp-plain" help:"Send without TLS over a network. Whoever listens there reads reporters' addresses."`
	From             string        `help:"Sender of mails to reporters. Its name is seen by whoever looks at the reporter's mailbox: let it tell nothing." placeholder:"\"NAME <ADDRESS>\""`
	StatusURL        string        `name:"status-url" help:"Page where a receipt is entered, as reporters reach it; it stands in their mails." placeholder:"URL"`
	Delay            time.Duration `help:"How long news waits, so that several events give one mail." default:"10m"`
}

type notifyCmd struct {
	partsFlags
	mailFlags
	MetricsAddr string `help:"Private address for /metrics, /healthz and /readyz; empty for none." default:""`
}

func (notifyCmd) Help() string {
	return `Sends a mail to reporters who left an e-mail address when their receipt has something new to show. The words are fixed
and say nothing else. It opens contacts with the contact key alone and needs no NATS. Any number may run.

Example: recourse notify --smtp-url smtps://mail.example --from "News <news@city.example>" --status-url https://report.city.example/status`
}

func (c notifyCmd) Run(ctx context.Context, log *slog.Logger) error {
	if c.SMTPURL == "" {
		return errors.New("--smtp-url is missing: without a mail server there is nothing to do")
	}
	database, err := c.database()
	if err != nil {
		return err
	}
	e := environment{keys: c.folder(), databaseURL: database, log: log, registry: newRegistry()}
	p, err := c.newNotify(ctx, e)
	if err != nil {
		return err
	}
	return serve(ctx, p, "", c.MetricsAddr, e)
}

func (f mailFlags) newNotify(ctx context.Context, e environment) (process, error) {
	server, err := f.server()
	if err != nil {
		return process{}, err
	}
	if f.From == "" || f.StatusURL == "" {
		return process{}, errors.New("--smtp-url also needs --from and --status-url")
	}
	if f.Delay < 0 {
		return process{}, errors.New("--delay can't be negative")
	}
	ring, err := e.keys.Ring(keys.Notify)
	if err != nil {
		return process{}, err
	}
	pool, err := e.pool(ctx, keys.Notify)
	if err != nil {
		return process{}, err
	}
	n, err := notify.New(notify.Config{
		Pool: pool, Ring: ring, Log: e.log, Registry: e.registry, Now: time.Now,
		Server: server, From: f.From, StatusURL: f.StatusURL, Delay: f.Delay,
	})
	if err != nil {
		pool.Close()
		return process{}, err
	}
	return process{name: "notify", run: n.Run, ready: n.Ready, close: pool.Close}, nil
}

func (f mailFlags) server() (notify.Server, error) {
	password := ""
	if f.SMTPPasswordFile != "" {
		b, err := os.ReadFile(f.SMTPPasswordFile)
		if err != nil {
			return notify.Server{}, fmt.Errorf("reading the mail server's password: %w", err)
		}
		if password = strings.TrimRight(string(b), "\r\n"); password == "" {
			return notify.Server{}, fmt.Errorf("%s holds no password", f.SMTPPasswordFile)
		}
	}
	var roots *x509.CertPool
	if f.SMTPCAFile != "" {
		b, err := os.ReadFile(f.SMTPCAFile)
		if err != nil {
			return notify.Server{}, fmt.Errorf("reading the mail server's certificates: %w", err)
		}
		if roots = x509.NewCertPool(); !roots.AppendCertsFromPEM(b) {
			return notify.Server{}, fmt.Errorf("%s holds no certificate in PEM", f.SMTPCAFile)
		}
	}
	return notify.ParseServer(f.SMTPURL, password, f.SMTPPlain, roots)
}

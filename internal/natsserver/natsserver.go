// Package natsserver runs a nats-server with JetStream inside this process,
// for `recourse up` and for tests: file storage, every write synced, one
// account, a user per service.
package natsserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"recourse/internal/bus"
)

// Config says where and for whom the server runs.
type Config struct {
	Dir   string // JetStream's folder
	Port  int    // on 127.0.0.1; 0 picks a free one
	Users []bus.User
	Log   *slog.Logger
}

// Server is a running nats-server.
type Server struct{ ns *server.Server }

const readyTimeout = 20 * time.Second

// Start returns once the server takes connections.
func Start(cfg Config) (*Server, error) {
	port := cfg.Port
	if port == 0 {
		port = server.RANDOM_PORT
	}
	account := server.NewAccount("RECOURSE")
	opts := &server.Options{
		ServerName:            "recourse",
		Host:                  "127.0.0.1",
		Port:                  port,
		DontListen:            false,
		NoSigs:                true,
		NoLog:                 true,
		JetStream:             true,
		StoreDir:              cfg.Dir,
		JetStreamMaxStore:     1 << 50, // each stream has its own limit; the server's default follows the free disk and could refuse them later
		SyncAlways:            true,    // the default syncs every two minutes and loses acknowledged messages at power loss
		MaxPayload:            1 << 20,
		Accounts:              []*server.Account{account},
		DisableShortFirstPing: true,
	}
	for _, u := range cfg.Users {
		opts.Nkeys = append(opts.Nkeys, &server.NkeyUser{
			Nkey: u.PublicKey, Account: account,
			Permissions: &server.Permissions{
				Publish:   permission(u.Publish),
				Subscribe: permission(u.Subscribe),
			},
		})
	}
	ns, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("configuring the NATS server: %w", err)
	}
	log := logger{log: cfg.Log, fatal: make(chan string, 1)}
	if log.log == nil {
		log.log = slog.New(slog.DiscardHandler)
	}
	ns.SetLoggerV2(log, false, false, false)
	ns.Start()
	s := &Server{ns: ns}
	if err := s.ready(log.fatal); err != nil {
		s.Stop()
		return nil, err
	}
	registered, err := ns.LookupAccount("RECOURSE")
	if err == nil && !registered.JetStreamEnabled() {
		err = registered.EnableJetStream(nil, nil)
	}
	if err != nil {
		s.Stop()
		return nil, fmt.Errorf("enabling JetStream: %w", err)
	}
	return s, nil
}

// ready waits until the server takes connections. What keeps it from that, a
// port that is taken or a folder that can't be written, it only logs.
func (s *Server) ready(fatal <-chan string) error {
	deadline := time.Now().Add(readyTimeout)
	for !s.ns.ReadyForConnections(100 * time.Millisecond) {
		select {
		case why := <-fatal:
			return fmt.Errorf("starting the NATS server: %s", why)
		default:
		}
		if time.Now().After(deadline) {
			return errors.New("the NATS server did not start in time")
		}
	}
	return nil
}

func permission(allow []string) *server.SubjectPermission {
	if len(allow) == 0 {
		return &server.SubjectPermission{Deny: []string{">"}}
	}
	return &server.SubjectPermission{Allow: allow}
}

// URL is where clients connect.
func (s *Server) URL() string { return s.ns.ClientURL() }

// Port is the TCP port on 127.0.0.1.
func (s *Server) Port() int {
	addr, ok := s.ns.Addr().(*net.TCPAddr)
	if !ok {
		return 0
	}
	return addr.Port
}

// Stop ends the server and waits for it.
func (s *Server) Stop() {
	s.ns.Shutdown()
	s.ns.WaitForShutdown()
}

// logger hands the server's own messages to slog. They name subjects of the
// API and clients of this machine, never payloads.
type logger struct {
	log   *slog.Logger
	fatal chan string // the first message of what ends the server
}

func (l logger) atf(level slog.Level, format string, v ...any) {
	l.log.Log(context.Background(), level, "NATS server", "says", fmt.Sprintf(format, v...))
}

func (l logger) Noticef(format string, v ...any) { l.atf(slog.LevelDebug, format, v...) }
func (l logger) Warnf(format string, v ...any)   { l.atf(slog.LevelWarn, format, v...) }
func (l logger) Errorf(format string, v ...any)  { l.atf(slog.LevelError, format, v...) }
func (l logger) Debugf(format string, v ...any)  {}
func (l logger) Tracef(format string, v ...any)  {}

func (l logger) Fatalf(format string, v ...any) {
	l.atf(slog.LevelError, format, v...)
	select {
	case l.fatal <- fmt.Sprintf(format, v...):
	default:
	}
}

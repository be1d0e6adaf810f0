package natsserver

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/keys"
	"recourse/internal/keys/keygen"
)

// start runs a server whose users' keys are in the folder, and stops it with
// the test.
func start(t *testing.T, cfg Config, folder keys.Folder) *Server {
	t.Helper()
	if err := keygen.EnsureServices(folder, time.Now()); err != nil {
		t.Fatal(err)
	}
	users, err := bus.Users(folder)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Users = users
	s, err := Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func connect(t *testing.T, s *Server, folder keys.Folder, service keys.Service) jetstream.JetStream {
	t.Helper()
	seed, err := folder.NATSSeed(service)
	if err != nil {
		t.Fatal(err)
	}
	nc, err := bus.Connect(s.URL(), service, seed, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

func TestEveryWriteIsSynced(t *testing.T) {
	s := start(t, Config{Dir: t.TempDir()}, keys.Folder{Root: t.TempDir()})
	cfg := s.ns.JetStreamConfig()
	if cfg == nil || !cfg.SyncAlways {
		t.Errorf("JetStream runs with %+v, want SyncAlways", cfg)
	}
}

func TestTheServerListensOnThisMachineOnly(t *testing.T) {
	s := start(t, Config{Dir: t.TempDir()}, keys.Folder{Root: t.TempDir()})
	addr, ok := s.ns.Addr().(*net.TCPAddr)
	if !ok || !addr.IP.IsLoopback() || addr.Port != s.Port() || s.Port() == 0 {
		t.Errorf("it listens on %v, and says port %d", addr, s.Port())
	}
	if want := fmt.Sprintf("nats://127.0.0.1:%d", s.Port()); s.URL() != want {
		t.Errorf("its URL is %s, want %s", s.URL(), want)
	}
	if s.ns.MonitorAddr() != nil || s.ns.ClusterAddr() != nil {
		t.Error("it listens for more than clients")
	}
}

func TestWhatWasAcknowledgedIsThereAfterARestart(t *testing.T) {
	cfg, folder := Config{Dir: t.TempDir()}, keys.Folder{Root: t.TempDir()}
	s := start(t, cfg, folder)
	admin := connect(t, s, folder, keys.Admin)
	settings := bus.DefaultSettings()
	settings.ReportsMaxBytes = 16 << 20
	if err := bus.Migrate(t.Context(), admin, settings); err != nil {
		t.Fatal(err)
	}
	intake := connect(t, s, folder, keys.Intake)
	for i := range 20 {
		if _, err := intake.Publish(t.Context(), fmt.Sprintf("reports.submitted.demo.%d", i), []byte{byte(i)}); err != nil {
			t.Fatal(err)
		}
	}
	url := s.URL()
	cfg.Port = s.Port()
	s.Stop()

	again := start(t, cfg, folder)
	if again.URL() != url {
		t.Errorf("it was at %s, and is at %s", url, again.URL())
	}
	stream, err := connect(t, again, folder, keys.Admin).Stream(t.Context(), "REPORTS")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		msg, err := stream.GetMsg(t.Context(), uint64(i+1))
		if err != nil || msg.Subject != fmt.Sprintf("reports.submitted.demo.%d", i) || !bytes.Equal(msg.Data, []byte{byte(i)}) {
			t.Errorf("message %d is %+v, %v", i, msg, err)
		}
	}
}

func TestAPortThatIsTakenIsAnError(t *testing.T) {
	s := start(t, Config{Dir: t.TempDir()}, keys.Folder{Root: t.TempDir()})
	other, err := Start(Config{Dir: t.TempDir(), Port: s.Port()})
	if err == nil {
		other.Stop()
		t.Fatal("two servers listen on one port")
	}
	if !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("%v; want what is wrong with the port", err)
	}
}

func TestAFolderThatCannotBeWrittenIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Start(Config{Dir: file})
	if err == nil {
		s.Stop()
		t.Fatal("a server stores messages in a file")
	}
	if !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("%v; want what is wrong with the folder", err)
	}
}

func TestTheServersOwnMessagesNameNoPayload(t *testing.T) {
	folder, log := keys.Folder{Root: t.TempDir()}, &bytes.Buffer{}
	s := start(t, Config{Dir: t.TempDir(), Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))}, folder)
	js := connect(t, s, folder, keys.Intake)
	// The stream is not there, so that nobody answers; elsewhere is refused.
	_, _ = js.Publish(t.Context(), "reports.submitted.demo.x", []byte("MARKER"))
	nc := js.Conn()
	if err := nc.Publish("elsewhere", []byte("MARKER")); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	s.Stop()
	if log.Len() == 0 || strings.Contains(log.String(), "MARKER") {
		t.Errorf("the log reads:\n%s\nwant the server's messages without a payload", log)
	}
}

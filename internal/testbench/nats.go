// Package testbench gives tests the real parts: a nats-server with JetStream,
// a private PostgreSQL cluster, keys and a signed community. It is imported by
// tests alone.
package testbench

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/keys/keygen"
	"recourse/internal/natsserver"
	"recourse/internal/seal/open"
)

// Bus is a NATS server of a test's own, with every stream and user.
type Bus struct {
	URL  string
	Keys keys.Folder

	owner  testing.TB // whose end closes connections, also those that a subtest opened
	dir    string
	users  []bus.User
	port   int
	server *natsserver.Server
	js     map[keys.Service]jetstream.JetStream // one connection a service
}

// NATS starts a server with fresh keys and migrates it. It stops with the test.
func NATS(t testing.TB) *Bus {
	t.Helper()
	b := &Bus{owner: t, Keys: keys.Folder{Root: t.TempDir()}, dir: t.TempDir(), js: map[keys.Service]jetstream.JetStream{}}
	if err := keygen.EnsureServices(b.Keys, time.Now()); err != nil {
		t.Fatal(err)
	}
	users, err := bus.Users(b.Keys)
	if err != nil {
		t.Fatal(err)
	}
	b.users = users
	b.start(t)
	t.Cleanup(b.Stop)
	settings := bus.DefaultSettings()
	settings.ReportsMaxBytes = 64 << 20
	if err := bus.Migrate(t.Context(), b.JS(t, keys.Admin), settings); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *Bus) start(t testing.TB) {
	t.Helper()
	server, err := natsserver.Start(natsserver.Config{Dir: b.dir, Port: b.port, Users: b.users})
	if err != nil {
		t.Fatal(err)
	}
	b.server, b.URL = server, server.URL()
	b.port = server.Port()
}

// Dir is where the server keeps its streams.
func (b *Bus) Dir() string { return b.dir }

// Stop takes the server away, as a test of its absence needs.
func (b *Bus) Stop() {
	if b.server != nil {
		b.server.Stop()
		b.server = nil
	}
}

// Restart brings the server back on the same port and folder.
func (b *Bus) Restart(t testing.TB) {
	t.Helper()
	b.Stop()
	b.start(t)
}

// Connect connects as a service, with that service's own key. The connection
// closes with the test that made the bus.
func (b *Bus) Connect(t testing.TB, s keys.Service) *nats.Conn {
	t.Helper()
	seed, err := b.Keys.NATSSeed(s)
	if err != nil {
		t.Fatal(err)
	}
	nc, err := bus.Connect(b.URL, s, seed, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	b.owner.Cleanup(nc.Close)
	return nc
}

// JS is JetStream as a service sees it. Not for concurrent use.
func (b *Bus) JS(t testing.TB, s keys.Service) jetstream.JetStream {
	t.Helper()
	if js, ok := b.js[s]; ok {
		return js
	}
	js, err := jetstream.New(b.Connect(t, s))
	if err != nil {
		t.Fatal(err)
	}
	b.js[s] = js
	return js
}

// Ring is a service's keys.
func (b *Bus) Ring(t testing.TB, s keys.Service) *keys.Ring {
	t.Helper()
	ring, err := b.Keys.Ring(s)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// OpenKey returns a community's private key, such as keys.ContactOpen.
func (b *Bus) OpenKey(t testing.TB, p keys.Purpose, community string) open.PrivateKey {
	t.Helper()
	owner := map[keys.Purpose]keys.Service{
		keys.ModerationOpen: keys.Worker, keys.ContactOpen: keys.Notify, keys.StatisticsOpen: keys.Stats,
	}[p]
	entry, err := b.Ring(t, owner).Find(p, community, "")
	if err != nil {
		t.Fatal(err)
	}
	key, err := open.Parse(entry.ID, entry.Key)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// PutCommunity signs a bundle with the operator's key and stores it.
func (b *Bus) PutCommunity(t testing.TB, bundle community.Bundle) {
	t.Helper()
	sign, err := b.Ring(t, keys.Admin).Find(keys.OperatorSign, "", "")
	if err != nil {
		t.Fatal(err)
	}
	value, err := community.Sign(sign.Key, bundle)
	if err != nil {
		t.Fatal(err)
	}
	b.put(t, community.Key(bundle.Name), value)
}

// PutConduct stores a code of conduct and returns its digest.
func (b *Bus) PutConduct(t testing.TB, file []byte) (digest string) {
	t.Helper()
	digest = community.Digest(file)
	b.put(t, community.ConductKey(digest), file)
	return digest
}

func (b *Bus) put(t testing.TB, key string, value []byte) {
	t.Helper()
	kv, err := b.JS(t, keys.Admin).KeyValue(context.Background(), event.BucketCommunities)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kv.Put(context.Background(), key, value); err != nil {
		t.Fatal(err)
	}
}

package bus_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"

	"recourse/internal/bus"
	"recourse/internal/keys"
	"recourse/internal/testbench"
)

func usersOf(t *testing.T, folder keys.Folder) []bus.User {
	t.Helper()
	users, err := bus.Users(folder)
	if err != nil {
		t.Fatal(err)
	}
	return users
}

func TestEveryServiceHasAUserWithAnInboxOfItsOwn(t *testing.T) {
	b := testbench.NATS(t)
	seen := map[string]bool{}
	for _, u := range usersOf(t, b.Keys) {
		if !nkeys.IsValidPublicUserKey(u.PublicKey) {
			t.Errorf("%s has the key %s, which is no user's", u.Service, u.PublicKey)
		}
		if want := []string{"_INBOX_" + string(u.Service) + ".>"}; !slices.Equal(u.Subscribe, want) {
			t.Errorf("%s may subscribe %v, want %v", u.Service, u.Subscribe, want)
		}
		if seen[u.Subscribe[0]] || seen[u.PublicKey] {
			t.Errorf("%s shares an inbox or a key", u.Service)
		}
		seen[u.Subscribe[0]], seen[u.PublicKey] = true, true
	}
	if len(seen) != 2*len(keys.Services()) {
		t.Errorf("%d users and inboxes, want one of each for %d services", len(seen), len(keys.Services()))
	}
}

func TestOnlyTheAdminMayMakeOrDeleteStreams(t *testing.T) {
	b := testbench.NATS(t)
	for _, u := range usersOf(t, b.Keys) {
		for _, verb := range []string{"CREATE", "UPDATE", "DELETE", "SNAPSHOT", "RESTORE"} {
			if may := mayPublish(u, "$JS.API.STREAM."+verb+".REPORTS"); may != (u.Service == keys.Admin) {
				t.Errorf("%s may %s a stream: %v", u.Service, verb, may)
			}
		}
		for _, subject := range []string{"$JS.API.CONSUMER.CREATE.REPORTS.x", "$JS.API.CONSUMER.DELETE.REPORTS.worker"} {
			if may := mayPublish(u, subject); may != (u.Service == keys.Admin) {
				t.Errorf("%s may publish %s: %v", u.Service, subject, may)
			}
		}
		// The janitor too: what a reporter withdraws goes from the stream.
		for _, stream := range []string{"REPORTS", "QUARANTINE"} {
			may := mayPublish(u, "$JS.API.STREAM.MSG.DELETE."+stream)
			if may != (u.Service == keys.Admin || u.Service == keys.Janitor) {
				t.Errorf("%s may delete messages of %s: %v", u.Service, stream, may)
			}
		}
	}
}

func TestOnlyTheIntakeMayCount(t *testing.T) {
	b := testbench.NATS(t)
	for _, u := range usersOf(t, b.Keys) {
		for _, subject := range []string{"$KV.limits.x", "$KV.quotas.x"} {
			if may := mayPublish(u, subject); may != (u.Service == keys.Intake) {
				t.Errorf("%s may publish %s: %v", u.Service, subject, may)
			}
		}
		// Not even the intake may list counters, or read one without adding to it.
		for _, subject := range []string{"$JS.API.STREAM.INFO.KV_limits", "$JS.API.DIRECT.GET.KV_limits.$KV.limits.x", "$JS.API.STREAM.MSG.GET.KV_limits"} {
			if may := mayPublish(u, subject); may != (u.Service == keys.Admin) {
				t.Errorf("%s may publish %s: %v", u.Service, subject, may)
			}
		}
	}
}

func TestAKeyFolderWithoutASeedHasNoUsers(t *testing.T) {
	if users, err := bus.Users(keys.Folder{Root: t.TempDir()}); !errors.Is(err, keys.ErrMissing) || users != nil {
		t.Errorf("Users returns %v, %v; want ErrMissing", users, err)
	}
}

// mayPublish says what a user's list means.
func mayPublish(u bus.User, subject string) bool {
	return slices.ContainsFunc(u.Publish, func(pattern string) bool { return server.SubjectMatchesFilter(subject, pattern) })
}

// subjects are what the services together may publish, one for each pattern,
// and what nobody may.
func subjects(users []bus.User) []string {
	var all []string
	for _, u := range users {
		for _, pattern := range u.Publish {
			all = append(all, strings.ReplaceAll(strings.ReplaceAll(pattern, ">", "probe"), "*", "probe"))
		}
	}
	all = append(all, "elsewhere", "$SYS.REQ.SERVER.PING", "$KV.status.x", "$KV.communities.bundle.demo", "$JS.API.CONSUMER.CREATE.REPORTS.x",
		"$JS.API.STREAM.DELETE.REPORTS", "$JS.API.STREAM.PURGE.QUARANTINE", "_INBOX_worker.x", "_INBOX.x")
	slices.Sort(all)
	return slices.Compact(all)
}

// refused tries what do does on the connection, and says whether the server
// refused it for want of a right.
func refused(t *testing.T, nc *nats.Conn, subject string, do func() error) bool {
	t.Helper()
	if err := do(); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	err := nc.LastError()
	return errors.Is(err, nats.ErrPermissionViolation) && strings.Contains(err.Error(), fmt.Sprintf("%q", subject))
}

// wantRights fails where the server at url lets a service do anything but what
// its user's lists say.
func wantRights(t *testing.T, url string, folder keys.Folder) {
	t.Helper()
	users := usersOf(t, folder)
	all := subjects(users)
	for _, u := range users {
		seed, err := folder.NATSSeed(u.Service)
		if err != nil {
			t.Fatal(err)
		}
		nc, err := bus.Connect(url, u.Service, seed, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		allowed := 0
		for _, subject := range all {
			if subject == "$JS.API.STREAM.DELETE.REPORTS" && u.Service == keys.Admin {
				continue // it would
			}
			want := !mayPublish(u, subject)
			if !want {
				allowed++
			}
			if got := refused(t, nc, subject, func() error { return nc.Publish(subject, nil) }); got != want {
				t.Errorf("%s publishes %s: refused %v, want %v", u.Service, subject, got, want)
			}
		}
		if allowed == 0 && u.Service != keys.Notify && u.Service != keys.Portal {
			t.Errorf("%s was allowed nothing", u.Service)
		}
		for _, other := range keys.Services() {
			inbox := bus.InboxPrefix(other) + ".x"
			got := refused(t, nc, inbox, func() error { _, err := nc.SubscribeSync(inbox); return err })
			if want := other != u.Service; got != want {
				t.Errorf("%s subscribes %s: refused %v, want %v", u.Service, inbox, got, want)
			}
		}
		for _, wide := range []string{">", "_INBOX.>", "*.x", "reports.>", "cases.>", "$JS.>", "$KV.>", "quarantine.>"} {
			if !refused(t, nc, wide, func() error { _, err := nc.SubscribeSync(wide); return err }) {
				t.Errorf("%s may subscribe %s", u.Service, wide)
			}
		}
		nc.Close()
	}
}

func TestTheEmbeddedServerGivesEachServiceItsRights(t *testing.T) {
	b := testbench.NATS(t)
	wantRights(t, b.URL, b.Keys)
}

func TestAServerWithTheWrittenConfigurationGivesTheSameRights(t *testing.T) {
	folder := testbench.NATS(t).Keys
	dir := t.TempDir()
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := bus.ServerConfig(usersOf(t, folder))
	write("users.conf", text)
	write("server.conf", fmt.Sprintf("host: 127.0.0.1\nport: -1\njetstream { store_dir: %q, sync_interval: always }\ninclude users.conf\n", filepath.Join(dir, "js")))
	for _, s := range keys.Services() {
		seed, err := folder.NATSSeed(s)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, string(seed)) {
			t.Errorf("the configuration holds the seed of %s", s)
		}
	}

	opts, err := server.ProcessConfigFile(filepath.Join(dir, "server.conf"))
	if err != nil {
		t.Fatal(err)
	}
	if len(opts.Nkeys) != len(keys.Services()) || len(opts.Users) != 0 || opts.NoAuthUser != "" {
		t.Errorf("the configuration has %d NKey users, %d others and %q for who signs in as nobody", len(opts.Nkeys), len(opts.Users), opts.NoAuthUser)
	}
	opts.NoLog, opts.NoSigs = true, true
	ns, err := server.NewServer(opts)
	if err != nil {
		t.Fatal(err)
	}
	ns.Start()
	t.Cleanup(func() { ns.Shutdown(); ns.WaitForShutdown() })
	if !ns.ReadyForConnections(readyWait) {
		t.Fatal("the server does not start")
	}
	wantRights(t, ns.ClientURL(), folder)

	admin, err := folder.NATSSeed(keys.Admin)
	if err != nil {
		t.Fatal(err)
	}
	nc, err := bus.Connect(ns.ClientURL(), keys.Admin, admin, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	migrate(t, js, settings) // the account has JetStream
}

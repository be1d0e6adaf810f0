package bus_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"recourse/internal/bus"
	"recourse/internal/keys"
	"recourse/internal/testbench"
)

const readyWait = 10 * time.Second

func TestASeedThatIsNoneIsRefusedWithoutBeingQuoted(t *testing.T) {
	for _, seed := range []string{"", "MARKER", "SUAMARKER"} {
		nc, err := bus.Connect("nats://127.0.0.1:1", keys.Intake, []byte(seed), slog.New(slog.DiscardHandler))
		if err == nil || nc != nil || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("with the seed %q: %v; want an error that quotes nothing", seed, err)
		}
	}
}

func TestASeedOfNobodyDoesNotSignIn(t *testing.T) {
	b := testbench.NATS(t)
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	for name, option := range map[string]nats.Option{"a stranger's key": nats.Nkey(public, pair.Sign), "no key": nats.Name("nobody"), "a password": nats.UserInfo("admin", "admin")} {
		if nc, err := nats.Connect(b.URL, option); !errors.Is(err, nats.ErrAuthorization) {
			t.Errorf("with %s: %v, %v; want an authorization violation", name, nc, err)
		}
	}
}

func TestAServiceStartsWhileNATSIsAwayAndConnectsOnceItIsBack(t *testing.T) {
	b := testbench.NATS(t)
	b.Stop()
	nc := b.Connect(t, keys.Intake)
	if nc.IsConnected() {
		t.Fatal("it is connected to a server that is away")
	}
	if err := nc.Publish("reports.submitted.demo.x", nil); err == nil {
		t.Error("a message to a server that is away is taken")
	}
	b.Restart(t)
	testbench.Eventually(t, readyWait, "it connects", nc.IsConnected)
}

func TestNothingIsBufferedWhileNATSIsAway(t *testing.T) {
	b := testbench.NATS(t)
	nc := b.Connect(t, keys.Intake)
	b.Stop()
	testbench.Eventually(t, readyWait, "it notices", func() bool { return !nc.IsConnected() })
	if err := nc.Publish("reports.submitted.demo.x", nil); err == nil {
		t.Error("a message to a server that is away is taken")
	}
	b.Restart(t)
	testbench.Eventually(t, readyWait, "it comes back by itself", nc.IsConnected)
	testbench.Eventually(t, readyWait, "so does the admin", func() bool {
		_, err := b.JS(t, keys.Admin).Stream(t.Context(), "REPORTS")
		return err == nil
	})
	if n := len(b.Messages(t, "REPORTS")); n != 0 {
		t.Errorf("REPORTS holds %d messages that were refused", n)
	}
}

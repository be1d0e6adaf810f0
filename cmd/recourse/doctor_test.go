package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"recourse/internal/keys"
)

// level is the level of the check with this name.
func (d *diagnosis) level(name string) string {
	for _, c := range d.Checks {
		if c.Name == name {
			return c.Level
		}
	}
	return "not made"
}

func TestDoctorRefusesWhatWouldLoseOrShowReports(t *testing.T) {
	s := up(t, dataFolder(t))
	if d := s.doctor(t); !d.OK {
		t.Fatalf("a fresh service is not well: %+v", d.Checks)
	}

	seal := filepath.Join(s.data, "keys", string(keys.Worker), "seal")
	if err := os.Chmod(seal, 0o644); err != nil {
		t.Fatal(err)
	}
	if d := s.doctor(t); d.OK || d.level("key files readable by their owner only") != "failed" {
		t.Errorf("a key file that others can read passes: %+v", d.Checks)
	}
	if err := os.Chmod(seal, 0o600); err != nil {
		t.Fatal(err)
	}

	// A setting of the database itself stands behind the server's own.
	e := environment{keys: partsFlags{Data: s.data}.folder()}
	parts, err := readRuntime(s.data)
	if err != nil {
		t.Fatal(err)
	}
	e.databaseURL = parts.DatabaseURL
	admin := adminPool(t, e)
	for _, setting := range []string{"synchronous_commit"} {
		if _, err := admin.Exec(t.Context(), "ALTER DATABASE recourse SET "+setting+" = off"); err != nil {
			t.Fatal(err)
		}
		if d := s.doctor(t); d.OK || d.level("PostgreSQL "+setting) != "failed" {
			t.Errorf("%s off passes: %+v", setting, d.Checks)
		}
		if _, err := admin.Exec(t.Context(), "ALTER DATABASE recourse RESET "+setting); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDoctorSaysWhatIsAwayAndEndsWithACodeOfItsOwn(t *testing.T) {
	b := newWorkerBench(t)
	b.bus.Stop()
	out, code := runProgram(t, "doctor", "--data", b.data, "--keys", b.bus.Keys.Root, "--json")
	var d diagnosis
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatalf("it prints %q: %v", out, err)
	}
	if code != exitSick || d.OK || d.level("NATS answers") != "failed" || d.level("PostgreSQL answers") != "ok" {
		t.Errorf("it ends with %d and finds %+v; want %d and NATS away", code, d.Checks, exitSick)
	}
}

func TestDoctorReadsSyncAlwaysFromTheServersMonitoring(t *testing.T) {
	for _, on := range []bool{true, false} {
		ns, err := server.NewServer(&server.Options{
			Host: "127.0.0.1", Port: server.RANDOM_PORT, HTTPHost: "127.0.0.1", HTTPPort: server.RANDOM_PORT,
			JetStream: true, StoreDir: t.TempDir(), SyncAlways: on, NoSigs: true, NoLog: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		ns.Start()
		t.Cleanup(func() {
			ns.Shutdown()
			ns.WaitForShutdown()
		})
		if !ns.ReadyForConnections(10 * time.Second) {
			t.Fatal("the server does not start")
		}
		got, err := syncAlways(t.Context(), "http://"+ns.MonitorAddr().String())
		if err != nil || got != on {
			t.Errorf("it reads %t, %v; want %t", got, err, on)
		}
	}
}

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal/receipt"
	"recourse/internal/testbench"
	"recourse/moderation/vault"
)

// uploadBench is an intake and a worker of the program's own, each started anew
// where a test kills it.
type uploadBench struct {
	*workerBench
	address string // of the intake, the same each time
}

func (b *uploadBench) startIntake(t *testing.T, env ...string) *child {
	t.Helper()
	addr := "127.0.0.1:0"
	if b.address != "" {
		addr = b.address
	}
	c := startChild(t, binaryWithFaults(t), env, "intake", "--data", b.data, "--keys", b.bus.Keys.Root, "--addr", addr)
	testbench.Eventually(t, 10*time.Second, "the intake listens", func() bool {
		found := regexp.MustCompile(`address=(\S+)`).FindStringSubmatch(c.logs.String())
		if found != nil {
			b.address = found[1]
		}
		return found != nil
	})
	testbench.Eventually(t, 10*time.Second, "the intake is ready", func() bool {
		resp, err := http.Get("http://" + b.address + "/readyz") //nolint:noctx // bounded by Eventually
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return c
}

// upload is a file on its way, as a browser sends it: part by part, each until
// it is acknowledged.
type upload struct {
	b       *uploadBench
	receipt string
	file    event.ID
	data    []byte
}

func (u upload) parts() []map[string]any {
	var parts []map[string]any
	for chunk := range slices.Chunk(u.data, event.EvidenceChunk) {
		parts = append(parts, map[string]any{"receipt": u.receipt, "file": u.file.String(), "index": len(parts), "data": chunk})
	}
	digest := sha256.Sum256(u.data)
	return append(parts, map[string]any{"receipt": u.receipt, "file": u.file.String(), "manifest": map[string]any{
		"name": "words.txt", "size": len(u.data), "sha256": hex.EncodeToString(digest[:]),
	}})
}

// send sends one part once, and reports whether it was acknowledged.
func (u upload) send(t *testing.T, part map[string]any) bool {
	t.Helper()
	a, err := post(t.Context(), &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}},
		"http://"+u.b.address+"/v1/evidence", part, nil)
	if err == nil && a.status != http.StatusCreated && a.status != http.StatusServiceUnavailable {
		t.Fatalf("a part gets %d: %s", a.status, a.body)
	}
	return err == nil && a.status == http.StatusCreated
}

func (u upload) state(t *testing.T) string {
	t.Helper()
	a, err := post(t.Context(), http.DefaultClient, "http://"+u.b.address+"/v1/status", map[string]string{"receipt": u.receipt}, nil)
	if err != nil || a.status != http.StatusOK {
		return ""
	}
	var s struct {
		Evidence []event.EvidenceFile `json:"evidence"`
	}
	a.decode(t, &s)
	for _, f := range s.Evidence {
		if f.ID == u.file {
			return f.State
		}
	}
	return ""
}

// A part whose intake or worker is killed at any step can be sent again, and
// the file is stored once and whole; until then nothing of it is shown.
func TestCrashOfIntakeOrWorkerWithinAnUploadLeavesItToBeResumed(t *testing.T) {
	b := &uploadBench{workerBench: newWorkerBench(t)}
	intake, worker := b.startIntake(t), b.startWorker(t)
	whole := t // whose end ends the processes, which outlive a subtest
	for n, point := range []string{
		"intake.chunk.before", "intake.chunk.after", "intake.manifest.before", "intake.manifest.after",
		"worker.chunk.before", "worker.chunk.within", "worker.chunk.after",
		"worker.manifest.before", "worker.manifest.within", "worker.manifest.after",
	} {
		t.Run(point, func(t *testing.T) {
			r := b.submit(t)
			testbench.Eventually(t, 10*time.Second, "the report is opened", func() bool { return b.opened(t, r) })
			u := upload{b: b, receipt: r.Reveal(), file: event.NewID(), data: bytes.Repeat([]byte{byte('a' + n), ' '}, 200<<10)}

			fault := "RECOURSE_FAULT_KILL=" + point
			killed := &intake
			if point[0] == 'i' {
				intake.interrupt(whole)
				intake = b.startIntake(whole, fault)
			} else {
				worker.interrupt(whole)
				worker = b.startWorker(whole, fault)
				killed = &worker
			}
			for _, part := range u.parts() {
				deadline := time.Now().Add(20 * time.Second)
				for sent := false; !sent; {
					if time.Now().After(deadline) {
						t.Fatal("a part is not taken within 20 s")
					}
					select {
					case <-(*killed).exited:
						if !(*killed).wasKilled() {
							t.Fatalf("it ended otherwise:\n%s", (*killed).logs)
						}
						if killed == &intake {
							intake = b.startIntake(whole)
						} else {
							worker = b.startWorker(whole)
						}
					default:
					}
					sent = u.send(t, part)
				}
			}
			if killed == &worker {
				select {
				case <-worker.exited:
					worker = b.startWorker(whole)
				case <-time.After(5 * time.Second): // it was killed and started again above
				}
			}
			testbench.Eventually(t, 20*time.Second, "the receipt shows the file as stored", func() bool {
				return u.state(t) == event.EvidenceStored
			})
			if got := b.stored(t, r, u.file); !bytes.Equal(got, u.data) {
				t.Errorf("%d bytes are stored, and not those that were sent", len(got))
			}
			if left := b.count(t, "moderation.upload"); left != 0 {
				t.Errorf("%d uploads are left half", left)
			}
		})
	}
	if n := len(b.bus.Messages(t, event.StreamQuarantine)); n != 0 {
		t.Errorf("%d messages are in quarantine, want none", n)
	}
}

// stored opens a file as the console would.
func (b *uploadBench) stored(t *testing.T, r receipt.Receipt, file event.ID) []byte {
	t.Helper()
	var id event.ID
	var wrapped []byte
	var month string
	err := b.pool.QueryRow(t.Context(), `SELECT e.id, k.wrapped, k.month FROM moderation.evidence e JOIN moderation.data_key k ON k.owner = e.id
		WHERE e.report_id = $1 AND e.file_id = $2 AND e.state = 'stored'`, event.ID(r.ReportID()), file).Scan(&id, &wrapped, &month)
	if err != nil {
		t.Fatal(err)
	}
	key, err := vault.New(b.bus.Ring(t, keys.Console)).Unwrap(vault.WrappedKey{Owner: id, Community: b.demo.Name, Month: month, Wrapped: wrapped})
	if err != nil {
		t.Fatal(err)
	}
	chunks, err := b.q.EvidenceChunks(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var whole []byte
	for i, c := range chunks {
		plain, err := key.Open(vault.EvidenceChunkPlace(id, i), c.Sealed)
		if err != nil {
			t.Fatal(err)
		}
		whole = append(whole, plain...)
	}
	return whole
}

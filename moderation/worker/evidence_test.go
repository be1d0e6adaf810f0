package worker_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/testbench"
	"recourse/moderation/vault"
)

// picture is a PNG of some chunks, with a text chunk's worth of noise.
func picture(t *testing.T, side int) []byte {
	t.Helper()
	noise := rand.New(rand.NewPCG(1, 2))
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			img.Set(x, y, color.NRGBA{byte(noise.Uint32()), byte(noise.Uint32()), byte(noise.Uint32()), 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// waitForFile waits until the receipt shows a file in a state.
func (b *bench) waitForFile(t *testing.T, status func() event.Status, file event.ID, state string) event.EvidenceFile {
	t.Helper()
	var found event.EvidenceFile
	testbench.Eventually(t, 15*time.Second, "the file is "+state, func() bool {
		for _, f := range status().Evidence {
			if f.ID == file && f.State == state {
				found = f
				return true
			}
		}
		return false
	})
	return found
}

func TestAFileInPartsIsStoredWholeAndSealed(t *testing.T) {
	b := setup(t)
	r := b.submit(t)
	b.start(t)
	b.waitForStatus(t, r)
	status := func() event.Status { _, s, _ := b.status(t, r); return s }
	data, file := picture(t, 500), event.NewID()
	parts := testbench.Evidence(t, b.demo, r, file, "../MARKER-name.png", data)
	if len(parts) < 4 {
		t.Fatalf("the file has %d parts, want a few", len(parts))
	}

	// The manifest first, and a chunk twice: order and repeats don't matter.
	b.bus.Publish(t, parts[len(parts)-1])
	b.bus.Publish(t, parts[1])
	b.bus.Publish(t, parts[1])
	if f := b.waitForFile(t, status, file, event.EvidenceReceiving); len(f.Received) != 1 || f.Received[0] != 1 {
		t.Errorf("it shows %v as received, want [1]", f.Received)
	}
	for i, part := range parts[:len(parts)-1] {
		if i != 1 {
			b.bus.Publish(t, part)
		}
	}
	b.waitForFile(t, status, file, event.EvidenceStored)

	var id event.ID
	var size int
	var mediaType, month string
	var details, wrapped []byte
	err := b.admin.QueryRow(t.Context(), `SELECT e.id, e.size, e.media_type, e.details, k.wrapped, k.month
		FROM moderation.evidence e JOIN moderation.data_key k ON k.owner = e.id WHERE e.file_id = $1`, file).
		Scan(&id, &size, &mediaType, &details, &wrapped, &month)
	if err != nil || mediaType != "image/png" || size != len(data) {
		t.Fatalf("it is a %s of %d bytes, %v; want a PNG of %d", mediaType, size, err, len(data))
	}
	key, err := vault.New(b.bus.Ring(t, keys.Console)).Unwrap(vault.WrappedKey{Owner: id, Community: "demo", Month: month, Wrapped: wrapped})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := key.Open(vault.EvidenceDetailsPlace(id), details)
	var d vault.EvidenceDetails
	if err != nil || json.Unmarshal(plain, &d) != nil || d.Name != "MARKER-name.png" || len(d.Sent) != 32 {
		t.Errorf("its details are %+v, %v; want the name without its path, and a digest", d, err)
	}
	chunks, err := b.store.EvidenceChunks(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var whole []byte
	for i, c := range chunks {
		plain, err := key.Open(vault.EvidenceChunkPlace(id, i), c.Sealed)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(c.Sealed, data[:64]) {
			t.Error("a chunk stands in PostgreSQL unsealed")
		}
		whole = append(whole, plain...)
	}
	if !bytes.Equal(whole, data) {
		t.Error("what is stored is not what was sent: a picture without metadata stays as it is")
	}
	for what, query := range map[string]string{
		"uploads": "moderation.upload", "chunks that wait": "moderation.upload_chunk", "attempts": "moderation.attempt WHERE attempts > 0",
	} {
		if n := b.count(t, query); n != 0 {
			t.Errorf("%d %s are left", n, what)
		}
	}
	if n := b.count(t, "moderation.audit WHERE action = 'evidence.stored'"); n != 1 {
		t.Errorf("%d audit entries tell of it, want 1", n)
	}

	// All of it again changes nothing.
	for _, part := range parts {
		b.bus.Publish(t, part)
	}
	last := b.submit(t)
	b.waitForStatus(t, last)
	testbench.Eventually(t, 10*time.Second, "all is acknowledged", func() bool {
		c, err := b.bus.JS(t, keys.Admin).Consumer(t.Context(), event.StreamReports, event.ConsumerWorker)
		return err == nil && c.CachedInfo().NumAckPending == 0 && c.CachedInfo().NumPending == 0
	})
	if n := b.count(t, "moderation.evidence"); n != 1 {
		t.Errorf("it is stored %d times", n)
	}
	if n := b.count(t, "moderation.upload"); n != 0 {
		t.Errorf("%d uploads are begun again", n)
	}
	if strings.Contains(b.logs.String(), "MARKER") {
		t.Error("its name stands in the log")
	}
}

func TestAFileThatIsNotTakenIsRefusedWithItsReason(t *testing.T) {
	b := setup(t)
	r := b.submit(t)
	b.start(t)
	b.waitForStatus(t, r)
	status := func() event.Status { _, s, _ := b.status(t, r); return s }
	whole := picture(t, 20)
	for reason, data := range map[string][]byte{
		"type":   []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"broken": whole[:len(whole)-20],
	} {
		file := event.NewID()
		for _, part := range testbench.Evidence(t, b.demo, r, file, "picture.png", data) {
			b.bus.Publish(t, part)
		}
		if f := b.waitForFile(t, status, file, event.EvidenceRefused); f.Reason != reason {
			t.Errorf("it is refused as %q, want %q", f.Reason, reason)
		}
	}
	if n := b.count(t, "moderation.evidence_chunk"); n != 0 {
		t.Errorf("%d chunks of refused files are kept", n)
	}
}

func TestOfAbusedChildrenNoFileIsKept(t *testing.T) {
	b := setup(t)
	r, msg := testbench.Sealed(t, b.demo, event.Content{Kind: event.KindChildSexualAbuse, Description: "words"}, nil)
	b.bus.Publish(t, msg)
	b.start(t)
	if s := b.waitForStatus(t, r); !s.NoFiles {
		t.Error("the receipt does not say that no file is taken")
	}
	status := func() event.Status { _, s, _ := b.status(t, r); return s }
	file := event.NewID()
	for _, part := range testbench.Evidence(t, b.demo, r, file, "a.png", picture(t, 20)) {
		b.bus.Publish(t, part)
	}
	if f := b.waitForFile(t, status, file, event.EvidenceRefused); f.Reason != "kind" {
		t.Errorf("it is refused as %q, want for its kind", f.Reason)
	}
	if n := b.count(t, "moderation.upload_chunk") + b.count(t, "moderation.evidence_chunk"); n != 0 {
		t.Errorf("%d chunks are kept", n)
	}
}

func TestAWithdrawnReportsFilesGo(t *testing.T) {
	b := setup(t)
	r := b.submit(t)
	b.start(t)
	b.waitForStatus(t, r)
	status := func() event.Status { _, s, _ := b.status(t, r); return s }
	whole, begun := event.NewID(), event.NewID()
	for _, part := range testbench.Evidence(t, b.demo, r, whole, "a.png", picture(t, 20)) {
		b.bus.Publish(t, part)
	}
	b.waitForFile(t, status, whole, event.EvidenceStored)
	b.bus.Publish(t, testbench.Evidence(t, b.demo, r, begun, "b.png", picture(t, 20))[0])
	b.waitForFile(t, status, begun, event.EvidenceReceiving)
	b.follow(t, r, event.ReportWithdrawn, event.FollowUpContent{})
	testbench.Eventually(t, 10*time.Second, "it is withdrawn", func() bool { return status().Stage == event.StageWithdrawn })
	for what, query := range map[string]string{
		"chunks": "moderation.evidence_chunk", "uploads": "moderation.upload", "names": "moderation.evidence WHERE details IS NOT NULL",
		"keys": "moderation.data_key",
	} {
		if n := b.count(t, query); n != 0 {
			t.Errorf("%d %s are left", n, what)
		}
	}
	if n := len(status().Evidence); n != 0 {
		t.Errorf("the receipt shows %d files", n)
	}
}

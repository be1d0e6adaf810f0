package janitor_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"recourse/internal/event"
	"recourse/internal/testbench"
)

func TestWhatIsWithdrawnGoesFromTheStreamsAndIsStillCounted(t *testing.T) {
	b := setup(t)
	kept := b.submit(t, 1)[0]
	r, msg := testbench.Sealed(t, b.demo, event.Content{Kind: event.KindThreat}, nil)
	id := event.ID(r.ReportID())
	b.bus.Publish(t, msg)
	b.bus.Publish(t, testbench.FollowUp(t, b.demo, r, event.ReportMessage, event.FollowUpContent{Text: "words"}, nil))
	broken := &nats.Msg{Subject: event.ReportSubject(event.ReportAmended, "demo", id).String(), Data: []byte("broken"), Header: nats.Header{}}
	b.bus.Publish(t, broken)
	b.bus.Publish(t, testbench.FollowUp(t, b.demo, r, event.ReportWithdrawn, event.FollowUpContent{}, nil))
	testbench.Eventually(t, 10*time.Second, "it is withdrawn, and what was broken is in quarantine", func() bool {
		var n int
		err := b.admin.QueryRow(t.Context(), `SELECT count(*) FROM janitor.erasure WHERE done_at IS NULL`).Scan(&n)
		return err == nil && n == 1 && len(b.bus.Messages(t, event.StreamQuarantine)) == 1
	})

	j := b.janitor(t, 0)
	if err := j.Erase(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, m := range b.bus.Messages(t, event.StreamReports) {
		left = append(left, m.Subject)
	}
	want := []string{
		event.ReportSubject(event.ReportSubmitted, "demo", kept).String(),
		event.ReportSubject(event.ReportWithdrawn, "demo", id).String(),
	}
	if len(left) != 2 || left[0] != want[0] || left[1] != want[1] {
		t.Errorf("REPORTS holds %v, want %v", left, want)
	}
	if n := len(b.bus.Messages(t, event.StreamQuarantine)); n != 0 {
		t.Errorf("QUARANTINE holds %d messages, want none", n)
	}
	purged, err := b.q.AllPurgedReportIDs(t.Context())
	if err != nil || len(purged) != 1 || purged[0].ReportID != id || purged[0].Dropped {
		t.Errorf("remembered is %+v, %v; want the report, as acknowledged", purged, err)
	}
	if due, err := b.q.ErasuresDue(t.Context()); err != nil || len(due) != 0 {
		t.Errorf("%d erasures are due still (%v)", len(due), err)
	}

	// A replay is erased again.
	b.bus.Publish(t, msg)
	testbench.Eventually(t, 10*time.Second, "it is to go again", func() bool {
		due, err := b.q.ErasuresDue(t.Context())
		return err == nil && len(due) == 1
	})
	if err := j.Erase(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(b.bus.Messages(t, event.StreamReports)); n != 2 {
		t.Errorf("REPORTS holds %d messages after a replay, want 2", n)
	}
	if n, err := j.Reconcile(t.Context()); err != nil || n != 0 {
		t.Errorf("the janitor puts %d back (%v), want none", n, err)
	}
}

func TestNoByteOfWhatWasWithdrawnStaysInTheStreamsFiles(t *testing.T) {
	b := setup(t)
	r, msg := testbench.Sealed(t, b.demo, event.Content{Kind: event.KindThreat}, nil)
	b.bus.Publish(t, msg)
	sample := msg.Data[len(msg.Data)/2 : len(msg.Data)/2+64] // of an envelope's base64
	if n := filesWith(t, b.bus.Dir(), sample); n == 0 {
		t.Fatal("the stream's files do not hold the report: the search is no good")
	}
	b.bus.Publish(t, testbench.FollowUp(t, b.demo, r, event.ReportWithdrawn, event.FollowUpContent{}, nil))
	testbench.Eventually(t, 10*time.Second, "it is withdrawn", func() bool {
		due, err := b.q.ErasuresDue(t.Context())
		return err == nil && len(due) == 1
	})
	if err := b.janitor(t, 0).Erase(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := filesWith(t, b.bus.Dir(), sample); n != 0 {
		t.Errorf("%d files of the streams hold bytes of the report", n)
	}
}

// filesWith counts the files under dir that hold a sample.
func filesWith(t *testing.T, dir string, sample []byte) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if bytes.Contains(content, sample) {
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAFileThatIsNeverFinishedGoesAfterADay(t *testing.T) {
	b := setup(t)
	r, msg := testbench.Sealed(t, b.demo, event.Content{Kind: event.KindThreat}, nil)
	b.bus.Publish(t, msg)
	parts := testbench.Evidence(t, b.demo, r, event.NewID(), "a.txt", bytes.Repeat([]byte("evidence "), 60_000))
	b.bus.Publish(t, parts[0])
	count := func() (n int) {
		if err := b.admin.QueryRow(t.Context(), `SELECT count(*) FROM moderation.upload_chunk`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	testbench.Eventually(t, 10*time.Second, "the chunk is stored", func() bool { return count() == 1 })
	b.consumeAsStats(t)
	b.clean(t, 23*time.Hour)
	if n, left := count(), len(b.bus.Messages(t, event.StreamReports)); n != 1 || left != 2 {
		t.Errorf("after 23 hours %d chunks and %d messages are there, want 1 and 2", n, left)
	}
	b.clean(t, 25*time.Hour)
	left := b.bus.Messages(t, event.StreamReports)
	if n := count(); n != 0 || len(left) != 1 || left[0].Subject != msg.Subject {
		t.Errorf("after 25 hours %d chunks and %d messages are there, want none and the report", n, len(left))
	}
}

func TestAFileThatIsStoredStandsInTheStreamNoMore(t *testing.T) {
	b := setup(t)
	r, msg := testbench.Sealed(t, b.demo, event.Content{Kind: event.KindThreat}, nil)
	b.bus.Publish(t, msg)
	file := event.NewID()
	parts := testbench.Evidence(t, b.demo, r, file, "a.txt", bytes.Repeat([]byte("evidence "), 60_000))
	for _, part := range parts {
		b.bus.Publish(t, part)
	}
	b.bus.Publish(t, parts[0])
	testbench.Eventually(t, 10*time.Second, "the file is stored, and every part spent", func() bool {
		var n int
		err := b.admin.QueryRow(t.Context(), `SELECT count(*) FROM janitor.spent_part`).Scan(&n)
		return err == nil && n == len(parts)+1
	})
	for range 2 {
		if err := b.janitor(t, 0).DeleteSpent(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if left := b.bus.Messages(t, event.StreamReports); len(left) != 1 || left[0].Subject != msg.Subject {
		t.Errorf("REPORTS holds %d messages, want the report alone", len(left))
	}
}

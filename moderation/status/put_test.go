package status_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal"
	"recourse/internal/seal/receipt"
	"recourse/internal/testbench"
	"recourse/moderation/status"
)

type bench struct {
	*testbench.Bus

	kv      jetstream.KeyValue // as the worker has it
	receipt receipt.Receipt
}

func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{Bus: testbench.NATS(t), receipt: receipt.New()}
	kv, err := b.JS(t, keys.Worker).KeyValue(t.Context(), event.BucketStatus)
	if err != nil {
		t.Fatal(err)
	}
	b.kv = kv
	return b
}

// at is the report at a version, with as many milestones.
func (b *bench) at(t *testing.T, version int) status.Report {
	t.Helper()
	public, err := b.receipt.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := seal.ParsePublicKey("receipt", public)
	if err != nil {
		t.Fatal(err)
	}
	r := status.Report{ID: b.receipt.ReportID(), Community: "demo", StatusKey: b.receipt.StatusKey(), ReplyKey: key, Version: version}
	for i := range version {
		r.Milestones = append(r.Milestones, event.MilestoneAt{Name: event.MilestoneOpened, At: time.Unix(int64(i), 0).UTC()})
	}
	return r
}

func (b *bench) put(t *testing.T, version int) {
	t.Helper()
	if err := status.Put(t.Context(), b.kv, b.at(t, version)); err != nil {
		t.Fatal(err)
	}
}

// read is what the receipt's owner sees, and the revision of the record.
func (b *bench) read(t *testing.T) (record event.StatusRecord, s event.Status, revision uint64) {
	t.Helper()
	entry, err := b.kv.Get(t.Context(), b.receipt.StatusKey())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(entry.Value(), &record); err != nil {
		t.Fatal(err)
	}
	opener, err := b.receipt.Opener()
	if err != nil {
		t.Fatal(err)
	}
	body, err := opener.Open(seal.Context{Purpose: seal.PurposeStatus, Community: "demo", Report: b.receipt.ReportID()}, record.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &s); err != nil {
		t.Fatal(err)
	}
	return record, s, entry.Revision()
}

func (b *bench) wantVersion(t *testing.T, want int) {
	t.Helper()
	record, s, _ := b.read(t)
	if record.V != 1 || record.Version != want || len(s.Milestones) != want || s.Report != event.ID(b.receipt.ReportID()) {
		t.Errorf("the record is of version %d and shows %d milestones of %s; want version %d", record.Version, len(s.Milestones), s.Report, want)
	}
}

func TestARecordShowsItsOwnerWhatStands(t *testing.T) {
	b := setup(t)
	b.put(t, 3)
	b.wantVersion(t, 3)
}

func TestAVersionNeverOverwritesAHigherOneOrItself(t *testing.T) {
	b := setup(t)
	b.put(t, 3)
	_, _, before := b.read(t)
	for _, version := range []int{3, 2, 1} {
		b.put(t, version)
		b.wantVersion(t, 3)
	}
	if _, _, after := b.read(t); after != before {
		t.Errorf("the record was written again: revision %d, then %d", before, after)
	}
	b.put(t, 5)
	b.wantVersion(t, 5)
}

func TestManyWritersAtOnceEndAtTheHighestVersion(t *testing.T) {
	b := setup(t)
	for range 5 {
		b.receipt = receipt.New()
		const writers = 20
		var reports []status.Report
		for version := 1; version <= writers; version++ {
			reports = append(reports, b.at(t, version))
		}
		rand.Shuffle(len(reports), func(i, j int) { reports[i], reports[j] = reports[j], reports[i] })
		start := make(chan struct{})
		var wg sync.WaitGroup
		for _, r := range reports {
			wg.Go(func() {
				<-start
				if err := status.Put(t.Context(), b.kv, r); err != nil {
					t.Errorf("version %d: %v", r.Version, err)
				}
			})
		}
		close(start)
		wg.Wait()
		b.wantVersion(t, writers)
	}
}

func TestAnExpiredRecordIsWrittenAnew(t *testing.T) {
	b := setup(t)
	settings := bus.DefaultSettings()
	settings.ReportsMaxBytes, settings.Retention = 64<<20, 500*time.Millisecond
	if err := bus.Migrate(t.Context(), b.JS(t, keys.Admin), settings); err != nil {
		t.Fatal(err)
	}
	b.put(t, 7)
	testbench.Eventually(t, 10*time.Second, "the record expires", func() bool {
		_, err := b.kv.Get(t.Context(), b.receipt.StatusKey())
		return errors.Is(err, jetstream.ErrKeyNotFound)
	})
	settings.Retention = time.Hour
	if err := bus.Migrate(t.Context(), b.JS(t, keys.Admin), settings); err != nil {
		t.Fatal(err)
	}
	b.put(t, 2)
	b.wantVersion(t, 2)
}

func TestARecordThatIsNoneIsReplaced(t *testing.T) {
	for name, value := range map[string]string{"words": "MARKER", "nothing": "", "another shape": `["MARKER"]`} {
		b := setup(t)
		if _, err := b.kv.Put(t.Context(), b.receipt.StatusKey(), []byte(value)); err != nil {
			t.Fatal(err)
		}
		if err := status.Put(t.Context(), b.kv, b.at(t, 1)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		b.wantVersion(t, 1)
	}
}

func TestNothingIsWrittenThatTheReceiptCannotOpen(t *testing.T) {
	b := setup(t)
	r := b.at(t, 1)
	r.ReplyKey = seal.PublicKey{}
	if err := status.Put(t.Context(), b.kv, r); !errors.Is(err, seal.ErrPublicKey) {
		t.Errorf("without a reply key: %v; want ErrPublicKey", err)
	}
	if err := status.PutAll(t.Context(), b.JS(t, keys.Worker), b.kv, []status.Report{r})[0]; !errors.Is(err, seal.ErrPublicKey) {
		t.Errorf("among others, without a reply key: %v; want ErrPublicKey", err)
	}
	if _, err := b.kv.Get(t.Context(), b.receipt.StatusKey()); !errors.Is(err, jetstream.ErrKeyNotFound) {
		t.Errorf("a record was written: %v", err)
	}
}

func TestPutSaysWhereNATSIsAway(t *testing.T) {
	b := setup(t)
	b.put(t, 1)
	b.Stop()
	if err := status.Put(t.Context(), b.kv, b.at(t, 2)); err == nil {
		t.Error("Put says nothing")
	}
	b.Restart(t)
	testbench.Eventually(t, 10*time.Second, "it is written once NATS is back", func() bool {
		return status.Put(context.Background(), b.kv, b.at(t, 2)) == nil
	})
	b.wantVersion(t, 2)
}

func TestTimesAreShownInUTCAndWholeSeconds(t *testing.T) {
	at := time.Date(2026, 11, 24, 23, 59, 59, 999_999_999, time.FixedZone("", -5*3600))
	if got, want := status.At(at), time.Date(2026, 11, 25, 4, 59, 59, 0, time.UTC); got != want {
		t.Errorf("%s is shown as %s, want %s", at, got, want)
	}
}

// Of many at once some are new, some are there in an older version, in the same
// or in a newer one: each ends as it would alone.
func TestManyStatusesAtOnceEndAsEachWouldAlone(t *testing.T) {
	b := setup(t)
	js := b.JS(t, keys.Worker)
	var all []status.Report
	want := map[string]int{}
	for i := range 40 {
		b.receipt = receipt.New()
		r := b.at(t, 2)
		all = append(all, r)
		want[r.StatusKey] = 2
		if i%10 < 3 {
			there := b.at(t, 1+i%10)
			if err := status.Put(t.Context(), b.kv, there); err != nil {
				t.Fatal(err)
			}
			want[r.StatusKey] = max(2, there.Version)
		}
	}
	for range 2 {
		for i, err := range status.PutAll(t.Context(), js, b.kv, all) {
			if err != nil {
				t.Errorf("status %d: %v", i, err)
			}
		}
		for key, version := range want {
			entry, err := b.kv.Get(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			var record event.StatusRecord
			if err := json.Unmarshal(entry.Value(), &record); err != nil || record.Version != version {
				t.Errorf("version %d is there, %v; want %d", record.Version, err, version)
			}
		}
	}
}

func TestManyNewStatusesAreOneBatch(t *testing.T) {
	b := setup(t)
	var all []status.Report
	for range 64 {
		b.receipt = receipt.New()
		all = append(all, b.at(t, 1))
	}
	for i, err := range status.PutAll(t.Context(), b.JS(t, keys.Worker), b.kv, all) {
		if err != nil {
			t.Fatalf("status %d: %v", i, err)
		}
	}
	msg := b.Messages(t, "KV_status")[0]
	if msg.Header.Get("Nats-Batch-Sequence") != "1" {
		t.Errorf("the first is no part of a batch: %v", msg.Header)
	}
}

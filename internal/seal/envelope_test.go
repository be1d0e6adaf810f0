package seal_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"recourse/internal/seal"
	"recourse/internal/seal/open"
)

// overhead is what HPKE adds: an encapsulated key of 1088 + 32 bytes and a tag
// of 16.
const overhead = 1088 + 32 + 16

func newKey(t *testing.T) (open.PrivateKey, seal.PublicKey) {
	t.Helper()
	private, err := open.Generate("k1")
	if err != nil {
		t.Fatal(err)
	}
	public, err := seal.ParsePublicKey("k1", private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return private, public
}

func TestAnEnvelopeTellsOnlyTheBucketOfItsBodysLength(t *testing.T) {
	_, key := newKey(t)
	var buckets []int
	for size := 1 << 10; size <= 512<<10; size *= 2 {
		buckets = append(buckets, size)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.IntRange(0, 3000), rapid.IntRange(0, 512<<10-4)).Draw(t, "length")
		e, err := seal.Seal(key, seal.Context{}, make([]byte, n), seal.Buckets())
		if err != nil {
			t.Fatal(err)
		}
		size := len(e.Ciphertext) - overhead
		if !slices.Contains(buckets, size) || size < n+4 || (size > 1<<10 && size/2 >= n+4) {
			t.Fatalf("a body of %d bytes is padded to %d", n, size)
		}
	})
}

func TestExactlyGivesOneLengthForAllBodies(t *testing.T) {
	_, key := newKey(t)
	for n := 0; n <= 1020; n += 51 {
		e, err := seal.Seal(key, seal.Context{}, make([]byte, n), seal.Exactly(1024))
		if err != nil {
			t.Fatal(err)
		}
		if len(e.Ciphertext) != 1024+overhead {
			t.Errorf("a body of %d bytes makes an envelope of %d, want %d", n, len(e.Ciphertext), 1024+overhead)
		}
	}
}

func TestABodyThatIsTooLongIsNotSealed(t *testing.T) {
	_, key := newKey(t)
	for name, tt := range map[string]struct {
		size    int
		padding seal.Padding
	}{
		"one byte over the largest bucket": {512<<10 - 3, seal.Buckets()},
		"one byte over the exact size":     {1024 - 3, seal.Exactly(1024)},
	} {
		body := []byte(strings.Repeat("M", tt.size))
		e, err := seal.Seal(key, seal.Context{Purpose: seal.PurposeModeration}, body, tt.padding)
		if err == nil || e.Ciphertext != nil {
			t.Errorf("%s: sealed", name)
		} else if strings.Contains(err.Error(), "MM") {
			t.Errorf("%s: the error quotes the body: %v", name, err)
		}
	}
}

// Stored envelopes outlive the code that wrote them, and so must the form of
// what they are bound to.
func TestTheContextIsBoundInOneFormForEver(t *testing.T) {
	c := seal.Context{Purpose: seal.PurposeStatistics, Community: "demo", Report: [16]byte{0xab, 15: 0x01}}
	if got, want := string(c.Info()), "recourse/envelope/v1|statistics|demo|ab000000000000000000000000000001"; got != want {
		t.Errorf("Info is %q, want %q", got, want)
	}
}

func TestAnEnvelopeTravelsAsJSON(t *testing.T) {
	private, public := newKey(t)
	c := seal.Context{Purpose: seal.PurposeContact, Community: "demo"}
	e, err := seal.Seal(public, c, []byte("words"), seal.Buckets())
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var back seal.Envelope
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if body, err := private.Open(c, back); err != nil || string(body) != "words" {
		t.Errorf("it opens as %q, %v", body, err)
	}
	if !strings.HasPrefix(string(b), `{"v":1,"kid":"k1","ct":"`) {
		t.Errorf("it reads %.40s", b)
	}
}

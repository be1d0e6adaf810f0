package receipt_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"recourse/internal/seal/receipt"
)

func seeds() *rapid.Generator[[receipt.SeedSize]byte] {
	return rapid.Custom(func(t *rapid.T) [receipt.SeedSize]byte {
		return [receipt.SeedSize]byte(rapid.SliceOfN(rapid.Byte(), receipt.SeedSize, receipt.SeedSize).Draw(t, "seed"))
	})
}

func publicKey(t testing.TB, r receipt.Receipt) string {
	t.Helper()
	key, err := r.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return string(key)
}

func TestParseReadsWhatRevealWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := receipt.FromSeed(seeds().Draw(t, "seed"))
		back, err := receipt.Parse(r.Reveal())
		if err != nil || back.Reveal() != r.Reveal() {
			t.Fatalf("Parse(%s) is another receipt, or fails: %v", r.Reveal(), err)
		}
	})
}

func TestRevealWritesFiveGroupsAndTheCheckSymbol(t *testing.T) {
	form := regexp.MustCompile(`^(?:[0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{6}$`)
	rapid.Check(t, func(t *rapid.T) {
		if s := receipt.FromSeed(seeds().Draw(t, "seed")).Reveal(); !form.MatchString(s) {
			t.Fatalf("%s has not the form XXXXX-XXXXX-XXXXX-XXXXX-XXXXXC", s)
		}
	})
}

// A reporter keeps a receipt for years. If this test fails, receipts that are
// out there no longer find their reports: never change what it wants.
func TestAReceiptMeansTheSameForEver(t *testing.T) {
	seed := [receipt.SeedSize]byte{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}
	r := receipt.FromSeed(seed)
	id := r.ReportID()
	key := sha256.Sum256([]byte(publicKey(t, r)))
	for _, tt := range []struct{ what, got, want string }{
		{"receipt", r.Reveal(), "008J4-CT4AN-K7F24-SNAXW-SQFEZ8"},
		{"report id", hex.EncodeToString(id[:]), "2c3fbf3744226be34d74557344cd79bc"},
		{"status key", r.StatusKey(), "71365e1d7e7211c7ca2de37e8be87a3b"},
		{"SHA-256 of the public key", hex.EncodeToString(key[:]), "1104e27a62c95277bb7a27bad03e6c7726145f882d3268e85522f327fca0e5b7"},
	} {
		if tt.got != tt.want {
			t.Errorf("the %s is %s, want %s", tt.what, tt.got, tt.want)
		}
	}
}

func TestTheSameSeedGivesTheSameSecrets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := seeds().Draw(t, "seed")
		one, two := receipt.FromSeed(seed), receipt.FromSeed(seed)
		if one.ReportID() != two.ReportID() || one.StatusKey() != two.StatusKey() {
			t.Fatal("the report id or the status key differs")
		}
		a, err := one.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		b, err := two.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Fatal("the public key differs")
		}
	})
}

func TestEachOf125BitsOfTheSeedCountsAndTheLastThreeDoNot(t *testing.T) {
	seed := [receipt.SeedSize]byte{0xa5, 0x5a, 0x0f, 0xf0, 0x3c, 0xc3, 0x99, 0x66, 0x01, 0x80, 0xff, 0x00, 0x77, 0xee, 0x42, 0x24}
	whole := receipt.FromSeed(seed)
	texts, ids, names := map[string]int{whole.Reveal(): -1}, map[[16]byte]int{whole.ReportID(): -1}, map[string]int{whole.StatusKey(): -1}
	for bit := range 8 * receipt.SeedSize {
		changed := seed
		changed[bit/8] ^= 0x80 >> (bit % 8)
		r := receipt.FromSeed(changed)
		if bit >= 125 {
			if r.Reveal() != whole.Reveal() {
				t.Errorf("bit %d changes the receipt", bit)
			}
			continue
		}
		if other, ok := texts[r.Reveal()]; ok {
			t.Errorf("bits %d and %d give one receipt", bit, other)
		}
		if other, ok := ids[r.ReportID()]; ok {
			t.Errorf("bits %d and %d give one report id", bit, other)
		}
		if other, ok := names[r.StatusKey()]; ok {
			t.Errorf("bits %d and %d give one status key", bit, other)
		}
		texts[r.Reveal()], ids[r.ReportID()], names[r.StatusKey()] = bit, bit, bit
	}
}

func TestRandomReceiptsShareNothing(t *testing.T) {
	seen := map[string]string{}
	for range 50 {
		r := receipt.New()
		id := r.ReportID()
		for what, value := range map[string]string{
			"receipt": r.Reveal(), "report id": hex.EncodeToString(id[:]), "status key": r.StatusKey(), "public key": publicKey(t, r),
		} {
			if other, ok := seen[value]; ok {
				t.Errorf("a %s is also a %s", what, other)
			}
			seen[value] = what
		}
	}
}

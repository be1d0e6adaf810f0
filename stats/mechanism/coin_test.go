package mechanism

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// words is a Sampler that reads the given words, then no more.
func words(all ...uint64) *Sampler {
	var b []byte
	for _, w := range all {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	s := NewSampler(bytes.NewReader(b))
	s.left = len(all)
	return s
}

func TestACoinIsDecidedByTheFirstDigitThatDiffers(t *testing.T) {
	const third = math.MaxUint64 / 3 // every digit of 1/3 in base 2^64
	for _, tt := range []struct {
		name     string
		num, den uint64
		read     []uint64
		want     bool
	}{
		{"below at once", 1, 3, []uint64{third - 1}, true},
		{"above at once", 1, 3, []uint64{third + 1}, false},
		{"equal, then below", 1, 3, []uint64{third, 0}, true},
		{"equal twice, then above", 1, 3, []uint64{third, third, third + 1}, false},
		{"the half itself", 1, 2, []uint64{1 << 63, 1}, false},
		{"just below the half", 1, 2, []uint64{1<<63 - 1}, true},
		{"never", 0, 5, []uint64{0, 0, 1}, false},
		{"nearly always", math.MaxUint64 - 1, math.MaxUint64, []uint64{math.MaxUint64 - 2}, true},
		{"and yet not", math.MaxUint64 - 1, math.MaxUint64, []uint64{math.MaxUint64}, false},
	} {
		s := words(tt.read...)
		if got, err := s.bernoulli(tt.num, tt.den); err != nil || got != tt.want || s.left != 0 {
			t.Errorf("%s: %v, %v with %d words left, want %v with none", tt.name, got, err, s.left, tt.want)
		}
		s = words(tt.read...)
		num, den := new(big.Int).SetUint64(tt.num), new(big.Int).SetUint64(tt.den)
		if got, err := s.bernoulliBig(num, den); err != nil || got != tt.want || s.left != 0 {
			t.Errorf("%s, in big integers: %v, %v with %d words left, want %v with none", tt.name, got, err, s.left, tt.want)
		}
	}
}

func TestACertainCoinReadsNothing(t *testing.T) {
	if one, err := words().bernoulli(7, 7); err != nil || !one {
		t.Errorf("7/7 gives %v, %v", one, err)
	}
}

func TestWordsThatWouldFavourSmallNumbersAreSkipped(t *testing.T) {
	for _, tt := range []struct {
		n    uint64
		read []uint64
		want uint64
	}{
		{3, []uint64{math.MaxUint64, 5}, 2}, // 2^64-1 is the one word beyond a multiple of 3
		{3, []uint64{math.MaxUint64 - 1}, 2},
		{8, []uint64{math.MaxUint64}, 7},
		{1, []uint64{math.MaxUint64}, 0},
		{1<<63 + 1, []uint64{1<<63 + 1, 4}, 4},
		{1<<63 + 1, []uint64{1 << 63}, 1 << 63},
	} {
		s := words(tt.read...)
		if got, err := s.below(tt.n); err != nil || got != tt.want || s.left != 0 {
			t.Errorf("below(%d) of %v is %d, %v with %d words left, want %d with none", tt.n, tt.read, got, err, s.left, tt.want)
		}
	}
}

func TestAnExponentialCoinLandsOnOneAsOftenAsItShould(t *testing.T) {
	const tosses = 50_000
	for _, tt := range []struct{ whole, num, den uint64 }{{0, 0, 1}, {0, 1, 7}, {0, 1, 2}, {0, 99, 100}, {1, 0, 1}, {2, 1, 3}, {60, 1, 2}} {
		s := NewSampler(rand.NewChaCha8([32]byte{1}))
		ones := 0.0
		for range tosses {
			s.left = wordsPerDraw
			one, err := s.bernoulliExp(tt.whole, func() (bool, error) { return s.bernoulli(tt.num, tt.den) })
			if err != nil {
				t.Fatal(err)
			}
			if one {
				ones++
			}
		}
		p := math.Exp(-float64(tt.whole) - float64(tt.num)/float64(tt.den))
		if off := math.Abs(ones - tosses*p); off > 5.5*math.Sqrt(tosses*p*(1-p)) {
			t.Errorf("exp(-(%d + %d/%d)) comes %v times of %d, want %.1f", tt.whole, tt.num, tt.den, ones, tosses, tosses*p)
		}
	}
}

func TestSmallAndBigIntegersGiveTheSameDraws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		den := rapid.Int64Range(1, 1<<rapid.IntRange(0, 24).Draw(t, "bits below")).Draw(t, "below")
		num := rapid.Int64Range(1, 1<<rapid.IntRange(0, 34).Draw(t, "bits above")).Draw(t, "above")
		seed := rapid.Uint64().Draw(t, "seed")
		small := newGaussian(big.NewRat(num, den))
		large := newGaussian(big.NewRat(num, den))
		large.small = false
		a, b := NewSampler(seeded(seed)), NewSampler(seeded(seed))
		for range 20 {
			x, err := a.draw(small)
			y, err2 := b.draw(large)
			if err != nil || err2 != nil || x != y {
				t.Fatalf("at s² = %d/%d: %d, %v in small integers, %d, %v in big ones", num, den, x, err, y, err2)
			}
		}
	})
}

func TestTheExponentIsTheOneOfThePaper(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sigma2 := big.NewRat(rapid.Int64Range(1, 1<<30).Draw(t, "above"), rapid.Int64Range(1, 1<<20).Draw(t, "below"))
		size := rapid.Uint64Range(0, 1<<rapid.IntRange(0, 52).Draw(t, "bits")).Draw(t, "size")
		g := newGaussian(sigma2)

		// t is floor(sigma)+1, and gamma (|x| - sigma²/t)²/(2 sigma²).
		root := new(big.Rat).SetInt(new(big.Int).SetUint64(g.t))
		if below := new(big.Rat).Sub(root, big.NewRat(1, 1)); below.Mul(below, below).Cmp(sigma2) > 0 ||
			new(big.Rat).Mul(root, root).Cmp(sigma2) <= 0 {
			t.Fatalf("t is %d at s² = %s", g.t, sigma2)
		}
		want := new(big.Rat).SetInt(new(big.Int).SetUint64(size))
		want.Sub(want, new(big.Rat).Quo(sigma2, root))
		want.Mul(want, want).Quo(want, new(big.Rat).Add(sigma2, sigma2))

		if whole, rest, ok := g.gamma(size); g.small && ok {
			got := new(big.Rat).SetFrac(new(big.Int).SetUint64(rest), g.den)
			got.Add(got, new(big.Rat).SetInt(new(big.Int).SetUint64(whole)))
			if rest >= g.smallDen || got.Cmp(want) != 0 {
				t.Fatalf("gamma of %d at s² = %s is %d + %d/%s, want %s", size, sigma2, whole, rest, g.den, want)
			}
		}
		top := new(big.Int).SetUint64(size)
		top.Mul(top, g.dt).Sub(top, g.n)
		if got := new(big.Rat).SetFrac(top.Mul(top, top), g.den); got.Cmp(want) != 0 {
			t.Fatalf("gamma of %d at s² = %s is %s, want %s", size, sigma2, got, want)
		}
	})
}

func TestAnExponentThatDoesNotFitIsLeftToBigIntegers(t *testing.T) {
	g := newGaussian(big.NewRat(1, 1<<61))
	for _, size := range []uint64{
		7, // gamma is above 2^64
		8, // size times d is 2^64: wrapped, it would make gamma next to 0
	} {
		if whole, rest, ok := g.gamma(size); !g.small || ok {
			t.Errorf("gamma of %d at s² = 2^-61 is %d + %d/%d", size, whole, rest, g.smallDen)
		}
	}
}

func seeded(seed uint64) *rand.ChaCha8 {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return rand.NewChaCha8(key)
}

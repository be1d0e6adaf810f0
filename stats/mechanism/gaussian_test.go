package mechanism_test

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"math/big"
	random "math/rand/v2"
	"os"
	"slices"
	"testing"
	"testing/iotest"

	"recourse/stats/mechanism"
)

// variances are those that the sampler is tested at: with and without a
// neighbour in the same cell, a fraction, and one beyond 64-bit arithmetic.
var variances = []string{"1", "2", "7", "160", "1000000", "1099511627777", "25/2"}

// stream is randomness that is the same in every run.
func stream(seed uint64) io.Reader {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return random.NewChaCha8(key)
}

func rational(t testing.TB, text string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is not a rational", text)
	}
	return r
}

// sample draws n times.
func sample(t testing.TB, source io.Reader, sigma2 *big.Rat, n int) []int64 {
	t.Helper()
	draws, err := mechanism.Measure(mechanism.NewSampler(source), make([]int64, n), sigma2)
	if err != nil {
		t.Fatalf("drawing at s² = %s: %v", sigma2.RatString(), err)
	}
	return draws
}

// howMany is the size of a sample.
func howMany() int {
	if os.Getenv("RECOURSE_TEST_ALL") != "" {
		return 1_000_000
	}
	return 100_000
}

func TestDrawsFollowTheDiscreteGaussian(t *testing.T) {
	t.Parallel()
	for i, text := range variances {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			sigma2 := rational(t, text)
			draws := sample(t, stream(uint64(i)), sigma2, howMany())
			for _, fault := range judge(draws, sigma2) {
				t.Error(fault)
			}
		})
	}
}

func TestDrawsOfLessThanARowFollowItToo(t *testing.T) {
	sigma2 := rational(t, "1/4")
	for _, fault := range judge(sample(t, stream(20), sigma2, howMany()), sigma2) {
		t.Error(fault)
	}
}

func TestHalfTheNoiseWouldBeSeen(t *testing.T) {
	t.Parallel()
	for i, text := range variances {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			sigma2 := rational(t, text)
			half := new(big.Rat).Quo(sigma2, big.NewRat(2, 1))
			if faults := judge(sample(t, stream(uint64(30+i)), half, 20_000), sigma2); len(faults) < 2 {
				t.Errorf("half the variance gives only %q", faults)
			}
		})
	}
}

func TestNoiseOfOneSignWouldBeSeen(t *testing.T) {
	sigma2 := rational(t, "160")
	draws := sample(t, stream(40), sigma2, 20_000)
	for i, x := range draws {
		draws[i] = max(x, -x)
	}
	if faults := judge(draws, sigma2); len(faults) < 2 {
		t.Errorf("draws of one sign give only %q", faults)
	}
}

func TestADoubleZeroWouldBeSeen(t *testing.T) {
	for i, text := range []string{"1", "7", "160"} {
		sigma2 := rational(t, text)
		draws := sample(t, stream(uint64(50+i)), sigma2, 20_000)
		for _, x := range slices.Clone(draws) {
			if x == 0 {
				draws = append(draws, 0)
			}
		}
		if len(judge(draws, sigma2)) == 0 {
			t.Errorf("at s² = %s a zero that comes twice as often is not seen", text)
		}
	}
}

func TestATinyVarianceGivesNothingButZeros(t *testing.T) {
	for _, text := range []string{"1/1000", "1/4611686018427387903"} {
		for _, x := range sample(t, stream(60), rational(t, text), 1000) {
			if x != 0 {
				t.Fatalf("at s² = %s a draw is %d, which has a chance below 1e-200", text, x)
			}
		}
	}
}

func TestVariancesAtTheBoundsAreDrawnFrom(t *testing.T) {
	for i, text := range []string{
		"1/1000", "1099511627777", "4611686018427387903", "4611686018427387903/2",
		"4611686018427387902/4611686018427387903", "1/4611686018427387903",
	} {
		sigma2 := rational(t, text)
		draws := sample(t, stream(uint64(70+i)), sigma2, 300)
		if s2, _ := sigma2.Float64(); s2 >= 1 && len(judge(draws, sigma2)) > 0 {
			t.Errorf("at s² = %s: %q", text, judge(draws, sigma2))
		}
	}
}

func TestAVarianceThatIsNoneIsRefusedBeforeAnythingIsRead(t *testing.T) {
	for _, text := range []string{"0", "-1", "-1/2", "4611686018427387904", "1/4611686018427387904", "9223372036854775809/2"} {
		sigma2 := rational(t, text)
		s := mechanism.NewSampler(iotest.ErrReader(errors.New("something was read")))
		if err := mechanism.CheckVariance(sigma2); !errors.Is(err, mechanism.ErrVariance) {
			t.Errorf("CheckVariance(%s) is %v, want ErrVariance", text, err)
		}
		if _, err := s.DiscreteGaussian(sigma2); !errors.Is(err, mechanism.ErrVariance) {
			t.Errorf("DiscreteGaussian(%s) is %v, want ErrVariance", text, err)
		}
		for _, counts := range [][]int64{{1, 2, 3}, nil} {
			if noisy, err := mechanism.Measure(s, counts, sigma2); !errors.Is(err, mechanism.ErrVariance) || noisy != nil {
				t.Errorf("Measure(%v, %s) is %v, %v, want ErrVariance", counts, text, noisy, err)
			}
		}
	}
}

func TestTheSameStreamGivesTheSameDraws(t *testing.T) {
	for _, text := range variances {
		sigma2 := rational(t, text)
		first, again := sample(t, stream(80), sigma2, 200), sample(t, iotest.OneByteReader(stream(80)), sigma2, 200)
		if !slices.Equal(first, again) {
			t.Errorf("at s² = %s the same stream gives %v, then %v", text, first, again)
		}
		if other := sample(t, stream(81), sigma2, 200); slices.Equal(first, other) {
			t.Errorf("at s² = %s another stream gives the same draws: they come from elsewhere", text)
		}
	}
}

func TestADrawReadsWhatItNeedsAndNoMore(t *testing.T) {
	for _, text := range variances {
		sigma2 := rational(t, text)
		var recorded bytes.Buffer
		want := sample(t, io.TeeReader(stream(90), &recorded), sigma2, 20)
		if got := sample(t, bytes.NewReader(recorded.Bytes()), sigma2, 20); !slices.Equal(got, want) {
			t.Errorf("at s² = %s what was read gives %v, want %v", text, got, want)
		}
		for _, missing := range []int{1, 8} {
			short := bytes.NewReader(recorded.Bytes()[:recorded.Len()-missing])
			_, err := mechanism.Measure(mechanism.NewSampler(short), make([]int64, 20), sigma2)
			if !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
				t.Errorf("at s² = %s with %d bytes fewer: %v", text, missing, err)
			}
		}
	}
}

func TestTheReadersErrorIsReturnedWhereverItComes(t *testing.T) {
	broken := errors.New("the source is broken")
	for _, text := range []string{"7", "1099511627777"} { // small and large integers
		sigma2 := rational(t, text)
		var recorded bytes.Buffer
		sample(t, io.TeeReader(stream(100), &recorded), sigma2, 20)
		for n := range recorded.Len() {
			source := io.MultiReader(bytes.NewReader(recorded.Bytes()[:n]), iotest.ErrReader(broken))
			noisy, err := mechanism.Measure(mechanism.NewSampler(source), make([]int64, 20), sigma2)
			if !errors.Is(err, broken) || noisy != nil {
				t.Fatalf("at s² = %s after %d bytes: %v, %v, want the reader's error", text, n, noisy, err)
			}
		}
	}
}

func TestASourceThatIsStuckIsAnErrorAndNoEndlessLoop(t *testing.T) {
	for _, stuck := range []byte{0x00, 0x55, 0xff} {
		for _, text := range []string{"1/1000", "1", "160", "1099511627777"} {
			s := mechanism.NewSampler(repeat(stuck))
			draw, err := s.DiscreteGaussian(rational(t, text))
			if err != nil && !errors.Is(err, mechanism.ErrRandom) {
				t.Errorf("nothing but %#x at s² = %s: %v, want ErrRandom", stuck, text, err)
			}
			if stuck == 0 && err == nil {
				t.Errorf("nothing but zeros at s² = %s gives %d, want ErrRandom", text, draw)
			}
		}
	}
}

func TestOneDrawsWordsAreNotTakenFromTheNext(t *testing.T) {
	// A sampler that counted over all draws would stop before the end.
	sample(t, stream(110), big.NewRat(1, 1000), 400_000)
}

// repeat is a source that is stuck.
type repeat byte

func (r repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r)
	}
	return len(p), nil
}

func BenchmarkDiscreteGaussian(b *testing.B) {
	for _, text := range slices.Concat(variances, []string{"4611686018427387903"}) {
		for _, source := range []struct {
			name   string
			reader io.Reader
		}{{"chacha8", stream(1)}, {"crypto", rand.Reader}} {
			b.Run(text+"/"+source.name, func(b *testing.B) {
				sigma2, s := rational(b, text), mechanism.NewSampler(source.reader)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := s.DiscreteGaussian(sigma2); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkMeasure(b *testing.B) {
	s, counts := mechanism.NewSampler(rand.Reader), make([]int64, 1000)
	for b.Loop() {
		if _, err := mechanism.Measure(s, counts, big.NewRat(160, 1)); err != nil {
			b.Fatal(err)
		}
	}
}

package mechanism_test

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"recourse/stats/mechanism"
)

func TestTheVarianceIsTheLeastThatTheCostAllows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rho := someRational(t, "rho")
		k := rapid.IntRange(1, 200).Draw(t, "k")
		sigma2, err := mechanism.NoiseVariance(rho, k)
		if err != nil {
			t.Fatalf("NoiseVariance(%s, %d): %v", rho, k, err)
		}
		if charge := mechanism.Charge(sigma2, k); charge.Cmp(rho) > 0 {
			t.Fatalf("s² = %s costs %s, above the %s that was allowed", sigma2, charge, rho)
		}
		step := big.NewRat(1, 1)
		switch {
		case sigma2.Cmp(big.NewRat(100, 1)) < 0:
			step = big.NewRat(1, 1<<20)
			if (1<<20)%sigma2.Denom().Int64() != 0 {
				t.Fatalf("s² = %s is no multiple of 2^-20", sigma2)
			}
		case !sigma2.IsInt():
			t.Fatalf("s² = %s is above 100 and not whole", sigma2)
		}
		less := new(big.Rat).Sub(sigma2, step)
		if less.Sign() > 0 && mechanism.Charge(less, k).Cmp(rho) <= 0 {
			t.Fatalf("s² = %s would do where NoiseVariance gives %s", less, sigma2)
		}
	})
}

// someRational is above 0, of any size from 2^-40 to 2^40.
func someRational(t *rapid.T, name string) *big.Rat {
	above := rapid.Int64Range(1, 1<<rapid.IntRange(0, 40).Draw(t, name+"'s bits above")).Draw(t, name+" above")
	below := rapid.Int64Range(1, 1<<rapid.IntRange(0, 40).Draw(t, name+"'s bits below")).Draw(t, name+" below")
	return big.NewRat(above, below)
}

func TestVariancesAreWholeFromAHundredOn(t *testing.T) {
	for _, tt := range []struct {
		rho  string
		k    int
		want string
	}{
		{"1/2", 1, "1"},
		{"1/2", 3, "9"},
		{"0.01", 1, "50"},
		{"3/2", 1, "349526/1048576"},
		{"1/198", 1, "99"},
		{"2/397", 1, "100"}, // 99.25 is still below 100, and its ceiling is not
		{"1/200", 1, "100"},
		{"2/401", 1, "101"},
		{"1/200", 2, "400"},
		{"1/1000000000000000000000", 1, "500000000000000000000"},
		{"1000000000000", 1, "1/1048576"},
	} {
		got, err := mechanism.NoiseVariance(rational(t, tt.rho), tt.k)
		if err != nil || got.Cmp(rational(t, tt.want)) != 0 {
			t.Errorf("NoiseVariance(%s, %d) is %v, %v, want %s", tt.rho, tt.k, got, err, tt.want)
		}
	}
}

func TestACostOfNothingAndAUnitWithoutRowsAreRefused(t *testing.T) {
	for _, tt := range []struct {
		rho  string
		k    int
		want error
	}{
		{"0", 1, mechanism.ErrRho}, {"-1/2", 1, mechanism.ErrRho}, {"1/2", 0, mechanism.ErrRows}, {"1/2", -3, mechanism.ErrRows},
	} {
		if got, err := mechanism.NoiseVariance(rational(t, tt.rho), tt.k); !errors.Is(err, tt.want) || got != nil {
			t.Errorf("NoiseVariance(%s, %d) is %v, %v, want %v", tt.rho, tt.k, got, err, tt.want)
		}
	}
}

func TestAChargeThatWouldComeOutTooSmallPanics(t *testing.T) {
	for _, tt := range []struct {
		sigma2 string
		k      int
	}{{"0", 1}, {"-5", 1}, {"5", 0}, {"5", -1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Charge(%s, %d) returned", tt.sigma2, tt.k)
				}
			}()
			mechanism.Charge(rational(t, tt.sigma2), tt.k)
		}()
	}
}

func TestArgumentsAreLeftAsTheyWere(t *testing.T) {
	x := big.NewRat(7, 3)
	if _, err := mechanism.NoiseVariance(x, 2); err != nil {
		t.Fatal(err)
	}
	mechanism.Charge(x, 2)
	mechanism.RoundUp(x, 3)
	mechanism.StandardError(x)
	sample(t, stream(1), x, 10)
	if x.Cmp(big.NewRat(7, 3)) != 0 {
		t.Errorf("7/3 became %s", x)
	}
}

// A charge is a claim about the noise: two tables that differ by k in one cell
// have a Rényi divergence of at most alpha times the charge, for every alpha, and
// of just that where alpha is 2.
func TestTheChargeIsTheDivergenceOfTheNoise(t *testing.T) {
	for _, text := range []string{"1/3", "1", "7", "160"} {
		sigma2 := rational(t, text)
		s2, _ := sigma2.Float64()
		for _, k := range []int{1, 3} {
			charge, _ := mechanism.Charge(sigma2, k).Float64()
			for _, alpha := range []float64{1.1, 1.5, 2, 3.3, 10} {
				// exp(e(x)) is the sum's term at x. It is largest near -(alpha-1) k,
				// and taking that out keeps floats from overflowing.
				e := func(x float64) float64 { return (-alpha*x*x + (alpha-1)*(x-float64(k))*(x-float64(k))) / (2 * s2) }
				middle := -math.Round((alpha - 1) * float64(k))
				reach := 12*math.Sqrt(s2) + 2
				z, sum := 0.0, 0.0
				for x := -math.Ceil(reach); x <= reach; x++ {
					z += math.Exp(-x * x / (2 * s2))
					sum += math.Exp(e(middle+x) - e(middle))
				}
				divergence := (math.Log(sum/z) + e(middle)) / (alpha - 1)
				if divergence > alpha*charge*(1+1e-9) {
					t.Errorf("at s² = %s, k = %d, alpha = %v the divergence is %v, above %v", text, k, alpha, divergence, alpha*charge)
				}
				if alpha == 2 && divergence < alpha*charge*(1-1e-9) {
					t.Errorf("at s² = %s, k = %d the charge %v is more than the divergence %v asks for", text, k, charge, divergence/alpha)
				}
			}
		}
	}
}

func TestRoundingIsNeverBelow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := someRational(t, "x")
		if rapid.Bool().Draw(t, "negative") {
			x.Neg(x)
		}
		digits := rapid.IntRange(0, 15).Draw(t, "digits")
		text := mechanism.RoundUp(x, digits)
		back, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatalf("RoundUp(%s, %d) is %q, which is no number", x, digits, text)
		}
		unit := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil))
		if above := new(big.Rat).Sub(back, x); above.Sign() < 0 || above.Cmp(unit) >= 0 {
			t.Fatalf("RoundUp(%s, %d) is %s, off by %s", x, digits, text, above.FloatString(20))
		}
		if _, decimals, _ := strings.Cut(text, "."); len(decimals) != digits {
			t.Fatalf("RoundUp(%s, %d) is %s", x, digits, text)
		}
	})
}

func TestTheLedgerKeepsTwelveDigits(t *testing.T) {
	for _, tt := range []struct {
		x      string
		digits int
		want   string
	}{
		{"1/3", mechanism.LedgerDigits, "0.333333333334"},
		{"1/2", mechanism.LedgerDigits, "0.500000000000"},
		{"1/1000000000000000000000000", mechanism.LedgerDigits, "0.000000000001"},
		{"0", mechanism.LedgerDigits, "0.000000000000"},
		{"0.9999999999995", mechanism.LedgerDigits, "1.000000000000"},
		{"-1/3", 3, "-0.333"},
		{"17/10", 0, "2"},
		{"17/10", -1, "2"},
	} {
		if got := mechanism.RoundUp(rational(t, tt.x), tt.digits); got != tt.want {
			t.Errorf("RoundUp(%s, %d) is %s, want %s", tt.x, tt.digits, got, tt.want)
		}
	}
}

func TestTheStandardErrorIsTheRootOfTheVariance(t *testing.T) {
	for _, tt := range []struct {
		sigma2 string
		want   float64
	}{{"1", 1}, {"25/4", 2.5}, {"2", math.Sqrt2}, {"4611686018427387904", 1 << 31}} {
		if got := mechanism.StandardError(rational(t, tt.sigma2)); got != tt.want {
			t.Errorf("StandardError(%s) is %v, want %v", tt.sigma2, got, tt.want)
		}
	}
}

func TestTheStandardErrorIsNeverBelowTheNoises(t *testing.T) {
	for _, text := range []string{"1/1000", "1/4", "1", "2", "25/2"} {
		sigma2 := rational(t, text)
		s2, _ := sigma2.Float64()
		z, sum := 0.0, 0.0
		for x := -200.0; x <= 200; x++ {
			p := math.Exp(-x * x / (2 * s2))
			z += p
			sum += x * x * p
		}
		noises, printed := math.Sqrt(sum/z), mechanism.StandardError(sigma2)
		if noises > printed*(1+1e-15) || s2 >= 1 && noises < printed*(1-1e-6) {
			t.Errorf("at s² = %s the noise has %v, and %v is printed", text, noises, printed)
		}
	}
}

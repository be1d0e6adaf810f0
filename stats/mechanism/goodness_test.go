package mechanism_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"
)

// falseAlarm is how often a check below may reject a sampler that is right: once
// in a million runs, shared among the variances that stand in `variances`.
const falseAlarm = 1e-6 / 7

// leastExpected is what every cell of a chi-square test expects at least.
const leastExpected = 20

// judge returns what is wrong with draws as a sample of the discrete Gaussian,
// or nothing. Its three checks see the shape, the spread and the signs.
func judge(draws []int64, sigma2 *big.Rat) (faults []string) {
	s2, _ := sigma2.Float64()
	if p := shape(draws, s2); p < falseAlarm {
		faults = append(faults, fmt.Sprintf("the shape has p = %.1g", p))
	}

	// From s² = 1 on the fourth moment too is a Gaussian's, to a millionth, so
	// the sum of squares has that many degrees of freedom.
	sum, positive, negative := 0.0, 0.0, 0.0
	for _, x := range draws {
		sum += float64(x) * float64(x) / s2
		switch {
		case x > 0:
			positive++
		case x < 0:
			negative++
		}
	}
	n := float64(len(draws))
	if p := chiSquareAbove(sum, n); s2 >= 1 && min(p, 1-p) < falseAlarm/2 {
		faults = append(faults, fmt.Sprintf("the variance is %.4f of what it should be", sum/n))
	}
	if difference := positive - negative; chiSquareAbove(difference*difference/(positive+negative), 1) < falseAlarm {
		faults = append(faults, fmt.Sprintf("%.0f draws are positive, %.0f negative", positive, negative))
	}
	return faults
}

// shape returns the p-value of Pearson's chi-square test. Neighbouring integers
// share a cell where one alone expects too few draws; the outer cells are open.
func shape(draws []int64, s2 float64) float64 {
	counts := make(map[int64]int, len(draws))
	for _, x := range draws {
		counts[x]++
	}
	reach := int64(12*math.Sqrt(s2)) + 1
	if s2 > 1e12 {
		// A walk over single integers would take too long, so the unit becomes
		// many of them. Their sum is then the integral over them: the two differ
		// by a share of unit²/s², below 1e-7.
		unit := 2*math.Floor(math.Sqrt(s2)/8192) + 1 // odd: no integer lies between two
		grouped := make(map[int64]int, len(counts))
		for x, n := range counts {
			grouped[int64(math.Round(float64(x)/unit))] += n
		}
		counts = grouped
		s2 /= unit * unit
		reach = int64(12*math.Sqrt(s2)) + 1
	}
	density := func(x int64) float64 { return math.Exp(-float64(x) * float64(x) / (2 * s2)) }
	z := 0.0
	for x := -reach; x <= reach; x++ {
		z += density(x)
	}

	type cell struct{ expected, seen float64 }
	cells, open, counted := []cell{}, cell{}, 0
	for x := -reach; x <= reach; x++ {
		open.expected += float64(len(draws)) * density(x) / z
		open.seen += float64(counts[x])
		counted += counts[x]
		if open.expected >= leastExpected {
			cells, open = append(cells, open), cell{}
		}
	}
	last := &cells[len(cells)-1]
	last.expected += open.expected
	last.seen += open.seen + float64(len(draws)-counted) // further out than reach

	statistic := 0.0
	for _, c := range cells {
		statistic += (c.seen - c.expected) * (c.seen - c.expected) / c.expected
	}
	return chiSquareAbove(statistic, float64(len(cells)-1))
}

// chiSquareAbove returns the probability that a chi-square variable with df
// degrees of freedom is above x: the regularised upper incomplete gamma function
// Q(df/2, x/2), by its power series or by its continued fraction (DLMF 8.11.4 and
// 8.9.2), whichever converges.
func chiSquareAbove(x, df float64) float64 {
	a, x := df/2, x/2
	if x <= 0 {
		return 1
	}
	logGamma, _ := math.Lgamma(a)
	factor := math.Exp(a*math.Log(x) - x - logGamma)
	if x < a+1 {
		term := 1 / a
		sum := term
		for n := 1.0; term > sum*1e-17; n++ {
			term *= x / (a + n)
			sum += term
		}
		return 1 - factor*sum
	}
	// The modified Lentz method.
	b := x + 1 - a
	c, d := 1e300, 1/b
	h := d
	for n := 1.0; ; n++ {
		numerator := n * (a - n)
		b += 2
		d = 1 / (b + numerator*d)
		c = b + numerator/c
		h *= c * d
		if math.Abs(c*d-1) < 1e-15 {
			return factor * h
		}
	}
}

func TestTheChiSquareTailIsTheKnownOne(t *testing.T) {
	for _, tt := range []struct{ x, df, want float64 }{
		{1, 1, math.Erfc(math.Sqrt(0.5))},
		{28, 1, math.Erfc(math.Sqrt(14))},
		{0.01, 1, math.Erfc(math.Sqrt(0.005))},
		{3, 2, math.Exp(-1.5)},
		{40, 2, math.Exp(-20)},
		{10, 10, poissonBelow(5, 5)},
		{50, 10, poissonBelow(5, 25)},
		{2, 10, poissonBelow(5, 1)},
		{1000, 1000, poissonBelow(500, 500)},
		{1250, 1000, poissonBelow(500, 625)},
		{800, 1000, poissonBelow(500, 400)},
		{101000, 100000, poissonBelow(50000, 50500)},
	} {
		if got := chiSquareAbove(tt.x, tt.df); math.Abs(got-tt.want) > 1e-8*tt.want {
			t.Errorf("above %v at %v degrees of freedom: %v, want %v", tt.x, tt.df, got, tt.want)
		}
	}
}

// poissonBelow is the probability that a Poisson variable of the given mean is
// below k, which is the chi-square tail at 2 mean and 2k degrees of freedom.
func poissonBelow(k int, mean float64) float64 {
	sum := 0.0
	for i := range k {
		logGamma, _ := math.Lgamma(float64(i) + 1)
		sum += math.Exp(float64(i)*math.Log(mean) - mean - logGamma)
	}
	return sum
}

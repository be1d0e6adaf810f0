package mechanism_test

import (
	"math"
	"testing"

	"recourse/stats/mechanism"
)

var (
	rhos   = []float64{1e-9, 1e-3, 0.01, 0.1, 0.5, 1, 3, 20}
	deltas = []float64{1e-15, 1e-9, 1e-6, 1e-3, 0.1, 0.6}
)

// proven is the formula of the specification, as it stands there.
func proven(rho, delta, alpha float64) float64 {
	return alpha*rho + math.Log(1/delta)/(alpha-1) + math.Log(1-1/alpha) - math.Log(alpha)/(alpha-1)
}

func TestEpsilonIsTheLeastValueOnAFineGrid(t *testing.T) {
	for _, rho := range rhos {
		for _, delta := range deltas {
			grid := math.Inf(1)
			for i := range 60_000 {
				grid = min(grid, proven(rho, delta, 1+math.Exp(-20+float64(i)/1000)))
			}
			grid = max(grid, 0)
			got := mechanism.Epsilon(rho, delta)
			// The grid's steps of 0.1 % miss the least value by a millionth at
			// most, and 1-1/alpha above loses digits as alpha nears 1.
			if slack := 1e-12 * (1 + grid); got > grid+slack || got < grid-1e-6*(1+grid) {
				t.Errorf("Epsilon(%v, %v) is %v, on the grid %v", rho, delta, got, grid)
			}
		}
	}
}

// The bound is a claim about the noise: what one cell's noise really needs as
// delta at that epsilon is never above the delta asked for, and not far below.
func TestTheNoiseKeepsWhatEpsilonClaims(t *testing.T) {
	for _, s2 := range []float64{1, 7, 160, 5000} {
		for _, delta := range []float64{1e-9, 1e-6, 1e-3} {
			epsilon := mechanism.Epsilon(1/(2*s2), delta)
			reach := int(40*math.Sqrt(s2)) + 1
			z, needed := 0.0, 0.0
			for x := -reach; x <= reach; x++ {
				here := math.Exp(-float64(x) * float64(x) / (2 * s2))
				there := math.Exp(-float64(x+1) * float64(x+1) / (2 * s2))
				z += here
				needed += max(0, here-math.Exp(epsilon)*there)
			}
			if needed /= z; needed > delta || needed < delta/100 {
				t.Errorf("at s² = %v epsilon %v needs a delta of %.3g, and %.3g was said", s2, epsilon, needed, delta)
			}
		}
	}
}

func TestEpsilonIsBelowTheTextbookBound(t *testing.T) {
	for _, rho := range rhos {
		for _, delta := range deltas {
			if got, textbook := mechanism.Epsilon(rho, delta), rho+2*math.Sqrt(rho*math.Log(1/delta)); got >= textbook || got < 0 {
				t.Errorf("Epsilon(%v, %v) is %v, by the textbook %v", rho, delta, got, textbook)
			}
		}
	}
}

func TestEpsilonGrowsWithRhoAndFallsWithDelta(t *testing.T) {
	for i, rho := range rhos {
		for j, delta := range deltas {
			here := mechanism.Epsilon(rho, delta)
			if i > 0 && mechanism.Epsilon(rhos[i-1], delta) > here {
				t.Errorf("Epsilon falls from rho %v to %v at delta %v", rhos[i-1], rho, delta)
			}
			if j > 0 && mechanism.Epsilon(rho, deltas[j-1]) < here {
				t.Errorf("Epsilon grows from delta %v to %v at rho %v", deltas[j-1], delta, rho)
			}
		}
	}
}

func TestEpsilonAtTheEdges(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct{ rho, delta, want float64 }{
		{0, 1e-6, 0},
		{0, 0, 0},
		{0.5, 1, 0},
		{0.5, 2, 0},
		{0.5, 0, inf},
		{0.5, -1, inf},
		{0.5, 1e-310, inf}, // math.Log is off there
		{inf, 1e-6, inf},
		{-0.5, 1e-6, nan},
		{-0.5, 1, nan},
		{nan, 1e-6, nan},
		{0.5, nan, nan},
		{1e-300, 0.5, 0},
		{1e308, 1e-6, 1e308},
	} {
		got := mechanism.Epsilon(tt.rho, tt.delta)
		if got != tt.want && (!math.IsNaN(got) || !math.IsNaN(tt.want)) {
			t.Errorf("Epsilon(%v, %v) is %v, want %v", tt.rho, tt.delta, got, tt.want)
		}
	}
	smallest := math.SmallestNonzeroFloat64
	for _, got := range []float64{
		mechanism.Epsilon(smallest, 0x1p-1022), mechanism.Epsilon(smallest, 1-1e-16), mechanism.Epsilon(1e-300, 1e-300),
	} {
		if got < 0 || got > 1e-140 || math.IsNaN(got) {
			t.Errorf("for next to nothing Epsilon is %v", got)
		}
	}
}

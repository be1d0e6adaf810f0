package mechanism

import "math"

// leastDelta is the least normal float64. math.Log is wrong by several units
// below it on some machines, in the direction that promises too much.
const leastDelta = 0x1p-1022

// Epsilon returns an epsilon for which rho-zCDP implies (epsilon, delta)
// differential privacy: the least over alpha > 1 of
//
//	alpha rho + ln(1/delta)/(alpha-1) + ln(1-1/alpha) - ln(alpha)/(alpha-1)
//
// (Corollary 13 of the paper), and never below 0. Every alpha gives a valid
// bound, so where the search for the best one is inexact, the answer is too large
// and never too small, but for the rounding of this formula itself, some 1e-15 of
// its terms. Round it up before it is printed.
//
// It is 0 for a rho of 0 or a delta of 1 and more, +Inf where delta is below
// 2^-1022 or rho is infinite, and NaN where rho is below 0 or either is NaN.
func Epsilon(rho, delta float64) float64 {
	switch {
	case math.IsNaN(rho) || math.IsNaN(delta) || rho < 0:
		return math.NaN()
	case rho == 0 || delta >= 1:
		return 0
	case delta < leastDelta || math.IsInf(rho, 1):
		return math.Inf(1)
	}
	// With a = alpha-1 and l = ln(1/delta) the derivative is
	// rho - (l - ln(1+a))/a². So the least value lies where rho a² + ln(1+a) = l,
	// whose left side grows with a: there is one such place, and halving finds it.
	l := -math.Log(delta)
	low, high := 0.0, min(math.Sqrt(l)/math.Sqrt(rho), math.Expm1(l))
	for range 200 { // far beyond where low and high are neighbours
		if middle := low + (high-low)/2; rho*middle*middle+math.Log1p(middle) < l {
			low = middle
		} else {
			high = middle
		}
	}
	return max(0, bound(rho, l, high))
}

// bound is the formula above at alpha = 1+a, in a form that loses no digits where
// a is small or large.
func bound(rho, l, a float64) float64 {
	return (1+a)*rho + (l-math.Log1p(a))/a - math.Log1p(1/a)
}

package mechanism

import (
	"errors"
	"math"
	"math/big"
	"math/bits"
)

// ErrVariance says that no noise of such a variance is drawn.
var ErrVariance = errors.New("the variance of the noise must be above 0, with numerator and denominator below 2^62")

// variancePartBits bounds numerator and denominator. So the scale t below is at
// most 2^31, and with wordsPerDraw no draw reaches 2^52.
const variancePartBits = 62

// CheckVariance returns ErrVariance unless DiscreteGaussian takes sigma2. It
// spends nothing, so ask it before a release is charged.
func CheckVariance(sigma2 *big.Rat) error {
	if sigma2.Sign() <= 0 || sigma2.Num().BitLen() > variancePartBits || sigma2.Denom().BitLen() > variancePartBits {
		return ErrVariance
	}
	return nil
}

// DiscreteGaussian draws an integer x with a probability proportional to
// exp(-x²/(2 sigma2)): Algorithm 3 of the paper, exact for every sigma2 that
// CheckVariance takes. The unit of sigma2 is rows squared.
//
// The draw is an int64, because counts are and because it is always below 2^52:
// one that would be larger fails with ErrRandom first. Other errors are
// ErrVariance and those of the reader.
func (s *Sampler) DiscreteGaussian(sigma2 *big.Rat) (int64, error) {
	if err := CheckVariance(sigma2); err != nil {
		return 0, err
	}
	return s.draw(newGaussian(sigma2))
}

// gaussian is a variance n/d made ready to draw with. A draw x from the discrete
// Laplace distribution of scale t is kept with probability exp(-gamma), where
//
//	gamma = (|x| - sigma2/t)²/(2 sigma2) = (|x| dt - n)²/den, with den = 2n d t².
//
// All are integers. The small ones are the same numbers, where den fits in 64
// bits and the others therefore do.
type gaussian struct {
	t          uint64
	n, dt, den *big.Int

	small                     bool
	smallN, smallDT, smallDen uint64
}

// newGaussian takes a sigma2 that CheckVariance takes.
func newGaussian(sigma2 *big.Rat) *gaussian {
	n, d := sigma2.Num(), sigma2.Denom()
	t := new(big.Int).Quo(n, d)
	t.Sqrt(t) // the root's whole part is that of the whole part's root
	t.Add(t, big.NewInt(1))

	dt := new(big.Int).Mul(d, t)
	den := new(big.Int).Mul(dt, t)
	den.Mul(den, n).Lsh(den, 1)
	g := &gaussian{t: t.Uint64(), n: n, dt: dt, den: den}
	if den.IsUint64() {
		g.small, g.smallN, g.smallDT, g.smallDen = true, n.Uint64(), dt.Uint64(), den.Uint64()
	}
	return g
}

func (s *Sampler) draw(g *gaussian) (int64, error) {
	s.left = wordsPerDraw
	for {
		size, negative, err := s.laplace(g.t)
		if err != nil {
			return 0, err
		}
		kept, err := s.keep(g, size)
		if err != nil {
			return 0, err
		}
		x := int64(size) //nolint:gosec // below 2^52
		switch {
		case kept && negative:
			return -x, nil
		case kept:
			return x, nil
		}
	}
}

// laplace draws x with a probability proportional to exp(-|x|/t): Algorithm 2 of
// the paper for a whole scale t. It returns |x|, below t (wordsPerDraw + 1), and
// x's sign.
func (s *Sampler) laplace(t uint64) (size uint64, negative bool, err error) {
	for {
		u, err := s.below(t)
		if err != nil {
			return 0, false, err
		}
		kept, err := s.bernoulliExp(0, func() (bool, error) { return s.bernoulli(u, t) })
		if err != nil {
			return 0, false, err
		}
		if !kept {
			continue
		}
		v, err := s.geometric()
		if err != nil {
			return 0, false, err
		}
		sign, err := s.below(2)
		if err != nil {
			return 0, false, err
		}
		size := u + t*v
		if sign == 1 && size == 0 {
			continue // zero has no sign: kept twice, it would come twice as often
		}
		return size, sign == 1, nil
	}
}

// geometric counts how many coins of exp(-1) land on one before the first zero.
func (s *Sampler) geometric() (uint64, error) {
	for v := uint64(0); ; v++ {
		if one, err := s.bernoulliExp(0, certain); err != nil || !one {
			return v, err
		}
	}
}

// keep returns true with probability exp(-gamma), for |x| = size.
func (s *Sampler) keep(g *gaussian, size uint64) (bool, error) {
	if g.small {
		if whole, rest, ok := g.gamma(size); ok {
			return s.bernoulliExp(whole, func() (bool, error) { return s.bernoulli(rest, g.smallDen) })
		}
	}
	root := new(big.Int).SetUint64(size)
	root.Mul(root, g.dt).Sub(root, g.n)
	root.Mul(root, root)
	whole, rest := new(big.Int).QuoRem(root, g.den, new(big.Int))
	times := uint64(math.MaxUint64) // as good as any number above wordsPerDraw
	if whole.IsUint64() {
		times = whole.Uint64()
	}
	return s.bernoulliExp(times, func() (bool, error) { return s.bernoulliBig(rest, g.den) })
}

// gamma returns gamma as whole + rest/smallDen, where 128 bits hold all that
// comes on the way.
func (g *gaussian) gamma(size uint64) (whole, rest uint64, ok bool) {
	over, scaled := bits.Mul64(size, g.smallDT)
	if over != 0 {
		return 0, 0, false
	}
	root := max(scaled, g.smallN) - min(scaled, g.smallN)
	high, low := bits.Mul64(root, root)
	if high >= g.smallDen {
		return 0, 0, false
	}
	whole, rest = bits.Div64(high, low, g.smallDen)
	return whole, rest, true
}

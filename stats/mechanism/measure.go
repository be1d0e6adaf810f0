package mechanism

import (
	"errors"
	"math/big"
)

// ErrOverflow says that a count with its noise does not fit in 64 bits.
var ErrOverflow = errors.New("a count with its noise does not fit in 64 bits")

// Measure returns counts with independent discrete Gaussian noise of variance
// parameter sigma2 on every cell, drawn in the order of the cells. The result is
// unbiased and may be negative. It leaves counts as they are.
//
// One call costs Charge(sigma2, k), also where it fails: what failed may have
// been seen. Errors are those of DiscreteGaussian and ErrOverflow, and with an
// error no cell is returned. An unfit sigma2 is refused before the first draw,
// also where there are no cells.
func Measure(s *Sampler, counts []int64, sigma2 *big.Rat) ([]int64, error) {
	if err := CheckVariance(sigma2); err != nil {
		return nil, err
	}
	g := newGaussian(sigma2)
	noisy := make([]int64, len(counts))
	for i, count := range counts {
		noise, err := s.draw(g)
		if err != nil {
			return nil, err
		}
		sum := count + noise
		if (sum > count) != (noise > 0) {
			return nil, ErrOverflow
		}
		noisy[i] = sum
	}
	return noisy, nil
}

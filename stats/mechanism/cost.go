package mechanism

import (
	"errors"
	"math"
	"math/big"
)

// Errors of NoiseVariance.
var (
	ErrRho  = errors.New("rho must be above 0")
	ErrRows = errors.New("a privacy unit has at least one row")
)

// LedgerDigits is how many decimals the ledger keeps of a charge.
const LedgerDigits = 12

// Variances from coarse on are whole numbers. Smaller ones are multiples of
// 2^-fineBits, since a whole number would there waste a share of the budget that
// is worth having.
const (
	coarse   = 100
	fineBits = 20
)

// NoiseVariance returns the least allowed variance parameter s² with which one
// table costs at most rho for a privacy unit of at most k rows: k²/(2 rho),
// rounded up to a whole number, or to a multiple of 2^-20 where that is below
// 100. The unit of rho is zCDP, that of s² rows squared.
//
// It may return more than CheckVariance takes, since a plan shows figures also
// for what can't be published. Errors are ErrRho and ErrRows.
func NoiseVariance(rho *big.Rat, k int) (sigma2 *big.Rat, err error) {
	switch {
	case rho.Sign() <= 0:
		return nil, ErrRho
	case k < 1:
		return nil, ErrRows
	}
	least := Charge(rho, k) // the formula is its own inverse
	if whole := ceil(least); whole.Cmp(big.NewInt(coarse)) >= 0 {
		return new(big.Rat).SetInt(whole), nil
	}
	unit := new(big.Int).Lsh(big.NewInt(1), fineBits)
	fine := ceil(least.Mul(least, new(big.Rat).SetInt(unit)))
	return new(big.Rat).SetFrac(fine, unit), nil
}

// Charge returns k²/(2 sigma2): what one table with that variance parameter
// costs in zCDP for a privacy unit of at most k rows, exactly (the paper's
// theorem on the multivariate discrete Gaussian, with an L2 sensitivity of k). It
// panics unless sigma2 and k are above 0, since the cost would come out too small.
func Charge(sigma2 *big.Rat, k int) *big.Rat {
	if sigma2.Sign() <= 0 || k < 1 {
		panic("mechanism: a cost for no noise or for no rows")
	}
	rows := new(big.Rat).SetInt64(int64(k))
	rows.Mul(rows, rows)
	return rows.Quo(rows, new(big.Rat).Add(sigma2, sigma2))
}

// RoundUp writes x as a decimal with the given digits after the point, never
// below x and less than one unit of the last digit above it. The ledger takes
// LedgerDigits. Fewer digits than none are none.
func RoundUp(x *big.Rat, digits int) string {
	digits = max(digits, 0)
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	units := ceil(new(big.Rat).Mul(x, new(big.Rat).SetInt(unit)))
	return new(big.Rat).SetFrac(units, unit).FloatString(digits)
}

// StandardError returns the square root of sigma2, in rows: what stands as `se`
// beside a noisy count. The variance of the discrete Gaussian is less than its
// parameter sigma2 (the paper's section on utility), by a share below 1e-6 from
// sigma2 = 1 on, so `se` never makes the error look smaller than it is.
func StandardError(sigma2 *big.Rat) float64 {
	variance, _ := sigma2.Float64()
	return math.Sqrt(variance)
}

// ceil returns the least integer that is not below x.
func ceil(x *big.Rat) *big.Int {
	negated := new(big.Int).Neg(x.Num())
	floor := negated.Div(negated, x.Denom()) // rounds down, as denominators are positive
	return floor.Neg(floor)
}

package mechanism_test

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"testing"

	"recourse/stats/mechanism"
)

func TestEveryCellGetsItsOwnNoiseInOrder(t *testing.T) {
	counts := []int64{0, 5, -3, 1 << 40, 5, 5}
	kept := slices.Clone(counts)
	sigma2 := big.NewRat(10_000, 1)
	noisy, err := mechanism.Measure(mechanism.NewSampler(stream(1)), counts, sigma2)
	if err != nil || len(noisy) != len(counts) {
		t.Fatalf("Measure gives %v, %v", noisy, err)
	}
	one := mechanism.NewSampler(stream(1))
	for i, count := range counts {
		noise, err := one.DiscreteGaussian(sigma2)
		if err != nil {
			t.Fatal(err)
		}
		if noisy[i] != count+noise {
			t.Errorf("cell %d is %d with noise %d, and comes out as %d", i, count, noise, noisy[i])
		}
	}
	if noisy[1] == noisy[4] && noisy[4] == noisy[5] {
		t.Errorf("three equal counts got the same noise: %v", noisy)
	}
	if !slices.Equal(counts, kept) {
		t.Errorf("the counts were changed to %v", counts)
	}
}

func TestATableWithoutCellsIsMeasuredWithoutADraw(t *testing.T) {
	noisy, err := mechanism.Measure(mechanism.NewSampler(repeat(0)), nil, big.NewRat(1, 1))
	if err != nil || len(noisy) != 0 {
		t.Errorf("no cells give %v, %v", noisy, err)
	}
}

func TestACountThatWouldWrapIsAnError(t *testing.T) {
	// Of so many cells at the edge some get noise that leads over it.
	for _, edge := range []int64{math.MaxInt64, math.MinInt64} {
		counts := slices.Repeat([]int64{edge}, 100)
		noisy, err := mechanism.Measure(mechanism.NewSampler(stream(2)), counts, big.NewRat(1000, 1))
		if !errors.Is(err, mechanism.ErrOverflow) || noisy != nil {
			t.Errorf("counts of %d give %v, %v, want ErrOverflow", edge, noisy, err)
		}
	}
}

func TestACountAtTheEdgeIsMeasuredWhereItsNoiseLeadsInward(t *testing.T) {
	s, sigma2 := mechanism.NewSampler(stream(3)), big.NewRat(1000, 1)
	inward := 0
	for range 200 {
		noisy, err := mechanism.Measure(s, []int64{math.MaxInt64}, sigma2)
		if err == nil {
			inward++
			if noisy[0] < math.MaxInt64-1000 {
				t.Fatalf("the largest count became %d", noisy[0])
			}
		}
	}
	if inward < 50 || inward > 150 {
		t.Errorf("%d of 200 draws lead inward, want about half", inward)
	}
}

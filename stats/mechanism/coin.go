package mechanism

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"math/bits"
)

// ErrRandom says that a draw did not end within any reasonable amount of
// randomness. A working source has a chance below 2^-1000 to bring that about,
// so the source repeats itself.
var ErrRandom = errors.New("the source of randomness repeats itself")

// wordsPerDraw bounds what one draw reads, some twenty words on average. It
// turns a source that is stuck into an error instead of an endless loop, and it
// keeps every draw below 2^52, so that int64 holds it.
const wordsPerDraw = 1 << 20

// Sampler draws noise. Its distribution is exact: it compares random integers
// with rational numbers and computes no exponential. It is for one goroutine at
// a time.
type Sampler struct {
	random io.Reader
	left   int // words that the draw under way may still read
	buffer [8]byte
}

// NewSampler returns a Sampler that reads from random and nowhere else. It reads
// the eight bytes that it needs next and never ahead, so a recorded stream ends
// with the last draw. Put a bufio.Reader in front where reads are slow.
func NewSampler(random io.Reader) *Sampler { return &Sampler{random: random} }

// word returns a uniform integer below 2^64.
func (s *Sampler) word() (uint64, error) {
	if s.left == 0 {
		return 0, ErrRandom
	}
	s.left--
	if _, err := io.ReadFull(s.random, s.buffer[:]); err != nil {
		return 0, fmt.Errorf("reading randomness: %w", err)
	}
	return binary.LittleEndian.Uint64(s.buffer[:]), nil
}

// below returns a uniform integer below n, which is above 0.
func (s *Sampler) below(n uint64) (uint64, error) {
	excess := -n % n // 2^64 mod n words at the top would favour small values
	for {
		w, err := s.word()
		if err != nil {
			return 0, err
		}
		if w <= math.MaxUint64-excess {
			return w % n, nil
		}
	}
}

// certain is a coin that always lands on one: Bernoulli(1).
func certain() (bool, error) { return true, nil }

// bernoulli returns true with probability num/den, for 0 <= num <= den and
// den > 0. It compares the digits, in base 2^64, of a uniform real number with
// those of num/den, and stops at the first that differs.
func (s *Sampler) bernoulli(num, den uint64) (bool, error) {
	if num == den {
		return true, nil
	}
	for {
		w, err := s.word()
		if err != nil {
			return false, err
		}
		digit, rest := bits.Div64(num, 0, den)
		if w != digit {
			return w < digit, nil
		}
		num = rest
	}
}

// bernoulliBig is bernoulli for 0 <= num < den of any size. It reads the same
// words and answers the same.
func (s *Sampler) bernoulliBig(num, den *big.Int) (bool, error) {
	rest, digit := new(big.Int).Set(num), new(big.Int)
	for {
		w, err := s.word()
		if err != nil {
			return false, err
		}
		digit.QuoRem(rest.Lsh(rest, 64), den, rest)
		if d := digit.Uint64(); w != d {
			return w < d, nil
		}
	}
}

// bernoulliExp returns true with probability exp(-(whole + p)), where coin is
// true with probability p: Algorithm 1 of the paper. The whole part is that many
// coins of exp(-1), all of which must land on one.
func (s *Sampler) bernoulliExp(whole uint64, coin func() (bool, error)) (bool, error) {
	for range whole {
		if one, err := s.bernoulliExpOf(certain); err != nil || !one {
			return false, err
		}
	}
	return s.bernoulliExpOf(coin)
}

// bernoulliExpOf returns true with probability exp(-p). The paper tosses
// Bernoulli(p/k) for k = 1, 2, ... until one is zero, and says yes where that k
// is odd; here such a toss is two independent ones, of 1/k and of p.
func (s *Sampler) bernoulliExpOf(coin func() (bool, error)) (bool, error) {
	for k := uint64(1); ; k++ {
		one, err := s.bernoulli(1, k)
		if err == nil && one {
			one, err = coin()
		}
		if err != nil {
			return false, err
		}
		if !one {
			return k%2 == 1, nil
		}
	}
}

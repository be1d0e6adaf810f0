package words

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The automaton finds what looking for each pattern at each place finds.
func TestTheAutomatonFindsEveryPatternEverywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		symbols := rapid.SliceOfN(rapid.Uint16Range(1, 3), 1, 6)
		patterns := rapid.SliceOfNDistinct(symbols, 1, 8, func(p []uint16) string { return fmt.Sprint(p) }).Draw(t, "patterns")
		text := rapid.SliceOfN(rapid.Uint16Range(1, 3), 0, 40).Draw(t, "text")
		a := newAutomaton(patterns, 4)
		state := int32(0)
		for end, symbol := range text {
			state = a.step(state, symbol)
			var got, want []int32
			for at := a.states[state].hit; at != 0; at = a.further[at] {
				got = append(got, a.output[at])
			}
			for number, p := range patterns {
				if start := end + 1 - len(p); start >= 0 && slices.Equal(text[start:end+1], p) {
					want = append(want, int32(number))
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Fatalf("%v in %v: up to %d there end %v, want %v", patterns, text, end, got, want)
			}
		}
	})
}

package words

import "slices"

// automaton is an Aho-Corasick automaton over dense symbols. Its states are
// numbered breadth first, so that a state's children stand in one row and the
// states near the root, where most texts stay, are close together in memory.
// What a step looks at is one small record, since with many terms the memory is
// what takes the time.
type automaton struct {
	root    []int32 // the state after a symbol at the root; 0 where there is none
	states  []state
	output  []int32 // the pattern that ends in a state, or -1
	further []int32 // the next state along the suffixes where a pattern ends; 0 for none
}

type state struct {
	child int32  // the first child; the last stands before the next state's first
	fail  int32  // the longest proper suffix that is a state
	hit   int32  // this state or the first along its suffixes where a pattern ends; 0 for none
	label uint16 // the symbol that leads here
}

// edge is a state's child while the automaton is built.
type edge struct {
	symbol uint16
	row    int32 // first of the patterns below it
	end    int32
}

// newAutomaton takes distinct patterns; pattern numbers are places in the slice.
// Symbols are from 1 to alphabet-1.
func newAutomaton(patterns [][]uint16, alphabet int) *automaton {
	order := make([]int32, len(patterns))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return slices.Compare(patterns[a], patterns[b]) })
	a := &automaton{
		root: make([]int32, alphabet), states: []state{{}}, output: []int32{-1},
	}
	type group struct{ row, end int32 }
	level := []group{{0, int32(len(order))}} //nolint:gosec // as above
	done := 0                                // states whose children are there
	for depth := 0; len(level) > 0; depth++ {
		var next []group
		for _, g := range level {
			a.states[done].child = int32(len(a.states)) //nolint:gosec // states are fewer than 2^31
			done++
			for _, e := range edges(patterns, order, g.row, g.end, depth) {
				a.states = append(a.states, state{label: e.symbol})
				output := int32(-1)
				if first := order[e.row]; len(patterns[first]) == depth+1 {
					output = first
					e.row++
				}
				a.output = append(a.output, output)
				next = append(next, group{e.row, e.end})
			}
		}
		level = next
	}
	a.states = append(a.states, state{child: int32(len(a.states))}) //nolint:gosec // as above
	for s := a.states[0].child; s < a.states[1].child; s++ {
		a.root[a.states[s].label] = s
	}
	a.link()
	return a
}

// edges splits a sorted row of patterns by their symbol at a depth.
func edges(patterns [][]uint16, order []int32, row, end int32, depth int) []edge {
	var found []edge
	for row < end {
		symbol, first := patterns[order[row]][depth], row
		for row < end && patterns[order[row]][depth] == symbol {
			row++
		}
		found = append(found, edge{symbol, first, row})
	}
	return found
}

// link sets where a state goes on when its children do not fit.
func (a *automaton) link() {
	n := len(a.states) - 1 // the last only ends the row before it
	a.further = make([]int32, n)
	for s := range int32(n) { //nolint:gosec // states are fewer than 2^31
		for c := a.states[s].child; c < a.states[s+1].child; c++ {
			child := &a.states[c]
			if s != 0 {
				child.fail = a.step(a.states[s].fail, child.label)
			}
			a.further[c] = a.states[child.fail].hit
			child.hit = a.further[c]
			if a.output[c] >= 0 {
				child.hit = c
			}
		}
	}
}

// step returns the state after a symbol.
func (a *automaton) step(s int32, symbol uint16) int32 {
	for s != 0 {
		first := a.states[s].child
		row := a.states[first:a.states[s+1].child]
		low, high := 0, len(row)
		for high-low > 4 {
			if middle := (low + high) / 2; row[middle].label <= symbol {
				low = middle
			} else {
				high = middle
			}
		}
		for ; low < high; low++ {
			if row[low].label == symbol {
				return first + int32(low)
			}
		}
		s = a.states[s].fail
	}
	return a.root[symbol]
}

package words

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// ScanPlain runs the automaton over a text that is only normalised (NFKC) and
// case folded, and counts what it proposes: what a matcher without disguises
// does. It is there to compare speed with.
func (m *Matcher) ScanPlain(text string) int {
	a, state, n := m.automaton, int32(0), 0
	for _, r := range cases.Fold().String(norm.NFKC.String(text)) {
		symbol := m.symbols.of(r)
		if symbol == 0 {
			state = 0
			continue
		}
		state = a.step(state, symbol)
		for at := a.states[state].hit; at != 0; at = a.further[at] {
			n++
		}
	}
	return n
}

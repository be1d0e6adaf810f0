package conduct

import (
	"strings"

	"cel.dev/cel-go/common/cost"
)

// Limits of what conditions may cost, in CEL's own unit, estimated when a code
// is read for the largest report that the intake takes. Nothing is counted
// while rules run. A search of the longest words costs about 4,000, of every
// link about 11,000, a regular expression over the words ten times as much.
const (
	maxRuleCost = 250_000
	maxCost     = 2_500_000
)

// estimator tells CEL how large variables can be.
type estimator struct{ engine *engine }

// EstimateSize implements cost.Estimator.
func (e estimator) EstimateSize(node cost.AstNode) *cost.SizeEstimate {
	path := node.Path()
	if len(path) == 0 {
		return nil
	}
	name, within := path[0], len(path) > 1
	if i, ok := e.engine.index[strings.Join(path[:min(2, len(path))], ".")]; ok { // a dotted name may come in two parts
		name, within = e.engine.variables[i].Name, len(path) > 2
	}
	i, ok := e.engine.index[name]
	switch v := e.variable(i); {
	case !ok || v.most == 0:
		return nil
	case within:
		return &cost.SizeEstimate{Max: v.each}
	default:
		return &cost.SizeEstimate{Max: v.most}
	}
}

func (e estimator) variable(i int) Variable { return e.engine.variables[i] }

// EstimateCallCost implements cost.Estimator: CEL's own estimate is used.
//
//nolint:gocritic // the interface has a pointer to an interface
func (estimator) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

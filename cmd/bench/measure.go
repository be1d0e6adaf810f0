package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"text/tabwriter"
)

// result is one line of bench.json.
type result struct {
	Name   string    `json:"name"`
	Ratio  float64   `json:"ratio,omitempty"` // median over the rounds of ours / bare, each round's two runs side by side
	Median float64   `json:"median"`          // of ours
	Spread float64   `json:"spread"`          // (largest - smallest) / median of ours
	Unit   string    `json:"unit"`
	Runs   []float64 `json:"runs"`

	BareMedian float64   `json:"bare_median,omitempty"`
	BareSpread float64   `json:"bare_spread,omitempty"`
	BareRuns   []float64 `json:"bare_runs,omitempty"`
	Bare       string    `json:"bare,omitempty"` // what it is compared with
	Want       string    `json:"want,omitempty"` // the ratio that is asked for
}

// compared makes a result of paired runs.
func compared(name, unit, bare string, ours, theirs []float64) result {
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = ours[i] / theirs[i]
	}
	r := measured(name, unit, ours)
	r.Ratio, r.Bare = median(ratios), bare
	r.BareMedian, r.BareSpread, r.BareRuns = median(theirs), spread(theirs), theirs
	return r
}

// measured makes a result that has nothing to be compared with.
func measured(name, unit string, runs []float64) result {
	return result{Name: name, Unit: unit, Median: median(runs), Spread: spread(runs), Runs: runs}
}

func (r result) want(s string) result {
	r.Want = s
	return r
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(v))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

func spread(v []float64) float64 {
	if m := median(v); m != 0 {
		return (slices.Max(v) - slices.Min(v)) / m
	}
	return 0
}

// quantile of sorted values; 0 where there are none.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

// interleave runs each side once a round, in turn first, so that a slow moment
// of the machine meets both.
func interleave(ctx context.Context, rounds int, sides ...func(context.Context) error) error {
	for round := range rounds {
		for i := range sides {
			if err := sides[(i+round)%len(sides)](ctx); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

func writeResults(path string, all []result) error {
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil { //nolint:gosec // figures, for everybody
		return fmt.Errorf("writing the results: %w", err)
	}
	return nil
}

func printResults(out io.Writer, all []result) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "WHAT\tMEDIAN\tSPREAD\tBARE\tRATIO\tWANTED")
	for _, r := range all {
		bare, ratio := "", ""
		if r.Bare != "" {
			bare, ratio = fmt.Sprintf("%.4g", r.BareMedian), fmt.Sprintf("%.2f", r.Ratio)
		}
		fmt.Fprintf(w, "%s\t%.4g %s\t%.0f %%\t%s\t%s\t%s\n", r.Name, r.Median, r.Unit, 100*r.Spread, bare, ratio, r.Want)
	}
	return w.Flush()
}

// profile writes a CPU profile of this process until stop.
func profile(folder, name string) (stop func(), err error) {
	if folder == "" {
		return func() {}, nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // as mkdir -p would
		return nil, fmt.Errorf("making the folder of profiles: %w", err)
	}
	f, err := os.Create(filepath.Join(folder, name+".pprof"))
	if err != nil {
		return nil, fmt.Errorf("making a profile: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, fmt.Errorf("making a profile: %w", err)
	}
	return func() { pprof.StopCPUProfile(); _ = f.Close() }, nil
}

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse/internal/testbench"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m)) }

// Every benchmark in its shortest form: it is the measuring that is tested, not
// the speed.
func TestEveryBenchmarkMeasuresAndWritesItsFigures(t *testing.T) {
	out := filepath.Join(t.TempDir(), "bench.json")
	err := run(t.Context(), flags{
		Program: testbench.Program(t), Community: "../recourse/demo/community.yaml", Out: out, Rounds: 1, Span: 200 * time.Millisecond,
		Cases: []int{300, 600}, Reports: 150,
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]any
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	found := map[string]map[string]any{}
	for _, r := range all {
		found[fmt.Sprint(r["name"])] = r
		for _, field := range []string{"median", "spread", "unit", "runs"} {
			if _, ok := r[field]; !ok {
				t.Errorf("%v has no %s", r["name"], field)
			}
		}
		if median, _ := r["median"].(float64); median <= 0 {
			t.Errorf("%v is %v", r["name"], r["median"])
		}
	}
	for _, name := range []string{
		"intake, 1 clients: acknowledged", "intake, 64 clients: acknowledged", "intake, 256 clients: p99", "worker: reports in committed cases",
		"take next of 600 cases: p50", "decide one of 600 cases: p50",
		"words: the whole matcher, 10000 terms", "words: 100000 terms",
		"backtest with a draft with other rules: CPU per report", "backtest with a draft with another lexicon: CPU per report",
	} {
		r := found[name]
		ratio, _ := r["ratio"].(float64)
		bare, _ := r["bare_median"].(float64)
		if ratio <= 0 || bare <= 0 {
			t.Errorf("%s has the ratio %v and the bare median %v", name, r["ratio"], r["bare_median"])
		}
	}
	for _, name := range []string{
		"up: sent to visible in the queue at half load, p99", "up again to first report, after kill -9", "size of the program",
	} {
		if found[name] == nil {
			t.Errorf("there is no %q", name)
		}
	}
}

func TestARatioIsTheMedianOfPairs(t *testing.T) {
	r := compared("x", "/s", "bare", []float64{10, 40, 90}, []float64{10, 20, 30})
	if r.Ratio != 2 || r.Median != 40 || r.BareMedian != 20 || r.Spread != 2 || r.BareSpread != 1 {
		t.Errorf("it is %+v", r)
	}
	if m := median([]float64{4, 1, 3, 2}); m != 2.5 {
		t.Errorf("the median of four is %v, want 2.5", m)
	}
	if q := quantile([]float64{1, 2, 3, 4}, 0.99); q != 4 {
		t.Errorf("p99 of four is %v, want the largest", q)
	}
}

func TestAnUnknownBenchmarkIsRefusedWithTheNamesThatThereAre(t *testing.T) {
	err := run(t.Context(), flags{Only: "speed"})
	if err == nil || !strings.Contains(err.Error(), "queue") {
		t.Errorf("it says %v", err)
	}
}

// Bench measures Recourse against its bare parts, in interleaved runs on this
// machine, and writes what it found: `make bench`. Only ratios of one run
// compare between machines; absolute figures stand beside them.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

type flags struct {
	Program   string        `help:"The program under test." default:"bin/recourse" type:"existingfile"`
	Community string        `help:"Community that reports are for." default:"cmd/recourse/demo/community.yaml" type:"existingfile"`
	Out       string        `help:"Where the results are written as JSON." default:"bench.json" type:"path"`
	Only      string        `help:"Run one benchmark: intake, worker, service, queue, words, rules or backtest; empty for all." default:""`
	Rounds    int           `help:"Runs of each side, interleaved." default:"5"`
	Span      time.Duration `help:"Length of one run of the intake." default:"2s"`
	Cases     []int         `help:"Sizes of the queue that are compared." default:"10000,1000000"`
	Reports   int           `help:"Reports in one run of the worker; a backtest replays ten times as many." default:"2000"`
	Profile   string        `help:"Folder for a CPU profile of each benchmark; empty for none." default:"" type:"path"`
}

// benchmark is one thing that is measured.
type benchmark struct {
	name string
	run  func(context.Context, flags) ([]result, error)
}

func benchmarks() []benchmark {
	return []benchmark{
		{"intake", benchIntake},
		{"worker", benchWorker},
		{"service", benchService},
		{"queue", benchQueue},
		{"words", benchWords},
		{"rules", benchRules},
		{"backtest", benchBacktest},
	}
}

func main() {
	var f flags
	kong.Parse(&f, kong.Name("bench"), kong.UsageOnError(),
		kong.Description("Measures Recourse against its bare parts.\n\nExample: go run ./cmd/bench --only worker"))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, f)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, f flags) error {
	var all []result
	known := false
	for _, b := range benchmarks() {
		if f.Only != "" && f.Only != b.name {
			continue
		}
		known = true
		began := time.Now()
		fmt.Fprintf(os.Stderr, "%s …\n", b.name)
		stop, err := profile(f.Profile, b.name)
		if err != nil {
			return err
		}
		results, err := b.run(ctx, f)
		stop()
		if err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		fmt.Fprintf(os.Stderr, "%s took %s\n", b.name, time.Since(began).Round(time.Second))
		all = append(all, results...)
	}
	if !known {
		return fmt.Errorf("no benchmark is called %q: choose intake, worker, service, queue, words, rules or backtest", f.Only)
	}
	if err := writeResults(f.Out, all); err != nil {
		return err
	}
	return printResults(os.Stdout, all)
}

// The demo shows the whole way of a report on this machine: it starts
// everything in a temporary folder, sends some thousand invented reports,
// moderates all of them, publishes a release, and counts. It succeeds only where
// every acknowledged report is in exactly one case, decided, and its receipt
// says so. It speaks to the program as any client would.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"recourse/internal/progress"
)

type flags struct {
	Program string `help:"The built program." default:"bin/recourse" type:"existingfile"`
	Out     string `help:"Folder for the released files." default:"./out" type:"path"`
	Reports int    `help:"How many reports are sent." default:"2000"`
	Clients int    `help:"How many send at once." default:"16"`
	Seed    uint64 `help:"The same seed makes the same reports and decisions." default:"1"`
}

func (flags) Help() string {
	return "Example: demo --program bin/recourse --out ./out"
}

// Validate is kong's.
func (f flags) Validate() error {
	switch {
	case f.Reports < 1 || f.Reports > mostReports:
		return fmt.Errorf("--reports must be from 1 to %d", mostReports)
	case f.Clients < 1 || f.Clients > mostClients:
		return fmt.Errorf("--clients must be from 1 to %d", mostClients)
	}
	return nil
}

// Exit codes, as the program's own.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() { os.Exit(start(os.Args[1:])) }

func start(args []string) int {
	var f flags
	code := -1
	parser, err := kong.New(&f,
		kong.Name("demo"),
		kong.Description("Sends, moderates, publishes and counts, on a Recourse of its own."),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Exit(func(c int) { code = c }),
	)
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		return exitFailed
	}
	_, err = parser.Parse(args)
	if code >= 0 { // --help was printed
		return code
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return show(run(ctx, f, progress.On(os.Stderr)))
}

// show prints what happened and returns the exit code.
func show(o outcome, err error) int {
	if o.Acknowledged > 0 {
		o.print(os.Stdout)
	}
	switch {
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(os.Stderr, "demo: stopped before the end (%v)\n", err)
		return exitFailed
	case err != nil:
		fmt.Fprintf(os.Stderr, "demo: %v\n", err)
		return exitFailed
	}
	fmt.Println("\nEvery acknowledged report is in exactly one case, decided, and its receipt says so.")
	return 0
}

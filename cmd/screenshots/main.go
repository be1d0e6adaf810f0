// The program screenshots makes the pictures in docs/screenshots: it starts
// everything in a temporary folder, sends and decides a few invented reports,
// and opens the main pages in a real browser.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

type flags struct {
	Program string   `help:"The built program." default:"bin/recourse" type:"existingfile"`
	Out     string   `help:"Folder for the pictures." default:"docs/screenshots" type:"path"`
	Only    []string `help:"Names of the pictures to make, as form-ar; all where none is given."`
}

func (flags) Help() string {
	return "Example: screenshots --program bin/recourse --only form,form-ar"
}

func main() {
	var f flags
	kong.Parse(&f,
		kong.Name("screenshots"),
		kong.Description("Makes pictures of the main pages, on a Recourse of its own."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, f)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

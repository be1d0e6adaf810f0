// Recourse takes reports of online abuse, puts them before moderators under a
// published code of conduct, tells both sides what was decided, and publishes
// what was done about it. One binary holds every service; each file here wires
// one command and decides nothing.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set when the binary is built.
var version = "dev"

type commands struct {
	Up      upCmd      `cmd:"" help:"Run everything in one process on this machine."`
	Intake  intakeCmd  `cmd:"" help:"Run the intake: form, API, receipts, status."`
	Worker  workerCmd  `cmd:"" help:"Run a moderation worker and the relay."`
	Console consoleCmd `cmd:"" help:"Run the moderators' console."`
	Janitor janitorCmd `cmd:"" help:"Run the janitor: purge, reconcile, empty."`
	Notify  notifyCmd  `cmd:"" help:"Run the service that mails reporters that there is news."`
	Stats   statsCmd   `cmd:"" help:"Run the collector of statistics."`
	Portal  portalCmd  `cmd:"" help:"Run the public portal of released statistics."`
	Migrate migrateCmd `cmd:"" help:"Make or update streams, buckets, consumers, roles and tables."`
	Keys    keysCmd    `cmd:"" help:"Make what is missing of the services' keys."`
	Admin   adminCmd   `cmd:"" help:"Communities, moderators, API clients, quarantine."`
	Conduct conductCmd `cmd:"" help:"Check, test, compare and publish codes of conduct."`
	Release releaseCmd `cmd:"" help:"Publish releases of statistics."`
	Doctor  doctorCmd  `cmd:"" help:"Check everything that a deployment needs."`
	Version versionCmd `cmd:"" help:"Print the version."`

	Log logFlags `embed:"" prefix:"log-"`
}

// Exit codes. A script can tell a wrong call from a failed one.
const (
	exitFailed = 1
	exitUsage  = 2
	exitSick   = 3 // doctor found something that must be mended
)

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	var cli commands
	code := -1
	parser, err := kong.New(&cli,
		kong.Name("recourse"),
		kong.Description("Online harassment reporting and moderation.\n\nExample: recourse up --data ./data"),
		kong.DefaultEnvars("RECOURSE"),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Exit(func(c int) { code = c }),
	)
	if err != nil {
		fmt.Fprintln(os.Stderr, "recourse:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if code >= 0 { // --help was printed
		return code
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "recourse:", err)
		fmt.Fprintln(os.Stderr, "Try: recourse --help")
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.Bind(cli.Log.logger())
	if err := parsed.Run(); err != nil {
		if errors.Is(err, errSick) {
			return exitSick
		}
		fmt.Fprintln(os.Stderr, "recourse:", err)
		return exitFailed
	}
	return 0
}

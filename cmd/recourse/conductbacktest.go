package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"recourse/internal/community"
	"recourse/internal/fault"
	"recourse/internal/keys"
	"recourse/internal/progress"
	"recourse/moderation/backtest"
	"recourse/moderation/conduct"
)

// defaultListed is the default of --list.
const defaultListed = 50

type conductBacktestCmd struct {
	partsFlags
	Draft     string `arg:"" help:"Draft of a code of conduct (YAML); its lexicons stand beside it." type:"path"`
	Community string `required:"" help:"Community whose reports are replayed."`
	Since     string `help:"Reports received since then: a day (2026-01-01), a time (2026-01-01T00:00:00Z), or so many days ago (90d). Needed for a new run."`
	Until     string `help:"Reports received before then, as in --since; now where it is not given."`
	List      int    `help:"How many of the cases that change are listed, at most." default:"50"`
	Resume    string `help:"File of a run that was broken off, to go on with it. Where it is not there yet, progress is kept in it." type:"path" placeholder:"FILE"`
	JSON      bool   `help:"Print JSON."`
}

func (conductBacktestCmd) Help() string {
	return `Opens past reports in this process' memory, judges each by the code that bound it and by the draft, as things stood when it
was received, and says which cases would change and how, and how each rule agrees with what moderators decided. It prints,
logs and stores ids, names from the codes and counts, and nothing that a person wrote. Nothing is changed. It needs
keys/console, and each page of reports that it opens is recorded in the audit.

Reports stay in the cases where they are. Hiding is shown as the rules want it, without quotas. A run that is interrupted
ends the page at hand, keeps a file beside the draft and says how to go on; one that is killed leaves that file too. Exit
code 0: done; 3: the draft has mistakes; 1: it failed or was interrupted.

Example: recourse conduct backtest draft.yaml --community city --since 90d`
}

func (c conductBacktestCmd) Run(ctx context.Context, log *slog.Logger) error {
	loaded, err := loadCode(c.Draft)
	if mistakes, bad := errors.AsType[conduct.Problems](err); bad {
		printProblems("", mistakes)
		return errSick
	}
	if err != nil {
		return err
	}
	// A name that was mistyped must not look like a community without reports.
	ring, err := c.folder().Ring(keys.Console)
	if err != nil {
		return err
	}
	if len(ring.All(keys.Month, c.Community)) == 0 {
		return fmt.Errorf("--community: keys/console holds no key of %q: is that its name?", c.Community)
	}
	file, err := c.begin(time.Now().UTC(), community.Digest(loaded.published))
	if err != nil {
		return err
	}
	b, closeParts, err := c.connect(ctx, log, ring, loaded.code, file)
	if err != nil {
		return err
	}
	defer closeParts()
	if err := c.replay(ctx, b, file); err != nil {
		return err
	}
	result := backtestJSON{
		Draft: file.Draft, Community: file.Community, Since: file.Since, Until: file.Until, Result: b.Sums.Result(loaded.code),
	}
	if c.JSON {
		return printJSON(result)
	}
	return result.print(os.Stdout, c.Draft)
}

// connect makes a backtest with the console's rights.
func (c conductBacktestCmd) connect(
	ctx context.Context, log *slog.Logger, ring *keys.Ring, draft conduct.Code, file *backtestFile,
) (*backtest.Backtest, func(), error) {
	e, err := newEnvironment(c.partsFlags, log)
	if err != nil {
		return nil, nil, err
	}
	verify, err := ring.Find(keys.OperatorVerify, "", "")
	if err != nil {
		return nil, nil, err
	}
	nc, js, err := e.connectNow(ctx, keys.Console)
	if err != nil {
		return nil, nil, err
	}
	pool, err := e.pool(ctx, keys.Console)
	if err != nil {
		nc.Close()
		return nil, nil, err
	}
	b := backtest.New(backtest.Config{
		Pool: pool, Source: community.NewSource(js, verify.Key, log), Ring: ring, Now: time.Now,
		Community: c.Community, Draft: draft, Digest: file.Draft, Until: file.Until,
	}, file.After, file.Sums)
	return b, func() { pool.Close(); nc.Close() }, nil
}

// replay goes over the reports until all are done, a page fails, or a signal
// comes. What was done is then in the file.
func (c conductBacktestCmd) replay(ctx context.Context, b *backtest.Backtest, file *backtestFile) error {
	left, err := b.Left(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	total := file.Done + left
	bar := progress.On(os.Stderr).Begin("replaying", total)
	bar.Set(file.Done)
	var saved time.Time
	for {
		// A signal lets the page at hand come to its end.
		n, err := b.Page(context.WithoutCancel(ctx))
		file.Done, file.After = file.Done+n, b.After
		bar.Set(file.Done)
		if err == nil && n == 0 {
			bar.End()
			return file.remove()
		}
		if err == nil && ctx.Err() == nil && time.Since(saved) < time.Second {
			continue
		}
		if unsaved := file.save(); unsaved != nil {
			bar.End()
			return errors.Join(err, unsaved)
		}
		fault.Point("backtest.saved")
		saved = time.Now()
		if err == nil && ctx.Err() == nil {
			continue
		}
		bar.End()
		if err == nil {
			err = errors.New("interrupted")
		}
		return fmt.Errorf("%w: %d of %d reports are done. Go on with: %s", err, file.Done, total, c.again(file))
	}
}

// again is the command that goes on.
func (c conductBacktestCmd) again(file *backtestFile) string {
	args := []string{"recourse conduct backtest", c.Draft, "--community", c.Community, "--resume", file.path}
	if c.List != defaultListed {
		args = append(args, "--list", strconv.Itoa(c.List))
	}
	if c.JSON {
		args = append(args, "--json")
	}
	return strings.Join(args, " ")
}

// resumePath is where progress is kept: the file that is named, or one beside
// the draft.
func (c conductBacktestCmd) resumePath() string {
	if c.Resume != "" {
		return c.Resume
	}
	return strings.TrimSuffix(c.Draft, filepath.Ext(c.Draft)) + "-" + c.Community + ".backtest.json"
}

// moment reads a day, a time, or so many days before now.
func moment(s string, now time.Time) (time.Time, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n < 40_000 {
			return now.AddDate(0, 0, -n), nil
		}
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("use a day (2026-01-01), a time (2026-01-01T00:00:00Z) or so many days ago (90d)")
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"recourse/moderation/backtest"
	sums "recourse/moderation/conduct/backtest"
)

// backtestFileVersion is the version of the form of a backtestFile.
const backtestFileVersion = 1

// backtestFile is a run that was broken off: sums, ids and names from codes,
// and nothing that a person wrote.
type backtestFile struct {
	Version   int       `json:"version"`
	Community string    `json:"community"`
	Draft     string    `json:"draft"` // digest
	SinceFlag string    `json:"since_flag"`
	UntilFlag string    `json:"until_flag"`
	Since     time.Time `json:"since"`
	Until     time.Time `json:"until"`

	Done  int               `json:"done"` // reports
	After backtest.Position `json:"after"`
	Sums  *sums.Sums        `json:"sums"`

	path string
}

// begin begins a run, or goes on with the one in the file.
func (c conductBacktestCmd) begin(now time.Time, digest string) (*backtestFile, error) {
	if c.List < 0 {
		return nil, errors.New("--list: use a number from 0")
	}
	path := c.resumePath()
	now = now.Truncate(time.Microsecond) // as PostgreSQL keeps it
	b, err := os.ReadFile(path)
	if err == nil && c.Resume == "" {
		return nil, fmt.Errorf("a run of this draft was broken off: go on with it by --resume %s, or delete that file to begin anew", path)
	}
	if err == nil {
		return c.goOn(path, b, digest)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("--resume: %w", err)
	}
	f := &backtestFile{
		Version: backtestFileVersion, Community: c.Community, Draft: digest, SinceFlag: c.Since, UntilFlag: c.Until,
		Until: now, Sums: sums.NewSums(c.List), path: path,
	}
	if c.Since == "" {
		return nil, errors.New("--since: say from when on reports are replayed: a day (2026-01-01) or so many days ago (90d)")
	}
	if f.Since, err = moment(c.Since, now); err != nil {
		return nil, fmt.Errorf("--since: %w", err)
	}
	if c.Until != "" {
		if f.Until, err = moment(c.Until, now); err != nil {
			return nil, fmt.Errorf("--until: %w", err)
		}
	}
	if !f.Since.Before(f.Until) {
		return nil, errors.New("--until: it must be after --since")
	}
	f.After = backtest.Position{At: f.Since}
	return f, nil
}

// goOn checks that what is in the file is the same run.
func (c conductBacktestCmd) goOn(path string, b []byte, digest string) (*backtestFile, error) {
	f := &backtestFile{Sums: sums.NewSums(c.List), path: path}
	if err := json.Unmarshal(b, f); err != nil || f.Version != backtestFileVersion || f.Sums == nil {
		return nil, fmt.Errorf("--resume: %s holds no run of this version's backtest: delete it to begin anew", path)
	}
	refuse := func(format string, args ...any) (*backtestFile, error) {
		return nil, fmt.Errorf("--resume: %s holds a run %s; delete it to begin anew", path, fmt.Sprintf(format, args...))
	}
	switch {
	case f.Draft != digest:
		return refuse("of another draft (digest %s, not %s)", f.Draft, digest)
	case f.Community != c.Community:
		return refuse("over the community %s", f.Community)
	case c.Since != "" && c.Since != f.SinceFlag, c.Until != "" && c.Until != f.UntilFlag:
		return refuse("over another range: --since %s%s", f.SinceFlag, f.untilFlag())
	case c.List != f.Sums.List:
		return refuse("with --list %d", f.Sums.List)
	}
	return f, nil
}

func (f *backtestFile) untilFlag() string {
	if f.UntilFlag == "" {
		return ", without --until"
	}
	return " --until " + f.UntilFlag
}

// save replaces the file, readable by its owner only.
func (f *backtestFile) save() error { return writeJSON(f.path, f) }

// remove deletes the file of a run that is finished, where there is one.
func (f *backtestFile) remove() error {
	if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("deleting the file of the finished run: %w", err)
	}
	return nil
}

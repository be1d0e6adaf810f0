package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"recourse/internal/event"
	"recourse/internal/instance"
	"recourse/internal/progress"
)

const (
	mostReports = 100_000
	mostClients = 256

	// reportsMaxBytes holds mostReports, and takes less of a small disk than the
	// program would by itself.
	reportsMaxBytes = "2147483648"
)

// demo is one run.
type demo struct {
	flags

	texts    texts
	planned  []planned
	instance *instance.Instance
	display  progress.Display

	acknowledged map[event.ID]acknowledged // written while sending
	moderated    moderated                 // written while moderating
	outcome      outcome
}

// acknowledged is a report that is on disk.
type acknowledged struct {
	receipt string
	report  instance.Report
}

// run does everything. The outcome is as far as it came; nothing is left
// behind, whatever happens.
func run(ctx context.Context, f flags, display progress.Display) (o outcome, err error) {
	d := &demo{flags: f, display: display, acknowledged: map[event.ID]acknowledged{}, moderated: newModerated()}
	if d.texts, err = readTexts(); err != nil {
		return o, err
	}
	d.planned = plan(d.texts, f.Reports, f.Seed)
	err = d.phase("starting", func() error {
		d.instance, err = instance.Start(ctx, f.Program, "--reports-max-bytes", reportsMaxBytes)
		return err
	})
	if err != nil {
		return o, err
	}
	defer func() {
		err = errors.Join(err, d.instance.Stop(context.WithoutCancel(ctx)))
		o = d.outcome
	}()
	for _, p := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"sending", d.send},
		{"opening", d.waitOpened},
		{"moderating", d.moderate},
		{"checking", d.check},
		{"releasing", d.release},
	} {
		if err := d.phase(p.name, func() error { return p.do(ctx) }); err != nil {
			return o, err
		}
	}
	return o, nil
}

// phase takes the time of a part.
func (d *demo) phase(name string, do func() error) error {
	begun := time.Now()
	err := do()
	d.outcome.Phases = append(d.outcome.Phases, phase{Name: name, Took: time.Since(begun)})
	return err
}

// diagnosis is what of `recourse doctor --json` is needed here.
type diagnosis struct {
	Acknowledged int `json:"acknowledged"`
	InCases      int `json:"in_cases"`
	InQuarantine int `json:"in_quarantine"`
}

func (d *demo) doctor(ctx context.Context) (diagnosis, error) {
	var found diagnosis
	err := d.instance.RunJSON(ctx, &found, "doctor", "--json")
	return found, err
}

// waitOpened waits until the worker has made a case of every report.
func (d *demo) waitOpened(ctx context.Context) error {
	bar := d.display.Begin("opening", len(d.acknowledged))
	defer bar.End()
	return until(ctx, 2*time.Minute, "every acknowledged report is in a case", func(ctx context.Context) (string, bool, error) {
		found, err := d.doctor(ctx)
		bar.Set(found.InCases)
		return fmt.Sprintf("%d of %d are", found.InCases, len(d.acknowledged)), found.InCases >= len(d.acknowledged), err
	})
}

// until asks twice a second whether something is so, for a time at most. Look
// tells how far it is, for the error.
func until(ctx context.Context, within time.Duration, what string, look func(context.Context) (string, bool, error)) error {
	waiting, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		far, done, err := look(ctx)
		if done || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-waiting.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("waited %s until %s: %s", within, what, far)
		}
	}
}

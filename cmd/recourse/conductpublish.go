package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/moderation/conduct"
)

type conductPublishCmd struct {
	partsFlags
	File         string   `arg:"" help:"Code of conduct (YAML); its lexicons and cases stand beside it."`
	Community    string   `required:"" help:"The community that it binds."`
	Cases        []string `help:"Files of cases; <code>_test.yaml beside the code where none is given." placeholder:"FILE"`
	WithoutTests bool     `help:"Publish though no case was run, or one failed."`
	DryRun       bool     `help:"Say what would change, and change nothing."`
}

func (conductPublishCmd) Help() string {
	return `Runs the cases beside the code, says what changes, stores the code under its digest, writes its public register
(/c/<community>/conduct) and signs both into the community. Intakes name the new code in each new report within
seconds, and workers judge a report by the code that it names: nothing is restarted, and reports that are there keep
theirs. The same code again changes nothing. Exit code 0: it is in force; 3: the code has mistakes or a case failed, and
nothing was changed; 1: it could not be published.

Where a community file names a code, let it name this one too: 'recourse admin community apply' puts that in force.

Example: recourse conduct publish conduct.yaml --community city --dry-run`
}

func (c conductPublishCmd) Run(ctx context.Context, log *slog.Logger) error {
	loaded, err := loadCode(c.File)
	if problems, ok := errors.AsType[conduct.Problems](err); ok {
		printProblems("", problems)
		return errSick
	}
	if err != nil {
		return err
	}
	if !c.WithoutTests {
		if err := c.runCases(); err != nil {
			return err
		}
	}
	e, err := newEnvironment(c.partsFlags, log)
	if err != nil {
		return err
	}
	nc, js, err := e.connectAdmin(ctx)
	if err != nil {
		return err
	}
	defer nc.Close()
	kv, err := bus.Bucket(ctx, js, event.BucketCommunities)
	if err != nil {
		return err
	}
	return c.publish(ctx, e, kv, newPublication(loaded.published, loaded.code))
}

func (c conductPublishCmd) runCases() error {
	tested, err := conductTestCmd{File: c.File, Cases: c.Cases}.test()
	if errors.Is(err, fs.ErrNotExist) && len(c.Cases) == 0 {
		return fmt.Errorf("no cases stand beside %s: write some (docs/conduct.md), or give --without-tests", c.File)
	}
	if problems, ok := errors.AsType[conduct.Problems](err); ok {
		tested.Failures, err = problems, nil
	}
	if err != nil {
		return err
	}
	printProblems("", tested.Failures)
	if len(tested.Failures) > 0 {
		fmt.Println("Nothing was published, since a case failed. --without-tests publishes all the same.")
		return errSick
	}
	return nil
}

// publish puts the code in force. Of two that publish at once the second is
// refused by the bundle's revision, and told so.
func (c conductPublishCmd) publish(ctx context.Context, e environment, kv jetstream.KeyValue, p publication) error {
	changed, err := changeBundle(ctx, e, kv, c.Community, func(b *community.Bundle) error {
		if b.Version == 0 {
			return fmt.Errorf("--community: %w as %q: recourse admin community apply makes one", errNoCommunity, c.Community)
		}
		for _, lang := range b.Languages {
			if p.code.Title[lang] == "" {
				return fmt.Errorf("%s: the code of conduct has no texts in %q, a language of %s: add them", c.File, lang, b.Name)
			}
		}
		if err := c.tellChanges(ctx, kv, *b, p); err != nil || c.DryRun {
			return err
		}
		return p.enter(ctx, kv, b, time.Now())
	})
	switch {
	case err != nil:
		return err
	case c.DryRun:
		fmt.Println("Nothing was changed (--dry-run).")
	case changed:
		fmt.Printf("%s is in force in %s. New reports name it within seconds; those that are there keep theirs. Digest %s\n",
			versionWords(p.code.Version), c.Community, p.digest)
	}
	return nil
}

// tellChanges prints what the code changes in a community.
func (c conductPublishCmd) tellChanges(ctx context.Context, kv jetstream.KeyValue, b community.Bundle, p publication) error {
	if b.Conduct == p.digest {
		fmt.Printf("%s is in force in %s already. Digest %s\n", versionWords(p.code.Version), b.Name, p.digest)
		return nil
	}
	before, _, err := storedCode(ctx, kv, b.Conduct)
	if err != nil {
		return err
	}
	if before == nil {
		fmt.Println("The code in force can't be read, so that the two can't be compared.")
		return nil
	}
	changes := conduct.Diff(before.code, p.code)
	for _, change := range changes {
		fmt.Println(change.Says)
	}
	if len(changes) == 0 {
		fmt.Println("The codes say the same, in another form.")
	}
	return nil
}

func versionWords(version string) string { return fmt.Sprintf("Version “%s”", version) }

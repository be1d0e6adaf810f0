package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/text"
)

type communityPauseCmd struct {
	partsFlags
	Name   string            `arg:"" help:"The community."`
	Notice map[string]string `required:"" mapsep:"none" placeholder:"LANGUAGE=TEXT" help:"What people read instead of the form, in each of the community's languages."`
}

func (communityPauseCmd) Help() string {
	return `New reports are refused within seconds, by the form and the API; what was typed is given back. Reports that are there
go on: status, messages, decisions. The pause lasts until 'resume', also over an 'apply' of a file that has no 'paused'.

Example: recourse admin community pause city --notice en="We are away until Monday." --notice fr="Retour lundi."`
}

func (c communityPauseCmd) Run(ctx context.Context, log *slog.Logger) error {
	return changeCommunity(ctx, c.partsFlags, log, c.Name, func(b *community.Bundle) error {
		if err := checkText("--notice", c.Notice, b.Languages, maxNotice, text.Clean); err != nil {
			return err
		}
		b.Paused, b.PauseHeld = c.Notice, true
		return nil
	})
}

type communityResumeCmd struct {
	partsFlags
	Name string `arg:"" help:"The community."`
}

func (communityResumeCmd) Help() string {
	return "Example: recourse admin community resume city"
}

func (c communityResumeCmd) Run(ctx context.Context, log *slog.Logger) error {
	byFile := false
	err := changeCommunity(ctx, c.partsFlags, log, c.Name, func(b *community.Bundle) error {
		byFile = len(b.Paused) > 0 && !b.PauseHeld
		b.Paused, b.PauseHeld = nil, false
		return nil
	})
	if err == nil && byFile {
		fmt.Println("Its file says `paused`: take that out, or the next 'apply' pauses it again.")
	}
	return err
}

// changeCommunity changes a community that is there, and says what it does now.
func changeCommunity(
	ctx context.Context, f partsFlags, log *slog.Logger, name string, change func(*community.Bundle) error,
) error {
	e, js, closeNATS, err := communityAdmin(ctx, f, log, name)
	if err != nil {
		return err
	}
	defer closeNATS()
	kv, err := bus.Bucket(ctx, js, event.BucketCommunities)
	if err != nil {
		return err
	}
	var after community.Bundle
	changed, err := changeBundle(ctx, e, kv, name, func(b *community.Bundle) error {
		if b.Version == 0 {
			return errNoCommunity
		}
		if err := change(b); err != nil {
			return err
		}
		after = *b
		return nil
	})
	if errors.Is(err, errNoCommunity) {
		return noCommunity(name)
	}
	if err != nil {
		return err
	}
	if !changed {
		fmt.Println("Nothing has changed: it was so already.")
	}
	if closed := whyClosed(after, time.Now()); closed != "" {
		fmt.Println(closed)
		return nil
	}
	fmt.Printf("The community %s takes new reports, within seconds.\n", name)
	return nil
}

type communityShowCmd struct {
	partsFlags
	Name string `arg:"" help:"The community."`
}

func (communityShowCmd) Help() string {
	return `Prints YAML in the form of the community's file. Lines that begin with # say what such a file does not.

Example: recourse admin community show city`
}

func (c communityShowCmd) Run(ctx context.Context, log *slog.Logger) error {
	e, js, closeNATS, err := communityAdmin(ctx, c.partsFlags, log, c.Name)
	if err != nil {
		return err
	}
	defer closeNATS()
	b, err := e.community(ctx, js, c.Name)
	if errors.Is(err, errNoCommunity) {
		return noCommunity(c.Name)
	}
	if err != nil {
		return err
	}
	file, err := show(b)
	if err != nil {
		return err
	}
	fmt.Printf("# Version %d.\n", b.Version)
	if closed := whyClosed(b, time.Now()); closed != "" {
		fmt.Println("# " + closed)
	} else {
		fmt.Println("# It takes new reports.")
	}
	fmt.Printf("# conduct: a file with the digest %s\n", b.Conduct)
	if b.Logo.Known() {
		fmt.Printf("# logo: a file of the type %s and %d bytes\n", b.Logo.Type, len(b.Logo.Data))
	}
	_, err = os.Stdout.Write(file)
	return err
}

// communityAdmin connects to change or read a community of this name.
func communityAdmin(ctx context.Context, f partsFlags, log *slog.Logger, name string) (environment, jetstream.JetStream, func(), error) {
	if !event.ValidCommunity(name) {
		return environment{}, nil, nil, noCommunity(name)
	}
	e, err := newEnvironment(f, log)
	if err != nil {
		return environment{}, nil, nil, err
	}
	nc, js, err := e.connectAdmin(ctx)
	if err != nil {
		return environment{}, nil, nil, err
	}
	return e, js, nc.Close, nil
}

func noCommunity(name string) error {
	return fmt.Errorf("there is no community %q: recourse admin community apply FILE makes one", name)
}

// whyClosed says why a community takes no new reports, and what opens it; or
// nothing.
func whyClosed(b community.Bundle, at time.Time) string {
	why, closed := b.Closed(at)
	switch {
	case !closed:
		return ""
	case why == community.ClosedNotYet:
		return fmt.Sprintf("It takes no new reports before %s.", b.Opens.Format(time.RFC3339))
	case b.PauseHeld:
		return fmt.Sprintf("It is paused by command and takes no new reports. To open it: recourse admin community resume %s", b.Name)
	default:
		return "It is paused by its file and takes no new reports. To open it, take `paused` out of the file and apply it."
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/language"

	"recourse/internal/event"
	"recourse/internal/postgres"
	"recourse/moderation/store"
)

type moderatorCmd struct {
	Add moderatorAddCmd `cmd:"" help:"Add a moderator to communities."`
	Set moderatorSetCmd `cmd:"" help:"Say which languages a moderator reads."`
}

type moderatorAddCmd struct {
	partsFlags
	Name      string   `required:"" help:"The name that other moderators see."`
	Community []string `required:"" help:"Communities whose cases she or he works on."`
	Languages []string `help:"Languages that she or he reads, such as en,fr; any where it is not given."`
}

func (moderatorAddCmd) Help() string {
	return `Cases that rules leave to those who read a language go to them first.

Example: recourse admin moderator add --name 'Moderator 1' --community city --languages en,fr`
}

func (c moderatorAddCmd) Run(ctx context.Context, log *slog.Logger) error {
	read, err := languagesRead(c.Languages)
	if err != nil {
		return err
	}
	e, err := newEnvironment(c.partsFlags, log)
	if err != nil {
		return err
	}
	id, err := addModerator(ctx, e, c.Name, c.Community)
	if err != nil {
		return err
	}
	if len(c.Languages) > 0 {
		if _, err := setLanguages(ctx, e, id, c.Community, read); err != nil {
			return err
		}
	}
	fmt.Printf("%s may work on the cases of %v. Next: recourse admin sign-in-link --name %q\n", c.Name, c.Community, c.Name)
	return nil
}

type moderatorSetCmd struct {
	partsFlags
	Name      string   `required:"" help:"The moderator's name."`
	Community []string `help:"In these communities; in all of hers or his where none is given."`
	Languages []string `required:"" help:"Languages that she or he reads, such as en,fr, or any."`
}

func (moderatorSetCmd) Help() string {
	return `Cases that rules leave to those who read a language go to them first. With any, a moderator gets every case.

Example: recourse admin moderator set --name 'Moderator 1' --languages en,fr`
}

func (c moderatorSetCmd) Run(ctx context.Context, log *slog.Logger) error {
	read, err := languagesRead(c.Languages)
	if err != nil {
		return err
	}
	e, err := newEnvironment(c.partsFlags, log)
	if err != nil {
		return err
	}
	pool, err := postgres.AdminPool(ctx, e.databaseURL, e.keys)
	if err != nil {
		return err
	}
	defer pool.Close()
	id, err := store.New(pool).ModeratorByName(ctx, c.Name)
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("--name: there is no moderator %q: recourse admin moderator add", c.Name)
	}
	if err != nil {
		return fmt.Errorf("looking for the moderator: %w", err)
	}
	changed, err := setLanguages(ctx, e, id, c.Community, read)
	if err != nil {
		return err
	}
	if len(changed) == 0 {
		return fmt.Errorf("--community: %s is a moderator of none of these: recourse admin moderator add", c.Name)
	}
	languages := "every language"
	if len(read) > 0 {
		languages = strings.Join(read, ", ")
	}
	fmt.Printf("%s reads %s in %s.\n", c.Name, languages, strings.Join(changed, ", "))
	return nil
}

// languagesRead are the tags without region or script, as they are detected in
// reports. Empty stands for any.
func languagesRead(tags []string) ([]string, error) {
	read := []string{}
	for _, tag := range tags {
		if tag == "any" && len(tags) == 1 {
			return read, nil
		}
		parsed, err := language.Parse(tag)
		base, confidence := parsed.Base()
		if err != nil || confidence == language.No {
			return nil, fmt.Errorf("--languages: %q is no language: use tags such as en,fr, or any", tag)
		}
		read = append(read, base.String())
	}
	return read, nil
}

// addModerator makes a moderator, or adds communities to the one of that name.
func addModerator(ctx context.Context, e environment, name string, communities []string) (event.ID, error) {
	for _, community := range communities {
		if !event.ValidCommunity(community) {
			return event.ID{}, errors.New("--community: use a community's name, such as city")
		}
	}
	pool, err := postgres.AdminPool(ctx, e.databaseURL, e.keys)
	if err != nil {
		return event.ID{}, err
	}
	defer pool.Close()
	q := store.New(pool)
	id, err := q.UpsertModerator(ctx, store.UpsertModeratorParams{ID: event.NewID(), Name: name, CreatedAt: time.Now()})
	if err != nil {
		return event.ID{}, fmt.Errorf("adding a moderator: %w", err)
	}
	for _, community := range communities {
		if err := q.AddMembership(ctx, store.AddMembershipParams{ModeratorID: id, Community: community}); err != nil {
			return event.ID{}, fmt.Errorf("adding a moderator to %s: %w", community, err)
		}
	}
	return id, nil
}

// setLanguages returns the communities in which it holds.
func setLanguages(ctx context.Context, e environment, id event.ID, communities, languages []string) ([]string, error) {
	pool, err := postgres.AdminPool(ctx, e.databaseURL, e.keys)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	if communities == nil {
		communities = []string{}
	}
	p := store.SetLanguagesParams{ModeratorID: id, Communities: communities, Languages: languages}
	changed, err := store.New(pool).SetLanguages(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("setting what a moderator reads: %w", err)
	}
	return changed, nil
}

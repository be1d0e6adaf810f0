package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/internal/event"
	"recourse/internal/postgres"
	"recourse/moderation/console"
	"recourse/moderation/store"
)

type adminCmd struct {
	Community  communityCmd  `cmd:"" help:"Communities."`
	Moderator  moderatorCmd  `cmd:"" help:"Moderators."`
	SignInLink signInLinkCmd `cmd:"" help:"Print a one-time sign-in link for a moderator."`
	Client     clientCmd     `cmd:"" help:"API clients of a community."`
	Quarantine quarantineCmd `cmd:"" help:"Messages that could not be decoded or opened."`
}

type communityCmd struct {
	Apply  communityApplyCmd  `cmd:"" help:"Make or change a community from a file."`
	Show   communityShowCmd   `cmd:"" help:"Print what is in force of a community, as its file would say it."`
	Pause  communityPauseCmd  `cmd:"" help:"Take no new reports for a while, with a public notice."`
	Resume communityResumeCmd `cmd:"" help:"Take new reports again."`
}

type communityApplyCmd struct {
	partsFlags
	File string `arg:"" help:"Community file (YAML); its code of conduct stands beside it." type:"existingfile"`
}

func (communityApplyCmd) Help() string {
	return "Example: recourse admin community apply city.yaml"
}

func (c communityApplyCmd) Run(ctx context.Context, log *slog.Logger) error {
	d, err := readCommunity(os.DirFS(filepath.Dir(c.File)), filepath.Base(c.File))
	if err != nil {
		return err
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
	changed, err := applyCommunity(ctx, e, js, d)
	if err != nil {
		return err
	}
	if changed {
		fmt.Printf("The community %s is in force. The intake takes it up within seconds.\n", d.file.Name)
	} else {
		fmt.Printf("The community %s is as the file says already.\n", d.file.Name)
	}
	stored, err := e.community(ctx, js, d.file.Name)
	if err != nil {
		return err
	}
	if closed := whyClosed(stored, time.Now()); closed != "" {
		fmt.Println(closed)
	}
	return nil
}

type signInLinkCmd struct {
	partsFlags
	Name       string        `required:"" help:"The moderator's name."`
	ConsoleURL string        `help:"Where the console is; the running 'recourse up' where it is not given."`
	For        time.Duration `help:"How long the link is good." default:"24h"`
}

func (signInLinkCmd) Help() string {
	return `Prints a link that signs in once. Hand it over by a way that nobody else reads.

Example: recourse admin sign-in-link --name 'Moderator 1' --console-url https://moderate.example`
}

func (c signInLinkCmd) Run(ctx context.Context, log *slog.Logger) error {
	e, err := newEnvironment(c.partsFlags, log)
	if err != nil {
		return err
	}
	base := c.ConsoleURL
	if base == "" {
		addresses, err := readAddresses(c.Data)
		if err != nil {
			return fmt.Errorf("--console-url: where is the console? %w", err)
		}
		base = addresses.Console
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
	link, err := signInLink(ctx, e, id, base, c.For)
	if err != nil {
		return err
	}
	fmt.Println(link)
	return nil
}

// signInLink makes a link that signs a moderator in once.
func signInLink(ctx context.Context, e environment, moderator event.ID, consoleURL string, good time.Duration) (string, error) {
	pool, err := postgres.AdminPool(ctx, e.databaseURL, e.keys)
	if err != nil {
		return "", err
	}
	defer pool.Close()
	token, hash := console.NewSignInToken()
	err = store.New(pool).InsertSignInLink(ctx, store.InsertSignInLinkParams{
		TokenHash: hash, ModeratorID: moderator, ExpiresAt: time.Now().Add(good),
	})
	if err != nil {
		return "", fmt.Errorf("making a sign-in link: %w", err)
	}
	return consoleURL + console.SignInPath + token, nil
}

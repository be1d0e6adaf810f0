package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/bus"
	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
)

type clientCmd struct {
	Add clientAddCmd `cmd:"" help:"Add an API client and print its key, once."`
}

type clientAddCmd struct {
	partsFlags
	Community string `required:"" help:"The community for which it reports."`
	Name      string `required:"" help:"The client's name."`
	KeyFile   string `help:"Take the key from this file instead of printing a new one; it is made where it is not there." type:"path" placeholder:"FILE"`

	ReportsPerDay int `help:"Its quota of reports a UTC day; 0 for none." default:"0" placeholder:"N"`
}

func (clientAddCmd) Help() string {
	return `With --key-file one client can report for several communities with one key, as the console does for reports by phone.

Example: recourse admin client add --community city --name participation-platform --reports-per-day 500`
}

func (c clientAddCmd) Run(ctx context.Context, log *slog.Logger) error {
	if c.ReportsPerDay < 0 {
		return errors.New("--reports-per-day: give 0 for no quota, or the number of reports a day")
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
	key := newClientKey()
	if c.KeyFile != "" {
		if key, err = ensureClientKey(c.KeyFile); err != nil {
			return err
		}
	}
	_, err = changeBundle(ctx, e, kv, c.Community, func(b *community.Bundle) error {
		if b.Version == 0 {
			return fmt.Errorf("--community: there is no community %q", c.Community)
		}
		taken := slices.ContainsFunc(b.Clients, func(k community.Client) bool { return k.Name == c.Name })
		if taken || c.Name == "" {
			return errors.New("--name: is empty or taken by another client of this community")
		}
		b.Clients = append(slices.Clone(b.Clients), community.Client{
			Name: c.Name, KeyHash: community.HashClientKey(key), ReportsPerDay: c.ReportsPerDay,
		})
		return nil
	})
	if err != nil {
		return err
	}
	if c.KeyFile != "" {
		fmt.Printf("%s may report for %s with the key in %s.\n", c.Name, c.Community, c.KeyFile)
		return nil
	}
	fmt.Println(key)
	return nil
}

func newClientKey() string {
	secret := make([]byte, 32)
	rand.Read(secret)
	return "rck_" + base64.RawURLEncoding.EncodeToString(secret)
}

// ensureClientKey returns the key in a file, which it makes where it is not
// there.
func ensureClientKey(path string) (string, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return readClientKey(path)
	}
	if err != nil {
		return "", fmt.Errorf("making a client's key: %w", err)
	}
	key := newClientKey()
	_, err = f.WriteString(key + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", fmt.Errorf("making a client's key: %w", errors.Join(err, os.Remove(path)))
	}
	return key, nil
}

func readClientKey(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading a client's key: %w", err)
	}
	key := strings.TrimSpace(string(b))
	if !strings.HasPrefix(key, "rck_") {
		return "", fmt.Errorf("%s: is no client's key; recourse admin client add makes one", path)
	}
	return key, nil
}

// consoleClient is the name under which the console reports.
const consoleClient = "console"

// consoleKeyFile is where the console's key for the intake stands, unless
// another file is given.
func consoleKeyFile(folder keys.Folder) string { return folder.Path(keys.Console, "intake") }

// letConsoleReport makes the console a client of a community.
func letConsoleReport(ctx context.Context, e environment, js jetstream.JetStream, name string) error {
	key, err := ensureClientKey(consoleKeyFile(e.keys))
	if err != nil {
		return err
	}
	kv, err := bus.Bucket(ctx, js, event.BucketCommunities)
	if err != nil {
		return err
	}
	_, err = changeBundle(ctx, e, kv, name, func(b *community.Bundle) error {
		hash := community.HashClientKey(key)
		b.Clients = slices.Clone(b.Clients)
		if n := slices.IndexFunc(b.Clients, func(k community.Client) bool { return k.Name == consoleClient }); n >= 0 {
			b.Clients[n].KeyHash = hash
			return nil
		}
		b.Clients = append(b.Clients, community.Client{Name: consoleClient, KeyHash: hash})
		return nil
	})
	return err
}

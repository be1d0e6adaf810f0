package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"recourse/internal/bus"
	"recourse/internal/keys/keygen"
)

type keysCmd struct {
	partsFlags
	Community  []string `help:"Make keys for these new communities too; those that have keys get their next month keys anyway."`
	NATSConfig bool     `name:"nats-config" help:"Print the NATS users (public keys and permissions) to include in an external server's configuration."`
}

func (keysCmd) Help() string {
	return `Makes what is missing and changes nothing that is there. Each service gets keys/<service>/{nats,postgres,seal};
hand each machine only the folders of the services that run there. Run it once a month or so: month keys are made a
year ahead, and 'recourse doctor' warns when fewer than two months are left.

Example: recourse keys --keys /etc/recourse/keys --community city --nats-config > recourse-users.conf`
}

func (c keysCmd) Run(_ context.Context, _ *slog.Logger) error {
	folder, now := c.folder(), time.Now()
	if err := keygen.EnsureServices(folder, now); err != nil {
		return err
	}
	if err := keygen.EnsureCommunities(folder, now); err != nil {
		return err
	}
	for _, name := range c.Community {
		if _, err := keygen.EnsureCommunity(folder, name, now); err != nil {
			return err
		}
	}
	if c.NATSConfig {
		users, err := bus.Users(folder)
		if err != nil {
			return err
		}
		fmt.Print(bus.ServerConfig(users))
		return nil
	}
	fmt.Fprintln(os.Stderr, "Keys are complete under", folder.Root)
	return nil
}

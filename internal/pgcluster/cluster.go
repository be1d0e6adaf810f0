package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
)

// Superuser is the role that initdb makes.
const Superuser = "recourse_admin"

// Port is the number in the socket's name. Nothing listens on TCP.
const Port = 5432

// Config says where the cluster is.
type Config struct {
	Dir               string // made where it is not there
	SuperuserPassword string // of Superuser; given to a new cluster, needed for an existing one
	Log               *slog.Logger
}

// Cluster is a running cluster.
type Cluster struct {
	password string
	log      *slog.Logger
	programs programs
	account  account
	dir      string
	socket   string

	life    context.Context //nolint:containedctx // it ends with Stop and with no single call
	endLife context.CancelFunc

	starting sync.Mutex                 // held by whoever starts or stops the postmaster
	current  atomic.Pointer[postmaster] // the last one that took connections; written under starting
}

// Start makes the cluster where there is none, stops a postmaster that a
// killed parent left on it, starts its own and returns once that takes
// connections. ctx bounds the start only.
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	if cfg.SuperuserPassword == "" || strings.ContainsAny(cfg.SuperuserPassword, "\r\n") {
		return nil, errors.New("the cluster's superuser needs a password of one line")
	}
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	where, err := choosePlace(cfg.Dir, log)
	if err != nil {
		return nil, err
	}
	if err := removeLeftovers(ctx, where.dir); err != nil {
		return nil, err
	}
	major, err := majorOf(where.dir)
	if err != nil {
		return nil, err
	}
	found, err := find(ctx, where.account, major)
	if err != nil {
		return nil, err
	}
	if major == "" {
		log.Info("making a PostgreSQL cluster", "folder", where.dir, "version", found.major)
		if err := initialise(ctx, found, where.account, where.dir, cfg.SuperuserPassword); err != nil {
			return nil, err
		}
	} else if err := where.account.adopt(where.dir); err != nil {
		return nil, err
	}
	socket, err := socketDir(where.account, where.dir)
	if err != nil {
		return nil, err
	}
	c := &Cluster{
		password: cfg.SuperuserPassword, log: log,
		programs: found, account: where.account, dir: where.dir, socket: socket,
	}
	c.life, c.endLife = context.WithCancel(context.Background())
	if err := c.startPostmaster(ctx); err != nil {
		return nil, errors.Join(err, c.Stop(ctx))
	}
	return c, nil
}

// Dir is where the data stands: Config.Dir, or elsewhere where root runs this
// and PostgreSQL's user can't reach it.
func (c *Cluster) Dir() string { return c.dir }

// SocketDir is the folder of the unix socket.
func (c *Cluster) SocketDir() string { return c.socket }

// PID is the postmaster's process, or 0 while it is down.
func (c *Cluster) PID() int {
	if p := c.running(); p != nil {
		return p.pid()
	}
	return 0
}

// whileWanted is ctx, ended by Stop as well.
func (c *Cluster) whileWanted(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	detach := context.AfterFunc(c.life, cancel)
	return ctx, func() { detach(); cancel() }
}

// running is the postmaster, or nil while it is down.
func (c *Cluster) running() *postmaster {
	if p := c.current.Load(); p != nil && !p.ended() {
		return p
	}
	return nil
}

// Stop ends the postmaster and waits for it: a fast shutdown while ctx lasts,
// then an immediate one, then a kill. Supervise does not start it again.
func (c *Cluster) Stop(ctx context.Context) error {
	c.endLife()
	c.starting.Lock() // a start under way gives up now
	defer c.starting.Unlock()
	if p := c.running(); p != nil {
		if err := p.end(ctx); err != nil {
			return fmt.Errorf("stopping PostgreSQL in %s: %w", c.dir, err)
		}
	}
	removeSocket(c.socket)
	return nil
}

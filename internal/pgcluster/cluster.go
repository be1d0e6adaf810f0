package pgcluster

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Superuser is the role that initdb makes.
const Superuser = "recourse_admin"

// Port is the number in the socket's name. Nothing listens on TCP.
const Port = 5432

const (
	startTime   = 30 * time.Second
	retryWait   = 250 * time.Millisecond
	restartWait = 2 * time.Second
)

// Config says where the cluster is.
type Config struct {
	Dir               string // made where it is not there
	SuperuserPassword string
	Log               *slog.Logger
}

// Cluster is a running cluster.
type Cluster struct {
	cfg      Config
	dir      string
	socket   string
	programs programs
	account  account

	mu      sync.Mutex
	current *postmaster // nil while it is down; mu
	stopped bool        // Stop was called: it is not started again; mu
}

// Start makes the cluster where there is none, stops a postmaster that a
// killed parent left on it, starts its own and returns once that takes
// connections.
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("finding the cluster's folder: %w", err)
	}
	c := &Cluster{cfg: cfg, dir: dir}
	if c.account, err = chooseAccount(); err != nil {
		return nil, err
	}
	if !c.account.canReach(dir) {
		if major, err := majorOf(dir); err != nil || major != "" {
			return nil, fmt.Errorf("the cluster in %s can't be reached by the user %s that PostgreSQL runs as: "+
				"let others pass through the folders above it (chmod o+x)", dir, c.account.name)
		}
		c.dir = fallback(dir)
		cfg.Log.Info("PostgreSQL can't run as root, and its user can't reach the data folder: its data stands elsewhere",
			"user", c.account.name, "folder", c.dir)
	}
	major, err := majorOf(c.dir)
	if err != nil {
		return nil, err
	}
	if c.programs, err = find(major); err != nil {
		return nil, err
	}
	if major == "" {
		if err := initialise(ctx, c.programs, c.account, c.dir, cfg.SuperuserPassword); err != nil {
			return nil, err
		}
	}
	if pid := survivor(c.dir); pid != 0 {
		cfg.Log.Info("stopping the PostgreSQL that an earlier process left behind", "pid", pid)
		if err := end(ctx, pid, func() bool { return survivor(c.dir) != pid }); err != nil {
			return nil, err
		}
	}
	if err := forgetStranger(c.dir); err != nil {
		return nil, err
	}
	if c.socket, err = c.makeSocketDir(); err != nil {
		return nil, err
	}
	if err := c.startPostmaster(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// fallback is where the data stands when its user can't reach dir: the same
// place for the same folder each time.
func fallback(dir string) string {
	return filepath.Join("/var/lib/recourse", shortHash(dir), "postgres")
}

func shortHash(s string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(s)))[:12]
}

// Dir is where the data stands.
func (c *Cluster) Dir() string { return c.dir }

// SocketDir is the folder of the unix socket.
func (c *Cluster) SocketDir() string { return c.socket }

// PID is the postmaster's process, or 0 while it is down.
func (c *Cluster) PID() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == nil {
		return 0
	}
	return c.current.pid()
}

// makeSocketDir makes a short folder: a socket's path may have 107 bytes.
func (c *Cluster) makeSocketDir() (string, error) {
	base := "/run"
	if !c.account.switched {
		base = os.TempDir()
		if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
			base = dir
		}
		if len(base) > 60 {
			base = "/tmp"
		}
	}
	path := filepath.Join(base, "recourse-"+shortHash(c.dir))
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("making the folder of PostgreSQL's socket: %w", err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		return "", fmt.Errorf("making the folder of PostgreSQL's socket: %w", err)
	}
	if !info.IsDir() || (!c.account.switched && !c.account.owns(info)) {
		return "", fmt.Errorf("%s belongs to somebody else", path)
	}
	if err := c.account.own(path); err != nil {
		return "", fmt.Errorf("handing the socket's folder over: %w", err)
	}
	return path, os.Chmod(path, 0o700) //nolint:gosec // a folder
}

// startPostmaster tries until the postmaster takes connections. Right after a
// kill -9 the old one's children may hold its memory for a moment.
func (c *Cluster) startPostmaster(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for {
		p, err := launch(c.programs, c.account, c.dir, c.socket, c.cfg.Log)
		if err != nil {
			return err
		}
		if err = c.waitReady(ctx, p); err == nil {
			c.mu.Lock()
			c.current = p
			c.mu.Unlock()
			return nil
		}
		if !p.ended() {
			_ = end(context.WithoutCancel(ctx), p.pid(), p.ended)
		}
		if ctx.Err() != nil || !p.mayPass() {
			return fmt.Errorf("starting PostgreSQL: %w: %s", err, p.lastWords())
		}
		timer := time.NewTimer(retryWait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (c *Cluster) waitReady(ctx context.Context, p *postmaster) error {
	cfg, err := pgx.ParseConfig("")
	if err != nil {
		return err
	}
	cfg.Host, cfg.Port, cfg.Database = c.socket, Port, "postgres"
	cfg.User, cfg.Password, cfg.TLSConfig, cfg.Fallbacks = Superuser, c.cfg.SuperuserPassword, nil, nil
	cfg.DialFunc = (&net.Dialer{}).DialContext
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.ConnectConfig(ctx, cfg)
		if err == nil {
			_, err = conn.Exec(ctx, "SELECT 1")
			_ = conn.Close(ctx)
		}
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return errors.New("it ended")
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-tick.C:
		}
	}
}

// Supervise starts the postmaster again whenever it ends, until ctx ends or
// Stop is called.
func (c *Cluster) Supervise(ctx context.Context) error {
	for {
		c.mu.Lock()
		p, stopped := c.current, c.stopped
		c.mu.Unlock()
		if stopped || p == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.done:
		}
		c.mu.Lock()
		stopped = c.stopped
		c.current = nil
		c.mu.Unlock()
		if stopped {
			return nil
		}
		c.cfg.Log.Error("PostgreSQL ended; starting it again")
		for ctx.Err() == nil {
			err := c.startPostmaster(ctx)
			if err == nil {
				break
			}
			c.cfg.Log.Error("PostgreSQL does not start; trying again", "error", err)
			waitUntil(ctx, restartWait, func() bool { return false })
		}
	}
}

// Stop ends the postmaster and waits for it. Supervise does not start it again.
func (c *Cluster) Stop(ctx context.Context) error {
	c.mu.Lock()
	c.stopped = true
	p := c.current
	c.mu.Unlock()
	if p != nil && !p.ended() {
		if err := end(ctx, p.pid(), p.ended); err != nil {
			return err
		}
	}
	// A folder left in /run harms nobody, and the next start makes it again.
	_ = os.RemoveAll(c.socket)
	return nil
}

// settings are postgres' arguments. Durability is on, TCP is off, and no
// statement, parameter or value that a person wrote reaches the log.
func settings(dir, socket string) []string {
	args := []string{"-D", dir}
	for _, kv := range []string{
		"listen_addresses=", "unix_socket_directories=" + socket, "unix_socket_permissions=0700", "port=" + strconv.Itoa(Port),
		"fsync=on", "full_page_writes=on", "synchronous_commit=on", "password_encryption=scram-sha-256",
		"max_connections=100", "shared_buffers=128MB", "logging_collector=off", "log_destination=stderr",
		"log_statement=none", "log_duration=off", "log_min_duration_statement=-1", "log_min_error_statement=panic",
		// An error's own words can quote a value (a unique violation does in its
		// detail); only what ends the server is worth a line here.
		"log_min_messages=fatal", "log_error_verbosity=terse",
		"log_parameter_max_length=0", "log_parameter_max_length_on_error=0",
	} {
		args = append(args, "-c", kv)
	}
	return args
}

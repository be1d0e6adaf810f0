package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"recourse/internal/bus"
	"recourse/internal/keys"
	"recourse/internal/keys/keygen"
	"recourse/internal/natsserver"
	"recourse/internal/pgcluster"
	"recourse/internal/postgres"
	"recourse/internal/web"
	"recourse/moderation/janitor"
)

type upCmd struct {
	streamFlags
	proxyFlags
	mailFlags
	Data        string `help:"Folder for keys, PostgreSQL and NATS." default:"./data" type:"path"`
	IntakeAddr  string `help:"Address of the intake." default:"127.0.0.1:8080"`
	ConsoleAddr string `help:"Address of the moderators' console." default:"127.0.0.1:8081"`
	StatsAddr   string `help:"Address of the released statistics." default:"127.0.0.1:8082"`
	MetricsAddr string `help:"Private address for /metrics." default:"127.0.0.1:8083"`
	Community   string `help:"Community file to apply." type:"existingfile" placeholder:"FILE"`
	HelpLines   string `help:"File of help lines instead of those that come with the program." type:"existingfile" placeholder:"FILE"`
	Demo        bool   `help:"Make the demo community." default:"true" negatable:""`
	NATSURL     string `name:"nats-url" help:"External NATS instead of the embedded one." env:"NATS_URL,RECOURSE_NATS_URL"`
	DatabaseURL string `name:"database-url" help:"External PostgreSQL instead of a private cluster; its user makes roles and schemas." env:"DATABASE_URL,RECOURSE_DATABASE_URL"`
}

func (upCmd) Help() string {
	return `Runs a private PostgreSQL cluster, a NATS server with JetStream and every service, all on loopback, with everything
under --data. All keys are in this one process: who may know what is enforced only between separate processes
(recourse intake, worker, console, notify, janitor, stats, portal). An address with port 0 picks a free one;
<data>/addresses.json tells. Reporters get mails only where --smtp-url is given.

Example: recourse up --data ./data --intake-addr 127.0.0.1:0`
}

// readyWithin bounds how long up waits for its services.
const readyWithin = 30 * time.Second

func (c upCmd) Run(ctx context.Context, log *slog.Logger) error {
	if err := makeDataFolder(c.Data); err != nil {
		return err
	}
	unlock, err := lockFolder(c.Data)
	if err != nil {
		return err
	}
	defer unlock()
	// What an earlier run wrote is true no longer.
	if err := os.Remove(addressesPath(c.Data)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the last addresses: %w", err)
	}
	folder := partsFlags{Data: c.Data}.folder()
	if err := keygen.EnsureServices(folder, time.Now()); err != nil {
		return err
	}
	if err := keygen.EnsureCommunities(folder, time.Now()); err != nil {
		return err
	}

	// The parts outlive the services: they stop last.
	partsCtx, stopParts := context.WithCancel(context.WithoutCancel(ctx))
	defer stopParts()
	parts := runtimeFile{PID: os.Getpid(), NATSURL: c.NATSURL, DatabaseURL: c.DatabaseURL}
	if parts.NATSURL == "" {
		server, err := c.startNATS(folder, log)
		if err != nil {
			return err
		}
		defer server.Stop()
		parts.NATSURL, parts.EmbeddedNATS = server.URL(), true
	}
	supervision, superviseCtx := errgroup.WithContext(partsCtx)
	if parts.DatabaseURL == "" {
		cluster, err := c.startPostgres(ctx, folder, log)
		if err != nil {
			return err
		}
		defer func() {
			stopParts()
			_ = supervision.Wait()
			stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
			defer cancel()
			if err := cluster.Stop(stopCtx); err != nil {
				log.Error("PostgreSQL did not stop cleanly", "error", err)
			}
		}()
		supervision.Go(func() error { return cluster.Supervise(superviseCtx) })
		parts.DatabaseURL = clusterURL(cluster.SocketDir())
	}
	e := environment{
		keys: folder, natsURL: parts.NATSURL, databaseURL: parts.DatabaseURL, log: log, registry: newRegistry(),
		helpLines: c.HelpLines,
	}
	parts.NATSURL, parts.DatabaseURL = withoutUser(parts.NATSURL), withoutUser(parts.DatabaseURL)
	if err := writeJSON(runtimePath(c.Data), parts); err != nil {
		return err
	}
	if err := migrate(ctx, e, c.settings(c.Data)); err != nil {
		return err
	}
	communities, err := c.applyCommunities(ctx, e)
	if err != nil {
		return err
	}
	return c.runServices(ctx, e, communities)
}

// withoutUser takes user and password out of a URL: a secret stands in no file
// but a key file.
func withoutUser(connection string) string {
	u, err := url.Parse(connection)
	if err != nil || u.User == nil {
		return connection
	}
	u.User = nil
	return u.String()
}

// clusterURL names the private cluster as DATABASE_URL would.
func clusterURL(socketDir string) string {
	q := url.Values{"host": {socketDir}, "port": {strconv.Itoa(pgcluster.Port)}}
	return "postgres:///" + postgres.Database + "?" + q.Encode()
}

func (c upCmd) startNATS(folder keys.Folder, log *slog.Logger) (*natsserver.Server, error) {
	users, err := bus.Users(folder)
	if err != nil {
		return nil, err
	}
	cfg := natsserver.Config{Dir: filepath.Join(c.Data, "nats"), Users: users, Log: log}
	// The last port again, where it is free: workers in other processes then
	// find the server where it was.
	if last, err := readRuntime(c.Data); err == nil && last.EmbeddedNATS {
		if u, err := url.Parse(last.NATSURL); err == nil {
			if port, err := strconv.Atoi(u.Port()); err == nil && isFree(port) {
				cfg.Port = port
			}
		}
	}
	return natsserver.Start(cfg)
}

func isFree(port int) bool {
	ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))) //nolint:noctx // bound and closed at once
	if err != nil {
		return false
	}
	return ln.Close() == nil
}

func (c upCmd) startPostgres(ctx context.Context, folder keys.Folder, log *slog.Logger) (*pgcluster.Cluster, error) {
	password, err := folder.PostgresPassword(keys.Admin)
	if err != nil {
		return nil, err
	}
	return pgcluster.Start(ctx, pgcluster.Config{
		Dir: filepath.Join(c.Data, "postgres"), SuperuserPassword: password, Log: log,
	})
}

// applyCommunities applies the demo and the file given, and returns their names.
func (c upCmd) applyCommunities(ctx context.Context, e environment) ([]string, error) {
	var drafts []draft
	if c.Demo {
		d, err := readCommunity(demoFiles, "demo/community.yaml")
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, d)
	}
	if c.Community != "" {
		d, err := readCommunity(os.DirFS(filepath.Dir(c.Community)), filepath.Base(c.Community))
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, d)
	}
	nc, js, err := e.connectAdmin(ctx)
	if err != nil {
		return nil, err
	}
	defer nc.Close()
	if _, err := ensureClientKey(consoleKeyFile(e.keys)); err != nil {
		return nil, err
	}
	var names []string
	for _, d := range drafts {
		d.atStart = true
		if _, err := applyCommunity(ctx, e, js, d); err != nil {
			return nil, err
		}
		if err := letConsoleReport(ctx, e, js, d.file.Name); err != nil {
			return nil, err
		}
		names = append(names, d.file.Name)
	}
	return names, nil
}

// runServices starts every service, says where they are, and waits for the end.
func (c upCmd) runServices(ctx context.Context, e environment, communities []string) error {
	type maker struct {
		addr string
		make func(context.Context, environment) (process, error)
	}
	makers := []maker{
		{c.IntakeAddr, c.newIntake},
		{c.ConsoleAddr, newConsole},
		{c.StatsAddr, newPortal},
		{c.MetricsAddr, newMetrics},
		{"", newWorker},
		{"", newStats},
		{"", newJanitor},
	}
	if c.SMTPURL != "" {
		makers = append(makers, maker{"", c.newNotify})
	}
	var processes []process
	defer func() {
		for _, p := range processes {
			p.close()
		}
	}()
	// Every address first: no report is taken by a service that then fails to
	// start the rest.
	listeners := make([]net.Listener, len(makers))
	where := map[string]string{}
	for n, m := range makers {
		p, err := m.make(ctx, e)
		if err != nil {
			return err
		}
		processes = append(processes, p)
		if p.handler == nil {
			continue
		}
		if listeners[n], err = web.Listen(ctx, m.addr); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		where[p.name] = "http://" + listeners[n].Addr().String()
		e.intakeURL = where["intake"] // the first: the console is made after it
	}
	g, runCtx := errgroup.WithContext(ctx)
	for n, p := range processes {
		g.Go(func() error { return p.start(runCtx, listeners[n]) })
	}
	g.Go(func() error {
		if err := waitReady(runCtx, readyWithin, processes...); err != nil {
			return err
		}
		return c.announce(runCtx, e, communities, where)
	})
	err := g.Wait()
	if ctx.Err() != nil { // a signal: the services end with the context's error or none
		e.log.Info("stopped")
		return nil
	}
	return err
}

func newMetrics(_ context.Context, e environment) (process, error) {
	return process{name: "metrics", run: waitForEnd, ready: alwaysReady, handler: metricsHandler(e, nil), close: func() {}}, nil
}

func newJanitor(ctx context.Context, e environment) (process, error) {
	j, closeParts, err := makeJanitor(ctx, e, janitor.Keep)
	return process{name: "janitor", run: j.Run, ready: alwaysReady, close: closeParts}, err
}

func waitForEnd(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

func alwaysReady(context.Context) error { return nil }

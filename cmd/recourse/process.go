package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"recourse/internal/bus"
	"recourse/internal/keys"
	"recourse/internal/postgres"
	"recourse/internal/web"
)

// environment is what every service is made from.
type environment struct {
	keys        keys.Folder
	natsURL     string
	databaseURL string
	log         *slog.Logger
	registry    *prometheus.Registry

	intakeURL     string // for the console: where reports by phone go, or ""
	intakeKeyFile string // for the console; consoleKeyFile where it is ""
	helpLines     string // file of the intake's help lines; empty for those that come with the program
}

func newEnvironment(f partsFlags, log *slog.Logger) (environment, error) {
	parts, err := f.urls()
	if err != nil {
		return environment{}, err
	}
	return environment{
		keys: f.folder(), natsURL: parts.NATSURL, databaseURL: parts.DatabaseURL, log: log, registry: newRegistry(),
	}, nil
}

func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// connect connects to NATS as a service.
func (e environment) connect(s keys.Service) (*nats.Conn, jetstream.JetStream, error) {
	seed, err := e.keys.NATSSeed(s)
	if err != nil {
		return nil, nil, err
	}
	nc, err := bus.Connect(e.natsURL, s, seed, e.log)
	if err != nil {
		return nil, nil, err
	}
	js, err := jetstream.New(nc)
	if err != nil {
		nc.Close()
		return nil, nil, fmt.Errorf("opening JetStream: %w", err)
	}
	return nc, js, nil
}

// connectAdmin connects as the admin, for commands that end.
func (e environment) connectAdmin(ctx context.Context) (*nats.Conn, jetstream.JetStream, error) {
	return e.connectNow(ctx, keys.Admin)
}

// connectNow fails where NATS does not answer, and says where it was looked for.
func (e environment) connectNow(ctx context.Context, s keys.Service) (*nats.Conn, jetstream.JetStream, error) {
	nc, js, err := e.connect(s)
	if err != nil {
		return nil, nil, err
	}
	err = waitReady(ctx, 5*time.Second, process{name: "NATS", ready: func(context.Context) error {
		if nc.IsConnected() {
			return nil
		}
		where := withoutUser(e.natsURL)
		if refused := nc.LastError(); refused != nil {
			return fmt.Errorf("%s: %w", where, refused)
		}
		return fmt.Errorf("no answer at %s", where)
	}})
	if err != nil {
		nc.Close()
		return nil, nil, err
	}
	return nc, js, nil
}

func (e environment) pool(ctx context.Context, s keys.Service) (*pgxpool.Pool, error) {
	return postgres.Pool(ctx, e.databaseURL, e.keys, s)
}

// process is a service that is made and not started.
type process struct {
	name    string
	run     func(context.Context) error // until ctx ends
	ready   func(context.Context) error
	handler http.Handler // nil where it serves no page
	close   func()       // after run
}

// start runs p, and serves its handler on ln, until ctx ends.
func (p process) start(ctx context.Context, ln net.Listener) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return p.run(ctx) })
	if p.handler != nil {
		g.Go(func() error { return web.Serve(ctx, ln, p.handler) })
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}

// serve is one service's command: its listener, its metrics, until a signal.
func serve(ctx context.Context, p process, addr, metricsAddr string, e environment) error {
	defer p.close()
	g, ctx := errgroup.WithContext(ctx)
	var ln net.Listener
	if p.handler != nil {
		var err error
		if ln, err = web.Listen(ctx, addr); err != nil {
			return err
		}
		e.log.Info("listening", "service", p.name, "address", ln.Addr().String())
	}
	if metricsAddr != "" {
		metrics, err := web.Listen(ctx, metricsAddr)
		if err != nil {
			return err
		}
		g.Go(func() error { return web.Serve(ctx, metrics, metricsHandler(e, p.ready)) })
	}
	g.Go(func() error { return p.start(ctx, ln) })
	return g.Wait()
}

// metricsHandler serves exact totals: only ever on a private address.
func metricsHandler(e environment, ready func(context.Context) error) http.Handler {
	engine := web.NewEngine(e.log, ready)
	metrics := promhttp.HandlerFor(e.registry, promhttp.HandlerOpts{})
	engine.GET("/metrics", func(c *gin.Context) { metrics.ServeHTTP(c.Writer, c.Request) })
	return engine
}

// waitReady waits until every process can do its work.
func waitReady(ctx context.Context, within time.Duration, processes ...process) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for _, p := range processes {
		for {
			err := p.ready(ctx)
			if err == nil {
				break
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("%s is not ready: %w", p.name, err)
			case <-tick.C:
			}
		}
	}
	return nil
}

package reporter

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"recourse/internal/community"
	"recourse/internal/keys"
	"recourse/internal/web"
	"recourse/reporter/helplines"
	"recourse/reporter/limit"
)

const (
	natsTimeout  = 5 * time.Second        // of all that one request asks of NATS
	retryAfter   = 5 * time.Second        // what a 503 asks its client to wait
	firstReading = 200 * time.Millisecond // between attempts to read the communities for the first time
)

// Config is what an Intake needs.
type Config struct {
	NATS     *nats.Conn            // as the NATS user of the intake
	Ring     *keys.Ring            // of the intake
	Log      *slog.Logger          // never gets what a person wrote
	Now      func() time.Time      // time.Now, but for tests
	Registry prometheus.Registerer // nil where nobody counts

	TrustedProxies      []netip.Prefix   // the operator's own; none: the TCP peer is who sends
	ClientAddressHeader string           // to which they append the address that they see
	HelpLines           *helplines.Lines // nil for those that come with the program
}

// Intake takes reports and tells what became of them. Any number of them may
// run at once; they share nothing but NATS. Safe for concurrent use.
type Intake struct {
	nats        *nats.Conn
	communities *community.Source
	read        atomic.Bool // the communities were read once
	secrets     secrets
	publisher   *publisher
	lookup      *lookup
	registers   *registers
	limiter     *limit.Limiter
	proxies     limit.Proxies
	pages       *pages
	plain       chan struct{} // a place for each form with files that is worked on
	helpLines   *helplines.Lines
	counters    counters
	log         *slog.Logger
	now         func() time.Time
	handler     http.Handler
}

// New returns an Intake that is served by Handler and kept up to date by Run.
// It needs no connection yet.
func New(cfg Config) (*Intake, error) {
	operator, err := cfg.Ring.Find(keys.OperatorVerify, "", "")
	if err != nil {
		return nil, err
	}
	s, err := readSecrets(cfg.Ring)
	if err != nil {
		return nil, err
	}
	js, err := jetstream.New(cfg.NATS)
	if err != nil {
		return nil, fmt.Errorf("opening JetStream: %w", err)
	}
	p, err := newPages(cfg.Log)
	if err != nil {
		return nil, err
	}
	proxies, err := limit.NewProxies(cfg.TrustedProxies, cfg.ClientAddressHeader)
	if err != nil {
		return nil, err
	}
	source := community.NewSource(js, ed25519.PublicKey(operator.Key), cfg.Log)
	i := &Intake{
		nats:        cfg.NATS,
		communities: source,
		secrets:     s,
		publisher:   &publisher{nc: cfg.NATS, js: js},
		lookup:      &lookup{nc: cfg.NATS, js: js, communities: source, log: cfg.Log, now: cfg.Now},
		registers:   newRegisters(source),
		limiter:     limit.New(js, s.rateLimit, cfg.Now, cfg.Log),
		proxies:     proxies,
		pages:       p,
		plain:       make(chan struct{}, plainAtOnce),
		helpLines:   cfg.HelpLines,
		counters:    newCounters(cfg.Registry),
		log:         cfg.Log,
		now:         cfg.Now,
	}
	if i.helpLines == nil {
		i.helpLines = helplines.Default()
	}
	i.handler = i.routes()
	return i, nil
}

// Handler serves the pages, the API, /healthz and /readyz.
func (i *Intake) Handler() http.Handler { return i.handler }

// Run keeps the communities up to date until ctx ends.
func (i *Intake) Run(ctx context.Context) error {
	if err := i.readCommunities(ctx); err != nil {
		return nil //nolint:nilerr // ctx ended first: that is how Run ends
	}
	return i.communities.Run(ctx)
}

// readCommunities returns once the communities were read, or ctx ended.
func (i *Intake) readCommunities(ctx context.Context) error {
	tick := time.NewTicker(firstReading)
	defer tick.Stop()
	for told := false; ; {
		err := i.communities.Refresh(ctx)
		if err == nil {
			i.read.Store(true)
			return nil
		}
		if !told && ctx.Err() == nil {
			i.log.Warn("communities can't be read yet", "error", err)
			told = true
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Ready says whether a report would be taken now.
func (i *Intake) Ready(context.Context) error {
	switch {
	case !i.nats.IsConnected():
		return errors.New("NATS is away")
	case !i.read.Load():
		return errors.New("the communities have not been read yet")
	default:
		return nil
	}
}

func (i *Intake) routes() http.Handler {
	e := web.NewEngine(i.log, i.Ready)

	e.POST("/v1/reports", i.counters.count, i.postReport)
	e.POST("/v1/status", i.postStatus)
	i.followUpRoutes(e)

	e.GET("/", i.homePage)
	e.GET("/c/:community/report", i.formPage)
	e.POST("/c/:community/report", i.counters.count, i.postForm)
	i.conductRoutes(e)
	e.GET("/help", i.helpPage)
	e.GET("/c/:community/:file", i.communityFile)
	e.GET("/status", i.statusPage)
	e.POST("/status", i.postStatusForm)
	e.GET(assetRoute, i.pages.asset)
	e.GET("/favicon.ico", noIcon)
	e.NoRoute(i.noRoute)
	return e
}

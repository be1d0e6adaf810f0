package console

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/community"
	"recourse/internal/keys"
	"recourse/internal/web"
	"recourse/moderation/vault"
)

// Config is what a console needs.
type Config struct {
	Pool *pgxpool.Pool       // as the role of the console
	JS   jetstream.JetStream // as the NATS user of the console
	Ring *keys.Ring          // of the console
	Log  *slog.Logger
	Now  func() time.Time

	Intake *Intake // where reports by phone go; nil: none is taken
}

// Console serves moderators. Any number may run.
type Console struct {
	pool   *pgxpool.Pool
	js     jetstream.JetStream
	source *community.Source
	desk   *desk
	views  *views
	intake *Intake // or nil
	origin *http.CrossOriginProtection
	log    *slog.Logger
	now    func() time.Time
}

// New returns a console. It connects to nothing yet.
func New(cfg Config) (*Console, error) {
	public, err := cfg.Ring.Find(keys.OperatorVerify, "", "")
	if err != nil {
		return nil, err
	}
	views, err := newViews()
	if err != nil {
		return nil, err
	}
	source := community.NewSource(cfg.JS, ed25519.PublicKey(public.Key), cfg.Log)
	return &Console{
		pool: cfg.Pool, js: cfg.JS, source: source, views: views, intake: cfg.Intake, log: cfg.Log, now: cfg.Now,
		origin: http.NewCrossOriginProtection(),
		desk: &desk{
			pool: cfg.Pool, vault: vault.New(cfg.Ring), codes: newCodes(cfg.JS, source, cfg.Log), log: cfg.Log, now: cfg.Now,
		},
	}, nil
}

// Run keeps communities' names up to date until ctx ends.
func (c *Console) Run(ctx context.Context) error { return c.source.Run(ctx) }

// Ready says whether moderators can work now.
func (c *Console) Ready(ctx context.Context) error {
	if !c.js.Conn().IsConnected() {
		return errors.New("NATS is away")
	}
	if err := c.pool.Ping(ctx); err != nil {
		return fmt.Errorf("PostgreSQL is away: %w", err)
	}
	return nil
}

// Handler serves pages and API. What needs no session: the sign-in, its
// explanation and the stylesheet.
func (c *Console) Handler() http.Handler {
	e := web.NewEngine(c.log, c.Ready)
	e.NoRoute(func(g *gin.Context) { c.fail(g, errNoPage) })
	e.Use(sameOriginReferrer, c.refuseCrossOrigin)
	e.GET(c.views.stylePath, c.views.serveStyle)

	e.GET("/", func(g *gin.Context) { g.Redirect(http.StatusSeeOther, "/queue") })
	e.GET("/sign-in", c.showSignIn)
	e.GET(SignInPath+":token", c.getSignIn)
	// A program that only looks at a link must not use it up. Refusing HEAD
	// would make many such programs try GET next.
	e.HEAD(SignInPath+":token", func(g *gin.Context) { g.Status(http.StatusOK) })
	e.POST("/sign-out", c.postSignOut)
	e.POST("/v1/session", c.createSession)
	e.DELETE("/v1/session", c.deleteSession)

	own := e.Group("/", c.requireSession)
	own.GET("/queue", c.getQueue)
	own.POST("/queue/next", c.postNext)
	own.GET("/cases/:id", c.getCase)
	own.POST("/cases/:id/claim", c.postClaim)
	own.POST("/cases/:id/release", c.postRelease)
	own.POST("/cases/:id/decision", c.postDecision)
	own.POST("/cases/:id/consent", c.postConsent)
	own.POST("/cases/:id/refusal", c.postRefusal)
	own.POST("/cases/:id/messages", c.postMessage)
	own.POST("/cases/:id/read", c.postRead)
	own.POST("/cases/:id/shown", c.postShown)
	own.POST("/cases/:id/reports/:report/split", c.postSplit)
	own.GET("/cases/:id/evidence/:file", c.getFile)
	own.GET("/v1/cases/:id/evidence/:file", c.getFile)
	own.GET("/care", c.getCare)
	own.POST("/care", c.postCare)
	own.GET("/v1/care", c.showCare)
	own.PUT("/v1/care/preferences", c.setPreferences)
	own.GET("/reports/new", c.getPhoned)
	own.POST("/reports/new", c.postPhoned)

	own.GET("/v1/cases", c.listCases)
	own.POST("/v1/cases/claim", c.claimNext)
	own.GET("/v1/cases/:id", c.showCase)
	own.POST("/v1/cases/:id/claim", c.claimCase)
	own.POST("/v1/cases/:id/release", c.releaseCase)
	own.POST("/v1/cases/:id/decision", c.decideCase)
	own.POST("/v1/cases/:id/consent", c.consentCase)
	own.POST("/v1/cases/:id/refusal", c.refuseCase)
	own.POST("/v1/cases/:id/messages", c.createMessage)
	own.POST("/v1/cases/:id/read", c.noteCase)
	own.POST("/v1/cases/:id/shown", c.showCaseAgain)
	own.POST("/v1/cases/:id/reports/:report/split", c.splitCase)
	return e
}

// sameOriginReferrer lets a form say where it was sent from, to ourselves only.
// Under no-referrer a browser sends "Origin: null", and where it sends no
// Sec-Fetch-Site either (plain HTTP to another machine, an old browser) the
// form would be taken for another site's.
func sameOriginReferrer(g *gin.Context) { g.Header("Referrer-Policy", "same-origin") }

// refuseCrossOrigin turns away what another site has the browser send. The
// cookie is SameSite=Strict besides.
func (c *Console) refuseCrossOrigin(g *gin.Context) {
	if err := c.origin.Check(g.Request); err != nil {
		c.fail(g, errCrossOrigin)
	}
}

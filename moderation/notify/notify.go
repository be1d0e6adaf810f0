// Package notify tells a reporter who left an e-mail address that there is news,
// and nothing else: the words are fixed, and name neither what happened, nor
// where, nor who did what. It opens contacts and can open nothing else.
//
// A mail is sent at least once. A crash between the mail server's yes and the
// commit that notes it sends it a second time. News that comes while a mail is
// under way is not taken for told.
//
// It must never put an address into a log, an error or a figure: mail servers
// quote addresses in their answers, so only an answer's code is kept.
package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"recourse/internal/fault"
	"recourse/internal/keys"
	"recourse/internal/postgres"
	"recourse/internal/seal/open"
	"recourse/moderation/store"
)

const (
	idleWait  = 2 * time.Second  // between looks at a table where nothing is due
	awayWait  = 15 * time.Second // while PostgreSQL or the mail server is away
	storeTime = 10 * time.Second

	// The first wait must be longer than a mail may take: until then, another
	// notifier leaves it alone.
	firstWait   = 2 * time.Minute
	longestWait = 4 * time.Hour
)

// GiveUp is how long a mail is tried again.
const GiveUp = 7 * 24 * time.Hour

// Config is what a Notifier needs.
type Config struct {
	Pool      *pgxpool.Pool // as the role of notify
	Ring      *keys.Ring    // of notify
	Log       *slog.Logger
	Registry  prometheus.Registerer // nil where nobody counts
	Now       func() time.Time
	Server    Server
	From      string        // such as "Reports <reports@example.org>"
	StatusURL string        // where a receipt is entered
	Delay     time.Duration // before a mail, so that several events give one
}

// Notifier sends mails. Any number may run at once.
type Notifier struct {
	pool   *pgxpool.Pool
	ring   *keys.Ring
	log    *slog.Logger
	now    func() time.Time
	delay  time.Duration
	letter letter
	server Server

	ended *prometheus.CounterVec // by outcome
	later prometheus.Counter

	mu    sync.Mutex
	opens map[string]open.PrivateKey // by community and key id; mu
}

// outcome says how a piece of news ended.
type outcome string

const (
	sent       outcome = "sent"
	noContact  outcome = "no_contact"
	phone      outcome = "phone"         // nobody is called
	otherWay   outcome = "other_contact" // neither an e-mail address nor a telephone number
	unreadable outcome = "unreadable"    // does not open
	refused    outcome = "refused"       // by the mail server, for good
	gaveUp     outcome = "gave_up"
)

// New returns a Notifier. It connects to nothing yet.
func New(cfg Config) (*Notifier, error) {
	letter, err := newLetter(cfg.From, cfg.StatusURL)
	if err != nil {
		return nil, err
	}
	n := &Notifier{
		pool: cfg.Pool, ring: cfg.Ring, log: cfg.Log, now: cfg.Now, delay: cfg.Delay, letter: letter, server: cfg.Server,
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "recourse_notify_ended_total", Help: "News that was told or can't be told by mail, by outcome.",
		}, []string{"outcome"}),
		later: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "recourse_notify_later_total", Help: "Attempts at a mail that are to be made again.",
		}),
		opens: map[string]open.PrivateKey{},
	}
	if cfg.Registry != nil {
		cfg.Registry.MustRegister(n.ended, n.later)
	}
	return n, nil
}

// Ready says whether news can be looked for now.
func (n *Notifier) Ready(ctx context.Context) error { return n.pool.Ping(ctx) }

// Run sends until ctx ends, then finishes the mail at hand.
func (n *Notifier) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		wait := idleWait
		if err := n.Send(ctx); err != nil && ctx.Err() == nil {
			n.log.Warn("notify waits", "error", postgres.Redact(err))
			wait = awayWait
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// Send sends every mail that is due. It returns an error where PostgreSQL or the
// mail server is away, and leaves the rest for later.
func (n *Notifier) Send(ctx context.Context) error {
	for ctx.Err() == nil {
		news, err := n.take(ctx)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("looking for news: %w", err)
		}
		if err := n.tell(ctx, news); err != nil {
			return err
		}
	}
	return nil
}

// take returns news that is due. It notes the attempt first: a notifier that
// dies over it, or another one beside it, comes to it after the wait.
func (n *Notifier) take(ctx context.Context) (store.DueNewsRow, error) {
	var news store.DueNewsRow
	err := postgres.InTx(ctx, n.pool, func(tx pgx.Tx) (err error) {
		q, now := store.New(tx), n.now()
		news, err = q.DueNews(ctx, store.DueNewsParams{FirstBefore: now.Add(-n.delay), AgainBefore: now})
		if err != nil {
			return err
		}
		next := now.Add(waitAfter(int(news.Attempts)))
		return q.AttemptNews(ctx, store.AttemptNewsParams{ReportID: news.ReportID, NextAt: next})
	})
	return news, err
}

// waitAfter is the wait after so many failed attempts: doubled each time, with
// a quarter more or less, so that what failed together does not come together.
func waitAfter(attempts int) time.Duration {
	wait := longestWait
	if attempts < 7 { // 2 minutes times 2^7 is more than four hours
		wait = firstWait << attempts
	}
	return wait*3/4 + rand.N(wait/2) //nolint:gosec // spreads load, keeps no secret
}

// tell sends one mail, or finds that none can be sent. An error stops the round.
func (n *Notifier) tell(ctx context.Context, news store.DueNewsRow) error {
	if news.Attempts > 0 && n.now().Sub(news.Since) > GiveUp {
		n.log.Warn("a mail was tried for a week and is given up")
		return n.end(ctx, news, gaveUp)
	}
	if news.Community == nil { // the report is gone, and its contact with it
		return n.end(ctx, news, noContact)
	}
	contact, err := n.open(news.ReportID, *news.Community, news.Sealed)
	if errors.Is(err, keys.ErrNoKey) { // it may be handed over
		n.log.Warn("a contact waits for its key", "community", *news.Community)
		n.later.Inc()
		return nil
	}
	if err != nil {
		n.log.Error("a contact does not open", "community", *news.Community)
		return n.end(ctx, news, unreadable)
	}
	to, kind := address(contact.Address)
	if kind != sent {
		return n.end(ctx, news, kind)
	}
	msg, err := n.letter.to(to, contact.Language, n.now())
	if err != nil {
		return n.end(ctx, news, otherWay)
	}
	fault.Point("notify.send.before")
	err = n.server.send(ctx, msg)
	fault.Point("notify.send.after")
	failed, known := errors.AsType[failure](err)
	switch {
	case err == nil:
		return n.end(ctx, news, sent)
	case known && failed.forGood:
		n.log.Warn("the mail server refuses a mail for good", "step", failed.step, "code", failed.code)
		return n.end(ctx, news, refused)
	case known && failed.mailOnly:
		n.log.Warn("the mail server wants a mail later", "step", failed.step, "code", failed.code)
		n.later.Inc()
		return nil
	}
	n.later.Inc()
	return err
}

// end forgets news, unless there is newer of the same report: that begins anew.
func (n *Notifier) end(ctx context.Context, news store.DueNewsRow, o outcome) error {
	// A mail that was sent is noted even when a stop is asked for.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTime)
	defer cancel()
	err := postgres.InTx(ctx, n.pool, func(tx pgx.Tx) error {
		q := store.New(tx)
		ended, err := q.EndNews(ctx, store.EndNewsParams{ReportID: news.ReportID, Since: news.Since})
		if err != nil || ended > 0 {
			return err
		}
		return q.RestartNews(ctx, store.RestartNewsParams{ReportID: news.ReportID, Since: news.Since})
	})
	if err != nil {
		return fmt.Errorf("noting what came of news: %w", err)
	}
	n.ended.WithLabelValues(string(o)).Inc()
	return nil
}

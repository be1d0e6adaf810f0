package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"recourse/internal/keys"
	"recourse/stats/ledger"
	"recourse/stats/release"
	"recourse/stats/store"
)

type releaseCmd struct {
	Publish releasePublishCmd `cmd:"" help:"Cut a period, pay for it from the privacy budget and publish."`
	Status  releaseStatusCmd  `cmd:"" help:"Show releases, budget and what waits to be counted."`
}

type releasePublishCmd struct {
	partsFlags
	Community string `help:"Community whose reports are counted." required:""`
	Until     string `help:"End of the period: a day (2026-11-01), a time (2026-11-01T00:00:00Z), or 'now' to cut it early; the beginning of this month (UTC) where it is not given." default:""`
	Rho       string `help:"What the release may cost, in zCDP. A community has 0.5 a year: twelve releases of 0.04." default:"0.04"`
	Cap       int    `help:"How many reports of one reporter count, at most." default:"1"`
	JSON      bool   `help:"Print JSON."`
}

func (releasePublishCmd) Help() string {
	return `Counts each report once, in the first release after its case's first decision in effect reached statistics. The budget is
reserved before anything is sampled; an attempt that broke off is finished under its reservation, and a release that is
there is never sampled again. It needs keys/stats and PostgreSQL.

Example: recourse release publish --community city --until 2026-11-01`
}

func (c releasePublishCmd) Run(ctx context.Context, log *slog.Logger) error {
	request, err := c.request(time.Now().UTC())
	if err != nil {
		return err
	}
	// A name that was mistyped must not spend a budget.
	ring, err := c.folder().Ring(keys.Stats)
	if err != nil {
		return err
	}
	if len(ring.All(keys.StatisticsOpen, c.Community)) == 0 {
		return fmt.Errorf("--community: keys/stats holds no key of %q: is that its name?", c.Community)
	}
	pool, err := c.statsPool(ctx, log)
	if err != nil {
		return err
	}
	defer pool.Close()
	made, err := release.New(pool, rand.Reader, time.Now).Publish(ctx, request)
	if err != nil {
		return fmt.Errorf("publishing a release: %w", err)
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(publishedJSON{
			Release: made.ID(), From: made.From, Until: made.Until, PublishedAt: made.PublishedAt, Rho: ledger.Text(made.Rho),
			BudgetLeft: ledger.Text(made.Left), Finished: made.Finished,
		})
	}
	if made.Finished {
		fmt.Println("An earlier attempt had reserved or published this already; nothing more was spent.")
	}
	fmt.Printf("Release %s: cases first decided before %s. It cost rho %s; %s is left this year.\n",
		made.ID(), made.Until.Format(time.RFC3339), ledger.Text(made.Rho), ledger.Text(made.Left))
	fmt.Printf("Its files are /releases/%[1]s/%[2]s and /releases/%[1]s/%[3]s at the statistics address.\n",
		made.ID(), release.CellsFile, release.PackageFile)
	return nil
}

// publishedJSON is what --json prints of a release.
type publishedJSON struct {
	Release     string     `json:"release"`
	From        *time.Time `json:"from"` // null for the first
	Until       time.Time  `json:"until"`
	PublishedAt time.Time  `json:"published_at"`
	Rho         string     `json:"rho"`
	BudgetLeft  string     `json:"budget_left"` // of the year in which it was paid for
	Finished    bool       `json:"finished"`    // an earlier attempt had reserved or published it
}

func (c releasePublishCmd) request(now time.Time) (release.Request, error) {
	r := release.Request{Community: c.Community, Cap: c.Cap}
	var err error
	switch c.Until {
	case "now":
		r.Until, r.UntilNow = now.Truncate(time.Microsecond), true // as PostgreSQL keeps it
	case "":
		r.Until = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	default:
		if r.Until, err = time.Parse(time.DateOnly, c.Until); err != nil {
			r.Until, err = time.Parse(time.RFC3339, c.Until)
		}
	}
	if err != nil {
		return r, errors.New("--until: use a day (2026-11-01), a time (2026-11-01T00:00:00Z) or 'now'")
	}
	var ok bool
	if r.Rho, ok = new(big.Rat).SetString(c.Rho); !ok || len(c.Rho) > 20 || strings.Trim(c.Rho, "0123456789.") != "" {
		return r, errors.New("--rho: use a decimal number such as 0.04")
	}
	return r, nil
}

type releaseStatusCmd struct {
	partsFlags
	Community string `help:"Community to look at." required:""`
	JSON      bool   `help:"Print JSON."`
}

func (releaseStatusCmd) Help() string {
	return `What waits to be counted is an exact figure: it is for the operator alone and is never to be published.

Example: recourse release status --community city --json`
}

// statusJSON is what --json prints of a community's statistics.
type statusJSON struct {
	Community    string      `json:"community"`
	FactsWaiting int64       `json:"facts_waiting"` // exact, and so not to be published
	Year         int         `json:"year"`
	Budget       string      `json:"budget"`
	BudgetLeft   string      `json:"budget_left"`
	Entries      []entryJSON `json:"releases"`
}

// entryJSON is a row of the ledger.
type entryJSON struct {
	Release    string     `json:"release"`
	Rho        string     `json:"rho"`
	ReservedAt time.Time  `json:"reserved_at"`
	Published  *time.Time `json:"published_at"` // null where an attempt broke off
}

func (c releaseStatusCmd) Run(ctx context.Context, log *slog.Logger) error {
	pool, err := c.statsPool(ctx, log)
	if err != nil {
		return err
	}
	defer pool.Close()
	q := store.New(pool)
	waiting, err := q.CountWaiting(ctx, c.Community)
	if err != nil {
		return fmt.Errorf("counting what waits: %w", err)
	}
	l, err := ledger.Read(ctx, q, c.Community)
	if err != nil {
		return err
	}
	year := time.Now().UTC().Year()
	s := statusJSON{
		Community: c.Community, FactsWaiting: waiting, Year: year, Entries: []entryJSON{},
		Budget: ledger.Text(ledger.YearlyBudget()), BudgetLeft: ledger.Text(l.Left(year)),
	}
	for _, e := range l.Entries {
		row := entryJSON{Release: release.ID(c.Community, e.Number), Rho: ledger.Text(e.Rho), ReservedAt: e.ReservedAt}
		if e.Release != nil {
			row.Published = &e.Release.PublishedAt
		}
		s.Entries = append(s.Entries, row)
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(s)
	}
	fmt.Printf("%s: %d reports wait to be counted (an exact figure: keep it to yourself).\n", s.Community, s.FactsWaiting)
	fmt.Printf("Budget of %d: rho %s, of which %s is left.\n", year, s.Budget, s.BudgetLeft)
	for _, e := range s.Entries {
		published := "not published yet: 'recourse release publish' finishes it"
		if e.Published != nil {
			published = "published " + e.Published.Format(time.RFC3339)
		}
		fmt.Printf("  %s  rho %s, reserved %s, %s\n", e.Release, e.Rho, e.ReservedAt.Format(time.RFC3339), published)
	}
	return nil
}

// statsPool connects as the role of statistics.
func (f partsFlags) statsPool(ctx context.Context, log *slog.Logger) (*pgxpool.Pool, error) {
	databaseURL, err := f.database()
	if err != nil {
		return nil, err
	}
	return environment{keys: f.folder(), databaseURL: databaseURL, log: log}.pool(ctx, keys.Stats)
}

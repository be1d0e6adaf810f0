// Package backtest reads past reports and judges them anew by a draft, in this
// process' memory. What the code that bound them said is recorded. It uses the console's
// rights: its PostgreSQL role reads reports, its month keys open them. It keeps,
// returns and logs nothing that a person wrote, and records each page of reports
// in the audit before it opens one.
package backtest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/postgres"
	"recourse/moderation/audit"
	"recourse/moderation/conduct"
	"recourse/moderation/conduct/backtest"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// PageSize is how many reports are in memory at once, by default.
const PageSize = 500

// auditBacktested is what an audit entry says of a page of reports.
const auditBacktested = "conduct.backtested"

// Config is what a Backtest works with.
type Config struct {
	Pool   *pgxpool.Pool     // as the console
	Source *community.Source // codes that reports are bound by
	Ring   *keys.Ring        // the console's
	Now    func() time.Time

	Community string
	Draft     conduct.Code
	Digest    string // of Draft's published form
	Until     time.Time
	Limit     int // reports in memory at once; PageSize where it is 0
}

// Position is behind a report: where the next page begins.
type Position struct {
	At time.Time `json:"at"`
	ID event.ID  `json:"id"`
}

// Backtest goes over reports page by page. Not for concurrent use.
type Backtest struct {
	Config

	After Position       // what was read
	Sums  *backtest.Sums // of that

	vault   *vault.Vault
	article func(rule string) string
	codes   map[string]*conduct.Code // by digest; nil: it can't be read
}

// New returns a Backtest that goes on after a position. Reports of a moment
// begin after the zero id.
func New(cfg Config, after Position, sums *backtest.Sums) *Backtest {
	return &Backtest{
		Config: cfg, After: after, Sums: sums,
		vault: vault.New(cfg.Ring), article: backtest.Articles(cfg.Draft), codes: map[string]*conduct.Code{},
	}
}

// Left returns how many reports are still to be read.
func (b *Backtest) Left(ctx context.Context) (int, error) {
	n, err := store.New(b.Pool).CountReportsReceived(ctx, store.CountReportsReceivedParams{
		Community: b.Community, AfterAt: b.After.At, AfterID: b.After.ID, Until: b.Until,
	})
	if err != nil {
		return 0, fmt.Errorf("counting reports: %w", err)
	}
	return int(n), nil
}

// Page reads and judges the next reports, and returns how many that were: none
// where all are done. On an error nothing of the page is counted.
func (b *Backtest) Page(ctx context.Context) (int, error) {
	p, err := b.read(ctx)
	if err != nil || len(p.rows) == 0 {
		return 0, err
	}
	if err := b.readCodes(ctx, p.rows); err != nil {
		return 0, err
	}
	for _, r := range b.judge(p) {
		b.Sums.Add(r, b.article)
	}
	last := p.rows[len(p.rows)-1]
	b.After = Position{At: last.ReceivedAt, ID: last.ID}
	return len(p.rows), nil
}

// page is reports as they are stored, and what was known when each came.
type page struct {
	rows      []store.ReportsReceivedRow
	histories map[int]conduct.History // by number of the row
}

// read reads a page, and the entry that says so is committed before any report
// is opened.
func (b *Backtest) read(ctx context.Context) (p page, err error) {
	err = postgres.InTx(ctx, b.Pool, func(tx pgx.Tx) error {
		q := store.New(tx)
		p.rows, err = q.ReportsReceived(ctx, store.ReportsReceivedParams{
			Community: b.Community, AfterAt: b.After.At, AfterID: b.After.ID, Until: b.Until,
			Page: int32(cmp.Or(b.Limit, PageSize)), //nolint:gosec // a few hundred
		})
		if err != nil {
			return fmt.Errorf("reading reports: %w", err)
		}
		if len(p.rows) == 0 {
			return nil
		}
		if p.histories, err = histories(ctx, q, p.rows); err != nil {
			return err
		}
		return b.record(ctx, q, p.rows)
	})
	return p, err
}

// histories returns what was known of the accounts when each report came.
func histories(ctx context.Context, q *store.Queries, rows []store.ReportsReceivedRow) (map[int]conduct.History, error) {
	var wanted store.AccountHistoriesParams
	for i, r := range rows {
		if r.Account != 0 && skip(r) == "" {
			wanted.Numbers = append(wanted.Numbers, int32(i))
			wanted.Accounts = append(wanted.Accounts, r.Account)
			wanted.ReportIds = append(wanted.ReportIds, r.ID)
			wanted.Ats = append(wanted.Ats, r.ReceivedAt)
		}
	}
	if len(wanted.Numbers) == 0 {
		return nil, nil //nolint:nilnil // no account is named: nothing is known
	}
	found, err := q.AccountHistories(ctx, wanted)
	if err != nil {
		return nil, fmt.Errorf("reading the histories of accounts: %w", err)
	}
	all := make(map[int]conduct.History, len(found))
	for _, row := range found {
		all[int(row.Number)] = conduct.History{
			AccountDecisions: int(row.Decisions), AccountReports: int(row.Reports), LastHour: int(row.LastHour),
		}
	}
	return all, nil
}

// record writes that these reports are opened: how many, which, and for which
// draft.
func (b *Backtest) record(ctx context.Context, q *store.Queries, rows []store.ReportsReceivedRow) error {
	ids, n := sha256.New(), 0
	for _, r := range rows {
		if skip(r) == "" {
			ids.Write(r.ID[:])
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return audit.Entry{
		At: b.Now(), Actor: audit.Operator(), Action: auditBacktested,
		Detail: []string{
			"community " + b.Community, "draft " + b.Digest, "reports " + strconv.Itoa(n), "ids " + hex.EncodeToString(ids.Sum(nil)),
		},
	}.Write(ctx, q)
}

// skip says why a row holds nothing to open.
func skip(r store.ReportsReceivedRow) backtest.Skip {
	switch {
	case r.Withdrawn:
		return backtest.Withdrawn
	case r.Month == nil:
		return backtest.Erased
	default:
		return ""
	}
}

// readCodes reads the codes that reports are bound by and were decided under.
func (b *Backtest) readCodes(ctx context.Context, rows []store.ReportsReceivedRow) error {
	for _, r := range rows {
		for _, digest := range []string{r.Conduct, r.DecidedConduct} {
			if _, known := b.codes[digest]; known || digest == "" {
				continue
			}
			file, err := b.Source.Conduct(ctx, digest)
			if err != nil && !errors.Is(err, community.ErrNoConduct) {
				return err
			}
			b.codes[digest] = nil
			if err != nil {
				continue
			}
			if code, err := conduct.Parse(file); err == nil {
				b.codes[digest] = &code
			}
		}
	}
	return nil
}

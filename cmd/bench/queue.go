package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"recourse/internal/event"
	"recourse/internal/instance"
	"recourse/internal/keys"
	"recourse/internal/postgres"
	"recourse/internal/seal/receipt"
	"recourse/moderation/vault"
)

// taken is how many cases one run takes and decides.
const taken = 100

// benchQueue compares taking the next case and deciding it where a million wait
// with where ten thousand do, over the console's API of two running services.
func benchQueue(ctx context.Context, f flags) (_ []result, err error) {
	var desks []*deskBench
	defer func() {
		for _, d := range desks {
			err = errors.Join(err, d.service.Stop(context.WithoutCancel(ctx)))
		}
	}()
	if len(f.Cases) != 2 {
		return nil, errors.New("--cases: name two sizes, such as 10000,1000000")
	}
	var sides []func(context.Context) error
	for _, n := range f.Cases {
		service, err := instance.Start(ctx, f.Program)
		if err != nil {
			return nil, err
		}
		d := &deskBench{service: service}
		desks = append(desks, d)
		began := time.Now()
		if err := d.load(ctx, n); err != nil {
			return nil, err
		}
		fmt.Fprintf(os.Stderr, "  %d cases loaded in %s\n", n, time.Since(began).Round(time.Second))
		if d.moderator, err = service.SignIn(ctx, service.Addresses.SignIn); err != nil {
			return nil, err
		}
		if err := d.run(ctx, taken); err != nil { // warms caches on both
			return nil, err
		}
		d.takes, d.decides = nil, nil
		sides = append(sides, func(ctx context.Context) error { return d.run(ctx, taken) })
	}
	if err := interleave(ctx, f.Rounds, sides...); err != nil {
		return nil, err
	}
	small, large := desks[0], desks[1]
	bare := fmt.Sprintf("the same at %d cases", f.Cases[0])
	return []result{
		compared(fmt.Sprintf("take next of %d cases: p50", f.Cases[1]), "ms", bare, large.takes, small.takes).want("<= 1.5"),
		compared(fmt.Sprintf("decide one of %d cases: p50", f.Cases[1]), "ms", bare, large.decides, small.decides),
	}, nil
}

// deskBench is a running service with a full queue, and its moderator.
type deskBench struct {
	service        *instance.Instance
	moderator      *instance.Moderator
	takes, decides []float64 // the median of each run, in milliseconds
}

// run takes and decides n cases.
func (d *deskBench) run(ctx context.Context, n int) error {
	var takes, decides []float64
	for range n {
		began := time.Now()
		c, err := d.moderator.ClaimNext(ctx)
		if err != nil {
			return err
		}
		took := time.Now()
		if len(c.Reports) != 1 || c.Reports[0].Content == nil {
			return errors.New("a case that was loaded can't be read")
		}
		err = d.moderator.Decide(ctx, c.ID, instance.Decision{
			Version: c.Version, Action: event.ActionWarning, Article: c.Article, Reasons: "What was written goes against this article.",
		}, "")
		if err != nil {
			return err
		}
		takes = append(takes, took.Sub(began).Seconds()*1e3)
		decides = append(decides, time.Since(took).Seconds()*1e3)
	}
	d.takes, d.decides = append(d.takes, median(takes)), append(d.decides, median(decides))
	return nil
}

// load fills the queue by COPY. A report made through the API lends its code of
// conduct, article and receipt; each copy's words are sealed under a key of its
// own, as the worker seals them.
func (d *deskBench) load(ctx context.Context, n int) error {
	folder := keys.Folder{Root: filepath.Join(d.service.Data, "keys")}
	pool, err := d.database(ctx, folder)
	if err != nil {
		return err
	}
	defer pool.Close()
	ring, err := folder.Ring(keys.Worker)
	if err != nil {
		return err
	}
	conduct, article, err := d.template(ctx, pool)
	if err != nil {
		return err
	}
	key, err := receipt.New().PublicKey()
	if err != nil {
		return err
	}
	content, err := json.Marshal(event.Content{
		Kind: event.KindHarassment, Language: "en",
		Description: "Under each of my posts the same account writes that I should leave the council and be quiet.",
	})
	if err != nil {
		return err
	}
	const chunk = 50_000
	v, now := vault.New(ring), time.Now().UTC().Truncate(time.Second)
	for done := 0; done < n; done += chunk {
		var cases, reports, dataKeys [][]any
		for i := range min(chunk, n-done) {
			id, caseID := event.NewID(), event.NewID()
			dataKey, wrapped, err := v.NewKey(id, "demo", now)
			if err != nil {
				return err
			}
			sealed := dataKey.Seal(vault.Place{Owner: id, Table: "report", Column: "content", Row: id}, content)
			priority := 100 * (1 + (done+i)%4)
			due := now.Add(time.Duration((done+i)%86_400) * time.Second)
			cases = append(cases, []any{caseID, "demo", "open", 1, "harassment", article, conduct, priority, now, due})
			reports = append(reports, []any{id, caseID, "demo", conduct, now, now, event.NewID().String(), key, 1, sealed})
			dataKeys = append(dataKeys, []any{wrapped.Owner, wrapped.Community, wrapped.Month, wrapped.Wrapped})
		}
		for _, t := range []struct {
			name    string
			columns []string
			rows    [][]any
		}{
			{"cases", []string{
				"id", "community", "state", "version", "kind", "article", "conduct", "priority", "opened_at", "first_look_due",
			}, cases},
			{"report", []string{
				"id", "case_id", "community", "conduct", "received_at", "opened_at", "status_key", "reply_key", "version", "content",
			}, reports},
			{"data_key", []string{"owner", "community", "month", "wrapped"}, dataKeys},
		} {
			if _, err := pool.CopyFrom(ctx, pgx.Identifier{"moderation", t.name}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
				return fmt.Errorf("loading %s: %w", t.name, err)
			}
		}
	}
	// As autovacuum leaves a table that has stood for a while.
	if _, err := pool.Exec(ctx, "VACUUM (ANALYZE) moderation.cases, moderation.report, moderation.data_key"); err != nil {
		return fmt.Errorf("analysing the tables: %w", err)
	}
	_, err = pool.Exec(ctx, "CHECKPOINT")
	return err
}

func (d *deskBench) database(ctx context.Context, folder keys.Folder) (*pgxpool.Pool, error) {
	b, err := os.ReadFile(filepath.Join(d.service.Data, "runtime.json"))
	if err != nil {
		return nil, fmt.Errorf("reading where PostgreSQL is: %w", err)
	}
	var parts struct {
		DatabaseURL string `json:"database_url"`
	}
	if err := json.Unmarshal(b, &parts); err != nil {
		return nil, fmt.Errorf("reading where PostgreSQL is: %w", err)
	}
	return postgres.AdminPool(ctx, parts.DatabaseURL, folder)
}

// template is the code of conduct and the article of a report that went the
// usual way.
func (d *deskBench) template(ctx context.Context, pool *pgxpool.Pool) (conduct, article string, err error) {
	report := instance.Report{Community: "demo", Kind: event.KindHarassment, Description: "A template."}
	ack, err := d.service.Report(ctx, report, "")
	if err != nil {
		return "", "", err
	}
	for range 500 {
		err := pool.QueryRow(ctx, `SELECT c.conduct, c.article FROM moderation.cases c JOIN moderation.report r ON r.case_id = c.id
			WHERE r.id = $1`, ack.ID).Scan(&conduct, &article)
		if err == nil {
			return conduct, article, nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return "", "", fmt.Errorf("reading a case: %w", err)
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return "", "", err
		}
	}
	return "", "", errors.New("a report is in no case after five seconds")
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// sorted returns a sorted copy.
func sorted(v []float64) []float64 { return slices.Sorted(slices.Values(v)) }

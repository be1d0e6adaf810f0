package worker

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/postgres"
	"recourse/moderation/conduct"
	"recourse/moderation/sketch"
	"recourse/moderation/store"
)

// like is a case as a sketch finds it.
type like struct {
	into      *grouped
	kind      event.Kind
	conduct   string
	account   int64  // of what a shared account or link found
	signature []byte // of the words of its first report, of what a band found
}

// mostReports is how many reports one case takes: more would make it too large
// to open and to decide. The next one opens another, and that takes the rest.
const mostReports = 200

// fits says whether a report can join the case at all. One of another kind, or
// under another code of conduct, is judged apart: moderators see both beside
// one another.
func (l like) fits(o *opened) bool {
	return l.kind == o.kind && l.conduct == o.submitted.Conduct && l.into.reports < mostReports
}

// grouping finds the case for each report of a batch.
type grouping struct {
	byBand, byAccount, byLink map[int64][]like

	cases map[event.ID]*grouped // that were there
	now   time.Time
	order []*grouped // that reports went into, in the order in which they first did
}

// gather looks for open cases that the new reports of a batch may join, and
// locks those. Two workers that store alike reports at the same moment do not
// see one another's: then there are two cases.
func gather(ctx context.Context, tx pgx.Tx, batch []opened, fresh []int, now time.Time) (*grouping, error) {
	q := store.New(tx)
	g := &grouping{
		byBand: map[int64][]like{}, byAccount: map[int64][]like{}, byLink: map[int64][]like{}, cases: map[event.ID]*grouped{}, now: now,
	}
	var bands, others []int64
	for _, i := range fresh {
		o := &batch[i]
		bands = append(bands, o.sketch.Text.Bands...)
		if o.code.Groups() {
			others = append(append(others, o.sketch.Account), o.sketch.Links...)
		}
	}
	if err := g.findAlike(ctx, q, bands); err != nil {
		return nil, err
	}
	if err := g.findAbout(ctx, q, others); err != nil {
		return nil, err
	}
	var wanted []event.ID
	for _, i := range fresh {
		o := &batch[i]
		if c := g.alike(o); c != nil {
			wanted = append(wanted, c.id)
		}
		if o.code.Groups() { // which of them it joins its rules say, once they ran
			for _, by := range []conduct.GroupBy{conduct.GroupAccount, conduct.GroupLinks} {
				if c := g.about(o, by); c != nil {
					wanted = append(wanted, c.id)
				}
			}
		}
	}
	if err := g.lock(ctx, tx, wanted); err != nil {
		return nil, err
	}
	return g, nil
}

func (g *grouping) there(id event.ID) *grouped {
	if g.cases[id] == nil {
		g.cases[id] = &grouped{id: id}
	}
	return g.cases[id]
}

func (g *grouping) findAlike(ctx context.Context, q *store.Queries, bands []int64) error {
	if len(bands) == 0 {
		return nil
	}
	rows, err := q.AlikeReports(ctx, store.AlikeReportsParams{Bands: bands, Now: g.now})
	if err != nil {
		return fmt.Errorf("looking for alike reports: %w", err)
	}
	for _, row := range rows {
		g.byBand[row.Value] = append(g.byBand[row.Value], like{
			into: g.there(row.CaseID), kind: event.Kind(row.Kind), conduct: row.Conduct, signature: row.Signature,
		})
	}
	return nil
}

func (g *grouping) findAbout(ctx context.Context, q *store.Queries, values []int64) error {
	values = slices.DeleteFunc(values, func(v int64) bool { return v == 0 })
	if len(values) == 0 {
		return nil
	}
	rows, err := q.OpenCasesAbout(ctx, store.OpenCasesAboutParams{Values: values, Now: g.now})
	if err != nil {
		return fmt.Errorf("looking for cases about the same: %w", err)
	}
	for _, row := range rows {
		by := g.byLink
		if row.Part == "account" {
			by = g.byAccount
		}
		by[row.Value] = append(by[row.Value], like{
			into: g.there(row.CaseID), kind: event.Kind(row.Kind), conduct: row.Conduct, account: row.Account,
		})
	}
	return nil
}

// lockWait is how long a batch waits for cases that others have locked. It then
// joins none: no report waits because somebody is at work on another.
const lockWait = 300 * time.Millisecond

// lock locks the cases that are wanted and forgets the others: what was decided
// or claimed meanwhile takes no report any more.
func (g *grouping) lock(ctx context.Context, tx pgx.Tx, wanted []event.ID) error {
	if len(wanted) > 0 {
		err := g.tryLock(ctx, tx, wanted)
		if err != nil && !postgres.IsLockTimeout(err) {
			return err
		}
	}
	for _, by := range []map[int64][]like{g.byBand, g.byAccount, g.byLink} {
		for value, likes := range by {
			by[value] = slices.DeleteFunc(likes, func(l like) bool { return !l.into.there })
		}
	}
	return nil
}

// tryLock locks what is wanted within a savepoint, so that the transaction goes
// on where it could not.
func (g *grouping) tryLock(ctx context.Context, tx pgx.Tx, wanted []event.ID) error {
	return pgx.BeginFunc(ctx, tx, func(inner pgx.Tx) error {
		q := store.New(inner)
		before, err := q.LockTimeout(ctx)
		if err != nil {
			return fmt.Errorf("reading how long to wait for locks: %w", err)
		}
		if err := q.SetLockTimeout(ctx, strconv.FormatInt(lockWait.Milliseconds(), 10)); err != nil {
			return fmt.Errorf("setting how long to wait for locks: %w", err)
		}
		locked, err := q.LockCasesToJoin(ctx, store.LockCasesToJoinParams{Ids: wanted, Now: g.now})
		if err != nil {
			return fmt.Errorf("locking cases to join: %w", err)
		}
		if err := q.SetLockTimeout(ctx, before); err != nil {
			return fmt.Errorf("setting how long to wait for locks: %w", err)
		}
		ids := make([]event.ID, len(locked))
		for i, row := range locked {
			ids[i] = row.ID
		}
		counts, err := q.CountReports(ctx, ids)
		if err != nil {
			return fmt.Errorf("counting the reports of cases: %w", err)
		}
		for _, row := range locked {
			g.cases[row.ID].found(row)
		}
		for _, row := range counts {
			g.cases[row.ID].reports = int(row.Reports)
		}
		return nil
	})
}

// alike returns the case whose words a report repeats, or nil.
func (g *grouping) alike(o *opened) *grouped {
	for _, band := range o.sketch.Text.Bands {
		for _, l := range g.byBand[band] {
			if l.fits(o) && o.sketch.Alike(l.signature) {
				return l.into
			}
		}
	}
	return nil
}

// about returns a case about the same account or a same link, or nil.
func (g *grouping) about(o *opened, by conduct.GroupBy) *grouped {
	likes := g.byAccount[o.sketch.Account] // of no account there is none
	if by == conduct.GroupLinks {
		likes = nil
		for _, link := range o.sketch.Links {
			likes = append(likes, g.byLink[link]...)
		}
	}
	for _, l := range likes {
		// A link is shared by many: whoever posted it is not whoever repeats it.
		if l.fits(o) && l.account == o.sketch.Account {
			return l.into
		}
	}
	return nil
}

// caseOf has the code of conduct assess a report, and puts it into a case: one
// that it joins, or its own.
func (g *grouping) caseOf(o *opened) *grouped {
	c := g.alike(o)
	o.view.History.GroupReporters, o.joined = 1, ""
	if c != nil {
		o.view.History.GroupReporters, o.joined = c.reports+1, conduct.RuleAlike
	}
	o.assess()
	for _, by := range o.assessment.Group {
		if c != nil {
			break
		}
		if c = g.about(o, by); c != nil {
			o.joined = map[conduct.GroupBy]string{conduct.GroupAccount: conduct.RuleSameAccount, conduct.GroupLinks: conduct.RuleSameLinks}[by]
		}
	}
	if c == nil {
		c = g.open(o)
	}
	if !slices.Contains(g.order, c) {
		g.order = append(g.order, c)
	}
	c.reports++
	return c
}

// open makes a case of a report, which later ones of the batch may join.
func (g *grouping) open(o *opened) *grouped {
	c := &grouped{id: event.NewID(), first: o.submitted.Report}
	l := like{into: c, kind: o.kind, conduct: o.submitted.Conduct, account: o.sketch.Account, signature: o.sketch.Text.Signature}
	for _, band := range o.sketch.Text.Bands {
		g.byBand[band] = append(g.byBand[band], l)
	}
	if o.sketch.Account != 0 {
		g.byAccount[o.sketch.Account] = append(g.byAccount[o.sketch.Account], l)
	}
	for _, link := range o.sketch.Links {
		g.byLink[link] = append(g.byLink[link], l)
	}
	return c
}

// sketchOf returns what a report is grouped by. Without a key it is grouped with
// nothing: no report waits for that.
func (w *Worker) sketchOf(community string, c event.Content) sketch.Sketch {
	w.mu.Lock()
	key, ok := w.sketches[community]
	if !ok {
		key = w.sketchKey(community)
		w.sketches[community] = key
	}
	w.mu.Unlock()
	if key == nil {
		return sketch.Sketch{}
	}
	return key.Of(c)
}

// sketchKey needs w.mu. It is nil where the folder has no key yet, as after an
// update before `recourse keys`.
func (w *Worker) sketchKey(community string) *sketch.Key {
	entry, err := w.ring.Find(keys.Sketch, community, "")
	if err == nil {
		var key sketch.Key
		if key, err = sketch.NewKey(entry.Key); err == nil {
			return &key
		}
	}
	w.log.Error("reports are not grouped: run recourse keys and start the worker again", "community", community, "error", err)
	return nil
}

package worker

import (
	"context"
	"fmt"
	"slices"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/moderation/conduct"
	"recourse/moderation/sketch"
	"recourse/moderation/store"
)

// like is a case as a sketch finds it.
type like struct {
	into      *grouped
	kind      event.Kind
	conduct   string
	signature []byte // of the words of its first report
}

// fits says whether a report can join the case at all. One of another kind, or
// under another code of conduct, is judged apart: moderators see both beside
// one another.
func (l like) fits(o *opened) bool { return l.kind == o.kind && l.conduct == o.submitted.Conduct }

// grouping finds the case for each report of a batch.
type grouping struct {
	byBand, byAccount, byLink map[int64][]like

	cases map[event.ID]*grouped // that were there
	order []*grouped            // that reports went into, in the order in which they first did
}

// gather looks for open cases that the new reports of a batch may join, and
// locks those. Two workers that store alike reports at the same moment do not
// see one another's: then there are two cases, side by side in the console.
func gather(ctx context.Context, q *store.Queries, batch []opened, fresh []int) (*grouping, error) {
	g := &grouping{
		byBand: map[int64][]like{}, byAccount: map[int64][]like{}, byLink: map[int64][]like{}, cases: map[event.ID]*grouped{},
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
	if err := g.lock(ctx, q, wanted); err != nil {
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
	rows, err := q.AlikeReports(ctx, bands)
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
	rows, err := q.OpenCasesAbout(ctx, values)
	if err != nil {
		return fmt.Errorf("looking for cases about the same: %w", err)
	}
	for _, row := range rows {
		by := g.byLink
		if row.Part == "account" {
			by = g.byAccount
		}
		by[row.Value] = append(by[row.Value], like{into: g.there(row.CaseID), kind: event.Kind(row.Kind), conduct: row.Conduct})
	}
	return nil
}

// lock locks the cases that are wanted and forgets the others: what was decided
// meanwhile takes no report any more.
func (g *grouping) lock(ctx context.Context, q *store.Queries, wanted []event.ID) error {
	if len(wanted) > 0 {
		locked, err := q.LockCasesToJoin(ctx, wanted)
		if err != nil {
			return fmt.Errorf("locking cases to join: %w", err)
		}
		ids := make([]event.ID, len(locked))
		for i, row := range locked {
			g.cases[row.ID].found(row)
			ids[i] = row.ID
		}
		counts, err := q.CountReports(ctx, ids)
		if err != nil {
			return fmt.Errorf("counting the reports of cases: %w", err)
		}
		for _, row := range counts {
			g.cases[row.ID].reports = int(row.Reports)
		}
	}
	for _, by := range []map[int64][]like{g.byBand, g.byAccount, g.byLink} {
		for value, likes := range by {
			by[value] = slices.DeleteFunc(likes, func(l like) bool { return !l.into.there })
		}
	}
	return nil
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
		if l.fits(o) {
			return l.into
		}
	}
	return nil
}

// caseOf has the code of conduct assess a report, and puts it into a case: one
// that it joins, or its own.
func (g *grouping) caseOf(o *opened) *grouped {
	c := g.alike(o)
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
	l := like{into: c, kind: o.kind, conduct: o.submitted.Conduct, signature: o.sketch.Text.Signature}
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

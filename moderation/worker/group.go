package worker

import (
	"context"
	"fmt"
	"time"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/moderation"
	"recourse/moderation/sketch"
	"recourse/moderation/store"
)

// grouped is a case that reports of a batch go into.
type grouped struct {
	id       event.ID
	touched  bool      // some report of this batch goes into it
	there    bool      // stored before this batch, and locked
	first    event.ID  // the report of this batch that opens it; zero where it was there
	reports  int       // with those of this batch
	priority int       // the highest of its reports'
	due      time.Time // the earliest
}

func (c *grouped) priorityNow() int { return moderation.PriorityOf(c.priority, c.reports) }

// like is a case as one of its texts' bands finds it.
type like struct {
	into      *grouped
	conduct   string
	signature []byte
}

// takes says whether a report is about the same. One under another code of
// conduct is judged apart: moderators see both beside one another.
func (l like) takes(o *opened) bool {
	return l.conduct == o.submitted.Conduct && o.sketch.Alike(l.signature)
}

// grouping finds the case for each report of a batch.
type grouping struct {
	byBand map[int64][]like
	order  []*grouped // that reports went into, in the order in which they first did
}

// gather looks for open cases that the new reports of a batch may join, and
// locks those. Two workers that store alike reports at the same moment do not
// see one another's: then there are two cases, side by side in the console.
func gather(ctx context.Context, q *store.Queries, batch []opened, fresh []int) (*grouping, error) {
	g := &grouping{byBand: map[int64][]like{}}
	var bands []int64
	for _, i := range fresh {
		bands = append(bands, batch[i].sketch.Text.Bands...)
	}
	if len(bands) == 0 {
		return g, nil
	}
	rows, err := q.AlikeReports(ctx, bands)
	if err != nil {
		return nil, fmt.Errorf("looking for alike reports: %w", err)
	}
	cases := map[event.ID]*grouped{}
	for _, row := range rows {
		if cases[row.CaseID] == nil {
			cases[row.CaseID] = &grouped{id: row.CaseID}
		}
		g.byBand[row.Value] = append(g.byBand[row.Value], like{
			into: cases[row.CaseID], conduct: row.Conduct, signature: row.Signature,
		})
	}
	var wanted []event.ID
	for _, i := range fresh {
		if c := g.find(&batch[i]); c != nil {
			wanted = append(wanted, c.id)
		}
	}
	if len(wanted) > 0 {
		if err := lock(ctx, q, cases, wanted); err != nil {
			return nil, err
		}
	}
	// What was not locked was decided meanwhile, or nothing joins it.
	for band, likes := range g.byBand {
		kept := likes[:0]
		for _, l := range likes {
			if l.into.there {
				kept = append(kept, l)
			}
		}
		g.byBand[band] = kept
	}
	return g, nil
}

func lock(ctx context.Context, q *store.Queries, cases map[event.ID]*grouped, wanted []event.ID) error {
	locked, err := q.LockCasesToJoin(ctx, wanted)
	if err != nil {
		return fmt.Errorf("locking cases to join: %w", err)
	}
	ids := make([]event.ID, len(locked))
	for i, row := range locked {
		c := cases[row.ID]
		c.there, c.priority, c.due = true, int(row.Priority), row.FirstLookDue
		ids[i] = row.ID
	}
	counts, err := q.CountReports(ctx, ids)
	if err != nil {
		return fmt.Errorf("counting the reports of cases: %w", err)
	}
	for _, row := range counts {
		cases[row.ID].reports = int(row.Reports)
	}
	return nil
}

func (g *grouping) find(o *opened) *grouped {
	for _, band := range o.sketch.Text.Bands {
		for _, l := range g.byBand[band] {
			if l.takes(o) {
				return l.into
			}
		}
	}
	return nil
}

// caseOf puts a report into a case: one that it joins, or its own.
func (g *grouping) caseOf(o *opened) *grouped {
	c := g.find(o)
	if c == nil {
		c = &grouped{id: event.NewID(), first: o.submitted.Report, due: o.firstLook}
		for _, band := range o.sketch.Text.Bands {
			g.byBand[band] = append(g.byBand[band], like{
				into: c, conduct: o.submitted.Conduct, signature: o.sketch.Text.Signature,
			})
		}
	}
	if !c.touched {
		c.touched = true
		g.order = append(g.order, c)
	}
	c.reports++
	c.priority = max(c.priority, o.assessment.Priority)
	if o.firstLook.Before(c.due) {
		c.due = o.firstLook
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

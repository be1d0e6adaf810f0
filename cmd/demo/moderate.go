package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"

	"golang.org/x/sync/errgroup"

	"recourse/internal/event"
	"recourse/internal/instance"
	"recourse/internal/progress"
)

// moderators is how many work at once. With fewer than three, statistics leave
// out what would tell how each of them works.
const moderators = 4

// moderated is what the moderators did, as they saw it.
type moderated struct {
	mu      sync.Mutex
	cases   map[event.ID]event.Action // decided, and how
	caseOf  map[event.ID]event.ID     // of each report
	doubled []event.ID                // reports that were in several cases
}

func newModerated() moderated {
	return moderated{cases: map[event.ID]event.Action{}, caseOf: map[event.ID]event.ID{}}
}

// moderate decides every case. The moderators sign in one after another, then
// work at once: first until nobody finds a free case, then once more, since the
// last proposals wait for the consent of somebody who had gone by then.
func (d *demo) moderate(ctx context.Context) error {
	bar := d.display.Begin("moderating", len(d.acknowledged))
	defer bar.End()
	var people []*instance.Moderator
	for n := range moderators {
		m, err := d.instance.AddModerator(ctx, fmt.Sprintf("Demo moderator %d", n+1), community)
		if err != nil {
			return err
		}
		people = append(people, m)
	}
	err := d.workAll(ctx, people, bar)
	if err == nil {
		err = d.workAll(ctx, people, bar)
	}
	d.outcome.Cases, d.outcome.Decided = len(d.moderated.cases), len(d.moderated.caseOf)
	return err
}

func (d *demo) workAll(ctx context.Context, people []*instance.Moderator, bar *progress.Bar) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, m := range people {
		g.Go(func() error { return d.work(ctx, m, bar) })
	}
	return g.Wait()
}

// work is one moderator's, until no case is free.
func (d *demo) work(ctx context.Context, m *instance.Moderator, bar *progress.Bar) error {
	for range 2*len(d.acknowledged) + 1 { // a case with a second reader is taken twice
		c, err := persist(ctx, m.ClaimNext)
		if errors.Is(err, instance.ErrNothingWaits) {
			return d.finish(ctx, m, bar)
		}
		if err != nil {
			return err
		}
		if err := d.decide(ctx, m, c, bar); err != nil {
			return err
		}
	}
	return fmt.Errorf("more cases wait than the %d reports that were acknowledged", len(d.acknowledged))
}

// finish decides the cases that were claimed in an answer that got lost.
func (d *demo) finish(ctx context.Context, m *instance.Moderator, bar *progress.Bar) error {
	held, err := persist(ctx, m.Held)
	if err != nil {
		return err
	}
	for _, id := range held {
		c, err := persist(ctx, func(ctx context.Context) (instance.Case, error) { return m.Open(ctx, id) })
		if err != nil {
			return err
		}
		if err := d.decide(ctx, m, c, bar); err != nil {
			return err
		}
	}
	return nil
}

// decide decides a case, or consents to what another moderator proposed. What
// she proposes herself another one finds.
func (d *demo) decide(ctx context.Context, m *instance.Moderator, c instance.Case, bar *progress.Bar) error {
	if len(c.Reports) == 0 {
		return fmt.Errorf("the case %s holds no report", c.ID)
	}
	for _, r := range c.Reports {
		if r.Content == nil {
			return fmt.Errorf("the report %s in the case %s can't be read by moderators", r.ID, c.ID)
		}
	}
	if c.Proposal != nil {
		_, err := persist(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, m.Consent(ctx, c) })
		if err != nil {
			return err
		}
		d.decided(c, c.Proposal.Action, bar)
		return nil
	}
	content := c.Reports[0].Content
	action := d.texts.decisionFor(*content)
	decision := instance.Decision{
		Version: c.Version, Action: action, Article: c.Article, Reasons: d.texts.reasonsFor(content.Language, action),
	}
	_, err := persist(ctx, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, m.Decide(ctx, c.ID, decision, "demo-decision-"+c.ID.String())
	})
	switch {
	case errors.Is(err, instance.ErrProposed):
		return nil
	case err != nil:
		return err
	}
	d.decided(c, action, bar)
	return nil
}

// decided notes a decision in effect.
func (d *demo) decided(c instance.Case, action event.Action, bar *progress.Bar) {
	d.moderated.note(c, action)
	for range c.Reports { // the bar counts reports: alike ones are one case
		bar.Add()
	}
}

func (m *moderated) note(c instance.Case, action event.Action) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cases[c.ID] = action
	for _, r := range c.Reports {
		if other, known := m.caseOf[r.ID]; known && other != c.ID {
			m.doubled = append(m.doubled, r.ID)
		}
		m.caseOf[r.ID] = c.ID
	}
}

// decisionFor is what fits the kind, the same for the same words about the same
// account.
func (t texts) decisionFor(c event.Content) event.Action {
	fitting := t.Decisions[c.Kind]
	h := fnv.New32a()
	_, _ = h.Write([]byte(c.Account.Handle + "\n" + c.Description)) // never fails
	return fitting[h.Sum32()%uint32(len(fitting))]                  //nolint:gosec // a short list
}

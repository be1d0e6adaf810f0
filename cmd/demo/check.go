package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"recourse/internal/event"
	"recourse/internal/instance"
)

// check finds out whether every acknowledged report is in exactly one case, was
// decided, and shows that to its receipt. Its error says what is wrong.
func (d *demo) check(ctx context.Context) error {
	found, err := d.doctor(ctx)
	if err != nil {
		return err
	}
	shown, err := d.checkReceipts(ctx)
	if err != nil {
		return err
	}
	wrong := slices.Concat(d.checkCounts(found), d.checkCases(), shown)
	if len(wrong) == 0 {
		return nil
	}
	return errors.New("something is wrong:\n  " + strings.Join(wrong, "\n  "))
}

func (d *demo) checkCounts(found diagnosis) []string {
	var wrong []string
	sent := len(d.acknowledged)
	if found.Acknowledged != sent {
		wrong = append(wrong, fmt.Sprintf("distinct reports acknowledged to us: %d; the service counts %d", sent, found.Acknowledged))
	}
	if found.InCases != found.Acknowledged {
		wrong = append(wrong, fmt.Sprintf("acknowledged reports: %d; in cases: %d", found.Acknowledged, found.InCases))
	}
	if found.InQuarantine != 0 {
		wrong = append(wrong, fmt.Sprintf("reports in quarantine: %d", found.InQuarantine))
	}
	// Alike reports are one case.
	if cases := len(d.moderated.cases); cases > sent {
		wrong = append(wrong, fmt.Sprintf("cases that were decided: %d, for %d reports", cases, sent))
	}
	return wrong
}

// checkCases compares what moderators read with what was acknowledged.
func (d *demo) checkCases() []string {
	var missing, unknown []event.ID
	for id := range d.acknowledged {
		if _, ok := d.moderated.caseOf[id]; !ok {
			missing = append(missing, id)
		}
	}
	for id := range d.moderated.caseOf {
		if _, ok := d.acknowledged[id]; !ok {
			unknown = append(unknown, id)
		}
	}
	var wrong []string
	for what, ids := range map[string][]event.ID{
		"acknowledged, and in no case that was decided": missing,
		"in a case, and never acknowledged to us":       unknown,
		"in more than one case":                         d.moderated.doubled,
	} {
		wrong = append(wrong, some(what, ids)...)
	}
	slices.Sort(wrong)
	return wrong
}

// some is a line for a few of the reports, so that a large fault stays
// readable.
func some(what string, ids []event.ID) []string {
	const most = 5
	if len(ids) == 0 {
		return nil
	}
	slices.SortFunc(ids, func(a, b event.ID) int { return strings.Compare(a.String(), b.String()) })
	var names []string
	for _, id := range ids[:min(len(ids), most)] {
		names = append(names, id.String())
	}
	if len(ids) > most {
		names = append(names, "...")
	}
	return []string{fmt.Sprintf("reports that are %s: %d (%s)", what, len(ids), strings.Join(names, ", "))}
}

// checkReceipts asks with every receipt, as reporters would. Decisions reach
// them a moment later.
func (d *demo) checkReceipts(ctx context.Context) ([]string, error) {
	const within = time.Minute
	bar := d.display.Begin("checking", len(d.acknowledged))
	defer bar.End()
	deadline := time.Now().Add(within)
	var mu sync.Mutex // over wrong
	var wrong []string
	g, asking := errgroup.WithContext(ctx)
	g.SetLimit(d.Clients)
	for id, sent := range d.acknowledged {
		if asking.Err() != nil {
			break
		}
		g.Go(func() error {
			fault, err := d.checkReceipt(asking, id, sent.receipt, deadline)
			if err != nil {
				return err
			}
			if fault != "" {
				mu.Lock()
				defer mu.Unlock()
				wrong = append(wrong, fault)
			}
			bar.Add()
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	slices.Sort(wrong)
	if most := 10; len(wrong) > most {
		wrong = append(wrong[:most], fmt.Sprintf("further receipts of which as much can be said: %d", len(wrong)-most))
	}
	return wrong, ctx.Err()
}

// checkReceipt returns what is wrong with what a receipt shows, or "".
func (d *demo) checkReceipt(ctx context.Context, id event.ID, receipt string, deadline time.Time) (string, error) {
	var s instance.Status
	err := until(ctx, time.Until(deadline), "", func(ctx context.Context) (_ string, done bool, err error) {
		s, err = persist(ctx, func(ctx context.Context) (instance.Status, error) { return d.instance.Status(ctx, receipt) })
		return "", s.Reached(event.MilestoneDecided), err
	})
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	switch {
	case s.ID.IsZero():
		return fmt.Sprintf("the receipt of %s gets no answer: %v", id, err), nil
	case s.ID != id:
		return fmt.Sprintf("the receipt of %s shows the report %s", id, s.ID), nil
	case !s.Reached(event.MilestoneOpened), !s.Reached(event.MilestoneDecided):
		return fmt.Sprintf("the receipt of %s does not show that it was opened and decided", id), nil
	case len(s.Messages) != 1:
		return fmt.Sprintf("the receipt of %s shows %d statements of reasons", id, len(s.Messages)), nil
	}
	if want := d.moderated.cases[d.moderated.caseOf[id]]; s.Messages[0].Action != want {
		return fmt.Sprintf("the receipt of %s shows %q, and it was decided %q", id, s.Messages[0].Action, want), nil
	}
	return "", nil
}

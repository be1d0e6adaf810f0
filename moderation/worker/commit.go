package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/internal/event"
	"recourse/internal/fault"
	"recourse/internal/postgres"
	"recourse/internal/seal"
	"recourse/moderation/status"
	"recourse/moderation/store"
)

// commit stores the reports in one transaction and returns the status of each,
// in their order. A report that is there already is left as it is: it was
// delivered again. On an error none is stored.
func (w *Worker) commit(ctx context.Context, batch []opened) ([]status.Report, error) {
	now := status.At(w.now())
	ids := make([]event.ID, len(batch))
	for i, o := range batch {
		ids[i] = o.submitted.Report
	}
	statuses := make([]status.Report, len(batch))
	fault.Point("worker.commit.before")
	err := postgres.InTx(ctx, w.pool, func(tx pgx.Tx) error {
		q := store.New(tx)
		if err := q.StoreReports(ctx); err != nil {
			return fmt.Errorf("waiting for withdrawals: %w", err)
		}
		there, err := q.ReportsThere(ctx, ids)
		if err != nil {
			return fmt.Errorf("looking for reports: %w", err)
		}
		known := make(map[event.ID]bool, len(batch))
		for _, row := range there {
			known[row.ID] = true
		}
		fresh := make([]int, 0, len(batch)) // in batch
		for i, id := range ids {
			if !known[id] { // of the others the status is read below, outside this transaction
				known[id] = true
				fresh = append(fresh, i)
			}
		}
		if err := w.store(ctx, tx, batch, fresh, statuses, now); err != nil {
			return err
		}
		// After the cases, as whoever follows a report locks them.
		if err := eraseAgain(ctx, q, batch, there, now); err != nil {
			return err
		}
		fault.Point("worker.commit.within")
		return nil
	})
	if err != nil {
		return nil, err
	}
	fault.Point("worker.commit.after")
	for i := range statuses {
		if statuses[i].Version > 0 {
			continue
		}
		if statuses[i], err = loadStatus(ctx, store.New(w.pool), ids[i]); err != nil {
			return nil, err
		}
	}
	return statuses, nil
}

// store puts the reports of a batch that are new into cases, and sets the
// status of each.
func (w *Worker) store(ctx context.Context, tx pgx.Tx, batch []opened, fresh []int, statuses []status.Report, now time.Time) error {
	if len(fresh) == 0 {
		return nil
	}
	q := store.New(tx)
	if err := history(ctx, q, batch, fresh); err != nil {
		return err
	}
	g, err := gather(ctx, tx, batch, fresh, now)
	if err != nil {
		return err
	}
	into := make([]*grouped, len(fresh))
	hidden := hides{}
	for n, i := range fresh {
		o := &batch[i]
		into[n] = g.caseOf(o)
		hidden.want(o, into[n])
	}
	if err := hidden.breakCircuits(ctx, q, now); err != nil {
		return err
	}
	for n, i := range fresh {
		into[n].take(&batch[i], now)
	}
	if err := g.tellOthers(ctx, q, now); err != nil {
		return err
	}
	var r rows
	for n, i := range fresh {
		asked, err := w.add(&r, batch[i], into[n], now)
		if err != nil {
			return err
		}
		statuses[i] = firstStatus(batch[i], into[n], asked, now)
	}
	if err := r.addCases(g); err != nil {
		return err
	}
	return r.insert(ctx, q, now)
}

// eraseAgain has what was withdrawn and came back, as in a replay, go again.
func eraseAgain(ctx context.Context, q *store.Queries, batch []opened, there []store.ReportsThereRow, now time.Time) error {
	again := store.AskErasureParams{AskedAt: now}
	// In one order, so that two that erase the same wait for one another.
	slices.SortFunc(there, func(a, b store.ReportsThereRow) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	for _, row := range there {
		if row.Withdrawn {
			again.ReportIds = append(again.ReportIds, row.ID)
			again.Communities = append(again.Communities, communityOf(batch, row.ID))
		}
	}
	if len(again.ReportIds) == 0 {
		return nil
	}
	if err := q.AskErasure(ctx, again); err != nil {
		return fmt.Errorf("asking again for an erasure: %w", err)
	}
	return nil
}

func communityOf(batch []opened, id event.ID) string {
	for _, o := range batch {
		if o.submitted.Report == id {
			return o.submitted.Community
		}
	}
	return ""
}

// loadStatus is status.Load, also of a report that was withdrawn before it was
// read.
func loadStatus(ctx context.Context, q *store.Queries, id event.ID) (status.Report, error) {
	r, err := status.Load(ctx, q, id)
	if !errors.Is(err, pgx.ErrNoRows) {
		return r, err
	}
	t, err := q.TombstoneOf(ctx, id)
	if err != nil {
		return status.Report{}, fmt.Errorf("reading a tombstone: %w", err)
	}
	key, err := seal.ParsePublicKey("receipt", t.ReplyKey)
	if err != nil {
		return status.Report{}, err
	}
	return status.Report{
		ID: id, Community: t.Community, StatusKey: t.StatusKey, ReplyKey: key, Version: tombstoneVersion,
		Stage: event.StageWithdrawn, Milestones: []event.MilestoneAt{{Name: event.MilestoneWithdrawn, At: status.At(t.WithdrawnAt)}},
	}, nil
}

// tombstoneVersion is over that of any record that may be there.
const tombstoneVersion = 1 << 30

func firstMilestones(o opened, now time.Time) []event.MilestoneAt {
	return []event.MilestoneAt{
		{Name: event.MilestoneReceived, At: status.At(o.submitted.ReceivedAt)},
		{Name: event.MilestoneOpened, At: now},
	}
}

func firstStatus(o opened, into *grouped, asked []event.SealedMessage, now time.Time) status.Report {
	s := o.submitted
	return status.Report{
		ID: s.Report, Case: into.id, Community: s.Community, StatusKey: s.StatusKey, ReplyKey: o.replyKey, Version: 1,
		Stage: event.StageOpen, Due: into.due, Consent: o.consent, NoFiles: o.kind == event.KindChildSexualAbuse,
		Hidden:     !into.hiddenSince.IsZero(),
		Milestones: firstMilestones(o, now), Messages: asked,
	}
}

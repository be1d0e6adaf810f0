package worker

import (
	"bytes"
	"context"
	"encoding/json"
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
	"recourse/moderation/vault"
)

// rows are a batch's, an array a column, as the queries take them.
type rows struct {
	cases      store.InsertCasesParams
	reports    store.InsertReportsParams
	dataKeys   store.InsertDataKeysParams
	milestones store.InsertMilestonesParams
	rules      store.InsertRulesFiredParams
	contacts   store.InsertContactsParams
	events     store.InsertEventsParams
}

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
		if err := eraseAgain(ctx, q, batch, there, now); err != nil {
			return err
		}
		var r rows
		for i, o := range batch {
			id := o.submitted.Report
			if known[id] {
				continue // its status is read below, outside this transaction
			}
			known[id] = true
			if err := w.add(&r, o, now); err != nil {
				return err
			}
			statuses[i] = firstStatus(o, r.cases.Ids[len(r.cases.Ids)-1], now)
		}
		if err := r.insert(ctx, q, now); err != nil {
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

// add puts one new report and its case into r.
func (w *Worker) add(r *rows, o opened, now time.Time) error {
	s, caseID := o.submitted, event.NewID()
	dataKey, wrapped, err := w.vault.NewKey(s.Report, s.Community, now)
	if err != nil {
		return err
	}
	place := vault.Place{Owner: s.Report, Table: "report", Column: "content", Row: s.Report}
	contact, err := json.Marshal(s.Contact)
	if err != nil {
		return fmt.Errorf("encoding an envelope: %w", err)
	}
	opened := event.CaseEvent{
		Version: event.CaseEventVersion, Case: caseID, Community: s.Community, Event: event.CaseOpened,
		Sequence: 1, At: now, Reports: []event.ID{s.Report},
	}
	payload, err := json.Marshal(opened)
	if err != nil {
		return fmt.Errorf("encoding a case event: %w", err)
	}

	r.cases.Ids = append(r.cases.Ids, caseID)
	r.cases.Communities = append(r.cases.Communities, s.Community)
	r.cases.Kinds = append(r.cases.Kinds, string(o.kind))
	r.cases.Articles = append(r.cases.Articles, o.assessment.Article)
	r.cases.Conducts = append(r.cases.Conducts, s.Conduct)
	r.cases.Priorities = append(r.cases.Priorities, int32(o.assessment.Priority)) //nolint:gosec // 100 to 400
	r.cases.FirstLookDues = append(r.cases.FirstLookDues, o.firstLook)

	r.reports.Ids = append(r.reports.Ids, s.Report)
	r.reports.CaseIds = append(r.reports.CaseIds, caseID)
	r.reports.Communities = append(r.reports.Communities, s.Community)
	r.reports.Conducts = append(r.reports.Conducts, s.Conduct)
	r.reports.ReceivedAts = append(r.reports.ReceivedAts, s.ReceivedAt)
	r.reports.StatusKeys = append(r.reports.StatusKeys, s.StatusKey)
	r.reports.ReplyKeys = append(r.reports.ReplyKeys, s.ReplyKey)
	r.reports.Contents = append(r.reports.Contents, dataKey.Seal(place, o.plaintext))
	r.reports.DoNotTellAccounts = append(r.reports.DoNotTellAccounts, o.consent.DoNotTellAccount)
	r.reports.NotBeyondCommunities = append(r.reports.NotBeyondCommunities, o.consent.NotBeyondCommunity)

	r.dataKeys.Owners = append(r.dataKeys.Owners, wrapped.Owner)
	r.dataKeys.Communities = append(r.dataKeys.Communities, wrapped.Community)
	r.dataKeys.Months = append(r.dataKeys.Months, wrapped.Month)
	r.dataKeys.Wrapped = append(r.dataKeys.Wrapped, wrapped.Wrapped)

	for _, m := range firstMilestones(o, now) {
		r.milestones.ReportIds = append(r.milestones.ReportIds, s.Report)
		r.milestones.Versions = append(r.milestones.Versions, 1)
		r.milestones.Names = append(r.milestones.Names, string(m.Name))
		r.milestones.Ats = append(r.milestones.Ats, m.At)
	}
	for _, f := range o.assessment.Fired {
		r.rules.ReportIds = append(r.rules.ReportIds, s.Report)
		r.rules.Rules = append(r.rules.Rules, f.Rule)
		r.rules.Conducts = append(r.rules.Conducts, s.Conduct)
		r.rules.Effects = append(r.rules.Effects, f.Effect)
	}

	r.contacts.ReportIds = append(r.contacts.ReportIds, s.Report)
	r.contacts.Communities = append(r.contacts.Communities, s.Community)
	r.contacts.ReceivedAts = append(r.contacts.ReceivedAts, s.ReceivedAt)
	r.contacts.Sealed = append(r.contacts.Sealed, string(contact))

	r.events.CaseIds = append(r.events.CaseIds, caseID)
	r.events.MessageIds = append(r.events.MessageIds, opened.MessageID())
	r.events.Subjects = append(r.events.Subjects, event.CaseSubject(event.CaseOpened, s.Community, caseID).String())
	r.events.Payloads = append(r.events.Payloads, string(payload))
	return nil
}

func (r *rows) insert(ctx context.Context, q *store.Queries, now time.Time) error {
	if len(r.reports.Ids) == 0 {
		return nil
	}
	r.cases.OpenedAt, r.reports.OpenedAt, r.events.CreatedAt = now, now, now
	steps := []struct {
		what string
		run  func() error
	}{
		{"cases", func() error { return q.InsertCases(ctx, r.cases) }},
		{"reports", func() error { return q.InsertReports(ctx, r.reports) }},
		{"data keys", func() error { return q.InsertDataKeys(ctx, r.dataKeys) }},
		{"milestones", func() error { return q.InsertMilestones(ctx, r.milestones) }},
		{"rules fired", func() error { return q.InsertRulesFired(ctx, r.rules) }},
		{"contacts", func() error { return q.InsertContacts(ctx, r.contacts) }},
		{"events", func() error { return q.InsertEvents(ctx, r.events) }},
	}
	for _, step := range steps {
		if err := step.run(); err != nil {
			return fmt.Errorf("storing %s: %w", step.what, err)
		}
	}
	return nil
}

func firstMilestones(o opened, now time.Time) []event.MilestoneAt {
	return []event.MilestoneAt{
		{Name: event.MilestoneReceived, At: status.At(o.submitted.ReceivedAt)},
		{Name: event.MilestoneOpened, At: now},
	}
}

func firstStatus(o opened, caseID event.ID, now time.Time) status.Report {
	s := o.submitted
	return status.Report{
		ID: s.Report, Case: caseID, Community: s.Community, StatusKey: s.StatusKey, ReplyKey: o.replyKey, Version: 1,
		Stage: event.StageOpen, Due: o.firstLook, Consent: o.consent, NoFiles: o.kind == event.KindChildSexualAbuse,
		Milestones: firstMilestones(o, now),
	}
}

package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"recourse/internal/event"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// rows are a batch's, an array a column, as the queries take them.
type rows struct {
	cases      store.InsertCasesParams
	joined     store.JoinCasesParams
	reports    store.InsertReportsParams
	sketches   store.InsertSketchesParams
	dataKeys   store.InsertDataKeysParams
	milestones store.InsertMilestonesParams
	rules      store.InsertRulesFiredParams
	contacts   store.InsertContactsParams
	events     store.InsertEventsParams
}

// add puts one new report into r, and what opens its case where that is new.
func (w *Worker) add(r *rows, o opened, into *grouped, now time.Time) error {
	s := o.submitted
	dataKey, wrapped, err := w.vault.NewKey(s.Report, s.Community, now)
	if err != nil {
		return err
	}
	place := vault.Place{Owner: s.Report, Table: "report", Column: "content", Row: s.Report}
	contact, err := json.Marshal(s.Contact)
	if err != nil {
		return fmt.Errorf("encoding an envelope: %w", err)
	}

	r.reports.Ids = append(r.reports.Ids, s.Report)
	r.reports.CaseIds = append(r.reports.CaseIds, into.id)
	r.reports.Communities = append(r.reports.Communities, s.Community)
	r.reports.Conducts = append(r.reports.Conducts, s.Conduct)
	r.reports.ReceivedAts = append(r.reports.ReceivedAts, s.ReceivedAt)
	r.reports.StatusKeys = append(r.reports.StatusKeys, s.StatusKey)
	r.reports.ReplyKeys = append(r.reports.ReplyKeys, s.ReplyKey)
	r.reports.Contents = append(r.reports.Contents, dataKey.Seal(place, o.plaintext))
	r.reports.DoNotTellAccounts = append(r.reports.DoNotTellAccounts, o.consent.DoNotTellAccount)
	r.reports.NotBeyondCommunities = append(r.reports.NotBeyondCommunities, o.consent.NotBeyondCommunity)
	r.reports.Signatures = append(r.reports.Signatures, o.sketch.Text.Signature)

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
		r.addRule(o, f.Rule, f.Effect)
	}

	r.contacts.ReportIds = append(r.contacts.ReportIds, s.Report)
	r.contacts.Communities = append(r.contacts.Communities, s.Community)
	r.contacts.ReceivedAts = append(r.contacts.ReceivedAts, s.ReceivedAt)
	r.contacts.Sealed = append(r.contacts.Sealed, string(contact))

	r.addSketches(o, into)
	if into.first == s.Report {
		return r.addOpened(o, into, now)
	}
	r.addRule(o, "alike-reports", "joined a case about the same")
	return nil
}

func (r *rows) addRule(o opened, rule, effect string) {
	r.rules.ReportIds = append(r.rules.ReportIds, o.submitted.Report)
	r.rules.Rules = append(r.rules.Rules, rule)
	r.rules.Conducts = append(r.rules.Conducts, o.submitted.Conduct)
	r.rules.Effects = append(r.rules.Effects, effect)
}

// addSketches keeps what later reports are compared with. A case is found by
// the words of its first report alone: else one like the second, and then one
// like that, would drift from what the case is about.
func (r *rows) addSketches(o opened, into *grouped) {
	add := func(part string, values ...int64) {
		for _, v := range values {
			r.sketches.ReportIds = append(r.sketches.ReportIds, o.submitted.Report)
			r.sketches.Parts = append(r.sketches.Parts, part)
			r.sketches.Values = append(r.sketches.Values, v)
			r.sketches.Ats = append(r.sketches.Ats, o.submitted.ReceivedAt)
		}
	}
	if o.sketch.Account != 0 {
		add("account", o.sketch.Account)
	}
	add("link", o.sketch.Links...)
	if into.first == o.submitted.Report {
		add("text", o.sketch.Text.Bands...)
	}
}

func (r *rows) addOpened(o opened, into *grouped, now time.Time) error {
	s := o.submitted
	opened := event.CaseEvent{
		Version: event.CaseEventVersion, Case: into.id, Community: s.Community, Event: event.CaseOpened,
		Sequence: 1, At: now, Reports: []event.ID{s.Report},
	}
	payload, err := json.Marshal(opened)
	if err != nil {
		return fmt.Errorf("encoding a case event: %w", err)
	}
	r.events.CaseIds = append(r.events.CaseIds, into.id)
	r.events.MessageIds = append(r.events.MessageIds, opened.MessageID())
	r.events.Subjects = append(r.events.Subjects, event.CaseSubject(event.CaseOpened, s.Community, into.id).String())
	r.events.Payloads = append(r.events.Payloads, string(payload))

	r.cases.Ids = append(r.cases.Ids, into.id)
	r.cases.Communities = append(r.cases.Communities, s.Community)
	r.cases.Kinds = append(r.cases.Kinds, string(o.kind))
	r.cases.Articles = append(r.cases.Articles, o.assessment.Article)
	r.cases.Conducts = append(r.cases.Conducts, s.Conduct)
	return nil
}

// addCases sets what depends on all reports of a case.
func (r *rows) addCases(g *grouping) {
	for _, c := range g.order {
		priority := int32(c.priorityNow()) //nolint:gosec // below a thousand
		if c.there {
			r.joined.Ids = append(r.joined.Ids, c.id)
			r.joined.Priorities = append(r.joined.Priorities, priority)
			r.joined.FirstLookDues = append(r.joined.FirstLookDues, c.due)
			continue
		}
		r.cases.Priorities = append(r.cases.Priorities, priority)
		r.cases.FirstLookDues = append(r.cases.FirstLookDues, c.due)
	}
}

func (r *rows) insert(ctx context.Context, q *store.Queries, now time.Time) error {
	r.cases.OpenedAt, r.reports.OpenedAt, r.events.CreatedAt = now, now, now
	steps := []struct {
		what string
		run  func() error
	}{
		{"cases", func() error { return q.InsertCases(ctx, r.cases) }},
		{"cases that are joined", func() error { return q.JoinCases(ctx, r.joined) }},
		{"reports", func() error { return q.InsertReports(ctx, r.reports) }},
		{"sketches", func() error { return q.InsertSketches(ctx, r.sketches) }},
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

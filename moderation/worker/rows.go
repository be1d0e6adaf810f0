package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"recourse/internal/event"
	"recourse/moderation/conduct"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// rows are a batch's, an array a column, as the queries take them.
type rows struct {
	cases      store.InsertCasesParams
	joined     store.JoinCasesParams
	reports    store.InsertReportsParams
	sketches   store.InsertSketchesParams
	signatures store.InsertSignaturesParams
	dataKeys   store.InsertDataKeysParams
	milestones store.InsertMilestonesParams
	rules      store.InsertRulesFiredParams
	contacts   store.InsertContactsParams
	events     store.InsertEventsParams
	questions  []store.InsertOwnMessageParams // that rules ask reporters: few, so one by one
}

// add puts one new report into r, and what opens its case where that is new.
// It returns the questions that are sent to the reporter.
func (w *Worker) add(r *rows, o opened, into *grouped, now time.Time) ([]event.SealedMessage, error) {
	s := o.submitted
	dataKey, wrapped, err := w.vault.NewKey(s.Report, s.Community, now)
	if err != nil {
		return nil, err
	}
	found, err := findingsOf(dataKey, o)
	if err != nil {
		return nil, err
	}
	place := vault.Place{Owner: s.Report, Table: "report", Column: "content", Row: s.Report}
	contact, err := json.Marshal(s.Contact)
	if err != nil {
		return nil, fmt.Errorf("encoding an envelope: %w", err)
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
	r.reports.Languages = append(r.reports.Languages, o.assessment.Language)
	r.reports.Findings = append(r.reports.Findings, found)

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
		r.addRule(o, f)
	}

	r.contacts.ReportIds = append(r.contacts.ReportIds, s.Report)
	r.contacts.Communities = append(r.contacts.Communities, s.Community)
	r.contacts.ReceivedAts = append(r.contacts.ReceivedAts, s.ReceivedAt)
	r.contacts.Sealed = append(r.contacts.Sealed, string(contact))

	r.addSketches(o, into)
	if into.first == s.Report {
		if err := r.addOpened(o, into, now); err != nil {
			return nil, err
		}
	} else {
		r.addRule(o, conduct.Fired{Rule: o.joined, Effect: "join a case that was there"})
	}
	return r.addQuestions(o, now)
}

func (r *rows) addRule(o opened, f conduct.Fired) {
	r.rules.ReportIds = append(r.rules.ReportIds, o.submitted.Report)
	r.rules.Rules = append(r.rules.Rules, f.Rule)
	r.rules.Conducts = append(r.rules.Conducts, o.submitted.Conduct)
	r.rules.Effects = append(r.rules.Effects, f.Effect)
	r.rules.Shadows = append(r.rules.Shadows, f.Shadow)
	r.rules.Errors = append(r.rules.Errors, f.Error)
	r.rules.Becauses = append(r.rules.Becauses, strings.Join(f.Because, " ")) // names hold no space
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
		if o.sketch.Text.Signature != nil {
			r.signatures.ReportIds = append(r.signatures.ReportIds, o.submitted.Report)
			r.signatures.Signatures = append(r.signatures.Signatures, o.sketch.Text.Signature)
		}
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
	r.cases.Conducts = append(r.cases.Conducts, s.Conduct)
	return nil
}

// addCases sets what depends on all reports of a case. New ones stand in the
// order in which addOpened added them.
func (r *rows) addCases(g *grouping) error {
	for _, c := range g.order {
		tags, err := json.Marshal(append([]string{}, c.tags...))
		if err != nil {
			return fmt.Errorf("encoding tags: %w", err)
		}
		priority, hidden := int32(c.priorityNow()), c.hiddenSince //nolint:gosec // below a thousand
		if hidden.IsZero() {
			hidden = time.Unix(0, 0) // an array of times holds no NULL
		}
		if j := &r.joined; c.there {
			j.Ids = append(j.Ids, c.id)
			j.Articles = append(j.Articles, c.article)
			j.Queues = append(j.Queues, c.queue)
			j.Priorities = append(j.Priorities, priority)
			j.FirstLookDues = append(j.FirstLookDues, c.due)
			j.LanguageTeams = append(j.LanguageTeams, c.languageTeam)
			j.SecondReaders = append(j.SecondReaders, c.secondReader)
			j.Tags = append(j.Tags, string(tags))
			j.HiddenSinces = append(j.HiddenSinces, hidden)
			continue
		}
		n := &r.cases
		n.Articles = append(n.Articles, c.article)
		n.Queues = append(n.Queues, c.queue)
		n.Languages = append(n.Languages, c.language)
		n.Priorities = append(n.Priorities, priority)
		n.FirstLookDues = append(n.FirstLookDues, c.due)
		n.LanguageTeams = append(n.LanguageTeams, c.languageTeam)
		n.SecondReaders = append(n.SecondReaders, c.secondReader)
		n.Tags = append(n.Tags, string(tags))
		n.HiddenSinces = append(n.HiddenSinces, hidden)
	}
	return nil
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
		{"signatures", func() error { return q.InsertSignatures(ctx, r.signatures) }},
		{"data keys", func() error { return q.InsertDataKeys(ctx, r.dataKeys) }},
		{"milestones", func() error { return q.InsertMilestones(ctx, r.milestones) }},
		{"rules fired", func() error { return q.InsertRulesFired(ctx, r.rules) }},
		{"contacts", func() error { return q.InsertContacts(ctx, r.contacts) }},
		{"events", func() error { return q.InsertEvents(ctx, r.events) }},
		{"questions", func() error { return r.ask(ctx, q) }},
	}
	for _, step := range steps {
		if err := step.run(); err != nil {
			return fmt.Errorf("storing %s: %w", step.what, err)
		}
	}
	return nil
}

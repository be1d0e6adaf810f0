package facts

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/event"
	"recourse/stats"
	"recourse/stats/store"
)

// outcome is the other half of a fact: what a decision in effect was, for one
// report of its case.
type outcome struct {
	report    event.ID
	community string
	action    string
	article   string
	automated bool
	at        time.Time
	sequence  int
}

func (c *Collector) storeOutcomes(ctx context.Context, batch []jetstream.Msg) (done []jetstream.Msg, err error) {
	var all []outcome
	for _, msg := range batch {
		outcomes, err := readOutcomes(msg)
		if c.waits(msg, err) {
			_ = msg.NakWithDelay(c.laterWait)
			continue
		}
		if err != nil {
			c.log.Error("a case event can't be read: its reports are in no figure", "error", err)
			c.unread.WithLabelValues(event.StreamCases).Inc()
		}
		all = append(all, outcomes...)
		done = append(done, msg)
	}
	if len(all) == 0 {
		return done, nil
	}
	return done, c.commit(ctx, func(q *store.Queries) error {
		if err := addOutcomes(ctx, q, all); err != nil {
			return err
		}
		reports := make([]event.ID, len(all))
		for i, o := range all {
			reports[i] = o.report
		}
		return forgetWithdrawn(ctx, q, reports)
	})
}

// readOutcomes returns nothing for an event that brings no decision into effect:
// what closes a case does.
func readOutcomes(msg jetstream.Msg) ([]outcome, error) {
	subject, err := event.ParseSubject(msg.Subject())
	if err != nil || subject.Event != event.CaseClosed {
		return nil, nil //nolint:nilerr // none of ours
	}
	if event.VersionOf(msg.Data()) > event.CaseEventVersion {
		return nil, errNewer
	}
	var e event.CaseEvent
	if err := json.Unmarshal(msg.Data(), &e); err != nil {
		return nil, fmt.Errorf("case %s: not the expected JSON", subject.ID)
	}
	switch {
	case e.Case != subject.ID, e.Community != subject.Community, e.At.IsZero():
		return nil, fmt.Errorf("case %s: %w", subject.ID, errDisagree)
	case e.Decision == nil:
		return nil, nil // closed without a decision
	}
	var all []outcome
	for _, report := range e.Reports {
		all = append(all, outcome{
			report: report, community: e.Community, action: stats.CodeAction(e.Decision.Action), article: e.Decision.Article,
			automated: e.Decision.Automated, at: e.At, sequence: e.Sequence,
		})
	}
	return all, nil
}

// addOutcomes stores the earliest outcome of each report, in the order of ids.
func addOutcomes(ctx context.Context, q *store.Queries, all []outcome) error {
	slices.SortFunc(all, func(a, b outcome) int {
		return cmp.Or(bytes.Compare(a.report[:], b.report[:]), a.at.Compare(b.at), cmp.Compare(a.sequence, b.sequence))
	})
	all = slices.CompactFunc(all, func(a, b outcome) bool { return a.report == b.report })
	var p store.AddOutcomesParams
	for _, o := range all {
		p.ReportIds = append(p.ReportIds, o.report)
		p.Communities = append(p.Communities, o.community)
		p.Actions = append(p.Actions, o.action)
		p.Articles = append(p.Articles, o.article)
		p.Automated = append(p.Automated, o.automated)
		p.DecidedAts = append(p.DecidedAts, o.at)
		p.CaseSequences = append(p.CaseSequences, int32(o.sequence)) //nolint:gosec // an integer column's at its source
	}
	if err := q.AddOutcomes(ctx, p); err != nil {
		return fmt.Errorf("storing outcomes: %w", err)
	}
	return nil
}

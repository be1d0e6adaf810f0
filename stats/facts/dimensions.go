package facts

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal"
	"recourse/internal/seal/open"
	"recourse/stats"
	"recourse/stats/store"
)

// dimensions are one report's half of a fact.
type dimensions struct {
	report    event.ID
	community string
	coded     stats.Dimensions
}

func (c *Collector) storeDimensions(ctx context.Context, batch []jetstream.Msg) (done []jetstream.Msg, err error) {
	var all []dimensions
	var withdrawn []event.ID
	for _, msg := range batch {
		if id, ok := withdrawnReport(msg); ok {
			withdrawn = append(withdrawn, id)
			done = append(done, msg)
			continue
		}
		d, ok, err := c.readDimensions(msg)
		if c.waits(msg, err) {
			_ = msg.NakWithDelay(c.laterWait)
			continue
		}
		if err != nil {
			c.log.Error("a report's dimensions can't be read", "error", err)
			c.unread.WithLabelValues(event.StreamReports).Inc()
		}
		if ok {
			all = append(all, d)
		}
		done = append(done, msg)
	}
	if len(all) == 0 && len(withdrawn) == 0 {
		return done, nil
	}
	return done, c.commit(ctx, func(q *store.Queries) error {
		if err := addDimensions(ctx, q, all); err != nil {
			return err
		}
		if err := q.Withdraw(ctx, withdrawn); err != nil {
			return fmt.Errorf("noting withdrawn reports: %w", err)
		}
		for _, d := range all {
			withdrawn = append(withdrawn, d.report)
		}
		return forgetWithdrawn(ctx, q, withdrawn)
	})
}

// forgetWithdrawn deletes those of the reports that were withdrawn: one that
// comes again must not be counted.
func forgetWithdrawn(ctx context.Context, q *store.Queries, reports []event.ID) error {
	if err := q.ForgetWithdrawn(ctx, reports); err != nil {
		return fmt.Errorf("forgetting withdrawn reports: %w", err)
	}
	return nil
}

// withdrawnReport returns the report that its reporter takes back. Nothing in
// the message is for statistics but that.
func withdrawnReport(msg jetstream.Msg) (event.ID, bool) {
	subject, err := event.ParseSubject(msg.Subject())
	return subject.ID, err == nil && subject.Event == event.ReportWithdrawn
}

// readDimensions reports false for a message that is no new report, or one that
// a worker puts into quarantine: it comes again when an operator puts it back.
// Dimensions that can't be opened come with an error, and are unknown.
func (c *Collector) readDimensions(msg jetstream.Msg) (dimensions, bool, error) {
	subject, err := event.ParseSubject(msg.Subject())
	if err != nil || subject.Event != event.ReportSubmitted {
		return dimensions{}, false, nil //nolint:nilerr // none of ours
	}
	if event.VersionOf(msg.Data()) > event.SubmittedVersion {
		return dimensions{}, false, errNewer
	}
	submitted, err := event.DecodeSubmitted(msg.Data())
	if err == nil && (submitted.Report != subject.ID || submitted.Community != subject.Community) {
		err = errDisagree
	}
	if err != nil {
		return dimensions{}, false, fmt.Errorf("report %s: %w", subject.ID, err)
	}
	plain, err := c.open(submitted)
	if err != nil {
		err = fmt.Errorf("report %s counts as unknown: %w", subject.ID, err)
	}
	return dimensions{report: subject.ID, community: subject.Community, coded: stats.Code(plain)}, true, err
}

func (c *Collector) open(s event.Submitted) (event.Dimensions, error) {
	key, err := c.key(s.Community, s.Statistics.KeyID)
	if err != nil {
		return event.Dimensions{}, err
	}
	here := seal.Context{Purpose: seal.PurposeStatistics, Community: s.Community, Report: s.Report}
	plaintext, err := key.Open(here, s.Statistics)
	if err != nil {
		return event.Dimensions{}, err
	}
	var d event.Dimensions
	if err := event.DecodeStrict(plaintext, &d); err != nil {
		return event.Dimensions{}, err
	}
	return d, nil
}

// key returns a community's private key. Parsing one takes as long as opening
// with it, so it is done once.
func (c *Collector) key(community, id string) (open.PrivateKey, error) {
	name := community + " " + id
	c.mu.Lock()
	defer c.mu.Unlock()
	if key, ok := c.opens[name]; ok {
		return key, nil
	}
	entry, err := c.ring.Find(keys.StatisticsOpen, community, id)
	if err != nil {
		return open.PrivateKey{}, err
	}
	key, err := open.Parse(entry.ID, entry.Key)
	if err != nil {
		return open.PrivateKey{}, err
	}
	c.opens[name] = key
	return key, nil
}

// addDimensions stores each report once, in the order of ids: two that store the
// same reports then wait for one another instead of for each other.
func addDimensions(ctx context.Context, q *store.Queries, all []dimensions) error {
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b dimensions) int { return bytes.Compare(a.report[:], b.report[:]) })
	all = slices.CompactFunc(all, func(a, b dimensions) bool { return a.report == b.report })
	var p store.AddDimensionsParams
	for _, d := range all {
		p.ReportIds = append(p.ReportIds, d.report)
		p.Communities = append(p.Communities, d.community)
		p.Kinds = append(p.Kinds, string(d.coded.Kind))
		var grounds []string
		for _, g := range d.coded.Grounds {
			grounds = append(grounds, string(g))
		}
		p.Grounds = append(p.Grounds, strings.Join(grounds, " "))
		p.Genders = append(p.Genders, string(d.coded.Gender))
		p.AgeBands = append(p.AgeBands, string(d.coded.AgeBand))
		p.Roles = append(p.Roles, string(d.coded.Role))
		p.Languages = append(p.Languages, d.coded.Language)
		p.Participants = append(p.Participants, d.coded.Participant)
		p.Accounts = append(p.Accounts, d.coded.Account)
	}
	if err := q.AddDimensions(ctx, p); err != nil {
		return fmt.Errorf("storing dimensions: %w", err)
	}
	return nil
}

package facts

import (
	"bytes"
	"context"
	"errors"
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
	for _, msg := range batch {
		d, ok, err := c.readDimensions(msg)
		switch {
		case errors.Is(err, keys.ErrNoKey):
			_ = msg.NakWithDelay(laterWait)
			continue
		case err != nil:
			return nil, err
		case ok:
			all = append(all, d)
		}
		done = append(done, msg)
	}
	if len(all) == 0 {
		return done, nil
	}
	return done, c.commit(ctx, func(q *store.Queries) error { return addDimensions(ctx, q, all) })
}

// readDimensions reports false for a message that is no new report, or that a
// worker puts into quarantine: it comes again when an operator puts it back.
// An error matching keys.ErrNoKey says that the report's key is not there yet.
func (c *Collector) readDimensions(msg jetstream.Msg) (dimensions, bool, error) {
	subject, err := event.ParseSubject(msg.Subject())
	if err != nil || subject.Event != event.ReportSubmitted {
		return dimensions{}, false, nil //nolint:nilerr // see above
	}
	submitted, err := event.DecodeSubmitted(msg.Data())
	if err != nil || submitted.Report != subject.ID || submitted.Community != subject.Community {
		return dimensions{}, false, nil //nolint:nilerr // see above
	}
	d := dimensions{report: subject.ID, community: subject.Community}
	plain, err := c.open(submitted)
	if errors.Is(err, keys.ErrNoKey) && !c.isOld(msg) {
		return dimensions{}, false, err
	}
	if err != nil {
		c.log.Error("a report's dimensions can't be opened: they count as unknown", "report", subject.ID, "error", err)
		c.unopened.Inc()
	}
	d.coded = stats.Code(plain)
	return d, true, nil
}

func (c *Collector) isOld(msg jetstream.Msg) bool {
	meta, err := msg.Metadata()
	return err == nil && c.now().Sub(meta.Timestamp) > patience
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

package console

import (
	"context"
	"fmt"
	"time"

	"recourse/internal/event"
	"recourse/moderation"
	"recourse/moderation/access"
	"recourse/moderation/store"
)

const (
	queuePage = 50   // cases on a page, unless asked for otherwise
	queueMost = 200  // as the query's own limit
	countMost = 1000 // likewise: beyond that the count is "over 1000"
)

// caseSummary is a case without anything that a person wrote.
type caseSummary struct {
	ID           event.ID         `json:"id"`
	Community    string           `json:"community"`
	State        moderation.State `json:"state"`
	Version      int              `json:"version"`
	Kind         event.Kind       `json:"kind"`
	Article      string           `json:"article"` // that the code of conduct suggests
	ArticleTitle string           `json:"article_title"`
	Conduct      string           `json:"conduct"` // digest of the code of conduct that binds the case
	Priority     int              `json:"priority"`
	OpenedAt     time.Time        `json:"opened_at"`
	FirstLookDue time.Time        `json:"first_look_due"`
	Overdue      bool             `json:"overdue"` // open, unheld and past its first look
	ClosedAt     *time.Time       `json:"closed_at"`
	Claim        *claim           `json:"claim"`        // null where nobody holds it
	Again        moderation.Again `json:"again"`        // why a decided case is open again: appeal, outcome, or empty
	UnreadSince  *time.Time       `json:"unread_since"` // something came since the decision, and no moderator has read it
	Queue        string           `json:"queue"`
	Language     string           `json:"language"`      // detected in its first report; "und" where that is not sure
	LanguageTeam bool             `json:"language_team"` // for moderators who read the language
	SecondReader bool             `json:"second_reader"` // a decision takes effect once another moderator consents
	Tags         []string         `json:"tags"`
	HiddenSince  *time.Time       `json:"hidden_since"` // a rule hid what was reported until a moderator has looked
}

// claim is who holds a case, and until when.
type claim struct {
	By    moderator `json:"moderator"`
	Until time.Time `json:"until"`
}

// queue is what waits.
type queue struct {
	Cases    []caseSummary `json:"cases"`    // the best first
	Held     []caseSummary `json:"held"`     // that the moderator herself holds
	Proposed []caseSummary `json:"proposed"` // another moderator's decision waits for consent; the longest waiting first
	Unread   []caseSummary `json:"unread"`   // decided, and something came since; the longest waiting first
	Open     int           `json:"open"`     // how many the filter lets through in all; 1000 where there are more
	More     bool          `json:"more"`     // than 1000
}

// queue returns the best open cases that a filter lets through, limit at most.
// What the moderator holds, what waits for consent and what is unread comes
// whatever the filter.
func (d *desk) queue(ctx context.Context, m moderator, f filter, limit int) (queue, error) {
	now := d.now()
	if err := d.anywhere(ctx, m, access.QueueSee); err != nil {
		return queue{}, err
	}
	mine := m.where(access.QueueSee)
	communities, err := f.communities(m)
	if err != nil {
		return queue{}, err
	}
	var open []store.QueueRow
	var held []store.HeldByRow
	var proposals []store.ProposedCasesRow
	var unread []store.UnreadCasesRow
	var count int64
	err = d.inTx(ctx, func(q *store.Queries) (err error) {
		page := int32(min(limit, queueMost)) //nolint:gosec // at most 200
		if open, err = q.Queue(ctx, store.QueueParams{
			Communities: communities, ModeratorID: m.ID, Kind: string(f.Kind), Queue: f.Queue, Language: f.Language, Tag: f.Tag,
			Page: page,
		}); err != nil {
			return fmt.Errorf("reading the queue: %w", err)
		}
		held, err = q.HeldBy(ctx, store.HeldByParams{ModeratorID: m.ID, Now: now, Communities: mine, Page: page})
		if err != nil {
			return fmt.Errorf("reading who holds what: %w", err)
		}
		proposals, err = q.ProposedCases(ctx, store.ProposedCasesParams{ModeratorID: m.ID, Communities: mine, Page: page})
		if err != nil {
			return fmt.Errorf("reading what is proposed: %w", err)
		}
		if unread, err = q.UnreadCases(ctx, store.UnreadCasesParams{ModeratorID: m.ID, Communities: mine, Page: page}); err != nil {
			return fmt.Errorf("reading what is unread: %w", err)
		}
		if count, err = q.CountOpen(ctx, store.CountOpenParams{
			Communities: communities, ModeratorID: m.ID, Kind: string(f.Kind), Queue: f.Queue, Language: f.Language, Tag: f.Tag,
		}); err != nil {
			return fmt.Errorf("counting open cases: %w", err)
		}
		return nil
	})
	if err != nil {
		return queue{}, err
	}
	titles := d.codes.titles()
	all := queue{
		Cases: []caseSummary{}, Held: []caseSummary{}, Proposed: []caseSummary{}, Unread: []caseSummary{},
		Open: int(min(count, countMost)), More: count > countMost,
	}
	for _, row := range open {
		all.Cases = append(all.Cases, summarise(store.CaseByIDRow(row), now).titled(ctx, titles))
	}
	for _, row := range held {
		all.Held = append(all.Held, summarise(store.CaseByIDRow(row), now).titled(ctx, titles))
	}
	for _, row := range proposals {
		all.Proposed = append(all.Proposed, summarise(store.CaseByIDRow(row), now).titled(ctx, titles))
	}
	for _, row := range unread {
		all.Unread = append(all.Unread, summarise(store.CaseByIDRow(row), now).titled(ctx, titles))
	}
	return all, nil
}

// summarise leaves the article's title to titled.
func summarise(row store.CaseByIDRow, now time.Time) caseSummary {
	s := caseSummary{
		ID: row.ID, Community: row.Community, State: moderation.State(row.State), Version: int(row.Version),
		Kind: event.Kind(row.Kind), Article: row.Article, Conduct: row.Conduct, Priority: int(row.Priority),
		OpenedAt: row.OpenedAt.UTC(), FirstLookDue: row.FirstLookDue.UTC(), ClosedAt: inUTC(row.ClosedAt),
		Again: moderation.Again(row.Again), UnreadSince: inUTC(row.UnreadSince), Queue: row.Queue, Language: row.Language,
		LanguageTeam: row.LanguageTeam, SecondReader: row.SecondReader, Tags: nonNil(row.Tags), HiddenSince: inUTC(row.HiddenSince),
	}
	if row.ClaimedBy != nil && row.ClaimedUntil != nil && row.ClaimedByName != nil && now.Before(*row.ClaimedUntil) {
		s.Claim = &claim{By: moderator{ID: *row.ClaimedBy, Name: *row.ClaimedByName}, Until: row.ClaimedUntil.UTC()}
	}
	s.Overdue = s.State == moderation.Open && s.Claim == nil && now.After(row.FirstLookDue)
	return s
}

func (s caseSummary) titled(ctx context.Context, titles *titles) caseSummary {
	s.ArticleTitle = titles.of(ctx, s.Conduct, s.Article)
	return s
}

// HeldBy reports whether the moderator holds the case.
func (s caseSummary) HeldBy(m *moderator) bool { return s.Claim != nil && s.Claim.By.ID == m.ID }

func inUTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.UTC()
	return &at
}

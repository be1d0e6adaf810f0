package console

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/postgres"
	"recourse/moderation/access"
	"recourse/moderation/audit"
	"recourse/moderation/conduct"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// caseFile is a case opened for one look at it.
type caseFile struct {
	caseSummary

	Reports   []report   `json:"reports"`
	Decisions []decision `json:"decisions"` // the oldest first
	Linked    []linked   `json:"linked"`    // other cases about the same account or link, 20 at most
	Proposal  *waiting   `json:"proposal"`  // that waits for a second reader's consent, or null
	Alone     bool       `json:"alone"`     // a second reader is asked for, and the community has no other moderator
	Articles  []article  `json:"articles"`  // of the code that binds the case; empty where it can't be read now

	code conduct.Code // what Articles are made of
}

// decision is one that was taken before.
type decision struct {
	ID           event.ID     `json:"id"`
	Version      int          `json:"version"` // of the case, that it made
	Action       event.Action `json:"action"`
	Article      string       `json:"article"`
	ArticleTitle string       `json:"article_title"`
	Conduct      string       `json:"conduct"` // digest of the code that it cites
	Automated    bool         `json:"automated"`
	Moderator    moderator    `json:"moderator"`
	Second       *moderator   `json:"second_moderator"` // who consented; null where nobody needed to
	DecidedAt    time.Time    `json:"decided_at"`
	ReasonsState legibility   `json:"reasons_state"`
	Reasons      string       `json:"reasons"`
}

// article is a rule of the code of conduct, in the languages that it has.
type article struct {
	ID       string       `json:"id"`
	Severity int          `json:"severity"`
	Title    conduct.Text `json:"title"`
	Text     conduct.Text `json:"text"`
}

// view opens a case for the moderator. It needs no claim.
func (d *desk) view(ctx context.Context, m moderator, id event.ID) (caseFile, error) {
	return d.opened(ctx, m, d.now(), func(*store.Queries) (event.ID, error) { return id, nil })
}

// opened returns the case that pick names, read in pick's transaction. Nothing
// of it is handed on before the entry that records the look is committed.
func (d *desk) opened(
	ctx context.Context, m moderator, now time.Time, pick func(*store.Queries) (event.ID, error),
) (caseFile, error) {
	var f caseFile
	err := d.inTx(ctx, func(q *store.Queries) error {
		id, err := pick(q)
		if err != nil {
			return err
		}
		f, err = d.open(ctx, q, m, id, now)
		return err
	})
	if err != nil {
		return caseFile{}, err
	}
	d.cite(ctx, &f)
	return f, nil
}

// open reads a case and opens its reports and decisions. The case's own row is
// read first: if it changes meanwhile, the version shown is too low, and a
// decision on it is refused.
func (d *desk) open(ctx context.Context, q *store.Queries, m moderator, id event.ID, now time.Time) (caseFile, error) {
	row, err := d.find(ctx, q, m, access.CaseSee, id)
	if err != nil {
		return caseFile{}, err
	}
	reports, err := q.ReportsOf(ctx, id)
	if err != nil {
		return caseFile{}, fmt.Errorf("reading a case's reports: %w", err)
	}
	rules, err := q.RulesOf(ctx, id)
	if err != nil {
		return caseFile{}, fmt.Errorf("reading the rules that fired: %w", err)
	}
	f := caseFile{
		caseSummary: summarise(row, now), Reports: []report{}, Decisions: []decision{}, Articles: []article{},
	}
	for _, r := range reports {
		f.Reports = append(f.Reports, d.openReport(r, rules))
	}
	if err := d.openFollowUps(ctx, q, &f); err != nil {
		return caseFile{}, err
	}
	if err := d.openFiles(ctx, q, &f); err != nil {
		return caseFile{}, err
	}
	if err := d.openOwn(ctx, q, &f); err != nil {
		return caseFile{}, err
	}
	if err := f.secondReader(ctx, q, m); err != nil {
		return caseFile{}, err
	}
	if err := f.link(ctx, q, m); err != nil {
		return caseFile{}, err
	}
	if err := d.expose(ctx, q, m, &f, now); err != nil {
		return caseFile{}, err
	}
	if err := f.record(ctx, q, m, now); err != nil {
		return caseFile{}, err
	}
	return f, nil
}

// record writes who looks at what: an entry for each report of which anything
// opened.
func (f *caseFile) record(ctx context.Context, q *store.Queries, m moderator, now time.Time) error {
	e := audit.Entry{At: now, Actor: m.ID, Case: f.ID, Detail: []string{"version " + strconv.Itoa(f.Version)}}
	for _, made := range f.Decisions {
		if made.ReasonsState == legible {
			e.Detail = append(e.Detail, "decision "+made.ID.String())
		}
	}
	if f.Proposal != nil && f.Proposal.ReasonsState == legible {
		e.Detail = append(e.Detail, "proposal "+f.Proposal.ID.String())
	}
	var read []event.ID
	seen := map[event.ID][]string{}
	for _, r := range f.Reports {
		if of := r.seen(); len(of) > 0 {
			read = append(read, r.ID)
			seen[r.ID] = of
		}
	}
	if len(read) == 0 {
		e.Action = auditViewed
		return e.Write(ctx, q)
	}
	e.Action = auditRead
	return e.WriteForReports(ctx, q, read, seen)
}

// seen is what of a report opened.
func (r report) seen() (detail []string) {
	if r.ContentState == legible {
		detail = append(detail, "report version "+strconv.Itoa(r.Version))
	}
	for _, f := range r.Files {
		if f.NameState == legible {
			detail = append(detail, "name of evidence "+f.ID.String())
		}
	}
	for _, up := range r.FollowUps {
		if up.TextState == legible {
			detail = append(detail, "follow-up "+up.ID.String())
		}
	}
	for _, told := range r.Replies {
		if told.TextState == legible {
			detail = append(detail, "message "+told.ID.String())
		}
	}
	return detail
}

// report is the one with this id, or nil.
func (f *caseFile) report(id event.ID) *report {
	for i := range f.Reports {
		if f.Reports[i].ID == id {
			return &f.Reports[i]
		}
	}
	return nil
}

// openOwn opens what moderators wrote: reasons of decisions and of a proposal,
// and replies, all under the case's data key.
func (d *desk) openOwn(ctx context.Context, q *store.Queries, f *caseFile) error {
	decisions, err := q.DecisionsOf(ctx, f.ID)
	if err != nil {
		return fmt.Errorf("reading a case's decisions: %w", err)
	}
	replies, err := q.RepliesOf(ctx, f.ID)
	if err != nil {
		return fmt.Errorf("reading a case's replies: %w", err)
	}
	proposed, err := q.ProposalOf(ctx, f.ID)
	none := errors.Is(err, pgx.ErrNoRows)
	if err != nil && !none {
		return fmt.Errorf("reading what is proposed: %w", err)
	}
	if len(decisions)+len(replies) == 0 && none {
		return nil
	}
	key, keyErr := d.caseKey(ctx, q, f.ID)
	if keyErr != nil && !errors.Is(keyErr, errErased) && !errors.Is(keyErr, keys.ErrNoKey) && !errors.Is(keyErr, vault.ErrOpen) {
		return keyErr
	}
	open := func(place vault.Place, sealed []byte) (string, legibility) {
		plaintext, err := []byte(nil), keyErr
		if err == nil {
			plaintext, err = key.Open(place, sealed)
		}
		state := legibilityOf(err)
		if state == locked {
			d.log.Error("a moderator's words can't be opened", "table", place.Table, "row", place.Row, "error", postgres.Redact(err))
		}
		return string(plaintext), state
	}
	for _, row := range decisions {
		made := decision{
			ID: row.ID, Version: int(row.CaseVersion), Action: event.Action(row.Action), Article: row.Article, Conduct: row.Conduct,
			Automated: row.Automated, Moderator: moderator{ID: row.ModeratorID, Name: row.Moderator}, DecidedAt: row.DecidedAt.UTC(),
		}
		if row.SecondModeratorID != nil && row.SecondModerator != nil {
			made.Second = &moderator{ID: *row.SecondModeratorID, Name: *row.SecondModerator}
		}
		made.Reasons, made.ReasonsState = open(reasonsPlace(f.ID, row.ID), row.Reasons)
		f.Decisions = append(f.Decisions, made)
	}
	if !none {
		f.Proposal = waitingOf(proposed)
		f.Proposal.Reasons, f.Proposal.ReasonsState = open(proposalPlace(f.ID, proposed.ID), proposed.Reasons)
	}
	for _, row := range replies {
		told := reply{ID: row.ID, At: row.At.UTC(), Moderator: moderator{ID: *row.ModeratorID, Name: row.Moderator}}
		told.Text, told.TextState = open(replyPlace(f.ID, row.ID), row.Copy)
		if r := f.report(row.ReportID); r != nil {
			r.Replies = append(r.Replies, told)
		}
	}
	return nil
}

// caseKey unwraps a case's data key. It is errErased where there is none.
func (d *desk) caseKey(ctx context.Context, q *store.Queries, id event.ID) (vault.DataKey, error) {
	row, err := q.DataKey(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return vault.DataKey{}, errErased
	}
	if err != nil {
		return vault.DataKey{}, fmt.Errorf("reading a data key: %w", err)
	}
	return d.vault.Unwrap(vault.WrappedKey{Owner: id, Community: row.Community, Month: row.Month, Wrapped: row.Wrapped})
}

func reasonsPlace(caseID, decisionID event.ID) vault.Place {
	return vault.Place{Owner: caseID, Table: "decision", Column: "reasons", Row: decisionID}
}

func replyPlace(caseID, messageID event.ID) vault.Place {
	return vault.Place{Owner: caseID, Table: "message", Column: "copy", Row: messageID}
}

// cite puts the code of conduct beside the case. Without it the case can still
// be read, not decided.
func (d *desk) cite(ctx context.Context, f *caseFile) {
	titles := d.codes.titles()
	f.caseSummary = f.titled(ctx, titles)
	for i, made := range f.Decisions {
		f.Decisions[i].ArticleTitle = titles.of(ctx, made.Conduct, made.Article)
	}
	if f.Proposal != nil {
		f.Proposal.ArticleTitle = titles.of(ctx, f.Conduct, f.Proposal.Article)
	}
	f.code = titles.code(ctx, f.Conduct)
	f.explain(ctx, titles)
	for _, a := range f.code.Articles {
		f.Articles = append(f.Articles, article{ID: a.ID, Severity: a.Severity, Title: a.Title, Text: a.Text})
	}
}

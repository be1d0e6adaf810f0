package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/postgres"
	"recourse/moderation/conduct"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// caseFile is a case opened for one look at it.
type caseFile struct {
	caseSummary

	Reports   []report   `json:"reports"`
	Decisions []decision `json:"decisions"` // the oldest first
	Articles  []article  `json:"articles"`  // of the code that binds the case; empty where it can't be read now

	code conduct.Code // what Articles are made of
}

// legibility says whether something sealed at rest could be opened.
type legibility string

const (
	legible legibility = "open"
	erased  legibility = "erased" // its key was deleted: nobody will read it again
	locked  legibility = "locked" // this server lacks the key, or what is stored is damaged
)

// report is one report of a case.
type report struct {
	ID           event.ID       `json:"id"`
	ReceivedAt   time.Time      `json:"received_at"`
	OpenedAt     time.Time      `json:"opened_at"`
	Version      int            `json:"version"`
	ContentState legibility     `json:"content_state"`
	Content      *event.Content `json:"content"` // null unless content_state is "open"
	Rules        []firedRule    `json:"rules"`
}

// firedRule is a rule of the code of conduct that fired for a report.
type firedRule struct {
	Rule   string `json:"rule"`
	Effect string `json:"effect"`
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
	row, err := q.CaseByID(ctx, store.CaseByIDParams{ID: id, Communities: m.Communities})
	if errors.Is(err, pgx.ErrNoRows) {
		return caseFile{}, errNoCase
	}
	if err != nil {
		return caseFile{}, fmt.Errorf("reading a case: %w", err)
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
	if err := d.openDecisions(ctx, q, &f); err != nil {
		return caseFile{}, err
	}
	if err := f.record(ctx, q, m, now); err != nil {
		return caseFile{}, err
	}
	return f, nil
}

// record writes who looks at what: an entry for each report that opened.
func (f *caseFile) record(ctx context.Context, q *store.Queries, m moderator, now time.Time) error {
	e := entry{at: now, actor: m.ID, caseID: f.ID, detail: []string{"version " + strconv.Itoa(f.Version)}}
	for _, made := range f.Decisions {
		if made.ReasonsState == legible {
			e.detail = append(e.detail, "decision "+made.ID.String())
		}
	}
	var read []event.ID
	versions := map[event.ID]string{}
	for _, r := range f.Reports {
		if r.ContentState == legible {
			read = append(read, r.ID)
			versions[r.ID] = "report version " + strconv.Itoa(r.Version)
		}
	}
	if len(read) == 0 {
		e.action = auditViewed
		return e.write(ctx, q)
	}
	e.action = auditRead
	return e.writeForReports(ctx, q, read, versions)
}

func (d *desk) openReport(row store.ReportsOfRow, rules []store.RulesOfRow) report {
	r := report{
		ID: row.ID, ReceivedAt: row.ReceivedAt.UTC(), OpenedAt: row.OpenedAt.UTC(), Version: int(row.Version), Rules: []firedRule{},
	}
	for _, f := range rules {
		if f.ReportID == row.ID {
			r.Rules = append(r.Rules, firedRule{Rule: f.Rule, Effect: f.Effect})
		}
	}
	content, err := d.content(row)
	r.ContentState = legibilityOf(err)
	switch r.ContentState {
	case legible:
		r.Content = &content
	case locked:
		d.log.Error("a report can't be opened", "report", row.ID, "error", postgres.Redact(err))
	case erased: // as it should be
	}
	return r
}

var errErased = errors.New("the data key was deleted")

func legibilityOf(err error) legibility {
	switch {
	case err == nil:
		return legible
	case errors.Is(err, errErased):
		return erased
	default:
		return locked
	}
}

// content opens what a report says.
func (d *desk) content(row store.ReportsOfRow) (event.Content, error) {
	if row.Month == nil {
		return event.Content{}, errErased
	}
	key, err := d.vault.Unwrap(vault.WrappedKey{Owner: row.ID, Community: row.Community, Month: *row.Month, Wrapped: row.Wrapped})
	if err != nil {
		return event.Content{}, err
	}
	plaintext, err := key.Open(vault.Place{Owner: row.ID, Table: "report", Column: "content", Row: row.ID}, row.Content)
	if err != nil {
		return event.Content{}, err
	}
	var content event.Content
	// Not strictly: a later worker may have stored a field that is new.
	if err := json.Unmarshal(plaintext, &content); err != nil {
		return event.Content{}, errors.New("a report's content is not JSON")
	}
	return content, nil
}

func (d *desk) openDecisions(ctx context.Context, q *store.Queries, f *caseFile) error {
	rows, err := q.DecisionsOf(ctx, f.ID)
	if err != nil {
		return fmt.Errorf("reading a case's decisions: %w", err)
	}
	if len(rows) == 0 {
		return nil
	}
	key, keyErr := d.caseKey(ctx, q, f.ID)
	if keyErr != nil && !errors.Is(keyErr, errErased) && !errors.Is(keyErr, keys.ErrNoKey) && !errors.Is(keyErr, vault.ErrOpen) {
		return keyErr
	}
	for _, row := range rows {
		made := decision{
			ID: row.ID, Version: int(row.CaseVersion), Action: event.Action(row.Action), Article: row.Article, Conduct: row.Conduct,
			Automated: row.Automated, Moderator: moderator{ID: row.ModeratorID, Name: row.Moderator}, DecidedAt: row.DecidedAt.UTC(),
		}
		reasons, err := []byte(nil), keyErr
		if err == nil {
			reasons, err = key.Open(reasonsPlace(f.ID, row.ID), row.Reasons)
		}
		made.ReasonsState, made.Reasons = legibilityOf(err), string(reasons)
		if made.ReasonsState == locked {
			d.log.Error("a decision's reasons can't be opened", "decision", row.ID, "error", postgres.Redact(err))
		}
		f.Decisions = append(f.Decisions, made)
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

// cite puts the code of conduct beside the case. Without it the case can still
// be read, not decided.
func (d *desk) cite(ctx context.Context, f *caseFile) {
	titles := d.codes.titles()
	f.caseSummary = f.titled(ctx, titles)
	for i, made := range f.Decisions {
		f.Decisions[i].ArticleTitle = titles.of(ctx, made.Conduct, made.Article)
	}
	f.code = titles.read[f.Conduct]
	for _, a := range f.code.Articles {
		f.Articles = append(f.Articles, article{ID: a.ID, Severity: a.Severity, Title: a.Title, Text: a.Text})
	}
}

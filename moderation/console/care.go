package console

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/moderation"
	"recourse/moderation/access"
	"recourse/moderation/audit"
	"recourse/moderation/store"
)

// preferences are what a moderator chose for herself. Nil: as her communities
// say.
type preferences struct {
	Blur   *bool        `json:"blur"`
	Grey   *bool        `json:"grey"`
	Mute   *bool        `json:"mute"`
	Spared []event.Kind `json:"spared_kinds"` // that she is not given by "next"
}

// care is what is done for a moderator's sake. She alone is shown it.
type care struct {
	Today       []int       `json:"today"`       // cases looked at since midnight UTC, by severity: of 1 first
	BreakUntil  *time.Time  `json:"break_until"` // a pause is due, and ends then; or null
	Required    bool        `json:"break_required"`
	BreakAfter  int         `json:"break_after_seconds"` // of work without a pause
	HardPerDay  int         `json:"hard_per_day"`
	SpareHard   bool        `json:"hardest_spared"` // she has seen enough of the hardest cases today
	Preferences preferences `json:"preferences"`
	Blur        bool        `json:"blur"` // pictures, until asked for: hers, or her communities'
	Grey        bool        `json:"grey"`
	Mute        bool        `json:"mute"`
}

// restError says that a moderator takes no further case before a time.
type restError struct{ Until time.Time }

func (restError) Error() string { return "a break is required first" }

// policy is what m's communities ask together.
func (d *desk) policy(m moderator) moderation.Care {
	p := moderation.DefaultCare()
	for i, name := range m.Communities {
		b, ok := d.codes.source.Get(name)
		if !ok {
			continue
		}
		if own := careOf(b.Care); i == 0 {
			p = own
		} else {
			p = p.With(own)
		}
	}
	return p
}

func careOf(c community.Care) moderation.Care {
	p := moderation.DefaultCare()
	if c.HardPerDay > 0 {
		p.HardPerDay = c.HardPerDay
	}
	if c.BreakAfter > 0 {
		p.BreakAfter = c.BreakAfter
	}
	if c.Break > 0 {
		p.Break = c.Break
	}
	p.Required = c.Required
	p.Blur, p.Grey, p.Mute = chosen(c.Blur, p.Blur), chosen(c.Grey, p.Grey), chosen(c.Mute, p.Mute)
	return p
}

func chosen(own *bool, otherwise bool) bool {
	if own != nil {
		return *own
	}
	return otherwise
}

// caredFor returns how a moderator's day goes.
func (d *desk) caredFor(ctx context.Context, q *store.Queries, m moderator) (care, error) {
	now, policy := d.now(), d.policy(m)
	midnight := now.UTC().Truncate(24 * time.Hour)
	// Work may go on past midnight.
	rows, err := q.Exposures(ctx, store.ExposuresParams{ModeratorID: m.ID, Since: midnight.Add(-24 * time.Hour)})
	if err != nil {
		return care{}, fmt.Errorf("reading what a moderator looked at: %w", err)
	}
	c := care{
		Required: policy.Required, BreakAfter: int(policy.BreakAfter.Seconds()),
		HardPerDay: policy.HardPerDay,
	}
	var looks, today []moderation.Look
	for _, row := range rows {
		look := moderation.Look{Case: row.CaseID, At: row.At, Severity: int(row.Severity)}
		looks = append(looks, look)
		if !look.At.Before(midnight) {
			today = append(today, look)
		}
	}
	exposure := moderation.Exposure(today)
	c.Today = exposure[:]
	if until := policy.BreakDue(looks, now); !until.IsZero() {
		until = until.UTC()
		c.BreakUntil = &until
	}
	c.SpareHard = policy.SpareHardest(today)
	if c.Preferences, err = preferencesOf(ctx, q, m); err != nil {
		return care{}, err
	}
	own := c.Preferences
	c.Blur, c.Grey, c.Mute = chosen(own.Blur, policy.Blur), chosen(own.Grey, policy.Grey), chosen(own.Mute, policy.Mute)
	return c, nil
}

// day is caredFor outside a transaction.
func (d *desk) day(ctx context.Context, m moderator) (care, error) {
	return d.caredFor(ctx, store.New(d.pool), m)
}

func preferencesOf(ctx context.Context, q *store.Queries, m moderator) (preferences, error) {
	row, err := q.Preference(ctx, m.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return preferences{Spared: []event.Kind{}}, nil
	}
	if err != nil {
		return preferences{}, fmt.Errorf("reading what a moderator prefers: %w", err)
	}
	p := preferences{Blur: row.Blur, Grey: row.Grey, Mute: row.Mute, Spared: []event.Kind{}}
	for _, kind := range row.SparedKinds {
		p.Spared = append(p.Spared, event.Kind(kind))
	}
	return p, nil
}

// prefer stores what a moderator prefers.
func (d *desk) prefer(ctx context.Context, m moderator, p preferences) error {
	kinds := []string{}
	for _, kind := range p.Spared {
		if !slices.Contains(event.Kinds(), kind) {
			return fieldErrors{{Field: "spared_kinds", Err: errNoKind}}
		}
		kinds = append(kinds, string(kind))
	}
	slices.Sort(kinds)
	return d.inTx(ctx, func(q *store.Queries) error {
		err := q.Prefer(ctx, store.PreferParams{
			ModeratorID: m.ID, Blur: p.Blur, Grey: p.Grey, Mute: p.Mute, SparedKinds: slices.Compact(kinds),
		})
		if err != nil {
			return fmt.Errorf("storing what a moderator prefers: %w", err)
		}
		return audit.Entry{At: d.now(), Actor: m.ID, Action: auditPreferred}.Write(ctx, q)
	})
}

// caring gives take one or two filters that leave out what m had better not be
// given: first the hardest kinds too, once she has seen enough of them today,
// and where nothing else waits only those that she chose not to see. It is
// restError where a break is due and required.
func (d *desk) caring(ctx context.Context, m moderator, f filter, take func(filter) error) error {
	c, err := d.caredFor(ctx, store.New(d.pool), m)
	if err != nil {
		return err
	}
	if c.Required && c.BreakUntil != nil {
		return restError{Until: *c.BreakUntil}
	}
	f.spared = c.Preferences.Spared
	if !c.SpareHard {
		return take(f)
	}
	gentle := f
	gentle.spared = slices.Concat(f.spared, d.hardestKinds(ctx, m))
	if err := take(gentle); !errors.Is(err, errNothingWaits) {
		return err
	}
	return take(f)
}

// mayTake is restError where a break is due and required, and the case is not one
// that m holds already.
func (d *desk) mayTake(ctx context.Context, m moderator, id event.ID) error {
	q := store.New(d.pool)
	c, err := d.caredFor(ctx, q, m)
	if err != nil || !c.Required || c.BreakUntil == nil {
		return err
	}
	row, err := d.find(ctx, q, m, access.CaseClaim, id)
	if err != nil {
		return d.recorded(ctx, err)
	}
	if row.ClaimedBy != nil && *row.ClaimedBy == m.ID {
		return nil
	}
	return restError{Until: *c.BreakUntil}
}

// hardestKinds are those that the codes of m's communities call the hardest.
func (d *desk) hardestKinds(ctx context.Context, m moderator) (kinds []event.Kind) {
	titles := d.codes.titles()
	for _, name := range m.Communities {
		b, ok := d.codes.source.Get(name)
		if !ok {
			continue
		}
		for _, a := range titles.code(ctx, b.Conduct).Articles {
			if a.Severity >= moderation.Hardest {
				kinds = append(kinds, a.Kinds...)
			}
		}
	}
	return kinds
}

// expose counts a look at a case.
func (d *desk) expose(ctx context.Context, q *store.Queries, m moderator, f *caseFile, now time.Time) error {
	severity := d.codes.severity(f.Conduct, f.Article)
	if severity == 0 { // the code is not held: the priority says nearly as much
		severity = min(max(f.Priority/100, 1), moderation.Hardest)
	}
	err := q.Expose(ctx, store.ExposeParams{
		ModeratorID: m.ID, CaseID: f.ID, At: now.Truncate(time.Minute),
		Severity: int16(severity),
	})
	if err != nil {
		return fmt.Errorf("counting a look at a case: %w", err)
	}
	return nil
}

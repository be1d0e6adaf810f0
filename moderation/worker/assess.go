package worker

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"recourse/internal/event"
	"recourse/moderation/conduct"
	"recourse/moderation/store"
)

// history adds to each new report what is known of its account: from the
// database, asked once for each account, and from the other reports of the
// batch. It locks nothing.
func history(ctx context.Context, q *store.Queries, batch []opened, fresh []int) error {
	byAccount := map[int64][]*opened{}
	for _, i := range fresh {
		if o := &batch[i]; o.sketch.Account != 0 {
			byAccount[o.sketch.Account] = append(byAccount[o.sketch.Account], o)
		}
	}
	if len(byAccount) == 0 {
		return nil
	}
	accounts := slices.Sorted(maps.Keys(byAccount))
	var ask store.AccountHistoriesParams
	for n, account := range accounts {
		reports := byAccount[account]
		last := slices.MaxFunc(reports, func(a, b *opened) int { return a.submitted.ReceivedAt.Compare(b.submitted.ReceivedAt) })
		ask.Numbers = append(ask.Numbers, int32(n))
		ask.Accounts = append(ask.Accounts, account)
		ask.ReportIds = append(ask.ReportIds, last.submitted.Report)
		ask.Ats = append(ask.Ats, last.submitted.ReceivedAt)
	}
	rows, err := q.AccountHistories(ctx, ask)
	if err != nil {
		return fmt.Errorf("reading the history of accounts: %w", err)
	}
	for _, row := range rows {
		reports := byAccount[accounts[row.Number]]
		for n, o := range reports {
			h := conduct.History{
				AccountReports: int(row.Reports) + n, LastHour: int(row.LastHour), AccountDecisions: int(row.Decisions), GroupReporters: 1,
			}
			for _, earlier := range reports[:n] {
				if o.submitted.ReceivedAt.Sub(earlier.submitted.ReceivedAt) < time.Hour {
					h.LastHour++
				}
			}
			o.view.History, o.cleared = h, row.Cleared
		}
	}
	return nil
}

// look looks at a report's words. Where that panics, the report is taken
// without: no text may keep itself from moderators.
func (w *Worker) look(code conduct.Code, content event.Content) (v conduct.View) {
	defer func() {
		if p := recover(); p != nil {
			w.log.Error("looking at words made the worker panic", "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			v = code.View(event.Content{Kind: content.Kind, Grounds: content.Grounds, Role: content.Role, Frequency: content.Frequency})
			v.Failed = true
		}
	}()
	return code.View(content)
}

// assess applies the code of conduct, once the history is there. What a person
// has looked at and let be no rule hides again: it suggests that.
func (o *opened) assess() {
	o.assessment = o.code.Assess(o.view)
	o.firstLook = o.submitted.ReceivedAt.Add(o.assessment.FirstLook)
	if o.cleared {
		o.forbidHiding(conduct.LookedAt)
	}
}

func (o *opened) forbidHiding(why string) {
	for _, h := range slices.Clone(o.assessment.Hide) {
		o.assessment = o.assessment.WithoutHide(why, h.Rule)
	}
}

// hides is what a batch's rules want to hide, by community and rule: the cases,
// each once, with the reports that want it.
type hides map[[2]string][]*hiding

type hiding struct {
	into    *grouped
	reports []*opened
}

// want notes what the rules of a report want to hide. A case that is hidden
// already costs no quota.
func (h hides) want(o *opened, into *grouped) {
	if !into.shownAt.IsZero() {
		o.forbidHiding(conduct.LookedAt)
	}
	if !into.hiddenSince.IsZero() {
		return
	}
	for _, hide := range o.assessment.Hide {
		name := [2]string{o.submitted.Community, hide.Rule}
		n := slices.IndexFunc(h[name], func(x *hiding) bool { return x.into == into })
		if n < 0 {
			n = len(h[name])
			h[name] = append(h[name], &hiding{into: into})
		}
		h[name][n].reports = append(h[name][n].reports, o)
	}
}

// breakCircuits counts what rules hide in this hour, and has those whose quota
// is used up suggest it only. A rule gone wild does no more than that.
func (h hides) breakCircuits(ctx context.Context, q *store.Queries, now time.Time) error {
	if len(h) == 0 {
		return nil
	}
	// In one order, so that two that count the same rules wait for one another.
	names := slices.SortedFunc(maps.Keys(h), func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	count := store.CountHidesParams{Hour: now.Truncate(time.Hour)}
	for _, name := range names {
		count.Communities = append(count.Communities, name[0])
		count.Rules = append(count.Rules, name[1])
		count.Hidden = append(count.Hidden, int32(len(h[name]))) //nolint:gosec // within a batch
	}
	rows, err := q.CountHides(ctx, count)
	if err != nil {
		return fmt.Errorf("counting what rules hide: %w", err)
	}
	for _, row := range rows {
		wanted := h[[2]string{row.Community, row.Rule}]
		before := int(row.Hidden) - len(wanted)
		for n, x := range wanted {
			for _, o := range x.reports {
				if before+n >= quotaOf(o.assessment, row.Rule) {
					o.assessment = o.assessment.WithoutHide(conduct.QuotaReached, row.Rule)
				}
			}
		}
	}
	return nil
}

func quotaOf(a conduct.Assessment, rule string) int {
	for _, h := range a.Hide {
		if h.Rule == rule {
			return h.Quota
		}
	}
	return 0
}

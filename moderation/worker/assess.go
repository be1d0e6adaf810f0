package worker

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"recourse/internal/event"
	"recourse/moderation/conduct"
	"recourse/moderation/store"
)

// history adds to each new report what is known of its account: from the
// database, and from reports before it in the batch.
func history(ctx context.Context, q *store.Queries, batch []opened, fresh []int) error {
	var ask store.AccountHistoriesParams
	earlier := map[int64]int{}
	for _, i := range fresh {
		o := &batch[i]
		if o.sketch.Account == 0 {
			continue
		}
		before := earlier[o.sketch.Account]
		o.view.History.AccountReports, o.view.History.LastHour = before, before
		earlier[o.sketch.Account]++
		ask.Numbers = append(ask.Numbers, int32(i)) //nolint:gosec // within a batch
		ask.Accounts = append(ask.Accounts, o.sketch.Account)
		ask.ReportIds = append(ask.ReportIds, o.submitted.Report)
		ask.Ats = append(ask.Ats, o.submitted.ReceivedAt)
	}
	if len(ask.Numbers) == 0 {
		return nil
	}
	rows, err := q.AccountHistories(ctx, ask)
	if err != nil {
		return fmt.Errorf("reading the history of accounts: %w", err)
	}
	for _, row := range rows {
		h := &batch[row.Number].view.History
		h.AccountReports += int(row.Reports)
		h.LastHour += int(row.LastHour)
		h.AccountDecisions = int(row.Decisions)
	}
	return nil
}

// look looks at a report's words. Where that panics, the report is taken
// without: no text may keep itself from moderators.
func (w *Worker) look(code conduct.Code, content event.Content) (v conduct.View) {
	defer func() {
		if p := recover(); p != nil {
			w.log.Error("looking at words made the worker panic", "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			content.Description = ""
			v = code.View(content)
			v.Failed = true
		}
	}()
	return code.View(content)
}

// assess applies the code of conduct, once the history is there.
func (o *opened) assess() {
	o.assessment = o.code.Assess(o.view)
	o.firstLook = o.submitted.ReceivedAt.Add(o.assessment.FirstLook)
}

// hides is what a batch's rules want to hide, by community and rule.
type hides map[[2]string][]*opened

// want notes what the rules of a report want to hide. A case that is hidden
// already costs no quota.
func (h hides) want(o *opened, into *grouped) {
	if !into.hiddenSince.IsZero() {
		return
	}
	for _, hide := range o.assessment.Hide {
		name := [2]string{o.submitted.Community, hide.Rule}
		h[name] = append(h[name], o)
	}
}

// breakCircuits counts what rules hide in this hour, and has those whose quota
// is used up suggest it only. A rule gone wild does no more than that.
func (h hides) breakCircuits(ctx context.Context, q *store.Queries, now time.Time) error {
	if len(h) == 0 {
		return nil
	}
	// In one order, so that two that count the same rules wait for one another.
	names := make([][2]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
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
		for n, o := range wanted {
			if before+n >= quotaOf(o.assessment, row.Rule) {
				o.assessment = o.assessment.WithoutHide(row.Rule)
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

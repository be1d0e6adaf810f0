package backtest

import (
	"runtime"
	"sync"
	"sync/atomic"

	"recourse/internal/event"
	"recourse/internal/fault"
	"recourse/moderation/conduct"
	"recourse/moderation/conduct/backtest"
	"recourse/moderation/store"
	"recourse/moderation/vault"
)

// judge judges the reports of a page, in their order, on every core.
func (b *Backtest) judge(p page) []backtest.Report {
	judged := make([]backtest.Report, len(p.rows))
	var next atomic.Int64
	var g sync.WaitGroup
	for range max(2, runtime.GOMAXPROCS(0)) {
		g.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(p.rows) {
					return
				}
				judged[i] = b.report(p.rows[i], p.histories[i])
			}
		})
	}
	g.Wait()
	return judged
}

// report judges one report.
func (b *Backtest) report(row store.ReportsReceivedRow, history conduct.History) (r backtest.Report) {
	r = backtest.Report{Case: row.CaseID, Last: row.Last, Decision: b.decision(row), Skip: skip(row)}
	if r.Skip != "" {
		return r
	}
	defer func() {
		if recover() != nil { // what it says may quote content
			r.Skip = backtest.Failed
		}
	}()
	by := b.codes[row.Conduct]
	if by == nil {
		r.Skip = backtest.WithoutCode
		return r
	}
	content, ok := b.open(row)
	if !ok {
		r.Skip = backtest.Unopenable
		return r
	}
	fault.Report("backtest.judge", row.ID)
	history.GroupReporters = int(row.Reporters)
	view := b.Draft.View(content)
	view.History = history
	r.Before = backtest.Recorded(*by, content.Kind, row.Fired, row.Failed)
	r.After = backtest.Judge(b.Draft, view)
	return r
}

func (b *Backtest) open(row store.ReportsReceivedRow) (content event.Content, ok bool) {
	key, err := b.vault.Unwrap(vault.WrappedKey{Owner: row.ID, Community: b.Community, Month: *row.Month, Wrapped: row.Wrapped})
	if err != nil {
		return content, false
	}
	plaintext, err := key.Open(vault.Place{Owner: row.ID, Table: "report", Column: "content", Row: row.ID}, row.Content)
	if err != nil {
		return content, false
	}
	return content, event.DecodeStrict(plaintext, &content) == nil
}

// decision is what moderators decided of a report's case. What was decided
// without them is no measure of a rule.
func (b *Backtest) decision(row store.ReportsReceivedRow) *backtest.Decision {
	if row.Action == "" || row.Automated {
		return nil
	}
	d := &backtest.Decision{Action: event.Action(row.Action), Article: row.Article}
	if by := b.codes[row.DecidedConduct]; by != nil {
		d.Code = by
	}
	return d
}

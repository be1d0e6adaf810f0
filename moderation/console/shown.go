package console

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"recourse/internal/event"
	"recourse/internal/web"
	"recourse/moderation"
	"recourse/moderation/access"
	"recourse/moderation/audit"
	"recourse/moderation/status"
	"recourse/moderation/store"
)

// A rule hides until a moderator has looked. A decision ends that, and so does
// saying that it is to be shown again: the pages' and the API's side of it.

// showAgain ends the hiding without a decision: the case's next version, the
// statuses that the relay is to write and the audit entry, all or nothing. Where
// nothing is hidden any more, nothing is to be done.
func (d *desk) showAgain(ctx context.Context, m moderator, id event.ID, version int) error {
	return d.inTx(ctx, func(q *store.Queries) error {
		row, err := d.lock(ctx, q, m, access.CaseShow, id)
		if err != nil {
			return err
		}
		if row.HiddenSince == nil {
			return nil
		}
		now := d.now()
		changed, err := caseOf(row).ShowAgain(m.ID, version, now)
		if err != nil {
			return err
		}
		next := int32(changed.Version) //nolint:gosec // raised by one from an integer column
		if err := q.ShowAgain(ctx, store.ShowAgainParams{ID: id, Version: next, At: now}); err != nil {
			return fmt.Errorf("showing again what was hidden: %w", err)
		}
		reports, err := q.LiveReportsOf(ctx, id)
		if err != nil {
			return fmt.Errorf("reading a case's reports: %w", err)
		}
		for _, report := range reports {
			if _, err := q.RaiseReportVersion(ctx, report); err != nil {
				return fmt.Errorf("raising a report's version: %w", err)
			}
		}
		due := store.InsertStatusesDueParams{CaseID: id, ReportIds: reports, CreatedAt: status.At(now)}
		if err := q.InsertStatusesDue(ctx, due); err != nil {
			return fmt.Errorf("leaving statuses to the relay: %w", err)
		}
		return audit.Entry{
			At: now, Actor: m.ID, Action: auditShown, Case: id, Detail: []string{"version " + strconv.Itoa(changed.Version)},
		}.Write(ctx, q)
	})
}

func (c *Console) postShown(g *gin.Context) {
	id, form, ok := c.caseForm(g)
	if !ok {
		return
	}
	d := draftOf(form)
	if d == nil {
		d = &draft{}
	}
	if err := c.desk.showAgain(g.Request.Context(), signedIn(g), id, d.version()); err != nil {
		c.conflict(g, id, err, d)
		return
	}
	if d.decides() || d.Text != "" {
		c.showCaseFile(g, id, http.StatusOK, casePage{Draft: d, Notice: "It is shown again. What you wrote was not sent yet."})
		return
	}
	g.Redirect(http.StatusSeeOther, "/cases/"+id.String())
}

func (c *Console) showCaseAgain(g *gin.Context) {
	var in struct {
		Version int `json:"version"`
	}
	if p := web.ReadJSON(g, maxBody, &in); p != nil {
		web.WriteProblem(g, *p)
		return
	}
	id, err := event.ParseID(g.Param("id"))
	switch {
	case err != nil:
		c.fail(g, errNoCase)
		return
	case in.Version < 1:
		c.fail(g, fieldErrors{moderation.FieldError{Field: "version", Err: errNoVersion}})
		return
	}
	if err := c.desk.showAgain(g.Request.Context(), signedIn(g), id, in.Version); err != nil {
		c.fail(g, err)
		return
	}
	g.Status(http.StatusNoContent)
}

package console

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"recourse/internal/event"
	"recourse/internal/web"
	"recourse/moderation"
)

// The pages' and the API's side of giving a report a case of its own.

// errLetterBegun says that a message was begun. Once a report has left, the form
// has other recipients: the words could go to the wrong one.
var errLetterBegun = errors.New("a message was begun and not sent")

const querySplit = "split"

// Splitting says whether the moderator may give one of the reports a case of its
// own.
func (p casePage) Splitting() bool {
	return p.ClosedAt == nil && p.Mine && len(p.Recipients()) > 1
}

func (c *Console) postSplit(g *gin.Context) {
	id, form, ok := c.caseForm(g)
	if !ok {
		return
	}
	d := draftOf(form)
	if d == nil {
		d = &draft{}
	}
	report, err := event.ParseID(g.Param("report"))
	switch {
	case err != nil:
		c.fail(g, errNoPage)
		return
	case d.Text != "":
		c.conflict(g, id, errLetterBegun, d)
		return
	}
	done, err := c.desk.split(g.Request.Context(), signedIn(g), id, report, d.version())
	switch {
	case err != nil:
		c.conflict(g, id, err, d)
	case d.decides():
		d.Token, d.Report = "", ""
		c.showCaseFile(g, id, http.StatusOK, casePage{
			Draft: d, Notice: "The report has a case of its own now: " + done.Case.String() + ". Your decision on this one was not recorded yet.",
		})
	default:
		g.Redirect(http.StatusSeeOther, "/cases/"+done.Case.String()+"?"+querySplit)
	}
}

const noticeSplit = "This report has a case of its own now. You still hold the case that it was in; nobody holds this one yet."

func (c *Console) splitCase(g *gin.Context) {
	var in struct {
		Version int `json:"version"`
	}
	if p := web.ReadJSON(g, maxBody, &in); p != nil {
		web.WriteProblem(g, *p)
		return
	}
	report, err := event.ParseID(g.Param("report"))
	switch {
	case err != nil:
		c.fail(g, fieldErrors{{Field: "report", Err: moderation.ErrOtherReport}})
		return
	case in.Version < 1:
		c.fail(g, fieldErrors{{Field: "version", Err: errNoVersion}})
		return
	}
	c.forCase(g, func(m moderator, id event.ID) (int, any, error) {
		done, err := c.desk.split(g.Request.Context(), m, id, report, in.Version)
		return http.StatusCreated, done, err
	})
}

package console

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"recourse/internal/event"
	"recourse/internal/web"
	"recourse/moderation"
)

// The pages' and the API's side of messages to reporters, and of what is marked
// as read.

func (c *Console) postMessage(g *gin.Context) {
	id, form, ok := c.caseForm(g)
	if !ok {
		return
	}
	d := draftOf(form)
	if d == nil {
		d = &draft{}
	}
	report, _ := event.ParseID(d.Report) // what is no id is no report of the case
	_, err := c.desk.write(g.Request.Context(), signedIn(g), id, letter{
		Reply: moderation.Reply{Report: report, Text: d.Text}, Version: d.version(), Key: d.Token,
	})
	switch {
	case errors.Is(err, errKeyReused): // the page was gone back to, and other words were sent
		d.Token = ""
		c.conflict(g, id, errSentBefore, d)
	case err != nil:
		c.conflict(g, id, err, d)
	case d.decides():
		d.Token, d.Text = "", ""
		c.showCaseFile(g, id, http.StatusOK, casePage{Draft: d, Notice: noticeSent})
	default:
		g.Redirect(http.StatusSeeOther, "/cases/"+id.String()+"?"+querySent)
	}
}

const (
	querySent  = "sent"
	noticeSent = "Your message was sent. The reporter sees it with the receipt."
)

func (c *Console) postRead(g *gin.Context) {
	id, form, ok := c.caseForm(g)
	if !ok {
		return
	}
	d := draftOf(form)
	if d == nil {
		d = &draft{}
	}
	if err := c.desk.note(g.Request.Context(), signedIn(g), id, d.version()); err != nil {
		c.conflict(g, id, err, d)
		return
	}
	if d.Text != "" {
		c.showCaseFile(g, id, http.StatusOK, casePage{Draft: d, Notice: "Marked as read. Your message was not sent yet."})
		return
	}
	g.Redirect(http.StatusSeeOther, "/queue")
}

func (c *Console) createMessage(g *gin.Context) {
	var in struct {
		Report  event.ID `json:"report"`
		Text    string   `json:"text"`
		Version int      `json:"version"`
	}
	if p := web.ReadJSON(g, maxBody, &in); p != nil {
		web.WriteProblem(g, *p)
		return
	}
	key := g.GetHeader("Idempotency-Key")
	if len(key) > maxKey {
		c.fail(g, fieldErrors{{Field: "Idempotency-Key", Err: errLongKey}})
		return
	}
	c.forCase(g, func(m moderator, id event.ID) (int, any, error) {
		done, err := c.desk.write(g.Request.Context(), m, id, letter{
			Reply: moderation.Reply{Report: in.Report, Text: in.Text}, Version: in.Version, Key: key,
		})
		return http.StatusCreated, done, err
	})
}

func (c *Console) noteCase(g *gin.Context) {
	var in struct {
		Version int `json:"version"`
	}
	if p := web.ReadJSON(g, maxBody, &in); p != nil {
		web.WriteProblem(g, *p)
		return
	}
	if in.Version < 1 {
		c.fail(g, fieldErrors{{Field: "version", Err: errNoVersion}})
		return
	}
	id, err := event.ParseID(g.Param("id"))
	if err != nil {
		c.fail(g, errNoCase)
		return
	}
	if err := c.desk.note(g.Request.Context(), signedIn(g), id, in.Version); err != nil {
		c.fail(g, err)
		return
	}
	g.Status(http.StatusNoContent)
}

// draft is what was typed on a case's page: the decision and the message stand
// in one form, so that neither is lost when the other is sent.
type draft struct {
	Version string
	Action  event.Action
	Article string
	Reasons string

	Report string // whom the message is for
	Text   string
	Token  string // sent twice, the message is written once
}

// version is 0 where what was sent is no number, and so no version of a case.
func (d *draft) version() int {
	n, _ := strconv.Atoi(d.Version)
	return n
}

// decides reports whether a decision was begun.
func (d *draft) decides() bool { return d.Action != "" || d.Reasons != "" }

// wrote is all that was written, for a page that can only give it back.
func (d *draft) wrote() string { return strings.TrimSpace(d.Reasons + "\n\n" + d.Text) }

package console

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"recourse/internal/event"
	"recourse/internal/web"
)

// The pages' and the API's side of consenting to a proposal, refusing it and
// taking it back.

// Own says whether the moderator made the proposal herself.
func (p casePage) Own() bool {
	return p.Proposal != nil && p.Me != nil && p.Proposal.Moderator.ID == p.Me.ID
}

// Answerable says whether she may answer it: nobody else holds the case.
func (p casePage) Answerable() bool { return p.Mine || p.Claim == nil }

func (c *Console) postConsent(g *gin.Context) {
	id, form, ok := c.caseForm(g)
	if !ok {
		return
	}
	d := draftOf(form)
	if d == nil {
		d = &draft{}
	}
	proposal, _ := event.ParseID(form.Get("proposal")) // what is no id is no proposal of the case
	if _, err := c.desk.consent(g.Request.Context(), signedIn(g), id, proposal, d.version()); err != nil {
		c.conflict(g, id, err, d)
		return
	}
	if d.Text != "" {
		c.showCaseFile(g, id, http.StatusOK, casePage{Draft: d, Notice: "The decision took effect. Your message was not sent yet."})
		return
	}
	g.Redirect(http.StatusSeeOther, "/cases/"+id.String())
}

func (c *Console) postRefusal(g *gin.Context) {
	id, form, ok := c.caseForm(g)
	if !ok {
		return
	}
	d := draftOf(form)
	if d == nil {
		d = &draft{}
	}
	proposal, _ := event.ParseID(form.Get("proposal")) // as above
	if err := c.desk.refuse(g.Request.Context(), signedIn(g), id, proposal); err != nil {
		c.conflict(g, id, err, d)
		return
	}
	if form.Has("proposed_action") { // her own: what she wrote is in the form again
		d.Action, d.Article, d.Reasons = event.Action(form.Get("proposed_action")), form.Get("proposed_article"), form.Get("proposed_reasons")
		c.showCaseFile(g, id, http.StatusOK, casePage{Draft: d, Notice: "You took your proposal back. What you wrote is kept below."})
		return
	}
	if d.Text != "" {
		c.showCaseFile(g, id, http.StatusOK, casePage{Draft: d, Notice: "The proposal was refused. Your message was not sent yet."})
		return
	}
	g.Redirect(http.StatusSeeOther, "/cases/"+id.String())
}

func (c *Console) consentCase(g *gin.Context) {
	var in struct {
		Version  int      `json:"version"`
		Proposal event.ID `json:"proposal"`
	}
	if p := web.ReadJSON(g, maxBody, &in); p != nil {
		web.WriteProblem(g, *p)
		return
	}
	if in.Version < 1 {
		c.fail(g, fieldErrors{{Field: "version", Err: errNoVersion}})
		return
	}
	c.forCase(g, func(m moderator, id event.ID) (int, any, error) {
		made, err := c.desk.consent(g.Request.Context(), m, id, in.Proposal, in.Version)
		return http.StatusCreated, made, err
	})
}

func (c *Console) refuseCase(g *gin.Context) {
	var in struct {
		Proposal event.ID `json:"proposal"`
	}
	if p := web.ReadJSON(g, maxBody, &in); p != nil {
		web.WriteProblem(g, *p)
		return
	}
	id, err := event.ParseID(g.Param("id"))
	if err != nil {
		c.fail(g, errNoCase)
		return
	}
	if err := c.desk.refuse(g.Request.Context(), signedIn(g), id, in.Proposal); err != nil {
		c.fail(g, err)
		return
	}
	g.Status(http.StatusNoContent)
}

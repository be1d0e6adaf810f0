package console

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

type queuePageData struct {
	page
	queue

	Communities []namedCommunity // the moderator's own
	Empty       bool             // she asked for the next case, and none was free
}

type namedCommunity struct{ Name, Title string }

// CommunityTitle is the title of one of Communities.
func (p queuePageData) CommunityTitle(name string) string {
	for _, c := range p.Communities {
		if c.Name == name {
			return c.Title
		}
	}
	return name
}

// Due is what the template "due" takes.
func (p queuePageData) Due(s caseSummary) dueData { return dueData{Now: p.Now, Case: s} }

// dueData says when a first look at a case is due.
type dueData struct {
	Now  time.Time
	Case caseSummary
}

func (c *Console) getQueue(g *gin.Context) {
	m := signedIn(g)
	q, err := c.desk.queue(g.Request.Context(), m, queuePage)
	if err != nil {
		c.fail(g, err)
		return
	}
	_, empty := g.GetQuery("none")
	c.show(g, http.StatusOK, "queue", queuePageData{
		page: c.page(g, "Queue"), queue: q, Communities: c.communities(m), Empty: empty,
	})
}

func (c *Console) postNext(g *gin.Context) {
	form, err := readForm(g)
	if err != nil {
		c.fail(g, err)
		return
	}
	id, err := c.desk.next(g.Request.Context(), signedIn(g), form.Get("community"))
	switch {
	case errors.Is(err, errNothingWaits):
		g.Redirect(http.StatusSeeOther, "/queue?none")
	case err != nil:
		c.fail(g, err)
	default:
		g.Redirect(http.StatusSeeOther, "/cases/"+id.String())
	}
}

// communities are the moderator's, with the titles that their bundles give.
func (c *Console) communities(m moderator) []namedCommunity {
	named := make([]namedCommunity, 0, len(m.Communities))
	for _, name := range m.Communities {
		named = append(named, namedCommunity{Name: name, Title: c.communityTitle(name)})
	}
	return named
}

// communityTitle is a community's name where its bundle is not held.
func (c *Console) communityTitle(name string) string {
	if b, ok := c.source.Get(name); ok {
		if title := b.Title.In(consoleLanguage, b.Languages); title != "" {
			return title
		}
	}
	return name
}

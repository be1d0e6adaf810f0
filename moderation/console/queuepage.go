package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"recourse/internal/event"
)

type queuePageData struct {
	page
	queue
	offers

	Filter      filter
	Communities []namedCommunity // the moderator's own
	Care        care
	Empty       bool // she asked for the next case, and none was free
}

type namedCommunity struct{ Name, Title string }

// offers are what can be filtered by: what codes of conduct and communities have,
// and what the cases that are shown have besides.
type offers struct {
	Kinds                   []event.Kind
	Queues, Languages, Tags []string
}

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

// ManyQueues says whether it is worth telling a case's queue.
func (p queuePageData) ManyQueues() bool { return len(p.Queues) > 1 }

// ManyLanguages says whether it is worth telling a case's language.
func (p queuePageData) ManyLanguages() bool { return len(p.Languages) > 1 }

// Filtered says whether anything is filtered by.
func (p queuePageData) Filtered() bool { return len(p.Filter.Fields()) > 0 }

// dueData says when a first look at a case is due.
type dueData struct {
	Now  time.Time
	Case caseSummary
}

func (c *Console) getQueue(g *gin.Context) {
	m := signedIn(g)
	f, err := filterOf(g.Request.URL.Query())
	if err != nil {
		c.fail(g, err)
		return
	}
	q, err := c.desk.queue(g.Request.Context(), m, f, queuePage)
	if err != nil {
		c.fail(g, err)
		return
	}
	day, err := c.desk.day(g.Request.Context(), m)
	if err != nil {
		c.fail(g, err)
		return
	}
	_, empty := g.GetQuery(queryNone)
	c.show(g, http.StatusOK, "queue", queuePageData{
		page: c.page(g, "Queue"), queue: q, offers: c.offers(g.Request.Context(), m, f, q.Cases), Filter: f,
		Communities: c.communities(m), Care: day, Empty: empty,
	})
}

const queryNone = "none"

func (c *Console) offers(ctx context.Context, m moderator, f filter, cases []caseSummary) offers {
	o := offers{Kinds: event.Kinds()}
	titles := c.desk.codes.titles()
	for _, name := range m.Communities {
		b, ok := c.source.Get(name)
		if !ok {
			continue
		}
		o.Languages = append(o.Languages, b.Languages...)
		code := titles.code(ctx, b.Conduct)
		o.Queues = append(o.Queues, code.Queues...)
		for _, r := range code.Rules {
			if !r.Shadow {
				o.Tags = append(o.Tags, r.Then.Tags...)
			}
		}
	}
	for _, s := range cases {
		o.Queues, o.Languages, o.Tags = append(o.Queues, s.Queue), append(o.Languages, s.Language), append(o.Tags, s.Tags...)
	}
	o.Queues, o.Languages, o.Tags = offered(o.Queues, f.Queue), offered(o.Languages, f.Language), offered(o.Tags, f.Tag)
	return o
}

// offered is each value once, sorted, with what is chosen among them.
func offered(values []string, chosen string) []string {
	if chosen != "" {
		values = append(values, chosen)
	}
	slices.Sort(values)
	return slices.Compact(values)
}

func (c *Console) postNext(g *gin.Context) {
	form, err := readForm(g)
	if err != nil {
		c.fail(g, err)
		return
	}
	f, err := filterOf(form)
	if err != nil {
		c.fail(g, err)
		return
	}
	id, err := c.desk.next(g.Request.Context(), signedIn(g), f)
	switch {
	case errors.Is(err, errNothingWaits):
		g.Redirect(http.StatusSeeOther, f.address(filterPart{Name: queryNone, Value: "1"}))
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

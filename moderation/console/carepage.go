package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"recourse/internal/event"
	"recourse/internal/web"
)

type carePage struct {
	page
	care

	Kinds []event.Kind
	Saved bool
}

// Spares says whether a kind is one that she chose not to be given.
func (p carePage) Spares(kind event.Kind) bool {
	return slices.Contains(p.Preferences.Spared, kind)
}

// choiceOf is one of three answers to a question of the care page.
type choiceOf struct {
	Name, Says, Chosen string
	Options            []struct{ Value, Says string }
}

func threeWays(name, says string, own *bool) choiceOf {
	c := choiceOf{Name: name, Says: says, Options: []struct{ Value, Says string }{
		{"", "As my communities say"}, {choiceYes, "Yes"}, {choiceNo, "No"},
	}}
	switch {
	case own == nil:
	case *own:
		c.Chosen = choiceYes
	default:
		c.Chosen = choiceNo
	}
	return c
}

const (
	choiceYes = "yes"
	choiceNo  = "no"
)

func (c *Console) getCare(g *gin.Context) {
	m := signedIn(g)
	day, err := c.desk.day(g.Request.Context(), m)
	if err != nil {
		c.fail(g, err)
		return
	}
	_, saved := g.GetQuery("saved")
	c.show(g, http.StatusOK, "care", carePage{page: c.page(g, "Care"), care: day, Kinds: event.Kinds(), Saved: saved})
}

func (c *Console) postCare(g *gin.Context) {
	form, err := readForm(g)
	if err == nil {
		err = c.desk.prefer(g.Request.Context(), signedIn(g), preferencesIn(form))
	}
	if err != nil {
		c.fail(g, err)
		return
	}
	g.Redirect(http.StatusSeeOther, "/care?saved=1")
}

// preferencesIn reads the form: of each of three, as the communities say, yes
// or no.
func preferencesIn(form url.Values) preferences {
	p := preferences{Blur: choiceIn(form.Get("blur")), Grey: choiceIn(form.Get("grey")), Mute: choiceIn(form.Get("mute"))}
	for _, kind := range form["spared_kinds"] {
		p.Spared = append(p.Spared, event.Kind(kind))
	}
	return p
}

func choiceIn(value string) *bool {
	if value != choiceYes && value != choiceNo {
		return nil
	}
	yes := value == choiceYes
	return &yes
}

func (c *Console) showCare(g *gin.Context) {
	day, err := c.desk.day(g.Request.Context(), signedIn(g))
	if err != nil {
		c.fail(g, err)
		return
	}
	g.JSON(http.StatusOK, day)
}

func (c *Console) setPreferences(g *gin.Context) {
	var in preferences
	if p := web.ReadJSON(g, maxBody, &in); p != nil {
		web.WriteProblem(g, *p)
		return
	}
	if err := c.desk.prefer(g.Request.Context(), signedIn(g), in); err != nil {
		c.fail(g, err)
		return
	}
	g.Status(http.StatusNoContent)
}

// careAnswerOf says until when no further case is given.
func careAnswerOf(err error) (answer, bool) {
	rest, ok := errors.AsType[restError](err)
	if !ok {
		return answer{}, false
	}
	return answer{
		http.StatusConflict, "Take a break first",
		"Your community asks for a pause after long work. The next case comes after " + clock(rest.Until) + ". What you hold, you can finish.",
	}, true
}

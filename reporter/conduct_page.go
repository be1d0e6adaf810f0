package reporter

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"recourse/internal/community"
	"recourse/internal/register"
)

const jsonEnding = ".json"

func (i *Intake) conductRoutes(e *gin.Engine) {
	e.GET("/c/:community/conduct", i.conductPage)
	e.GET("/c/:community/conduct.json", i.conductJSON)
	e.GET("/c/:community/conduct/:digest", func(c *gin.Context) {
		if strings.HasSuffix(c.Param("digest"), jsonEnding) {
			i.conductJSON(c)
			return
		}
		i.conductVersionPage(c)
	})
}

// conductPage is GET /c/{community}/conduct: the code of conduct in force. A
// bundle of an earlier version of the program names no register: then, and where
// it can't be read just now, the page has the articles alone.
func (i *Intake) conductPage(c *gin.Context) {
	bundle, ok := i.communityOfPage(c)
	if !ok {
		return
	}
	body := newConductBody(bundle)
	if version, ok := bundle.Code(bundle.Conduct); ok {
		one, err := i.registers.get(c.Request.Context(), version.Register)
		if err != nil {
			i.log.Error("the register of a code in force can't be read", "community", bundle.Name, "error", err)
		} else {
			body.of(one.document)
		}
	}
	i.showConduct(c, bundle, body)
}

// conductVersionPage is GET /c/{community}/conduct/{digest}: a code that is or
// was in force.
func (i *Intake) conductVersionPage(c *gin.Context) {
	bundle, ok := i.communityOfPage(c)
	if !ok {
		return
	}
	version, ok := bundle.Code(c.Param("digest"))
	if !ok {
		i.problemPage(c, http.StatusNotFound)
		return
	}
	one, err := i.registers.get(c.Request.Context(), version.Register)
	if err != nil {
		i.problemPage(c, i.noRegister(bundle, err))
		return
	}
	body := newConductBody(bundle)
	body.of(one.document)
	body.Earlier = version.Digest != bundle.Conduct
	i.showConduct(c, bundle, body)
}

func (i *Intake) showConduct(c *gin.Context, bundle community.Bundle, body *conductBody) {
	v := i.pages.communityView(c, bundle, "title.conduct", c.Query(inputSwitch))
	body.in(v)
	v.Body = body
	i.pages.render(c, http.StatusOK, "conduct", v)
}

// noRegister returns the status of an answer without a register.
func (i *Intake) noRegister(bundle community.Bundle, err error) int {
	i.log.Error("a register can't be read", "community", bundle.Name, "error", err)
	if errors.Is(err, community.ErrNoRegister) {
		return http.StatusNotFound
	}
	return http.StatusServiceUnavailable
}

// conductBody is what the page shows of a code.
type conductBody struct {
	Report   string // where to report
	Self     string // the page of the code in force
	JSON     string // the same for programs; "" without a register
	Articles []conductArticle
	Register *register.Document // nil where there is none
	Earlier  bool               // it is not in force
	Rules    []conductRule
	Changes  []conductChange
	Versions []conductVersion // the one in force first; empty where it is the only one

	bundle community.Bundle
}

func newConductBody(b community.Bundle) *conductBody {
	body := &conductBody{bundle: b}
	for _, a := range b.Articles {
		body.Articles = append(body.Articles, conductArticle{ID: a.ID, title: a.Title, text: a.Text})
	}
	return body
}

// of takes up a register.
func (b *conductBody) of(d register.Document) {
	// What a later version of the program says, and this one has no words for,
	// is left out of the page.
	d.Assessment.Affected = known(register.AllAffected(), d.Assessment.Affected)
	d.Assessment.Data = known(register.AllData(), d.Assessment.Data)
	d.Assessment.Oversight = known(register.AllOversight(), d.Assessment.Oversight)
	d.Assessment.Recourse = known(register.AllRecourse(), d.Assessment.Recourse)
	b.Register, b.Articles = &d, nil
	for _, a := range d.Articles {
		b.Articles = append(b.Articles, conductArticle{ID: a.ID, title: a.Title, text: a.Text})
	}
}

// in words everything in the language of a page.
func (b *conductBody) in(v view) {
	base, query := "/c/"+b.bundle.Name, "?lang="+v.Lang
	b.Report, b.Self = base+"/report"+query, base+"/conduct"+query
	languages := b.bundle.Languages
	if b.Register != nil {
		languages = b.Register.Languages
	}
	for n := range b.Articles {
		a := &b.Articles[n]
		a.Title, a.TitleLang = a.title.Choose(v.Lang, languages)
		a.Text, a.TextLang = a.text.Choose(v.Lang, languages)
	}
	if b.Register == nil {
		return
	}
	b.JSON = base + "/conduct/" + b.Register.Digest + jsonEnding
	b.Rules, b.Changes = rulesIn(v, *b.Register), changesIn(v, *b.Register)
	if len(b.bundle.Codes) < 2 {
		return
	}
	for n, code := range b.bundle.Codes {
		one := conductVersion{Version: code.Version, Since: code.Since, Href: base + "/conduct/" + code.Digest + query}
		if n == 0 {
			one.Href = b.Self
		}
		one.Current = code.Digest == b.Register.Digest && code.Since.Equal(b.Register.Since)
		b.Versions = append(b.Versions, one)
	}
}

// known returns those of the values that are among all.
func known[T comparable](all, values []T) []T {
	var in []T
	for _, value := range values {
		if slices.Contains(all, value) {
			in = append(in, value)
		}
	}
	return in
}

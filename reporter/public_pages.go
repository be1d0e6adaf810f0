package reporter

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"recourse/internal/community"
	"recourse/internal/web"
)

// homePage is GET /: which communities take reports here.
func (i *Intake) homePage(c *gin.Context) {
	v := i.pages.view(c, i.pages.languages.all(), "title.home", c.Query(inputSwitch))
	type entry struct{ Title, Report, Conduct string }
	all := i.communities.All()
	entries := make([]entry, 0, len(all))
	for _, b := range all {
		entries = append(entries, entry{
			Title:   b.Title.In(v.Lang, b.Languages),
			Report:  "/c/" + b.Name + "/report?lang=" + v.Lang,
			Conduct: "/c/" + b.Name + "/conduct?lang=" + v.Lang,
		})
	}
	compare := v.texts.Compare()
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(compare(a.Title, b.Title), strings.Compare(a.Report, b.Report))
	})
	v.Body = entries
	i.pages.render(c, http.StatusOK, "home", v)
}

// communityOfPage answers the request itself where there is no such community.
func (i *Intake) communityOfPage(c *gin.Context) (community.Bundle, bool) {
	bundle, ok := i.communities.Get(c.Param("community"))
	switch {
	case ok:
	case !i.read.Load():
		i.problemPage(c, http.StatusServiceUnavailable)
	default:
		i.problemPage(c, http.StatusNotFound)
	}
	return bundle, ok
}

// problemPage says what is wrong with the request as a whole.
func (i *Intake) problemPage(c *gin.Context, status int) {
	v := i.pages.view(c, i.pages.languages.all(), "title.problem", c.Query(inputSwitch))
	v.Languages = nil
	if status == http.StatusServiceUnavailable {
		c.Header("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
	}
	v.Body = strconv.Itoa(status)
	i.pages.render(c, status, "problem", v)
}

// noRoute answers programs in JSON and people in HTML.
func (i *Intake) noRoute(c *gin.Context) {
	if strings.HasPrefix(c.Request.URL.Path, "/v1/") {
		web.WriteProblem(c, web.Problem{Status: http.StatusNotFound})
		return
	}
	i.problemPage(c, http.StatusNotFound)
}

package reporter

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"recourse/internal/community"
)

// homePage is GET /: which communities take reports here.
func (i *Intake) homePage(c *gin.Context) {
	v := i.pages.view(c, i.pages.languages.all(), "title.home", c.Query(inputSwitch))
	type entry struct{ Title, Report, Conduct string }
	all := i.communities.All()
	slices.SortFunc(all, func(a, b community.Bundle) int { return strings.Compare(a.Name, b.Name) })
	entries := make([]entry, 0, len(all))
	for _, b := range all {
		entries = append(entries, entry{
			Title:   b.Title.In(v.Lang, b.Languages),
			Report:  "/c/" + b.Name + "/report?lang=" + v.Lang,
			Conduct: "/c/" + b.Name + "/conduct?lang=" + v.Lang,
		})
	}
	v.Body = entries
	i.pages.render(c, http.StatusOK, "home", v)
}

// conductPage is GET /c/{community}/conduct: the code of conduct in force.
func (i *Intake) conductPage(c *gin.Context) {
	bundle, ok := i.communityOfPage(c)
	if !ok {
		return
	}
	v := i.pages.communityView(c, bundle, "title.conduct", c.Query(inputSwitch))
	type article struct{ ID, Title, Text string }
	articles := make([]article, 0, len(bundle.Articles))
	for _, a := range bundle.Articles {
		articles = append(articles, article{
			ID: a.ID, Title: a.Title.In(v.Lang, bundle.Languages), Text: a.Text.In(v.Lang, bundle.Languages),
		})
	}
	v.Body = struct {
		Report   string
		Articles []article
	}{"/c/" + bundle.Name + "/report?lang=" + v.Lang, articles}
	i.pages.render(c, http.StatusOK, "conduct", v)
}

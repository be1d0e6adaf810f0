package reporter

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"recourse/reporter/helplines"
)

// Names of the inputs of the help page. Its country stands in the address: it
// tells no more than the public list that it chooses from.
const (
	inputCountry      = "country"
	inputHelpLanguage = "language" // of the page, when the form is sent
)

// helpBody is the help page.
type helpBody struct {
	Countries   []helplines.Country
	Country     string // chosen or guessed; "" where neither
	CountryName string
	Here        helpBlock
	Worldwide   helpBlock
}

// helpPage is GET /help: whom to turn to, by country.
func (i *Intake) helpPage(c *gin.Context) {
	v := i.pages.view(c, i.pages.languages.all(), "title.help", c.Query(inputSwitch), c.Query(inputHelpLanguage))
	v.LanguageForm = "help"
	body := helpBody{Countries: i.helpLines.Named(v.Lang)}
	// A country that was chosen stands, even one that the list lacks: a guess
	// in its place would show numbers that do not work there.
	body.Country = strings.ToUpper(c.Query(inputCountry))
	if body.Country == "" {
		body.Country = i.helpLines.Guess(c.GetHeader("Accept-Language"))
	}
	at := slices.IndexFunc(body.Countries, func(known helplines.Country) bool { return known.Code == body.Country })
	if at < 0 {
		body.Country = ""
	} else {
		body.CountryName = body.Countries[at].Name
		body.Here = newHelpBlock(v, i.helpLines.For(body.Country))
	}
	body.Worldwide = newHelpBlock(v, i.helpLines.For(helplines.Worldwide))
	v.Body = body
	i.pages.render(c, http.StatusOK, "help", v)
}

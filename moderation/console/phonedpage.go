package console

import (
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"recourse/internal/event"
	"recourse/internal/postgres"
	"recourse/moderation/access"
	"recourse/moderation/audit"
	"recourse/moderation/store"
)

// maxPhoned holds the longest report that the intake takes, each byte of it
// escaped.
const maxPhoned = 1 << 20

// phonedPage is the form for a report taken by phone or at a counter.
type phonedPage struct {
	page

	Set         bool // there is an intake to send it to
	Communities []namedCommunity
	Kinds       []event.Kind
	Languages   []namedLanguage
	Token       string // sent twice, it is one report
	Report      phoned
	Links       string // as typed
	Problem     answer
	Errors      fieldErrors
}

// namedLanguage is one that the communities work in.
type namedLanguage struct{ Tag, Name string }

// Error is what is wrong with a field, or "".
func (p phonedPage) Error(field string) string { return p.Errors.of(field) }

// ProblemTitle is the heading of the error summary, or "".
func (p phonedPage) ProblemTitle() string { return p.Problem.title }

// ProblemDetail is the sentence below it.
func (p phonedPage) ProblemDetail() string { return p.Problem.detail }

// Faults are the fields at fault, in the order of the page.
func (p phonedPage) Faults() (all []faultyField) {
	for _, f := range phonedFields() {
		if why := p.Errors.of(f.Name); why != "" {
			all = append(all, faultyField{f, why})
		}
	}
	for _, e := range p.Errors { // of an intake that knows a field more, or less
		if !slices.ContainsFunc(phonedFields(), func(f field) bool { return f.Name == e.Field }) {
			all = append(all, faultyField{field{Label: e.Field}, e.Err.Error()})
		}
	}
	return all
}

// About reports whether something of gender and age is there or at fault: then
// the part is shown open.
func (p phonedPage) About() bool {
	return p.Report.Demographics != demographics{} || p.Error("gender") != "" || p.Error("age_band") != ""
}

// At is what the template "field" takes: the field with this name, and what is
// wrong with it.
func (p phonedPage) At(name string) faultyField {
	for _, f := range phonedFields() {
		if f.Name == name {
			return faultyField{f, p.Errors.of(name)}
		}
	}
	return faultyField{}
}

// Picked reports whether a ground was chosen.
func (p phonedPage) Picked(g event.Ground) bool { return slices.Contains(p.Report.Grounds, g) }

type field struct{ Name, Label string }

type faultyField struct {
	field

	Why string
}

// phonedFields are the form's fields in the order of a talk.
func phonedFields() []field {
	return []field{
		{"community", "Community"},
		{"kind", "What kind"},
		{"description", "What happened"},
		{"since", "Since when"},
		{"frequency", "How often"},
		{"platform", "Where, on which platform"},
		{"handle", "Who did it"},
		{"links", "Links"},
		{"role", "Who is calling"},
		{"grounds", "On what ground"},
		{"do_not_tell_account", "The account must not be told"},
		{"not_beyond_community", "It must not leave this community"},
		{"language", "Language of the caller"},
		{"contact", "Contact"},
		{"gender", "Gender"},
		{"age_band", "Age"},
	}
}

func (c *Console) getPhoned(g *gin.Context) {
	if err := c.desk.anywhere(g.Request.Context(), signedIn(g), access.ReportTake); err != nil {
		c.fail(g, err)
		return
	}
	c.showPhoned(g, http.StatusOK, phonedPage{})
}

func (c *Console) showPhoned(g *gin.Context, status int, p phonedPage) {
	m := signedIn(g)
	p.page, p.Set = c.page(g, "New report"), c.intake != nil
	p.Failed = p.Problem.title != ""
	p.Communities = c.communities(m)
	p.Kinds, p.Languages = c.offered(m)
	if p.Token == "" {
		p.Token = rand.Text()
	}
	c.show(g, status, "phoned", p)
}

// offered are the kinds and languages of a moderator's communities, all of the
// kinds where one of them offers all.
func (c *Console) offered(m moderator) ([]event.Kind, []namedLanguage) {
	var kinds []event.Kind
	var languages []namedLanguage
	for _, name := range m.Communities {
		b, ok := c.source.Get(name)
		if !ok || len(b.Kinds) == 0 {
			kinds = event.Kinds()
		}
		kinds = append(kinds, b.Kinds...)
		for _, tag := range b.Languages {
			if !slices.ContainsFunc(languages, func(l namedLanguage) bool { return l.Tag == tag }) {
				languages = append(languages, namedLanguage{tag, languageName(tag)})
			}
		}
	}
	inOrder := slices.DeleteFunc(event.Kinds(), func(k event.Kind) bool { return !slices.Contains(kinds, k) })
	return inOrder, languages
}

// postPhoned sends the report to the intake and shows the receipt. The page that
// answers holds nothing of the report.
func (c *Console) postPhoned(g *gin.Context) {
	form, err := readFormOf(g, maxPhoned)
	if err == nil && c.intake == nil {
		err = errNoIntake
	}
	if err != nil {
		c.fail(g, err)
		return
	}
	m, report := signedIn(g), phonedOf(form)
	p := phonedPage{Report: report, Links: form.Get("links"), Token: form.Get("token")}
	done, err := c.take(g, m, report, p.Token)
	if err != nil {
		p.Problem = c.logged(g, err)
		p.Errors, _ = errors.AsType[fieldErrors](err)
		if p.Problem.status == http.StatusServiceUnavailable {
			g.Header("Retry-After", "5")
		}
		c.showPhoned(g, p.Problem.status, p)
		return
	}
	c.show(g, http.StatusOK, "receipt", receiptPage{
		page: c.page(g, "Receipt"), Groups: strings.Split(done.Receipt, "-"), StatusURL: done.StatusURL,
	})
}

func (c *Console) take(g *gin.Context, m moderator, report phoned, token string) (taken, error) {
	if bad := report.check(m); len(bad) > 0 {
		return taken{}, bad
	}
	if token == "" {
		token = rand.Text()
	}
	done, err := c.intake.submit(g.Request.Context(), report, token)
	if err != nil {
		return taken{}, err
	}
	// The report is there now: whoever called gets the receipt whatever happens.
	e := audit.Entry{At: c.now(), Actor: m.ID, Action: auditTaken, Report: done.ID}
	if err := e.Write(g.Request.Context(), store.New(c.pool)); err != nil {
		c.log.Error("a report taken by phone is not in the audit log", "report", done.ID, "moderator", m.ID, "error", postgres.Redact(err))
	}
	return done, nil
}

// receiptPage is the receipt to read aloud or to print.
type receiptPage struct {
	page

	Groups    []string
	StatusURL string
}

// Spelled are the symbols of a group with the words that name them on the phone.
func (p receiptPage) Spelled(group string) (all []spelled) {
	for _, symbol := range group {
		all = append(all, spelled{string(symbol), spellingWord(symbol)})
	}
	return all
}

type spelled struct{ Symbol, Word string }

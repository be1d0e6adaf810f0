package reporter

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"recourse/internal/community"
	"recourse/internal/event"
)

// formRoute stands for the form in what a receipt is made from.
const formRoute = "POST /c/{community}/report"

// formBody is the report form, empty or with what was typed.
type formBody struct {
	Action  string // where it is sent
	Conduct string // the page of the code of conduct
	Token   string
	Draft   draft
	Notice  string // key of what went wrong with the form as a whole, or ""
	Minutes int    // of a notice that says how long to wait
	Faults  []shownFault

	Intro, IntroLang string // the community's own words

	MaxDescription, MaxLinks                 int
	Kinds, Roles, Grounds, Genders, AgeBands []option
}

// option is one answer to choose.
type option struct {
	Value  string
	Text   string // key
	Chosen bool
}

// shownFault is what is wrong with one input, in the page's language.
type shownFault struct {
	Input  string
	Anchor string // id of the element to go to
	Label  string
	Text   string
}

// Links is what the input for links holds, one a line.
func (f formBody) Links() string { return strings.Join(f.Draft.Links, "\n") }

// Fault is what is wrong with an input, or "".
func (f formBody) Fault(input string) string {
	var all []string
	for _, fault := range f.Faults {
		if fault.Input == input {
			all = append(all, fault.Text)
		}
	}
	return strings.Join(all, " ")
}

// formPage is GET /c/{community}/report.
func (i *Intake) formPage(c *gin.Context) {
	bundle, ok := i.communityOfPage(c)
	if !ok {
		return
	}
	if i.closed(c, bundle, nil) {
		return
	}
	v := i.formView(c, bundle, c.Query(inputSwitch))
	i.renderForm(c, http.StatusOK, v, bundle, formBody{Token: rand.Text()})
}

// postForm is POST /c/{community}/report: it sends the report, or shows the
// form again with everything that was typed. It answers a sent report with the
// page itself and no redirect, since a receipt must stand in no URL.
func (i *Intake) postForm(c *gin.Context) {
	values, status := readForm(c, maxFormBody)
	if status != 0 {
		i.problemPage(c, status)
		return
	}
	bundle, ok := i.communities.Get(c.Param("community"))
	if !ok && !i.read.Load() && event.ValidCommunity(c.Param("community")) {
		i.notReadYet(c, values)
		return
	}
	if !ok {
		i.problemPage(c, http.StatusNotFound)
		return
	}
	var fs faults
	d := draftOfForm(bundle.Name, values, &fs)
	key := token(c, values)
	if key == "" {
		// For this attempt too: sent again after a lost answer, it stays one.
		key = rand.Text()
	}
	body := formBody{Draft: d.shown(), Token: key}
	if wanted := values.Get(inputSwitch); wanted != "" {
		if i.closed(c, bundle, values) {
			return
		}
		i.renderForm(c, http.StatusOK, i.formView(c, bundle, wanted), bundle, body)
		return
	}
	v := i.formView(c, bundle, values.Get(inputLanguage))
	d.Language = v.Lang // what the person reads is what decisions should be written in
	r := d.check(bundle.Offered(), false, &fs)
	if len(fs) > 0 {
		if i.closed(c, bundle, values) {
			return
		}
		body.Faults = v.faults(bundle, fs)
		i.renderForm(c, http.StatusUnprocessableEntity, v, bundle, body)
		return
	}
	secret, err := i.submit(c.Request.Context(), submission{
		community: bundle, report: r, route: formRoute, key: key, network: i.proxies.Network(c.Request),
	})
	if limited, tooMany := errors.AsType[limitedError](err); tooMany {
		setRetryAfter(c, limited.wait)
		body.Notice, body.Minutes = "error.limited", minutes(limited.wait)
		i.renderForm(c, http.StatusTooManyRequests, v, bundle, body)
		return
	}
	if errors.Is(err, errClosed) {
		i.closedPage(c, bundle, values)
		return
	}
	if err != nil {
		status, body.Notice = i.refuseForm(c, err)
		i.renderForm(c, status, v, bundle, body)
		return
	}
	i.donePage(c, bundle, v.Lang, strings.SplitAfter(secret.Reveal(), "-"))
}

// refuseForm returns the status and the words for where a good report could
// notReadYet gives what was typed back where the intake has just started and
// NATS is away, so that no community is known yet.
func (i *Intake) notReadYet(c *gin.Context, values url.Values) {
	unknown := community.Bundle{Name: c.Param("community"), Languages: i.pages.languages.all()}
	key := token(c, values)
	if key == "" {
		key = rand.Text()
	}
	body := formBody{Draft: draftOfForm(unknown.Name, values, &faults{}).shown(), Token: key, Notice: "error.away"}
	v := i.formView(c, unknown, values.Get(inputLanguage))
	c.Header("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
	i.renderForm(c, http.StatusServiceUnavailable, v, unknown, body)
}

// not be stored.
func (i *Intake) refuseForm(c *gin.Context, err error) (status int, notice string) {
	switch {
	case errors.Is(err, errTooLarge):
		return http.StatusRequestEntityTooLarge, "error.too_large"
	case errors.Is(err, errAway):
		i.log.Warn("a report can't be stored now", "error", err)
		c.Header("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
		return http.StatusServiceUnavailable, "error.away"
	default:
		i.log.Error("a report can't be sealed", "error", err)
		return http.StatusInternalServerError, "error.broken"
	}
}

// donePage shows the receipt, this once, and nothing of the report.
func (i *Intake) donePage(c *gin.Context, b community.Bundle, lang string, groups []string) {
	v := i.pages.communityView(c, b, "title.done", lang)
	v.Languages = nil // changing it would lose the receipt
	v.Body = groups
	i.pages.render(c, http.StatusOK, "done", v)
}

func (i *Intake) formView(c *gin.Context, b community.Bundle, wanted string) view {
	v := i.pages.communityView(c, b, "title.report", wanted)
	v.LanguageForm = "report"
	return v
}

func (i *Intake) renderForm(c *gin.Context, status int, v view, b community.Bundle, body formBody) {
	if status >= http.StatusBadRequest {
		v.Title = v.texts.plain("title.error")
	}
	d := body.Draft
	body.Action = "/c/" + b.Name + "/report"
	body.Conduct = "/c/" + b.Name + "/conduct?lang=" + v.Lang
	body.Intro, body.IntroLang = b.Intro.Choose(v.Lang, b.Languages)
	body.MaxDescription, body.MaxLinks = maxDescription, maxLinks
	body.Kinds = options("kind.", b.Offered(), d.Kind)
	body.Roles = options("role.", event.Roles(), d.Role)
	body.Grounds = options("ground.", event.Grounds(), d.Grounds...)
	// Not to answer is already an answer here.
	body.Genders = options("gender.", without(event.Genders(), event.GenderUnknown), d.Gender)
	body.AgeBands = options("age_band.", without(event.AgeBands(), event.AgeUnknown), d.AgeBand)
	v.Body = body
	i.pages.render(c, status, "report", v)
}

func options[T ~string](prefix string, list []T, chosen ...string) []option {
	all := make([]option, len(list))
	for n, code := range list {
		all[n] = option{Value: string(code), Text: prefix + string(code)}
		for _, s := range chosen {
			all[n].Chosen = all[n].Chosen || s == string(code)
		}
	}
	return all
}

func without[T comparable](list []T, one T) []T {
	var rest []T
	for _, each := range list {
		if each != one {
			rest = append(rest, each)
		}
	}
	return rest
}

// faults puts what is wrong into the page's language.
func (v view) faults(b community.Bundle, fs faults) []shownFault {
	labels := map[string]string{
		inputKind: "kind.legend", inputDescription: "description.label", inputPlatform: "platform.label",
		inputHandle: "handle.label", inputLinks: "links.label", inputRole: "role.legend",
		inputGrounds: "grounds.legend", inputContact: "contact.label", inputGender: "gender.label",
		inputAgeBand: "age_band.label",
	}
	firstChoice := map[string]string{
		inputKind: string(b.Offered()[0]), inputRole: string(event.Roles()[0]), inputGrounds: string(event.Grounds()[0]),
	}
	var shown []shownFault
	for _, f := range fs {
		field, index, _ := strings.Cut(f.Field, "[")
		input := inputOf(field)
		if input == "" {
			continue // community and language: no person types them, and both are good here
		}
		s := shownFault{Input: input, Anchor: input, Label: v.texts.plain(labels[input]), Text: v.words(f, input)}
		if first, ok := firstChoice[input]; ok {
			s.Anchor += "-" + first
		}
		if n, err := strconv.Atoi(strings.TrimSuffix(index, "]")); err == nil && input == inputLinks {
			s.Text = v.texts.plain("error.link", "number", n+1, "error", s.Text)
		}
		shown = append(shown, s)
	}
	return shown
}

// words returns what is wrong: the input's own words where it has some.
func (v view) words(f fault, input string) string {
	key := "error." + string(f.Rule)
	if own := key + "." + input; v.texts.Has(own) {
		key = own
	}
	return v.texts.plain(key, "max", f.Max)
}

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

// formPage is GET /c/{community}/report: the first step.
func (i *Intake) formPage(c *gin.Context) {
	bundle, ok := i.communityOfPage(c)
	if !ok {
		return
	}
	if i.closed(c, bundle, nil) {
		return
	}
	v := i.formView(c, bundle, c.Query(inputSwitch))
	i.renderForm(c, http.StatusOK, v, bundle, formBody{Token: rand.Text(), Step: stepWhat})
}

// postForm is POST /c/{community}/report: it shows another step, with what was
// typed on the others in hidden fields, or sends the report. It answers a sent
// report with the page itself and no redirect, since a receipt must stand in no
// URL.
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
	body := formBody{Draft: d.shown(), Token: tokenOrNew(c, values), Step: current(values.Get(inputStep))}
	step, shown := wanted(values.Get(inputGo), values.Get(inputStep))
	// What is sent at last is asked for once more where it is stored: a repeat of
	// what was taken before still gets its receipt.
	if (shown || values.Get(inputSwitch) != "") && i.closed(c, bundle, values) {
		return
	}
	if tag := values.Get(inputSwitch); tag != "" {
		i.renderForm(c, http.StatusOK, i.formView(c, bundle, tag), bundle, body)
		return
	}
	v := i.formView(c, bundle, values.Get(inputLanguage))
	d.Language = v.Lang // what the person reads is what decisions should be written in
	r := d.check(bundle.Offered(), false, &fs)
	if at, wrong := fs.before(step); at > 0 {
		if i.closed(c, bundle, values) {
			return
		}
		body.Step, body.Faults = at, v.faults(wrong, bundle)
		i.renderForm(c, http.StatusUnprocessableEntity, v, bundle, body)
		return
	}
	body.Step = step
	if shown {
		i.renderForm(c, http.StatusOK, v, bundle, body)
		return
	}
	secret, err := i.submit(c.Request.Context(), submission{
		community: bundle, report: r, route: formRoute, key: body.Token, network: i.proxies.Network(c.Request),
	})
	if errors.Is(err, errClosed) {
		i.closedPage(c, bundle, values)
		return
	}
	if err != nil {
		status, body.Notice, body.Minutes = i.refuseForm(c, err)
		i.renderForm(c, status, v, bundle, body)
		return
	}
	i.donePage(c, bundle, v.Lang, strings.SplitAfter(secret.Reveal(), "-"))
}

// tokenOrNew returns the form's token, or another one for this attempt: sent
// again after a lost answer, it stays one report.
func tokenOrNew(c *gin.Context, values url.Values) string {
	if key := token(c, values); key != "" {
		return key
	}
	return rand.Text()
}

// notReadYet gives what was typed back where the intake has just started and
// NATS is away, so that no community is known yet.
func (i *Intake) notReadYet(c *gin.Context, values url.Values) {
	unknown := community.Bundle{Name: c.Param("community"), Languages: i.pages.languages.all()}
	step := current(values.Get(inputStep))
	if _, shown := wanted(values.Get(inputGo), ""); !shown {
		step = stepCheck
	}
	body := formBody{
		Draft: draftOfForm(unknown.Name, values, &faults{}).shown(), Token: tokenOrNew(c, values), Step: step, Notice: "error.away",
	}
	v := i.formView(c, unknown, values.Get(inputLanguage))
	c.Header("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
	i.renderForm(c, http.StatusServiceUnavailable, v, unknown, body)
}

// refuseForm returns the status and the words for where a good report could
// not be stored.
func (i *Intake) refuseForm(c *gin.Context, err error) (status int, notice string, wait int) {
	limited, tooMany := errors.AsType[limitedError](err)
	switch {
	case tooMany:
		setRetryAfter(c, limited.wait)
		return http.StatusTooManyRequests, "error.limited", minutes(limited.wait)
	case errors.Is(err, errTooLarge):
		return http.StatusRequestEntityTooLarge, "error.too_large", 0
	case errors.Is(err, errAway):
		i.log.Warn("a report can't be stored now", "error", err)
		c.Header("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
		return http.StatusServiceUnavailable, "error.away", 0
	default:
		i.log.Error("a report can't be sealed", "error", err)
		return http.StatusInternalServerError, "error.broken", 0
	}
}

// donePage shows the receipt, this once, and nothing of the report.
func (i *Intake) donePage(c *gin.Context, b community.Bundle, lang string, groups []string) {
	v := i.pages.communityView(c, b, "title.done", lang)
	v.Languages = nil // changing it would lose the receipt
	v.Body = groups
	i.pages.render(c, http.StatusOK, "done", v)
}

func (i *Intake) formView(c *gin.Context, b community.Bundle, tag string) view {
	v := i.pages.communityView(c, b, "title.report", tag)
	v.LanguageForm = "report"
	return v
}

func (i *Intake) renderForm(c *gin.Context, status int, v view, b community.Bundle, body formBody) {
	if status >= http.StatusBadRequest {
		v.Title = v.texts.plain("title.error")
	}
	body.Action = "/c/" + b.Name + "/report"
	body.Conduct = "/c/" + b.Name + "/conduct?lang=" + v.Lang
	body.Intro, body.IntroLang = b.Intro.Choose(v.Lang, b.Languages)
	body.texts, body.lang, body.community = v.texts, v.Lang, b
	if body.Step == stepWords && body.Urgent() != "" {
		body.Help = i.helpFor(v, event.Kind(body.Draft.Kind), b.Country, c.GetHeader("Accept-Language"))
	}
	v.DefaultGo = strconv.Itoa(min(body.Step+1, stepCheck))
	v.Body = body
	i.pages.render(c, status, "report", v)
}

package reporter

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"recourse/internal/event"
	"recourse/internal/seal/receipt"
)

// statusBody is the page that asks for a receipt and shows what became of its
// report.
type statusBody struct {
	Typed string    // the receipt, as it was typed
	Fault string    // key of what is wrong with it, or ""
	Found *progress // nil: nothing to show

	Minutes int // of a fault that says how long to wait
}

// Milestones are the steps that this version has words for: a newer worker may
// write others.
func (s statusBody) Milestones() []event.MilestoneAt {
	var known []event.MilestoneAt
	for _, m := range s.Found.Milestones {
		if slices.Contains(event.Milestones(), m.Name) {
			known = append(known, m)
		}
	}
	return known
}

// inputAgain is set where the page already shows a report, so that changing
// the language shows it again.
const inputAgain = "again"

// statusPage is GET /status.
func (i *Intake) statusPage(c *gin.Context) {
	i.renderStatus(c, http.StatusOK, c.Query(inputSwitch), statusBody{})
}

// postStatusForm is POST /status. The receipt comes in the body, and goes back
// into the page alone.
func (i *Intake) postStatusForm(c *gin.Context) {
	values, status := readForm(c, maxStatusBody)
	if status != 0 {
		i.problemPage(c, status)
		return
	}
	body := statusBody{Typed: withoutControls(values.Get(inputReceipt), "")}
	lang, wanted := values.Get(inputLanguage), values.Get(inputSwitch)
	if wanted != "" {
		lang = wanted
	}
	if wanted != "" && values.Get(inputAgain) == "" {
		i.renderStatus(c, http.StatusOK, lang, body)
		return
	}
	status, body = i.statusOf(c, body)
	i.renderStatus(c, status, lang, body)
}

func (i *Intake) statusOf(c *gin.Context, body statusBody) (int, statusBody) {
	if body.Typed == "" {
		body.Fault = "status.required"
		return http.StatusUnprocessableEntity, body
	}
	secret, err := receipt.Parse(body.Typed)
	if err != nil {
		body.Fault = "status." + string(receiptRule(err))
		return http.StatusUnprocessableEntity, body
	}
	found, err := i.lookup.find(c.Request.Context(), secret)
	switch {
	case errors.Is(err, errUnknown):
		if wait, tooMany := i.tooManyWrong(c); tooMany {
			setRetryAfter(c, wait)
			body.Fault, body.Minutes = "status.limited", minutes(wait)
			return http.StatusTooManyRequests, body
		}
		body.Fault = "status.unknown"
		return http.StatusNotFound, body
	case errors.Is(err, errAway):
		i.log.Warn("a status can't be looked up now", "error", err)
		c.Header("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
		body.Fault = "status.away"
		return http.StatusServiceUnavailable, body
	case err != nil:
		i.log.Error("a status can't be told", "error", err)
		body.Fault = "status.broken"
		return http.StatusInternalServerError, body
	}
	body.Found = &found
	return http.StatusOK, body
}

func (i *Intake) renderStatus(c *gin.Context, status int, lang string, body statusBody) {
	v := i.pages.view(c, i.pages.languages.all(), "title.status", lang)
	v.LanguageForm = "status"
	v.Body = body
	i.pages.render(c, status, "status", v)
}

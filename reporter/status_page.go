package reporter

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"recourse/internal/seal/receipt"
)

// maxStatusForm holds every text of the page with each byte percent-encoded, so
// that one too long comes back with its field marked.
const maxStatusForm = 1 << 20

// inputAgain is set where the page already shows a report, so that changing
// the language shows it again.
const inputAgain = "again"

// statusPage is GET /status.
func (i *Intake) statusPage(c *gin.Context) {
	i.renderStatus(c, http.StatusOK, c.Query(inputSwitch), statusBody{})
}

// postStatusForm is POST /status. The receipt comes in the body, and goes back
// into the page alone. Everything on the page is one form: whichever button was
// pressed, what was typed at the others comes along and is shown again.
func (i *Intake) postStatusForm(c *gin.Context) {
	values, files, status := readStatusForm(c)
	if status != 0 {
		i.problemPage(c, status)
		return
	}
	body := statusBody{
		Typed: withoutControls(values.Get(inputReceipt), ""),
		Token: tokenOrNew(c, values),
		Again: values.Get(inputAgain) != "",
		Do:    values.Get(inputDo),
		draft: readStatusDraft(values),
		files: files,
	}
	lang, wanted := values.Get(inputLanguage), values.Get(inputSwitch)
	if wanted != "" {
		lang, body.Do = wanted, ""
		if values.Get(inputPart) == doAskWithdraw {
			body.Do = doAskWithdraw // the same page
		}
	}
	if wanted != "" && !body.Again {
		i.renderStatus(c, http.StatusOK, lang, body)
		return
	}
	status, body = i.statusOf(c, body)
	i.renderStatus(c, status, lang, body)
}

// readStatusForm reads the page's form, with files where the button that sends
// them was pressed. It returns the status to answer with, or 0.
func readStatusForm(c *gin.Context) (url.Values, []plainFile, int) {
	if mediaType, _, err := mime.ParseMediaType(c.GetHeader("Content-Type")); err == nil && mediaType == multipartForm {
		return readFiles(c)
	}
	values, status := readForm(c, maxStatusForm)
	return values, nil, status
}

// statusOf does what was asked for, and looks up what the page then shows.
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
	if body.Do == doFiles {
		return i.actFiles(c, body, secret)
	}
	if f, fs, ok := body.draft.followUp(body.Do, body.Token); ok {
		return i.act(c, body, secret, f, fs)
	}
	found, err := i.lookup.find(c.Request.Context(), secret)
	if err != nil {
		return i.notShown(c, body, err)
	}
	body.Found = &found
	return http.StatusOK, body
}

// notShown is where a good receipt leads to nothing, or nothing could be sent.
func (i *Intake) notShown(c *gin.Context, body statusBody, err error) (int, statusBody) {
	body.Retry = body.Again
	sending := body.Acting() && !body.Sent
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
		i.log.Warn("a receipt can't be served now", "error", err)
		c.Header("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
		body.Fault = "status.away"
		if sending {
			body.Fault = "follow.away"
		}
		return http.StatusServiceUnavailable, body
	default:
		i.log.Error("a receipt can't be served", "error", err)
		body.Fault = "status.broken"
		if sending {
			body.Fault = "follow.broken"
		}
		return http.StatusInternalServerError, body
	}
}

func (i *Intake) renderStatus(c *gin.Context, status int, lang string, body statusBody) {
	v := i.pages.view(c, i.pages.languages.all(), "title.status", lang)
	if status >= http.StatusBadRequest {
		v.Title = v.texts.plain("title.error")
	}
	v.LanguageForm = "status"
	if body.Found != nil && body.TakesFiles() {
		v.Upload = i.pages.assets.upload.path()
	}
	body.texts, body.now = v.texts, i.now()
	v.Body = body
	i.pages.render(c, status, "status", v)
}

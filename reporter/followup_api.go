package reporter

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"recourse/internal/event"
	"recourse/internal/seal/receipt"
	"recourse/internal/text"
	"recourse/internal/web"
)

// Paths of a follow-up's fields, in answers to clients.
const (
	fieldText       = "text"
	fieldTell       = "do_not_tell_account"
	fieldBeyond     = "not_beyond_community"
	fieldStopped    = "stopped"
	maxFollowUpBody = 64 << 10
)

// taken answers a follow-up that is stored.
type taken struct {
	ID event.ID `json:"id"`
}

// followUpRoutes are the calls that take a receipt in their body.
func (i *Intake) followUpRoutes(e *gin.Engine) {
	withText := func(name string) gin.HandlerFunc {
		return i.followUpCall(name, func(o object, f *followUp) {
			f.text = requiredText(o)
		}, fieldText)
	}
	e.POST("/v1/messages", withText(event.ReportMessage))
	e.POST("/v1/amendments", withText(event.ReportAmended))
	e.POST("/v1/appeals", withText(event.ReportAppeal))
	e.POST("/v1/consents", i.followUpCall(event.ReportConsent, func(o object, f *followUp) {
		f.consent = &event.Consent{DoNotTellAccount: o.required(fieldTell), NotBeyondCommunity: o.required(fieldBeyond)}
	}, fieldTell, fieldBeyond))
	e.POST("/v1/outcomes", i.followUpCall(event.ReportOutcome, func(o object, f *followUp) {
		stopped := o.required(fieldStopped)
		f.stopped, f.text = &stopped, cleaned(o.faults, fieldText, o.text(fieldText), maxText, text.Clean)
	}, fieldStopped, fieldText))
	e.POST("/v1/evidence", i.postEvidence)
	e.POST("/v1/withdrawals", i.followUpCall(event.ReportWithdrawn, func(object, *followUp) {}))
}

func requiredText(o object) string {
	s := cleaned(o.faults, fieldText, o.text(fieldText), maxText, text.Clean)
	required(o.faults, fieldText, s)
	return s
}

// followUpCall is a call that read fills from its body.
func (i *Intake) followUpCall(name string, read func(object, *followUp), fields ...string) gin.HandlerFunc {
	return func(c *gin.Context) {
		var body json.RawMessage
		if p := web.ReadJSON(c, maxFollowUpBody, &body); p != nil {
			web.WriteProblem(c, *p)
			return
		}
		var fs faults
		o, ok := openObject(body, "", &fs, append(fields, fieldReceipt)...)
		if !ok {
			web.WriteProblem(c, web.Problem{Status: http.StatusBadRequest, Detail: "The body must be one JSON object."})
			return
		}
		secret := o.receipt()
		// A key of any length will do: it is bound to the receipt.
		f := followUp{event: name, key: idempotencyKey(c.Request.Header, 1, &fs)}
		read(o, &f)
		if len(fs) > 0 {
			web.WriteProblem(c, fs.problem())
			return
		}
		id, err := i.follow(c.Request.Context(), secret, f)
		if err != nil {
			i.refuseReceipt(c, err)
			return
		}
		c.JSON(http.StatusCreated, taken{ID: id})
	}
}

// receipt returns the member `receipt`, and notes what is wrong with it.
func (o object) receipt() receipt.Receipt {
	typed := o.text(fieldReceipt)
	if typed == "" {
		o.faults.add(fault{Field: fieldReceipt, Rule: ruleRequired})
	}
	secret, err := receipt.Parse(typed)
	if err != nil {
		o.faults.add(fault{Field: fieldReceipt, Rule: receiptRule(err)})
	}
	return secret
}

// refuseReceipt answers where a good receipt leads to nothing.
func (i *Intake) refuseReceipt(c *gin.Context, err error) {
	why, refused := errors.AsType[refusal](err)
	limited, tooMany := errors.AsType[limitedError](err)
	switch {
	case tooMany:
		tooManyRequests(c, limited.wait, limited.detail())
	case refused:
		web.WriteProblem(c, web.Problem{Status: http.StatusConflict, Detail: why.Error()})
	case errors.Is(err, errUnknown):
		i.wrongReceipt(c)
	case errors.Is(err, errAway):
		i.log.Warn("a receipt can't be served now", "error", err)
		web.RetryLater(c, retryAfter, "This can't be done right now. Nothing was stored: send it again later.")
	default:
		i.log.Error("a receipt can't be served", "error", err)
		web.WriteProblem(c, web.Problem{Status: http.StatusInternalServerError})
	}
}

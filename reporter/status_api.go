package reporter

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"recourse/internal/seal/receipt"
	"recourse/internal/web"
)

const maxStatusBody = 4 << 10

// postStatus is POST /v1/status.
func (i *Intake) postStatus(c *gin.Context) {
	var body json.RawMessage
	if p := web.ReadJSON(c, maxStatusBody, &body); p != nil {
		web.WriteProblem(c, *p)
		return
	}
	var fs faults
	o, ok := openObject(body, "", &fs, fieldReceipt)
	if !ok {
		web.WriteProblem(c, web.Problem{Status: http.StatusBadRequest, Detail: "The body must be one JSON object."})
		return
	}
	typed := o.text(fieldReceipt)
	if typed == "" {
		fs.add(fault{Field: fieldReceipt, Rule: ruleRequired})
	}
	secret, err := receipt.Parse(typed)
	if err != nil {
		fs.add(fault{Field: fieldReceipt, Rule: receiptRule(err)})
	}
	if len(fs) > 0 {
		web.WriteProblem(c, fs.problem())
		return
	}
	found, err := i.lookup.find(c.Request.Context(), secret)
	switch {
	case errors.Is(err, errUnknown):
		web.WriteProblem(c, web.Problem{Status: http.StatusNotFound, Detail: "No report has this receipt."})
	case errors.Is(err, errAway):
		i.log.Warn("a status can't be looked up now", "error", err)
		web.RetryLater(c, retryAfter, "The status can't be looked up right now.")
	case err != nil:
		i.log.Error("a status can't be told", "error", err)
		web.WriteProblem(c, web.Problem{Status: http.StatusInternalServerError})
	default:
		c.JSON(http.StatusOK, found)
	}
}

// receiptRule tells a receipt that was cut short from one that was mistyped:
// the second is found by comparing, the first is not.
func receiptRule(err error) rule {
	if errors.Is(err, receipt.ErrCheck) {
		return ruleMistyped
	}
	return ruleReceipt
}

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
	secret := o.receipt()
	if len(fs) > 0 {
		web.WriteProblem(c, fs.problem())
		return
	}
	found, err := i.lookup.find(c.Request.Context(), secret)
	if err != nil {
		i.refuseReceipt(c, err)
		return
	}
	c.JSON(http.StatusOK, found)
}

// receiptRule tells a receipt that was cut short from one that was mistyped:
// the second is found by comparing, the first is not.
func receiptRule(err error) rule {
	if errors.Is(err, receipt.ErrCheck) {
		return ruleMistyped
	}
	return ruleReceipt
}

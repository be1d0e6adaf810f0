package reporter

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/web"
)

const (
	maxReportBody = 256 << 10
	statusPath    = "/status"
)

// acknowledgement answers POST /v1/reports. It is the only place where the
// API tells a receipt.
type acknowledgement struct {
	ID        event.ID `json:"id"`
	Receipt   string   `json:"receipt"`
	StatusURL string   `json:"status_url"` // the page that asks for the receipt; a receipt stands in no URL
}

// postReport is POST /v1/reports.
func (i *Intake) postReport(c *gin.Context) {
	var body json.RawMessage
	if p := web.ReadJSON(c, maxReportBody, &body); p != nil {
		web.WriteProblem(c, *p)
		return
	}
	var fs faults
	d, ok := draftOfJSON(body, &fs)
	if !ok {
		web.WriteProblem(c, web.Problem{Status: http.StatusBadRequest, Detail: "The body must be one JSON object."})
		return
	}
	var bundle community.Bundle
	var sender client
	if d.Community != "" {
		if bundle, ok = i.communityOf(c, d.Community); !ok {
			return
		}
		var err error
		if sender, err = clientOf(c.Request.Header, bundle); err != nil {
			c.Header("WWW-Authenticate", `Bearer realm="recourse", error="invalid_token"`)
			web.WriteProblem(c, web.Problem{Status: http.StatusUnauthorized, Detail: "This is not a key of this community."})
			return
		}
	}
	key := idempotencyKey(c.Request.Header, sender.shortestKey(), &fs)
	r := d.check(bundle.Offered(), sender.authenticated, &fs)
	if len(fs) > 0 {
		web.WriteProblem(c, fs.problem())
		return
	}
	secret, err := i.submit(c.Request.Context(), submission{
		community: bundle, report: r, client: sender, route: "POST /v1/reports", key: key,
		network: i.proxies.Network(c.Request),
	})
	if errors.Is(err, errClosed) {
		i.refuseClosed(c, bundle)
		return
	}
	if err != nil {
		i.refuse(c, err)
		return
	}
	c.JSON(http.StatusCreated, acknowledgement{ID: secret.ReportID(), Receipt: secret.Reveal(), StatusURL: statusPath})
}

// communityOf answers the request itself where there is no such community.
func (i *Intake) communityOf(c *gin.Context, name string) (community.Bundle, bool) {
	bundle, ok := i.communities.Get(name)
	switch {
	case ok:
	case !i.read.Load():
		web.RetryLater(c, retryAfter, "The communities have not been read yet.")
	default:
		web.WriteProblem(c, web.Problem{
			Status: http.StatusNotFound, Detail: "There is no such community.",
			Errors: []web.FieldError{{Field: fieldCommunity, Detail: "is not known"}},
		})
	}
	return bundle, ok
}

// refuse answers where a good report could not be stored.
func (i *Intake) refuse(c *gin.Context, err error) {
	limited, tooMany := errors.AsType[limitedError](err)
	switch {
	case tooMany:
		tooManyRequests(c, limited.wait, limited.detail())
	case errors.Is(err, errTooLarge):
		web.WriteProblem(c, web.Problem{Status: http.StatusRequestEntityTooLarge, Detail: "Description and links together are too long."})
	case errors.Is(err, errAway):
		i.log.Warn("a report can't be stored now", "error", err)
		web.RetryLater(c, retryAfter, "Reports can't be stored right now. Nothing was acknowledged: send it again later.")
	default:
		i.log.Error("a report can't be sealed", "error", err)
		web.WriteProblem(c, web.Problem{Status: http.StatusInternalServerError})
	}
}

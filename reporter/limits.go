package reporter

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/web"
	"recourse/reporter/limit"
)

// lookTime bounds how long looking for an earlier report of the same request
// may hold the report up.
const lookTime = 500 * time.Millisecond

// limitedError says that a report would be one too many, and for how long.
type limitedError struct {
	wait     time.Duration
	quota    bool // of an API client, for the day
	followUp bool
}

func (limitedError) Error() string { return "one report too many for now" }

// allowReport returns a limitedError where who sends has sent enough for now. A
// request that is repeated under its key, and whose report is stored already, is
// neither counted nor refused.
func (i *Intake) allowReport(ctx context.Context, s submission, id event.ID) error {
	scope, subject, most := limit.Reports, s.community.Name+"|"+s.network.String(), s.community.RateLimit.ReportsPerHour
	switch {
	case s.client.authenticated:
		scope, subject, most = limit.ClientReports, s.community.Name+"|"+s.client.name, s.client.reportsPerDay
	case !s.network.IsValid():
		return nil
	}
	if most <= 0 {
		return nil
	}
	if s.key != "" {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime)
		defer cancel()
		filter := event.ReportSubject(event.ReportSubmitted, s.community.Name, id).String()
		if _, _, err := i.lookup.received(ctx, event.StreamReports, filter, id); !errors.Is(err, errUnknown) {
			return nil // it is there, or NATS is away: to store it says so
		}
	}
	if ok, wait := i.limiter.Allow(ctx, scope, subject, most); !ok {
		return limitedError{wait: wait, quota: s.client.authenticated}
	}
	return nil
}

// allowFollowUp returns a limitedError where a report was followed often enough
// for now.
func (i *Intake) allowFollowUp(ctx context.Context, b community.Bundle, report event.ID) error {
	if ok, wait := i.limiter.Allow(ctx, limit.FollowUps, report.String(), b.RateLimit.FollowUpsPerHour); !ok {
		return limitedError{wait: wait, followUp: true}
	}
	return nil
}

// partsPerFollowUp is how many parts of files count as one follow-up.
const partsPerFollowUp = 20

// allowPart returns a limitedError where many parts of files came for a report.
func (i *Intake) allowPart(ctx context.Context, b community.Bundle, report event.ID) error {
	if ok, wait := i.limiter.Allow(ctx, limit.Evidence, report.String(), partsPerFollowUp*b.RateLimit.FollowUpsPerHour); !ok {
		return limitedError{wait: wait, followUp: true}
	}
	return nil
}

// tooManyWrong counts a receipt that no report has, and says whether too many
// such came from that network, and for how long. A receipt that is right never
// comes here: it is answered whatever came before it.
func (i *Intake) tooManyWrong(c *gin.Context) (wait time.Duration, tooMany bool) {
	network, most := i.proxies.Network(c.Request), 0
	if !network.IsValid() {
		return 0, false
	}
	for _, b := range i.communities.All() { // a receipt names no community: the strictest counts
		if n := b.RateLimit.WrongReceiptsPerHour; n > 0 && (most == 0 || n < most) {
			most = n
		}
	}
	ok, wait := i.limiter.Allow(c.Request.Context(), limit.WrongReceipts, network.String(), most)
	return wait, !ok
}

// wrongReceipt is the API's answer to a receipt that no report has.
func (i *Intake) wrongReceipt(c *gin.Context) {
	if wait, tooMany := i.tooManyWrong(c); tooMany {
		tooManyRequests(c, wait, "No report has this receipt, and many wrong ones came from your network. Wait before you try another.")
		return
	}
	web.WriteProblem(c, web.Problem{Status: http.StatusNotFound, Detail: "No report has this receipt."})
}

// detail is what the API says of it.
func (e limitedError) detail() string {
	if e.quota {
		return "This client has sent its quota of reports for today (UTC). Nothing was stored: send it again after Retry-After."
	}
	if e.followUp {
		return "Much was sent with this receipt within the hour. Nothing was stored: send it again after Retry-After."
	}
	return "Many reports came from your network within the hour. Nothing was stored: send it again after Retry-After."
}

// tooManyRequests answers 429, and when the next would be taken.
func tooManyRequests(c *gin.Context, wait time.Duration, detail string) {
	setRetryAfter(c, wait)
	web.WriteProblem(c, web.Problem{Status: http.StatusTooManyRequests, Detail: detail})
}

func setRetryAfter(c *gin.Context, wait time.Duration) {
	c.Header("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
}

// minutes is how long to wait, as pages say it.
func minutes(wait time.Duration) int { return int(math.Ceil(wait.Minutes())) }

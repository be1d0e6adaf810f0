package reporter

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"recourse/internal/event"
	"recourse/internal/seal/receipt"
	"recourse/internal/text"
)

// What the status page's form holds beside the receipt. A text stands in an
// input named for the event that it makes.
const (
	inputDo    = "do"    // the button that was pressed
	inputPart  = "part"  // of the page: doAskWithdraw where it asks once more
	inputShown = "shown" // what was forbidden when the page was made

	doStopped     = "stopped"
	doGoesOn      = "goes_on"
	doAskWithdraw = "withdraw" // shows what it means; event.ReportWithdrawn does it
)

// shownWithin is how long an answer waits for what was sent to show: mostly a
// worker takes a fraction of it.
const shownWithin = time.Second

// written are the events that carry words, in the order of the page.
func written() []string {
	return []string{event.ReportOutcome, event.ReportMessage, event.ReportAppeal, event.ReportAmended}
}

// statusDraft is what was typed and ticked on the status page.
type statusDraft struct {
	texts   map[string]string // by event
	consent event.Consent
	shown   string // of what the page showed as forbidden
}

func readStatusDraft(values url.Values) statusDraft {
	d := statusDraft{
		texts: map[string]string{},
		consent: event.Consent{
			DoNotTellAccount: values.Get(fieldTell) != "", NotBeyondCommunity: values.Get(fieldBeyond) != "",
		},
		shown: values.Get(inputShown),
	}
	for _, name := range written() {
		d.texts[name] = values.Get(name)
	}
	return d
}

// followUp returns what a button sends. It is false for a button that sends
// nothing.
func (d statusDraft) followUp(do, key string) (f followUp, fs faults, ok bool) {
	f = followUp{event: do, key: key}
	switch do {
	case event.ReportMessage, event.ReportAmended, event.ReportAppeal:
		f.text = cleaned(&fs, do, d.texts[do], maxText, text.Clean)
		required(&fs, do, f.text)
	case event.ReportConsent:
		f.consent = &d.consent
	case doStopped, doGoesOn:
		f.event = event.ReportOutcome
		stopped := do == doStopped
		f.stopped, f.text = &stopped, cleaned(&fs, f.event, d.texts[f.event], maxText, text.Clean)
	case event.ReportWithdrawn:
	default:
		return followUp{}, nil, false
	}
	return f, fs, true
}

// consentShown stands for what is forbidden, in the page.
func consentShown(c event.Consent) string {
	var names []string
	if c.DoNotTellAccount {
		names = append(names, fieldTell)
	}
	if c.NotBeyondCommunity {
		names = append(names, fieldBeyond)
	}
	return strings.Join(append(names, "."), " ")
}

// act sends a follow-up, or shows the page again with what is wrong.
func (i *Intake) act(c *gin.Context, body statusBody, secret receipt.Receipt, f followUp, fs faults) (int, statusBody) {
	status := http.StatusOK
	ctx := c.Request.Context()
	shown := func(progress) bool { return true } // nothing to wait for
	if len(fs) > 0 {
		status, body.fault = http.StatusUnprocessableEntity, fs[0]
	} else {
		id, err := i.follow(ctx, secret, f)
		why, refused := errors.AsType[refusal](err)
		limited, tooMany := errors.AsType[limitedError](err)
		switch {
		case err == nil:
			body.Sent, body.Token = true, rand.Text()
			body.draft.texts[f.event] = ""
			shown = func(p progress) bool { return f.shownIn(p, id) }
		case refused:
			status, body.Notice = http.StatusConflict, "refused."+string(why)
		case tooMany:
			setRetryAfter(c, limited.wait)
			status, body.Notice, body.Minutes = http.StatusTooManyRequests, "follow.limited", minutes(limited.wait)
		default:
			return i.notShown(c, body, err)
		}
	}
	found, err := i.findOnce(ctx, secret, shown)
	if err != nil {
		return i.notShown(c, body, err)
	}
	body.Found, body.Soon = &found, !shown(found)
	return status, body
}

// shownIn says whether p shows what became of the follow-up.
func (f followUp) shownIn(p progress, id event.ID) bool {
	return f.takenBefore(p, id) || f.consent != nil && *f.consent == p.Consent
}

// findOnce returns the report's progress once it is as wanted, and as it is
// after shownWithin.
func (i *Intake) findOnce(ctx context.Context, secret receipt.Receipt, wanted func(progress) bool) (progress, error) {
	tick := time.NewTicker(shownWithin / 10)
	defer tick.Stop()
	end := time.After(shownWithin)
	for {
		found, err := i.lookup.find(ctx, secret)
		if err != nil || wanted(found) {
			return found, err
		}
		select {
		case <-tick.C:
		case <-end:
			return found, nil
		case <-ctx.Done():
			return found, nil
		}
	}
}

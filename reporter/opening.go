package reporter

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"recourse/internal/community"
	"recourse/internal/seal/receipt"
	"recourse/internal/web"
)

// errClosed says that the community takes no new report now.
var errClosed = errors.New("the community takes no new report now")

// mayTake returns errClosed where a report must not be stored. One that is
// stored already is answered as before: who sent it and lost the answer must
// not lose the receipt too.
func (i *Intake) mayTake(ctx context.Context, s submission, r receipt.Receipt) error {
	if _, closed := s.community.Closed(i.now()); !closed {
		return nil
	}
	if s.key == "" {
		return errClosed
	}
	_, err := i.lookup.find(ctx, r)
	if errors.Is(err, errUnknown) {
		return errClosed
	}
	return err
}

// closedProblem answers a program. 403 and neither 409, which programs read as
// "is there already", nor 503, which they try again at once.
type closedProblem struct {
	web.Problem

	Reason community.Closed `json:"reason"`
	Notice community.Text   `json:"notice,omitempty"` // of a pause, in the community's languages
	Opens  *time.Time       `json:"opens,omitempty"`
}

// refuseClosed is the API's answer while a community is closed.
func (i *Intake) refuseClosed(c *gin.Context, b community.Bundle) {
	why, _ := b.Closed(i.now())
	p := closedProblem{
		Problem: web.Problem{Type: "about:blank", Title: http.StatusText(http.StatusForbidden), Status: http.StatusForbidden},
		Reason:  why,
	}
	switch why {
	case community.ClosedPaused:
		p.Detail, p.Notice = "This community takes no new reports now: it is paused.", b.Paused
	default:
		p.Detail, p.Opens = "This community takes no new reports before the time in `opens`: it is not open yet.", &b.Opens
	}
	c.Header("Content-Type", "application/problem+json")
	c.JSON(http.StatusForbidden, p)
}

// closedBody is the page instead of the form.
type closedBody struct {
	Notice, NoticeLang string
	Opens              string // when, as people write it; or ""
	Action, Conduct    string
	Typed              []typedText   // what a person wrote, to read and copy
	Kept               []hiddenInput // all else that the form sent
}

type typedText struct{ Input, Label, Text string }

type hiddenInput struct{ Name, Value string }

// typedInputs are the form's inputs for words, with the keys of their labels.
func typedInputs() []typedText {
	return []typedText{
		{Input: inputDescription, Label: "description.label"},
		{Input: inputPlatform, Label: "platform.label"},
		{Input: inputHandle, Label: "handle.label"},
		{Input: inputSince, Label: "since.label"},
		{Input: inputLinks, Label: "links.label"},
		{Input: inputContact, Label: "contact.label"},
	}
}

// closed answers a request for the form itself, with a notice, where the
// community takes no new report now. Values are what the form sent, nil where
// it was asked for.
func (i *Intake) closed(c *gin.Context, b community.Bundle, values url.Values) bool {
	_, closed := b.Closed(i.now())
	if closed {
		i.closedPage(c, b, values)
	}
	return closed
}

// closedPage shows the notice, and gives back whatever was typed: as words to
// copy, and in a form that sends it all again.
func (i *Intake) closedPage(c *gin.Context, b community.Bundle, values url.Values) {
	status, wanted := http.StatusOK, c.Query(inputSwitch)
	if values != nil {
		if wanted = values.Get(inputSwitch); wanted == "" {
			status, wanted = http.StatusForbidden, values.Get(inputLanguage)
		}
	}
	v := i.pages.communityView(c, b, "title.report", wanted)
	body := closedBody{Action: "/c/" + b.Name + "/report", Conduct: "/c/" + b.Name + "/conduct?lang=" + v.Lang}
	body.Notice, body.NoticeLang = b.Paused.Choose(v.Lang, b.Languages)
	if i.now().Before(b.Opens) {
		opens, err := v.Date(b.Opens)
		if err != nil {
			i.log.Error("a date can't be written", "language", v.Lang, "error", err)
		}
		body.Opens = opens
	}
	if values != nil {
		v.LanguageForm = "report"
		body.keep(v, values, token(c, values))
	}
	v.Body = body
	i.pages.render(c, status, "paused", v)
}

// keep takes over everything that the form sent, whatever its inputs are.
func (b *closedBody) keep(v view, values url.Values, key string) {
	if key == "" {
		key = rand.Text()
	}
	shown := map[string]bool{inputToken: true, inputLanguage: true, inputSwitch: true}
	for _, typed := range typedInputs() {
		if list := values[typed.Input]; len(list) == 1 && list[0] != "" {
			typed.Label, typed.Text = v.texts.plain(typed.Label), withoutControls(list[0], "\n\t\u2028\u2029")
			b.Typed, shown[typed.Input] = append(b.Typed, typed), true
		}
	}
	b.Kept = []hiddenInput{{inputToken, key}, {inputLanguage, v.Lang}}
	for name, list := range values {
		if shown[name] {
			continue
		}
		for _, value := range list {
			b.Kept = append(b.Kept, hiddenInput{name, withoutControls(value, "\n\t\u2028\u2029")})
		}
	}
	slices.SortStableFunc(b.Kept[2:], func(x, y hiddenInput) int { return strings.Compare(x.Name, y.Name) })
}

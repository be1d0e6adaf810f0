package console

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/jackc/pgx/v5/pgconn"

	"recourse/internal/keys"
	"recourse/internal/postgres"
	"recourse/internal/web"
	"recourse/moderation"
)

// answer is what is told of an error, on a page and in the API alike.
type answer struct {
	status int
	title  string
	detail string
}

// answers are the errors that say something to whoever asked, in the order in
// which they are looked for. Any other is the server's own, or PostgreSQL's.
var answers = []struct {
	err error
	answer
}{
	{errNoPage, answer{http.StatusNotFound, "There is no such page", "Check the address."}},
	{errNoCase, answer{http.StatusNotFound, "There is no such case", "No case of your communities has this id."}},
	{errNoSession, answer{http.StatusUnauthorized, "Sign in first", "You are not signed in, or your session has ended."}},
	{errBadLink, answer{
		http.StatusForbidden, "This link does not sign you in",
		"It was used before, it is too old, or a part of it is missing. Each link works once. Ask the operator for a new one (recourse admin sign-in-link).",
	}},
	{errPrefetch, answer{http.StatusServiceUnavailable, "Open the link yourself", "A sign-in link works once, so it is not fetched ahead."}},
	{errCrossOrigin, answer{http.StatusForbidden, "This request was refused", "Your browser says that it comes from another site."}},
	{errTooLarge, answer{http.StatusRequestEntityTooLarge, "This is too much text", "Shorten what you wrote and send it again."}},
	{errBadForm, answer{http.StatusBadRequest, "The form could not be read", "Go back and send it again."}},
	{errKeyReused, answer{
		http.StatusUnprocessableEntity, "The Idempotency-Key was used before",
		"This key made another decision of this case. Use a new key for a new decision.",
	}},
	{moderation.ErrClosed, answer{http.StatusConflict, "This case is closed", "A decision is recorded already; another one was not."}},
	{moderation.ErrClaimedByOther, answer{http.StatusConflict, "Another moderator is working on this case", "Nothing was recorded."}},
	{moderation.ErrNotClaimed, answer{http.StatusConflict, "Claim this case before you decide it", "Nothing was recorded."}},
	{moderation.ErrVersion, answer{
		http.StatusConflict, "This case has changed since you read it",
		"Nothing was recorded. Read it again, then decide.",
	}},
	{errNoConduct, answer{
		http.StatusServiceUnavailable, "The code of conduct can't be read now",
		"A decision cites an article of it. Nothing was recorded. Try again in a moment.",
	}},
	{keys.ErrNoKey, answer{
		http.StatusServiceUnavailable, "A key is missing on this server",
		"Nothing was recorded. Tell the operator: recourse doctor says which one.",
	}},
}

var (
	answerFields = answer{status: http.StatusUnprocessableEntity, title: "Some fields need another look"}
	answerAway   = answer{http.StatusServiceUnavailable, "The database is away", "Nothing was recorded. Try again in a moment."}
	answerOwn    = answer{http.StatusInternalServerError, "Something went wrong on our side", "Nothing was recorded. The operator's log says more."}
)

// answerOf returns what to tell of err, and whether the log should hear of it.
func answerOf(err error) (a answer, log bool) {
	var bad fieldErrors
	if errors.As(err, &bad) {
		return answerFields, false
	}
	for _, known := range answers {
		if errors.Is(err, known.err) {
			return known.answer, known.status >= http.StatusInternalServerError
		}
	}
	switch {
	case errors.Is(err, context.Canceled): // nobody waits for the answer any more
		return answerOwn, false
	case isAway(err):
		return answerAway, true
	default:
		return answerOwn, true
	}
}

// isAway reports whether the same request may pass later.
func isAway(err error) bool {
	var server *pgconn.PgError
	var connecting *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.As(err, &server):
		return postgres.IsTransient(err)
	case errors.As(err, &connecting), errors.As(err, &network):
		return true
	default:
		return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.DeadlineExceeded)
	}
}

// fail answers a request that can't be served, as a page or as a problem
// document, and ends the chain of handlers.
func (c *Console) fail(g *gin.Context, err error) {
	a := c.logged(g, err)
	if a.status == http.StatusServiceUnavailable {
		g.Header("Retry-After", "5")
	}
	g.Abort()
	if isAPI(g) {
		p := web.Problem{Status: a.status, Title: a.title, Detail: a.detail}
		var bad fieldErrors
		if errors.As(err, &bad) {
			for _, f := range bad {
				p.Errors = append(p.Errors, web.FieldError{Field: f.Field, Detail: f.Err.Error()})
			}
		}
		web.WriteProblem(g, p)
		return
	}
	if a.status == http.StatusUnauthorized {
		c.askToSignIn(g, a)
		return
	}
	c.show(g, a.status, "message", messagePage{page: c.page(g, a.title), Detail: a.detail})
}

// logged returns what to tell of err, and logs what the operator should know:
// the route, never the URL.
func (c *Console) logged(g *gin.Context, err error) answer {
	a, log := answerOf(err)
	if log {
		c.log.Error("a request failed", "route", g.FullPath(), "status", a.status, "error", postgres.Redact(err))
	}
	return a
}

func isAPI(g *gin.Context) bool { return strings.HasPrefix(g.Request.URL.Path, "/v1/") }

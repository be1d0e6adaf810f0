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

// answerOf returns what to tell of err.
func answerOf(err error) answer {
	if _, ok := errors.AsType[fieldErrors](err); ok {
		return answer{http.StatusUnprocessableEntity, "Some fields need another look", ""}
	}
	switch {
	case errors.Is(err, errNoPage):
		return answer{http.StatusNotFound, "There is no such page", "Check the address."}
	case errors.Is(err, errNoCase):
		return answer{http.StatusNotFound, "There is no such case", "No case of your communities has this id."}
	case errors.Is(err, errNoFile):
		return answer{http.StatusNotFound, "There is no such file", "No file of this case has this id, or it was withdrawn."}
	case isDenied(err):
		return answer{
			http.StatusForbidden, "Your roles do not allow this", "Ask an administrator of the community. It was recorded that you tried.",
		}
	case errors.Is(err, errNoSession):
		return answer{http.StatusUnauthorized, "Sign in first", "You are not signed in, or your session has ended."}
	case errors.Is(err, errBadLink):
		return answer{
			http.StatusForbidden, "This link does not sign you in",
			"It was used before, it is too old, or a part of it is missing: each link works once. " +
				"Ask the operator for a new one (recourse admin sign-in-link).",
		}
	case errors.Is(err, errPrefetch):
		return answer{http.StatusServiceUnavailable, "Open the link yourself", "It works once, so it is not fetched ahead."}
	case errors.Is(err, errCrossOrigin):
		return answer{http.StatusForbidden, "This request was refused", "Your browser says that it comes from another site."}
	case errors.Is(err, errTooLarge):
		return answer{http.StatusRequestEntityTooLarge, "This is too much text", "Shorten what you wrote and send it again."}
	case errors.Is(err, errBadForm):
		return answer{http.StatusBadRequest, "The form could not be read", "Go back and send it again."}
	case errors.Is(err, errKeyReused):
		return answer{
			http.StatusUnprocessableEntity, "The Idempotency-Key was used before",
			"This key made something else in this case. Use a new key for a new decision or message.",
		}
	case errors.Is(err, errSentBefore):
		return answer{
			http.StatusConflict, "You sent another message before",
			"You went back to a form that was sent already. To send this message too, send it again.",
		}
	case errors.Is(err, moderation.ErrWithdrawn):
		return answer{
			http.StatusConflict, "This report was withdrawn", "Its reporter took it back and gets no message. Nothing was sent.",
		}
	case errors.Is(err, moderation.ErrOnlyReport):
		return answer{http.StatusConflict, "This report has its case to itself", "There is no other report that it could be parted from."}
	case errors.Is(err, errLetterBegun):
		return answer{
			http.StatusConflict, "Send your message first, or empty its field",
			"Once a report has a case of its own, the form could send your words to the wrong reporter. Nothing was recorded.",
		}
	case errors.Is(err, moderation.ErrClosed):
		return answer{http.StatusConflict, "This case is closed", "Nothing was recorded."}
	case errors.Is(err, moderation.ErrClaimedByOther):
		return answer{http.StatusConflict, "Another moderator is working on this case", "Nothing was recorded."}
	case errors.Is(err, moderation.ErrNotClaimed):
		return answer{http.StatusConflict, "Claim this case before you decide it", "Nothing was recorded."}
	case errors.Is(err, moderation.ErrNotHeld):
		return answer{http.StatusConflict, "You do not hold this case", "There is nothing to give back."}
	case errors.Is(err, moderation.ErrVersion):
		return answer{
			http.StatusConflict, "This case has changed since you read it",
			"Something came in, such as a message or another wish of a reporter. Nothing was recorded. " +
				"Read the case again, then send your answer again.",
		}
	default:
		if a, ok := careAnswerOf(err); ok {
			return a
		}
		if a, ok := secondReaderAnswerOf(err); ok {
			return a
		}
		if a, ok := intakeAnswerOf(err); ok {
			return a
		}
		return ownFault(err)
	}
}

// secondReaderAnswerOf says why a proposal was not made, or not answered.
func secondReaderAnswerOf(err error) (answer, bool) {
	switch {
	case errors.Is(err, moderation.ErrProposed):
		return answer{
			http.StatusConflict, "A decision is proposed already",
			"It waits for a second reader. Another decision can be proposed once it was refused or taken back. Nothing was recorded.",
		}, true
	case errors.Is(err, moderation.ErrNoProposal):
		return answer{
			http.StatusConflict, "This proposal is not there any more",
			"It was refused or taken back. Nothing was recorded.",
		}, true
	case errors.Is(err, moderation.ErrOwnProposal):
		return answer{
			http.StatusConflict, "Somebody else must consent", "You proposed this decision. It needs another moderator of this community.",
		}, true
	default:
		return answer{}, false
	}
}

// intakeAnswerOf says why the intake did not take a report by phone.
func intakeAnswerOf(err error) (answer, bool) {
	const kept = " What you typed is kept below."
	refused, isRefused := errors.AsType[refusedError](err)
	switch {
	case isRefused:
		return answer{http.StatusUnprocessableEntity, "The intake does not take this report", refused.detail}, true
	case errors.Is(err, errNoIntake):
		return answer{http.StatusServiceUnavailable, "This console has no intake", "The operator sets it: recourse console --intake-url."}, true
	case errors.Is(err, errIntakeAway):
		return answer{
			http.StatusServiceUnavailable, "The intake does not answer",
			"Send the report again in a moment: it is stored once, however often you send it." + kept,
		}, true
	case errors.Is(err, errNotClient):
		return answer{
			http.StatusServiceUnavailable, "The intake does not know this console",
			"Tell the operator: recourse admin client add --community NAME --name console --key-file FILE." + kept,
		}, true
	case errors.Is(err, errSlowDown):
		return answer{
			http.StatusTooManyRequests, "The intake takes no more reports from this console just now", "Send it again later." + kept,
		}, true
	case errors.Is(err, errTooLong):
		return answer{http.StatusRequestEntityTooLarge, "This is too long", "Shorten the words or the links." + kept}, true
	default:
		return answer{}, false
	}
}

// ownFault is an answer that the operator should hear of.
func ownFault(err error) answer {
	switch {
	case errors.Is(err, errNoConduct):
		return answer{
			http.StatusServiceUnavailable, "The code of conduct can't be read now",
			"A decision cites an article of it. Nothing was recorded. Try again in a moment.",
		}
	case errors.Is(err, keys.ErrNoKey):
		return answer{
			http.StatusServiceUnavailable, "A key is missing on this server",
			"Nothing was recorded. Tell the operator: recourse doctor says which one.",
		}
	case isAway(err):
		// The connection may have gone while the transaction was committed.
		return answer{
			http.StatusServiceUnavailable, "The database is away",
			"What you sent may not have been recorded. Look in a moment, then try again.",
		}
	default:
		return answer{
			http.StatusInternalServerError, "Something went wrong on our side",
			"What you sent may not have been recorded. The operator's log says more.",
		}
	}
}

// isAway reports whether the same request may pass later.
func isAway(err error) bool {
	if _, ok := errors.AsType[*pgconn.PgError](err); ok {
		return postgres.IsTransient(err)
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err)
	return connecting || network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.DeadlineExceeded)
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
		bad, _ := errors.AsType[fieldErrors](err)
		for _, f := range bad {
			p.Errors = append(p.Errors, web.FieldError{Field: f.Field, Detail: f.Err.Error()})
		}
		web.WriteProblem(g, p)
		return
	}
	if a.status == http.StatusUnauthorized {
		c.askToSignIn(g, a)
		return
	}
	c.show(g, a.status, "message", messagePage{page: c.page(g, a.title), Detail: a.detail, Wrote: wrote(g)})
}

// logged returns what to tell of err, and logs what the operator should know:
// the route, never the URL.
func (c *Console) logged(g *gin.Context, err error) answer {
	a := answerOf(err)
	// Where the client went away, nobody waits for the answer any more.
	if a.status >= http.StatusInternalServerError && !errors.Is(err, errPrefetch) && !errors.Is(err, context.Canceled) {
		c.log.Error("a request failed", "route", g.FullPath(), "status", a.status, "error", postgres.Redact(err))
	}
	return a
}

func isAPI(g *gin.Context) bool { return strings.HasPrefix(g.Request.URL.Path, "/v1/") }

package console

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"recourse/internal/event"
	"recourse/internal/web"
	"recourse/moderation"
)

// maxBody holds the longest reasons, each character escaped.
const maxBody = 256 << 10

// sessionCreated answers POST /v1/session, beside the cookie.
type sessionCreated struct {
	Moderator   moderator `json:"moderator"`
	Communities []string  `json:"communities"`
}

func (c *Console) createSession(g *gin.Context) {
	var in struct {
		Token string `json:"token"`
	}
	if p := web.ReadJSON(g, maxBody, &in); p != nil {
		web.WriteProblem(g, *p)
		return
	}
	session, m, err := c.desk.signIn(g.Request.Context(), in.Token)
	if err != nil {
		c.fail(g, err)
		return
	}
	setCookie(g, session)
	g.JSON(http.StatusCreated, sessionCreated{Moderator: m, Communities: m.Communities})
}

func (c *Console) deleteSession(g *gin.Context) {
	if err := c.endSession(g); err != nil {
		c.fail(g, err)
		return
	}
	g.Status(http.StatusNoContent)
}

func (c *Console) listCases(g *gin.Context) {
	limit := queuePage
	if s := g.Query("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > queueMost {
			c.fail(g, fieldErrors{{Field: "limit", Err: errLimit}})
			return
		}
		limit = n
	}
	f, err := filterOf(g.Request.URL.Query())
	if err != nil {
		c.fail(g, err)
		return
	}
	q, err := c.desk.queue(g.Request.Context(), signedIn(g), f, limit)
	if err != nil {
		c.fail(g, err)
		return
	}
	g.JSON(http.StatusOK, q)
}

var errLimit = errors.New("must be a number from 1 to " + strconv.Itoa(queueMost))

func (c *Console) claimNext(g *gin.Context) {
	var in filter
	if g.Request.ContentLength != 0 {
		if p := web.ReadJSON(g, maxBody, &in); p != nil {
			web.WriteProblem(g, *p)
			return
		}
	}
	if err := in.check(); err != nil {
		c.fail(g, err)
		return
	}
	f, err := c.desk.nextOpened(g.Request.Context(), signedIn(g), in)
	if errors.Is(err, errNothingWaits) {
		g.Status(http.StatusNoContent)
		return
	}
	if err != nil {
		c.fail(g, err)
		return
	}
	g.JSON(http.StatusOK, f)
}

func (c *Console) showCase(g *gin.Context) {
	c.forCase(g, func(m moderator, id event.ID) (int, any, error) {
		f, err := c.desk.view(g.Request.Context(), m, id)
		return http.StatusOK, f, err
	})
}

func (c *Console) claimCase(g *gin.Context) {
	c.forCase(g, func(m moderator, id event.ID) (int, any, error) {
		s, err := c.desk.claim(g.Request.Context(), m, id)
		return http.StatusOK, s, err
	})
}

func (c *Console) releaseCase(g *gin.Context) {
	c.forCase(g, func(m moderator, id event.ID) (int, any, error) {
		s, err := c.desk.release(g.Request.Context(), m, id)
		return http.StatusOK, s, err
	})
}

func (c *Console) decideCase(g *gin.Context) {
	var in struct {
		Version int          `json:"version"`
		Action  event.Action `json:"action"`
		Article string       `json:"article"`
		Reasons string       `json:"reasons"`
	}
	if p := web.ReadJSON(g, maxBody, &in); p != nil {
		web.WriteProblem(g, *p)
		return
	}
	key := g.GetHeader("Idempotency-Key")
	switch {
	case in.Version < 1:
		c.fail(g, fieldErrors{{Field: "version", Err: errNoVersion}})
		return
	case len(key) > maxKey:
		c.fail(g, fieldErrors{{Field: "Idempotency-Key", Err: errLongKey}})
		return
	}
	c.forCase(g, func(m moderator, id event.ID) (int, any, error) {
		made, waits, err := c.desk.decide(g.Request.Context(), m, id, verdict{
			Version: in.Version, Key: key,
			Decision: moderation.Decision{Action: in.Action, Article: in.Article, Reasons: in.Reasons},
		})
		if waits != nil { // for another moderator's consent
			return http.StatusAccepted, waits, err
		}
		return http.StatusCreated, made, err
	})
}

const maxKey = 255

var (
	errNoVersion = errors.New("must be the version of the case that you saw")
	errLongKey   = errors.New("is longer than " + strconv.Itoa(maxKey) + " characters")
)

// forCase answers with what do returns for the case in the path.
func (c *Console) forCase(g *gin.Context, do func(moderator, event.ID) (int, any, error)) {
	id, err := event.ParseID(g.Param("id"))
	if err != nil {
		c.fail(g, errNoCase)
		return
	}
	status, body, err := do(signedIn(g), id)
	if err != nil {
		c.fail(g, err)
		return
	}
	g.JSON(status, body)
}

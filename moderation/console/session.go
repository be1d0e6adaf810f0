package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/jackc/pgx/v5"

	"recourse/moderation/audit"
	"recourse/moderation/store"
)

const (
	sessionCookie = "recourse_session"
	sessionTime   = 12 * time.Hour
)

// signIn uses a sign-in link up and opens a session. Where the transaction
// fails, the link is still good.
func (d *desk) signIn(ctx context.Context, link string) (session string, m moderator, err error) {
	session, hash := newToken()
	now := d.now()
	err = d.inTx(ctx, func(q *store.Queries) error {
		id, err := q.TakeSignInLink(ctx, store.TakeSignInLinkParams{TokenHash: hashToken(link), Now: now})
		if errors.Is(err, pgx.ErrNoRows) {
			return errBadLink
		}
		if err != nil {
			return fmt.Errorf("using a sign-in link: %w", err)
		}
		err = q.InsertSession(ctx, store.InsertSessionParams{
			TokenHash: hash, ModeratorID: id, CreatedAt: now, ExpiresAt: now.Add(sessionTime),
		})
		if err != nil {
			return fmt.Errorf("opening a session: %w", err)
		}
		if m, err = sessionModerator(ctx, q, hash, now); err != nil {
			return err
		}
		return audit.Entry{At: now, Actor: id, Action: auditSignedIn}.Write(ctx, q)
	})
	if err != nil {
		return "", moderator{}, err
	}
	return session, m, nil
}

// holderOf returns who holds a session.
func (d *desk) holderOf(ctx context.Context, session string) (moderator, error) {
	return sessionModerator(ctx, store.New(d.pool), hashToken(session), d.now())
}

func sessionModerator(ctx context.Context, q *store.Queries, hash []byte, now time.Time) (moderator, error) {
	row, err := q.SessionModerator(ctx, store.SessionModeratorParams{TokenHash: hash, Now: now})
	if errors.Is(err, pgx.ErrNoRows) {
		return moderator{}, errNoSession
	}
	if err != nil {
		return moderator{}, fmt.Errorf("looking up a session: %w", err)
	}
	return moderatorOf(row), nil
}

// signOut ends a session, if it is one.
func (d *desk) signOut(ctx context.Context, session string) error {
	if err := store.New(d.pool).DeleteSession(ctx, hashToken(session)); err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	return nil
}

// requireSession lets through who is signed in.
func (c *Console) requireSession(g *gin.Context) {
	session, err := g.Cookie(sessionCookie)
	if err != nil {
		c.fail(g, errNoSession)
		return
	}
	m, err := c.desk.holderOf(g.Request.Context(), session)
	if err != nil {
		c.fail(g, err)
		return
	}
	g.Set(sessionCookie, m)
}

// signedIn is who passed requireSession.
func signedIn(g *gin.Context) moderator {
	m, _ := g.Value(sessionCookie).(moderator)
	return m
}

// setCookie gives the browser a session, or takes it back where session is "".
func setCookie(g *gin.Context, session string) {
	cookie := &http.Cookie{ //nolint:gosec // Secure depends on how the request came: without TLS the cookie would be lost
		Name: sessionCookie, Value: session, Path: "/", MaxAge: int(sessionTime.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteStrictMode,
		// The header may be forged, which only makes the cookie stricter.
		Secure: g.Request.TLS != nil || g.GetHeader("X-Forwarded-Proto") == "https",
	}
	if session == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(g.Writer, cookie)
}

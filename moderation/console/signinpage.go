package console

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// signInPage says how to sign in.
type signInPage struct {
	page

	Detail string
	Wrote  string // what was typed into a form that arrived without a session, or ""
}

func (c *Console) showSignIn(g *gin.Context) {
	c.show(g, http.StatusOK, "signin", signInPage{page: c.page(g, "Sign in")})
}

// askToSignIn answers who has no session. What a moderator typed when hers
// ended is given back to her.
func (c *Console) askToSignIn(g *gin.Context, a answer) {
	c.show(g, a.status, "signin", signInPage{page: c.page(g, a.title), Detail: a.detail, Wrote: wrote(g)})
}

// wrote is the text in the form that was sent, or "": what could not be taken is
// given back.
func wrote(g *gin.Context) string {
	if g.Request.Method != http.MethodPost {
		return ""
	}
	form, err := readFormOf(g, maxPhoned)
	if err != nil {
		return ""
	}
	if form.Has("description") {
		return phonedOf(form).wrote()
	}
	if d := draftOf(form); d != nil {
		return d.wrote()
	}
	return form.Get("reasons")
}

// getSignIn uses a sign-in link up. It answers with a page that goes on to the
// queue by itself, not with a redirect: the link is mostly followed from a mail
// or a chat, and a browser leaves a SameSite=Strict cookie out of every request
// of a navigation that began on another site, redirects included. The page's
// own navigation begins here.
func (c *Console) getSignIn(g *gin.Context) {
	g.Header("Referrer-Policy", "no-referrer") // the address holds the token
	if strings.Contains(g.GetHeader("Sec-Purpose"), "prefetch") {
		c.fail(g, errPrefetch)
		return
	}
	session, m, err := c.desk.signIn(g.Request.Context(), g.Param("token"))
	if err != nil {
		c.fail(g, err)
		return
	}
	setCookie(g, session)
	p := c.page(g, "Signed in")
	p.Me = &m
	c.show(g, http.StatusOK, "signedin", p)
}

func (c *Console) postSignOut(g *gin.Context) {
	if err := c.endSession(g); err != nil {
		c.fail(g, err)
		return
	}
	g.Redirect(http.StatusSeeOther, "/sign-in")
}

func (c *Console) endSession(g *gin.Context) error {
	if session, err := g.Cookie(sessionCookie); err == nil {
		if err := c.desk.signOut(g.Request.Context(), session); err != nil {
			return err
		}
	}
	setCookie(g, "")
	return nil
}

package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

//go:embed templates/*.html static/console.css
var files embed.FS

// views are the pages' templates and their stylesheet.
type views struct {
	pages     map[string]*template.Template
	style     []byte
	stylePath string // holds a digest of the content, so that it can be cached for good
}

func newViews() (*views, error) {
	style, err := files.ReadFile("static/console.css")
	if err != nil {
		return nil, fmt.Errorf("reading the stylesheet: %w", err)
	}
	digest := sha256.Sum256(style)
	v := &views{
		pages: map[string]*template.Template{}, style: style,
		stylePath: "/static/console-" + hex.EncodeToString(digest[:6]) + ".css",
	}
	layout, err := template.New("layout").Funcs(pageWords()).ParseFS(
		files, "templates/layout.html", "templates/report.html", "templates/proposal.html", "templates/break.html")
	if err != nil {
		return nil, fmt.Errorf("reading the pages' layout: %w", err)
	}
	for _, name := range []string{"signin", "signedin", "queue", "care", "case", "message", "phoned", "receipt"} {
		page, err := layout.Clone()
		if err == nil {
			page, err = page.ParseFS(files, "templates/"+name+".html")
		}
		if err != nil {
			return nil, fmt.Errorf("reading the page %s: %w", name, err)
		}
		v.pages[name] = page
	}
	return v, nil
}

func (v *views) serveStyle(g *gin.Context) {
	g.Header("Cache-Control", "public, max-age=31536000, immutable")
	g.Data(http.StatusOK, "text/css; charset=utf-8", v.style)
}

// page is what every page has.
type page struct {
	Title  string // neutral: it stands in the browser's history
	Style  string
	Now    time.Time
	Failed bool       // the title says so first
	Me     *moderator // nil for who is not signed in
}

func (c *Console) page(g *gin.Context, title string) page {
	p := page{Title: title, Style: c.views.stylePath, Now: c.now().UTC()}
	if m := signedIn(g); !m.ID.IsZero() {
		p.Me = &m
	}
	return p
}

// messagePage says one thing.
type messagePage struct {
	page

	Detail string
	Case   string // path of a case to go on to, or ""
	Wrote  string // what was typed and not recorded, or ""
}

// show renders a page whole before it sends a byte, so that none ends in the
// middle.
func (c *Console) show(g *gin.Context, status int, name string, data any) {
	var b bytes.Buffer
	if err := c.views.pages[name].ExecuteTemplate(&b, "layout", data); err != nil {
		// An error of html/template names template and field, and may quote a
		// value: its type says enough.
		c.log.Error("a page can't be rendered", "page", name, "type", fmt.Sprintf("%T", err))
		g.String(http.StatusInternalServerError, "Something went wrong on our side.\n")
		return
	}
	g.Data(status, "text/html; charset=utf-8", b.Bytes())
}

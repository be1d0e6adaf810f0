package reporter

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"recourse/internal/community"
	"recourse/internal/messages"
	"recourse/internal/web"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pages renders what people see: HTML that works without JavaScript, and one
// more file: a stylesheet, or a script that brings it.
type pages struct {
	languages languages
	templates map[string]*template.Template
	assets    assets
	own       *ownAssets
	log       *slog.Logger
}

func newPages(log *slog.Logger) (*pages, error) {
	l, err := loadLanguages()
	if err != nil {
		return nil, err
	}
	p := &pages{languages: l, templates: map[string]*template.Template{}, assets: newAssets("/static/", style), own: newOwnAssets(), log: log}
	for _, name := range []string{"report", "done", "status", "conduct", "home", "problem", "help", "paused"} {
		t, err := template.ParseFS(templateFiles, "templates/layout.html", "templates/helplines.html", "templates/"+name+"*.html")
		if err != nil {
			return nil, fmt.Errorf("reading the page %s: %w", name, err)
		}
		p.templates[name] = t
	}
	return p, nil
}

// exit is where a page leads who must leave it at once: a site that anybody may
// have been reading, in any language.
const exit = "https://www.wikipedia.org/"

// view is what every page shows.
type view struct {
	Lang          string
	Title         string // of the window: it gives nothing away to who looks over a shoulder
	Stylesheet    string
	Exit          string // where to leave to
	Script        string // with the stylesheet inside
	Upload        string // script that sends files in parts; "" where none are taken
	Community     string // title of the community; empty on pages of no community
	CommunityLang string // of Community
	Logo          string // path of the community's logo, or ""
	Languages     []languageChoice
	DefaultGo     string // the step that Enter in a field of LanguageForm leads to, or ""
	// LanguageForm is the id of the form whose buttons change the language and
	// lose nothing of what was typed. Empty: plain links do.
	LanguageForm string
	Body         any

	texts texts
}

type languageChoice struct {
	Tag     string
	Name    string
	Current bool
}

// T returns a message in the page's language. Names and values follow the key:
// {{.T "wait.days" "count" 3}}.
func (v view) T(key string, pairs ...any) (string, error) { return v.texts.Text(key, pairs...) }

// Dir is the direction of the page's script.
func (v view) Dir() string { return v.texts.Dir() }

// Date writes a day and a time as people of the page's language do.
func (v view) Date(at time.Time) (string, error) { return v.texts.Date(at) }

// Day writes a day as people of the page's language do.
func (v view) Day(at time.Time) (string, error) { return v.texts.Day(at) }

// Span writes how long something takes, such as 3 weeks.
func (v view) Span(d time.Duration) (string, error) { return v.texts.Span(d) }

// Until writes how long it is from now to a deadline, such as in 2 hours.
func (v view) Until(now, deadline time.Time) (string, error) { return v.texts.Until(now, deadline) }

// Number writes a number as people of the page's language do.
func (v view) Number(n int) string { return v.texts.Number(n) }

// view starts a page in one of the offered languages: the one that a wish asks
// for, or else the browser's, or else the first. Title is a key.
func (p *pages) view(c *gin.Context, offered []string, title string, wishes ...string) view {
	lang := messages.Choose(offered, append(wishes, c.GetHeader("Accept-Language"))...)
	v := view{
		Lang: lang, Stylesheet: p.assets.style.path(), Script: p.assets.script.path(), Exit: exit, texts: p.languages.in(lang),
	}
	v.Title = v.texts.plain(title)
	for _, tag := range offered {
		v.Languages = append(v.Languages, languageChoice{Tag: tag, Name: p.languages.In(tag).Name(), Current: tag == lang})
	}
	return v
}

// communityView starts a page of a community.
func (p *pages) communityView(c *gin.Context, b community.Bundle, title string, wishes ...string) view {
	v := p.view(c, p.languages.Offered(b.Languages), title, wishes...)
	v.Community, v.CommunityLang = b.Title.Choose(v.Lang, b.Languages)
	own := p.assetsOf(b)
	v.Stylesheet, v.Script, v.Logo = own.style.path(), own.script.path(), logoOf(b)
	return v
}

// render answers with a page.
func (p *pages) render(c *gin.Context, status int, name string, v view) {
	var b bytes.Buffer
	if err := p.templates[name].ExecuteTemplate(&b, "layout", v); err != nil {
		// The error may quote a value of the page.
		p.log.Error("a page can't be rendered", "page", name, "type", fmt.Sprintf("%T", err))
		web.WriteProblem(c, web.Problem{Status: http.StatusInternalServerError})
		return
	}
	body := b.Bytes()
	// Only what no secret stands in together with something sent: the length
	// of a compressed page could tell one by the other (BREACH).
	if c.Request.Method == http.MethodGet && acceptsGzip(c) {
		c.Header("Content-Encoding", "gzip")
		body = compressed(body)
	}
	c.Header("Vary", "Accept-Encoding, Accept-Language")
	c.Data(status, "text/html; charset=utf-8", body)
}

func acceptsGzip(c *gin.Context) bool {
	for coding := range strings.SplitSeq(c.GetHeader("Accept-Encoding"), ",") {
		name, weight, weighted := strings.Cut(strings.ReplaceAll(coding, " ", ""), ";q=")
		if name == "gzip" {
			q, err := strconv.ParseFloat(weight, 64)
			return !weighted || (err == nil && q > 0)
		}
	}
	return false
}

func compressed(b []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("reporter: compressing into memory fails: " + err.Error())
	}
	return out.Bytes()
}

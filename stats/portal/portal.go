// Package portal serves what was released, and nothing else: it holds no key and
// its role reads the released tables alone. Whoever breaks into it finds what is
// public anyway. Files are served as they were stored, byte for byte.
package portal

import (
	"context"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"recourse/internal/event"
	"recourse/internal/postgres"
	"recourse/internal/web"
	"recourse/stats/store"
)

//go:embed pages
var pages embed.FS

const (
	mostFiles  = 10_000 // in one list
	readTime   = 10 * time.Second
	retryAfter = 5 * time.Second
	forGood    = "public, max-age=31536000, immutable" // a release never changes
	forAWhile  = "public, max-age=60"
)

// Portal is the public side of statistics. Any number may run.
type Portal struct {
	pool *pgxpool.Pool // as the role of the portal
	log  *slog.Logger
	home *template.Template
}

// New returns a Portal. It connects to nothing yet.
func New(pool *pgxpool.Pool, log *slog.Logger) (*Portal, error) {
	home, err := template.ParseFS(pages, "pages/home.html")
	if err != nil {
		return nil, fmt.Errorf("reading the portal's page: %w", err)
	}
	return &Portal{pool: pool, log: log, home: home}, nil
}

// Ready says whether releases can be read now.
func (p *Portal) Ready(ctx context.Context) error { return p.pool.Ping(ctx) }

// Handler serves the releases, /healthz and /readyz.
func (p *Portal) Handler() http.Handler {
	e := web.NewEngine(p.log, p.Ready)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		e.Handle(method, "/", p.homePage)
		e.Handle(method, "/style.css", p.stylesheet)
		e.Handle(method, "/releases", p.listReleases)
		e.Handle(method, "/releases/:release/:file", p.serveFile)
	}
	return e
}

// listed is a release in a list.
type listed struct {
	ID          string       `json:"id"`
	Community   string       `json:"community"`
	Number      int          `json:"number"`
	Period      period       `json:"period"`
	PublishedAt time.Time    `json:"published_at"`
	Files       []listedFile `json:"files"`
}

type period struct {
	From  *time.Time `json:"from"` // null for a community's first release
	Until time.Time  `json:"until"`
}

type listedFile struct {
	Name      string `json:"name"`
	URL       string `json:"url"`
	MediaType string `json:"media_type"`
	Bytes     int64  `json:"bytes"`
	SHA256    string `json:"sha256"`
}

// releases returns what was released, the newest first.
func (p *Portal) releases(ctx context.Context) ([]listed, error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	rows, err := store.New(p.pool).ReleasedFiles(ctx, mostFiles)
	if err != nil {
		return nil, fmt.Errorf("reading the releases: %w", err)
	}
	all := []listed{}
	for _, row := range rows {
		id := row.Community + "-" + strconv.Itoa(int(row.Number))
		if len(all) == 0 || all[len(all)-1].ID != id {
			r := listed{
				ID: id, Community: row.Community, Number: int(row.Number), PublishedAt: row.PublishedAt.UTC(),
				Period: period{Until: row.PeriodUntil.UTC()},
			}
			if row.PeriodFrom != nil {
				from := row.PeriodFrom.UTC()
				r.Period.From = &from
			}
			all = append(all, r)
		}
		last := &all[len(all)-1]
		last.Files = append(last.Files, listedFile{
			Name: row.Name, URL: "/releases/" + id + "/" + row.Name, MediaType: row.MediaType, Bytes: row.Size,
			SHA256: hex.EncodeToString(row.Sha256),
		})
	}
	return all, nil
}

func (p *Portal) listReleases(c *gin.Context) {
	all, err := p.releases(c.Request.Context())
	if err != nil {
		p.fail(c, err)
		return
	}
	open(c, forAWhile)
	c.JSON(http.StatusOK, gin.H{"releases": all})
}

func (p *Portal) homePage(c *gin.Context) {
	all, err := p.releases(c.Request.Context())
	if err != nil {
		p.fail(c, err)
		return
	}
	var page strings.Builder
	if err := p.home.Execute(&page, all); err != nil {
		p.fail(c, fmt.Errorf("rendering the page: %w", err))
		return
	}
	c.Header("Cache-Control", forAWhile)
	c.Data(http.StatusOK, "text/html; charset=utf-8", []byte(page.String()))
}

func (p *Portal) stylesheet(c *gin.Context) {
	c.Header("Cache-Control", forAWhile)
	c.FileFromFS("pages/style.css", http.FS(pages))
}

func (p *Portal) serveFile(c *gin.Context) {
	community, number, ok := parseID(c.Param("release"))
	name := c.Param("file")
	if !ok || !utf8.ValidString(name) || strings.ContainsRune(name, 0) { // PostgreSQL takes neither
		web.WriteProblem(c, web.Problem{Status: http.StatusNotFound})
		return
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), readTime)
	defer cancel()
	f, err := store.New(p.pool).File(ctx, store.FileParams{Community: community, Number: number, Name: name})
	if errors.Is(err, pgx.ErrNoRows) {
		web.WriteProblem(c, web.Problem{Status: http.StatusNotFound})
		return
	}
	if err != nil {
		p.fail(c, fmt.Errorf("reading a file: %w", err))
		return
	}
	open(c, forGood)
	etag := `"` + hex.EncodeToString(f.Sha256) + `"`
	c.Header("ETag", etag)
	if strings.Contains(c.GetHeader("If-None-Match"), etag) {
		c.Status(http.StatusNotModified)
		return
	}
	contentType := f.MediaType
	if strings.HasPrefix(contentType, "text/") {
		contentType += "; charset=utf-8"
	}
	c.Data(http.StatusOK, contentType, f.Content)
}

// parseID reads <community>-<number>. A community's name may hold hyphens.
func parseID(id string) (community string, number int32, ok bool) {
	i := strings.LastIndexByte(id, '-')
	if i < 0 || !event.ValidCommunity(id[:i]) {
		return "", 0, false
	}
	n, err := strconv.ParseInt(id[i+1:], 10, 32)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != id[i+1:] {
		return "", 0, false
	}
	return id[:i], int32(n), true
}

// open lets pages of other origins read open data, and caches keep it.
func open(c *gin.Context, caching string) {
	c.Header("Cache-Control", caching)
	c.Header("Access-Control-Allow-Origin", "*")
	c.Header("Cross-Origin-Resource-Policy", "cross-origin")
}

func (p *Portal) fail(c *gin.Context, err error) {
	p.log.Warn("the portal can't answer", "error", postgres.Redact(err))
	web.RetryLater(c, retryAfter, "The releases can't be read just now. Nothing is lost; try again soon.")
}

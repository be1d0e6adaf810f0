package reporter

import (
	"crypto/sha256"
	_ "embed" // of the files below
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"recourse/internal/web"
)

var (
	//go:embed static/style.css
	style []byte
	//go:embed static/page.js
	script []byte
	//go:embed static/upload.js
	uploadScript []byte
)

const assetRoute = "/static/:file"

// assets are the files that pages load. A page needs one of them, so that a
// first visit takes two requests: the script holds the stylesheet, and without
// JavaScript the stylesheet comes alone. Where files are taken there is another
// script, for later than a first visit.
type assets struct{ style, script, upload asset }

// asset is a file under a name of its own.
type asset struct {
	dir           string // of its path
	before, after string // the name around a hash of the content, so that it can be kept for ever
	hash          string
	contentType   string
	body, gzip    []byte
}

func newAssets(dir string, css []byte) assets {
	sheet := newAsset(dir, "style.", ".css", "text/css; charset=utf-8", css)
	js := newAsset(dir, "script.", ".js", "text/javascript; charset=utf-8", scriptWith(sheet))
	up := newAsset(dir, "upload.", ".js", "text/javascript; charset=utf-8", uploadScript)
	return assets{style: sheet, script: js, upload: up}
}

// scriptWith calls the script's one function with the stylesheet and, for
// browsers that take none from a script, its address.
func scriptWith(css asset) []byte {
	arguments, err := json.Marshal([]string{string(css.body), css.path()})
	if err != nil {
		panic("reporter: encoding two strings fails: " + err.Error())
	}
	call := "(" + strings.Trim(string(arguments), "[]") + ");\n"
	return []byte(strings.TrimSpace(string(script)) + call)
}

func newAsset(dir, before, after, contentType string, body []byte) asset {
	return asset{
		dir: dir, before: before, after: after, hash: shortHash(body), contentType: contentType,
		body: body, gzip: compressed(body),
	}
}

func (a asset) name() string { return a.before + a.hash + a.after }
func (a asset) path() string { return a.dir + a.name() }

func shortHash(content []byte) string {
	hash := sha256.Sum256(content)
	return hex.EncodeToString(hash[:8])
}

// serve answers with a file, or says false where none has such a name. Another version's name gets it too, for while two
// versions run side by side, but not to keep.
func (all assets) serve(c *gin.Context) bool {
	name := c.Param("file")
	for _, a := range []asset{all.style, all.script, all.upload} {
		if !strings.HasPrefix(name, a.before) || !strings.HasSuffix(name, a.after) {
			continue
		}
		if name == a.name() {
			c.Header("Cache-Control", "public, max-age=31536000, immutable")
		}
		body := a.body
		if acceptsGzip(c) {
			c.Header("Content-Encoding", "gzip")
			body = a.gzip
		}
		c.Header("Vary", "Accept-Encoding")
		c.Data(http.StatusOK, a.contentType, body)
		return true
	}
	return false
}

// asset serves a common file.
func (p *pages) asset(c *gin.Context) {
	if !p.assets.serve(c) {
		web.WriteProblem(c, web.Problem{Status: http.StatusNotFound})
	}
}

// noIcon answers what some browsers ask for unasked, though every page names an
// empty icon.
func noIcon(c *gin.Context) {
	c.Header("Cache-Control", "public, max-age=86400")
	c.Status(http.StatusNoContent)
}

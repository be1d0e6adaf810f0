package reporter

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"recourse/internal/community"
	"recourse/internal/web"
)

// conductAnswer is the register for programs.
type conductAnswer struct {
	Community string                  `json:"community"`
	Versions  []community.CodeVersion `json:"versions"` // the one in force first
	Register  json.RawMessage         `json:"register"` // as it is stored: its SHA-256 is the version's `register`
}

// conductJSON is GET /c/{community}/conduct.json, of the code in force, and
// GET /c/{community}/conduct/{digest}.json.
func (i *Intake) conductJSON(c *gin.Context) {
	bundle, ok := i.communities.Get(c.Param("community"))
	if !ok {
		status := http.StatusNotFound
		if !i.read.Load() {
			status = http.StatusServiceUnavailable
		}
		web.WriteProblem(c, web.Problem{Status: status})
		return
	}
	digest := bundle.Conduct
	if c.Param("digest") != "" {
		digest = strings.TrimSuffix(c.Param("digest"), jsonEnding)
	}
	version, ok := bundle.Code(digest)
	if !ok {
		web.WriteProblem(c, web.Problem{Status: http.StatusNotFound})
		return
	}
	one, err := i.registers.get(c.Request.Context(), version.Register)
	if err != nil {
		web.WriteProblem(c, web.Problem{Status: i.noRegister(bundle, err)})
		return
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // so that the register's bytes stay as they are
	if err := e.Encode(conductAnswer{Community: bundle.Name, Versions: bundle.Codes, Register: one.file}); err != nil {
		i.log.Error("a register can't be written", "community", bundle.Name)
		web.WriteProblem(c, web.Problem{Status: http.StatusInternalServerError})
		return
	}
	writeCacheable(c, b.Bytes())
}

// writeCacheable answers with public JSON, or says that the client has it. The
// tag is weak, since the body may be compressed on its way.
func writeCacheable(c *gin.Context, body []byte) {
	tag := `W/"` + shortHash(body) + `"`
	c.Header("ETag", tag)
	c.Header("Cache-Control", "public, max-age=60")
	c.Header("Vary", "Accept-Encoding")
	for known := range strings.SplitSeq(c.GetHeader("If-None-Match"), ",") {
		if known = strings.TrimSpace(known); known == tag || known == "*" {
			c.Status(http.StatusNotModified)
			return
		}
	}
	if acceptsGzip(c) {
		c.Header("Content-Encoding", "gzip")
		body = compressed(body)
	}
	c.Data(http.StatusOK, "application/json; charset=utf-8", body)
}

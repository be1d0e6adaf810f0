package web

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
)

// Problem is an error answer of the JSON API (RFC 9457). It names the field at
// fault and never echoes what was sent.
type Problem struct {
	Type   string       `json:"type"` // "about:blank": the status says it all
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail,omitempty"`
	Errors []FieldError `json:"errors,omitempty"`
}

// FieldError is what is wrong with one field, such as `links[2]` or
// `account.handle`.
type FieldError struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// WriteProblem answers with p and ends the chain of handlers.
func WriteProblem(c *gin.Context, p Problem) {
	if p.Type == "" {
		p.Type = "about:blank"
	}
	if p.Title == "" {
		p.Title = http.StatusText(p.Status)
	}
	body, err := json.Marshal(p)
	if err != nil { // strings and ints: can't happen, and an answer is still due
		body = []byte("{}")
	}
	c.Header("Cache-Control", "no-store")
	c.Data(p.Status, "application/problem+json", body)
	c.Abort()
}

// RetryLater is the answer where a part the service needs is away: 503 at once.
func RetryLater(c *gin.Context, after time.Duration, detail string) {
	c.Header("Retry-After", strconv.Itoa(int(after.Seconds())))
	WriteProblem(c, Problem{Status: http.StatusServiceUnavailable, Detail: detail})
}

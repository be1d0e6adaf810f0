package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"recourse/internal/web"
)

type call struct {
	Name    string   `json:"name"`
	Count   int      `json:"count"`
	Sure    bool     `json:"sure"`
	Links   []string `json:"links"`
	Account struct {
		Handle string `json:"handle"`
	} `json:"account"`
}

const maxBytes = 300

// reader is a server that answers with the name that it read.
func reader(t *testing.T, log *buffer) (url string) {
	t.Helper()
	e := newEngine(log)
	e.POST("/v1/things", func(c *gin.Context) {
		var in call
		if problem := web.ReadJSON(c, maxBytes, &in); problem != nil {
			web.WriteProblem(c, *problem)
			return
		}
		c.String(http.StatusOK, "%s", in.Name)
	})
	return serve(t, e) + "/v1/things"
}

func TestABodyIsReadAsItWasSent(t *testing.T) {
	url := reader(t, &buffer{})
	for _, tt := range []struct{ name, contentType, body, want string }{
		{"plain", "application/json", `{"name": "Aïssa", "count": 3}`, "Aïssa"},
		{"with a charset", "application/json; charset=utf-8", `{"name": "Aïssa"}`, "Aïssa"},
		{"with the media type in upper case", "Application/JSON", `{"name": "a"}`, "a"},
		{"Arabic, escaped and not", "application/json", `{"name": "عا\u0626شة"}`, "عائشة"},
		{"an emoji as a pair of escapes", "application/json", `{"name": "\ud83d\ude42"}`, "🙂"},
		{"white space around", "application/json", " \n{\"name\": \"a\"}\r\n ", "a"},
		{"of the largest size", "application/json", `{"name": "` + strings.Repeat("a", maxBytes-12) + `"}`, strings.Repeat("a", maxBytes-12)},
		{"empty", "application/json", `{}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req := request(t, http.MethodPost, url, tt.body)
			req.Header.Set("Content-Type", tt.contentType)
			if a := do(t, req); a.status != http.StatusOK || a.body != tt.want {
				t.Errorf("the answer is %d, %s; want 200, %s", a.status, a.body, tt.want)
			}
		})
	}
}

func TestABodyThatIsNotWhatACallTakesIsRefused(t *testing.T) {
	var log buffer
	url := reader(t, &log)
	const json = "application/json"
	for _, tt := range []struct {
		name, contentType, body string
		status                  int
		field                   string
	}{
		{"no media type", "", `{"name": "MARKER"}`, 415, ""},
		{"a form", "application/x-www-form-urlencoded", "name=MARKER", 415, ""},
		{"text", "text/plain", `{"name": "MARKER"}`, 415, ""},
		{"JSON of another sort", "application/ld+json", `{"name": "MARKER"}`, 415, ""},
		{"a media type that is none", "application/", `{"name": "MARKER"}`, 415, ""},
		{"one byte too large", json, `{"name": "` + strings.Repeat("M", maxBytes-11) + `"}`, 413, ""},
		{"far too large", json, `{"name": "` + strings.Repeat("MARKER", 200_000) + `"}`, 413, ""},
		{"invalid UTF-8 in a value", json, "{\"name\": \"MARKER\xff\"}", 400, ""},
		{"invalid UTF-8 in a name", json, "{\"MARKER\xc3\x28\": 1}", 400, ""},
		{"a surrogate in UTF-8", json, "{\"name\": \"MARKER\xed\xa0\x80\"}", 400, ""},
		{"nothing", json, "", 400, ""},
		{"white space", json, " \n", 400, ""},
		{"words", json, "MARKER", 400, ""},
		{"cut short", json, `{"name": "MARKER"`, 400, ""},
		{"a control character in a text", json, "{\"name\": \"MARKER\x00\"}", 400, ""},
		{"a byte order mark", json, "\ufeff{\"name\": \"MARKER\"}", 400, ""},
		{"two objects", json, `{"name": "MARKER"}{}`, 400, ""},
		{"a word behind the object", json, `{"name": "a"} MARKER`, 400, ""},
		{"a bracket behind the object", json, `{"name": "a"}]`, 400, ""},
		{"a list", json, `[{"name": "MARKER"}]`, 400, ""},
		{"a text", json, `"MARKER"`, 400, ""},
		{"a number", json, `7`, 400, ""},
		{"null", json, `null`, 400, ""},
		{"an unknown field", json, `{"name": "a", "markers": "MARKER"}`, 422, "markers"},
		{"a field twice", json, `{"name": "a", "name": "MARKER"}`, 422, "name"},
		{"a field twice in another case", json, `{"name": "a", "Name": "MARKER"}`, 422, "Name"},
		{"a field twice within", json, `{"account": {"handle": "a", "handle": "MARKER"}}`, 422, "handle"},
		{"an unknown field within", json, `{"account": {"markers": "MARKER"}}`, 422, "markers"},
		{"an unknown field with a quotation mark", json, `{"a\"b": "MARKER"}`, 422, `a\"b`},
		{"an unknown field with a very long name", json, `{"` + strings.Repeat("x", 200) + `": "MARKER"}`, 422, "(a long name)"},
		{"a number for a text", json, `{"name": 7}`, 422, "name"},
		{"a text for a number", json, `{"count": "MARKER"}`, 422, "count"},
		{"a fraction for a whole number", json, `{"count": 1.5}`, 422, "count"},
		{"a number that is too large", json, `{"count": 99999999999999999999}`, 422, "count"},
		{"a text for a truth", json, `{"sure": "MARKER"}`, 422, "sure"},
		{"a text for a list", json, `{"links": "MARKER"}`, 422, "links"},
		{"a number in a list of texts", json, `{"links": ["MARKER", 7]}`, 422, "links"},
		{"a list for an object", json, `{"account": ["MARKER"]}`, 422, "account"},
		{"a number for a text within", json, `{"account": {"handle": 7}}`, 422, "account.handle"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req := request(t, http.MethodPost, url, tt.body)
			req.Header.Set("Content-Type", tt.contentType)
			a := do(t, req)
			if a.status != tt.status {
				t.Fatalf("the answer is %d, want %d: %s", a.status, tt.status, a.body)
			}
			p := a.problem(t)
			switch {
			case tt.field == "" && len(p.Errors) > 0:
				t.Errorf("it names the fields %v, want none", p.Errors)
			case tt.field != "" && (len(p.Errors) != 1 || p.Errors[0].Field != tt.field || p.Errors[0].Detail == ""):
				t.Errorf("it names the fields %v, want %s", p.Errors, tt.field)
			}
			if strings.Contains(a.body, "MARKER") {
				t.Errorf("the answer echoes what was sent: %s", a.body)
			}
		})
	}
	if log.String() != "" {
		t.Errorf("the log holds %s, want nothing", log.String())
	}
}

package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
)

// ReadJSON reads the request's body into v: one JSON object of at most max
// bytes, valid UTF-8, no unknown field. It returns the problem to answer with,
// or nil. Bytes are checked as UTF-8 first, since Go's decoder replaces bad
// ones without a word.
func ReadJSON(c *gin.Context, maxBytes int64, v any) *Problem {
	if mediaType, _, err := mime.ParseMediaType(c.GetHeader("Content-Type")); err != nil || mediaType != "application/json" {
		return &Problem{Status: http.StatusUnsupportedMediaType, Detail: "Send the body as application/json."}
	}
	body, problem := ReadBody(c, maxBytes)
	switch {
	case problem != nil:
		return problem
	case !utf8.Valid(body):
		return &Problem{Status: http.StatusBadRequest, Detail: "The body is not valid UTF-8."}
	case !bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")):
		// The decoder would take null for an object without fields.
		return &Problem{Status: http.StatusBadRequest, Detail: "The body must be one JSON object."}
	}
	return decode(body, v)
}

// ReadBody reads a body of at most max bytes. It returns the problem to answer
// with, or nil.
func ReadBody(c *gin.Context, maxBytes int64) ([]byte, *Problem) {
	// net/http must hear of a body that is too large, or it closes the
	// connection so hard that the client never sees the answer; gin's own
	// writer would not pass that on.
	w := http.ResponseWriter(c.Writer)
	if wrapper, ok := w.(interface{ Unwrap() http.ResponseWriter }); ok {
		w = wrapper.Unwrap()
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, c.Request.Body, maxBytes))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &Problem{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("The body may have %d bytes at most.", maxBytes)}
	case err != nil:
		return nil, &Problem{Status: http.StatusBadRequest, Detail: "The body could not be read."}
	}
	return body, nil
}

func decode(body []byte, v any) *Problem {
	if name := repeated(json.NewDecoder(bytes.NewReader(body))); name != "" {
		return invalid(name, "stands twice")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrongType):
		return invalid(wrongType.Field, "has the wrong type: expected "+jsonType(wrongType.Type.Kind().String()))
	case err != nil && strings.HasPrefix(err.Error(), "json: unknown field "):
		// encoding/json has no type for this error. The name is the client's
		// own and bounded here; it goes into the answer, never into a log.
		field := strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`)
		return invalid(shortName(field), "is not a field of this call")
	case err != nil:
		return &Problem{Status: http.StatusBadRequest, Detail: "The body is not valid JSON."}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return &Problem{Status: http.StatusBadRequest, Detail: "Something follows the JSON object."}
	}
	return nil
}

// repeated returns the name of a member that stands twice in one object, "" if
// there is none. encoding/json takes names in any case and lets the last win,
// so that who reads the request and who acts on it could see two things.
func repeated(dec *json.Decoder) string {
	var open []map[string]bool // the objects and lists around; nil for a list
	name := true               // whether a string that follows is a member's name
	for {
		token, err := dec.Token()
		if err != nil {
			return "" // malformed, or the end: the decoder proper says which
		}
		switch token {
		case json.Delim('{'):
			open, name = append(open, map[string]bool{}), true
			continue
		case json.Delim('['):
			open, name = append(open, nil), false
			continue
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		default:
			if s, ok := token.(string); ok && name && len(open) > 0 && open[len(open)-1] != nil {
				folded := strings.ToLower(s)
				if open[len(open)-1][folded] {
					return shortName(s)
				}
				open[len(open)-1][folded] = true
				name = false // its value is next
				continue
			}
		}
		name = len(open) > 0 && open[len(open)-1] != nil
	}
}

// shortName bounds a name that the client made up.
func shortName(name string) string {
	if len(name) > 64 {
		return "(a long name)"
	}
	return name
}

// Invalid returns a 422 that names the fields at fault.
func Invalid(errs ...FieldError) *Problem {
	return &Problem{Status: http.StatusUnprocessableEntity, Title: "Some fields need another look", Errors: errs}
}

func invalid(field, detail string) *Problem {
	return Invalid(FieldError{Field: field, Detail: detail})
}

func jsonType(goKind string) string {
	switch goKind {
	case "string":
		return "a string"
	case "slice", "array":
		return "a list"
	case "struct", "map":
		return "an object"
	case "bool":
		return "true or false"
	default:
		return "a number"
	}
}

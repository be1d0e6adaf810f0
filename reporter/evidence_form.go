package reporter

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"recourse/internal/event"
	"recourse/internal/evidence"
	"recourse/internal/seal/receipt"
)

// Limits of a plain upload, which needs no JavaScript and can't be resumed.
const (
	maxPlainFile  = 5 << 20 // bytes of one file
	maxPlainFiles = 5
	maxPlainBody  = 12 << 20
	maxPlainField = 64 << 10
	maxPlainParts = 60              // fields and files of one form
	plainAtOnce   = 8               // such forms read at once: each takes memory for all its files
	slowTime      = 5 * time.Minute // to send a file, or a part of one, on a slow network
)

// plainFile is a file as a browser's form sent it.
type plainFile struct {
	name string
	data []byte
	long bool // longer than maxPlainFile: its data is not kept
}

// readFiles reads a form with files, all in memory: nothing of it touches a disk.
// It returns the status to answer with, or 0.
func readFiles(c *gin.Context) (url.Values, []plainFile, int) {
	mediaType, params, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || mediaType != multipartForm || params["boundary"] == "" {
		return nil, nil, http.StatusUnsupportedMediaType
	}
	allowSlow(c)
	body := http.MaxBytesReader(c.Writer, c.Request.Body, maxPlainBody)
	parts := 0
	form, values, files := multipart.NewReader(body, params["boundary"]), url.Values{}, []plainFile(nil)
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return values, files, 0
		}
		if err != nil {
			return nil, nil, formStatus(err)
		}
		limit := int64(maxPlainField)
		if part.FormName() == inputFiles {
			limit = maxPlainFile
		}
		parts++
		if parts > maxPlainParts {
			return nil, nil, http.StatusRequestEntityTooLarge
		}
		data, err := io.ReadAll(io.LimitReader(part, limit+1))
		long := int64(len(data)) > limit
		switch {
		case err != nil:
			return nil, nil, formStatus(err)
		case part.FormName() == inputFiles && part.FileName() == "" && len(data) == 0:
			// an input without a file
		case part.FormName() == inputFiles && long:
			files = append(files, plainFile{name: part.FileName(), long: true})
		case part.FormName() == inputFiles:
			files = append(files, plainFile{name: part.FileName(), data: data})
		case long:
			return nil, nil, http.StatusRequestEntityTooLarge
		case !utf8.Valid(data):
			return nil, nil, http.StatusBadRequest
		default:
			values.Add(part.FormName(), string(data))
		}
	}
}

// allowSlow gives a request more time than the listener does, which is for
// texts: a file on a slow network takes minutes. Where it can't be set, the
// shorter time holds.
func allowSlow(c *gin.Context) {
	rc := http.NewResponseController(c.Writer)
	_ = rc.SetReadDeadline(time.Now().Add(slowTime))
	_ = rc.SetWriteDeadline(time.Now().Add(slowTime + time.Minute))
}

func formStatus(err error) int {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

const (
	inputFiles    = "files" // the form's input for files
	doFiles       = "files" // the button that sends them
	multipartForm = "multipart/form-data"
)

// fileFault is why one file was not taken.
type fileFault struct {
	Name string // of the file, cleaned
	Text string // key
}

// actFiles stores files one by one, and shows the page again with what is wrong
// with those that are not taken. An input can't be filled with them again: what
// else was typed stays.
func (i *Intake) actFiles(c *gin.Context, body statusBody, secret receipt.Receipt) (int, statusBody) {
	ctx, status := c.Request.Context(), http.StatusOK
	select {
	case i.plain <- struct{}{}:
		defer func() { <-i.plain }()
	default:
		return i.notShown(c, body, fmt.Errorf("%w: too many send files just now", errAway))
	}
	stored := 0
	for n, f := range body.files {
		err := errTooManyFiles
		switch {
		case n >= maxPlainFiles:
		case f.long:
			err = evidence.ErrTooLarge
		default:
			err = i.storeFile(ctx, secret, f.name, f.data)
		}
		why, refused := errors.AsType[refusal](err)
		limited, tooMany := errors.AsType[limitedError](err)
		switch {
		case err == nil:
			stored++
			continue
		case refused:
			status, body.Notice = http.StatusConflict, "refused."+string(why)
		case tooMany:
			setRetryAfter(c, limited.wait)
			status, body.Notice, body.Minutes = http.StatusTooManyRequests, "follow.limited", minutes(limited.wait)
		case fileRefusal(err) != "":
			status = http.StatusUnprocessableEntity
			body.FileFaults = append(body.FileFaults, fileFault{Name: evidence.Name(f.name), Text: "evidence.reason." + fileRefusal(err)})
			continue
		default:
			return i.notShown(c, body, err)
		}
		break
	}
	if len(body.files) == 0 {
		status = http.StatusUnprocessableEntity
		body.FileFaults = []fileFault{{Text: "evidence.add.required"}}
	}
	before := stored
	found, err := i.findOnce(ctx, secret, func(p progress) bool { return before == 0 || !p.receiving() })
	if err != nil {
		return i.notShown(c, body, err)
	}
	body.Found, body.Sent, body.Soon = &found, status == http.StatusOK, found.receiving()
	return status, body
}

// receiving says whether a file is on its way.
func (p progress) receiving() bool {
	return slices.ContainsFunc(p.Evidence, func(f event.EvidenceFile) bool { return f.State == event.EvidenceReceiving })
}

var errTooManyFiles = errors.New("too many files at once")

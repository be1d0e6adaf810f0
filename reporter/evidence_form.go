package reporter

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
)

// Limits of a plain upload, which needs no JavaScript and can't be resumed.
const (
	maxPlainFile  = 5 << 20 // bytes of one file
	maxPlainFiles = 5
	maxPlainBody  = 12 << 20
	maxPlainField = 64 << 10
	plainTime     = 5 * time.Minute // a few megabytes on a slow network
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
	if err != nil || mediaType != "multipart/form-data" || params["boundary"] == "" {
		return nil, nil, http.StatusUnsupportedMediaType
	}
	// The listener's own time is for texts.
	_ = http.NewResponseController(c.Writer).SetReadDeadline(time.Now().Add(plainTime)) // where it can't be set, the shorter one holds
	body := http.MaxBytesReader(c.Writer, c.Request.Body, maxPlainBody)
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

func formStatus(err error) int {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// inputFiles is the form's input for files.
const inputFiles = "files"

package evidence

import (
	"bytes"
	"regexp"
	"strconv"
)

// pdfTail is how many bytes before its end a PDF's end marker may stand, as
// readers of PDF have long taken it.
const pdfTail = 1024

var pdfLength = regexp.MustCompile(`/L[ \t\r\n]+(\d{1,10})`)

// cleanPDF checks that a PDF has its beginning and its end, and cuts off what
// follows. All else stays as it came, metadata too: authors, programs and
// pictures can stand anywhere in compressed streams, and signatures cover them.
// Scripts that it may hold stay for the same reason: looking for them would find
// only those that don't hide. An encrypted one is taken: the reporter can tell
// the password.
func cleanPDF(data []byte) ([]byte, error) {
	const header = len("%PDF-")
	if len(data) <= header || data[header] < '1' || data[header] > '9' {
		return nil, broken("the PDF's version")
	}
	marker := []byte("%%EOF")
	at := bytes.LastIndex(data, marker)
	if at < 0 || len(data)-at-len(marker) > pdfTail || !bytes.Contains(data[:at], []byte("startxref")) {
		return nil, broken("the PDF's end")
	}
	end := at + len(marker)
	for _, lineEnd := range []string{"\r\n", "\n", "\r"} {
		if bytes.HasPrefix(data[end:], []byte(lineEnd)) {
			end += len(lineEnd)
			break
		}
	}
	// A linearized PDF has an end marker near its start as well, and its length.
	start := data[:min(len(data), pdfTail)]
	if bytes.Contains(start, []byte("/Linearized")) {
		if length := pdfLength.FindSubmatch(start); length != nil {
			if n, err := strconv.ParseInt(string(length[1]), 10, 64); err == nil && n > int64(end+pdfTail) {
				return nil, broken("the PDF's end")
			}
		}
	}
	return data[:end], nil
}

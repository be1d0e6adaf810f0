package evidence

import (
	"bufio"
	"bytes"
	"mime"
	"net/textproto"
)

// mhtmlHead is how long the head of a saved page may be; browsers write less
// than a kilobyte.
const mhtmlHead = 16 << 10

// mhtmlBoundary returns what parts a saved page from the next, or "" where the
// text is no such page.
func mhtmlBoundary(text []byte) string {
	head := bytes.NewReader(text[:min(len(text), mhtmlHead)])
	header, err := textproto.NewReader(bufio.NewReader(head)).ReadMIMEHeader()
	if err != nil {
		return ""
	}
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil || kind != string(MHTML) {
		return ""
	}
	return parameters["boundary"]
}

// cleanMHTML cuts off what follows the last part.
func cleanMHTML(data []byte, boundary string) (Cleaned, error) {
	delimiter := []byte("\n--" + boundary)
	last := append(bytes.Clone(delimiter), "--"...)
	at := bytes.Index(data, last)
	if first := bytes.Index(data, delimiter); at < 0 || first == at {
		return Cleaned{}, broken("the last part of the saved page is missing")
	}
	end := at + len(last)
	for _, lineEnd := range []string{"\r\n", "\n"} {
		if bytes.HasPrefix(data[end:], []byte(lineEnd)) {
			end += len(lineEnd)
			break
		}
	}
	return Cleaned{Type: MHTML, Data: data[:end]}, nil
}

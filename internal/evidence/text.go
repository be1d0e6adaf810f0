package evidence

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// cleanText takes what is text and says which: plain, a saved page, or a saved
// page with its pictures. Programs that are text, as a script is, are plain text
// here and get an ending that says so. A page may be in an old encoding, since it
// is known by its tags; other words in one could be anything.
func cleanText(data []byte) (Cleaned, error) {
	text, ok := decodeText(data)
	switch {
	case !ok:
		return Cleaned{}, errNoText()
	case len(bytes.TrimSpace(text)) == 0:
		return Cleaned{}, ErrEmpty
	}
	if boundary := mhtmlBoundary(text); boundary != "" {
		return cleanMHTML(data, boundary)
	}
	root := rootElement(text)
	switch {
	case root == "svg":
		return Cleaned{}, fmt.Errorf("%w: SVG can hold a program; a screenshot of it is taken", ErrType)
	case slices.Contains(htmlElements(), root):
		return Cleaned{Type: HTML, Data: data}, nil
	case !utf8.Valid(text):
		return Cleaned{}, errNoText()
	default:
		return Cleaned{Type: Text, Data: data}, nil
	}
}

func errNoText() error {
	return fmt.Errorf("%w: neither a picture, a PDF nor text in UTF-8 or UTF-16", ErrType)
}

// decodeText returns text without its byte order mark, UTF-16 as UTF-8, and
// whether it can be text: free of the bytes that WHATWG's MIME Sniffing Standard
// calls binary data bytes.
func decodeText(data []byte) ([]byte, bool) {
	text := data
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		text = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		order = binary.BigEndian
	}
	if order != nil {
		var ok bool
		if text, ok = decodeUTF16(data[2:], order); !ok {
			return nil, false
		}
	}
	return text, !slices.ContainsFunc(text, isBinary)
}

func decodeUTF16(data []byte, order binary.ByteOrder) ([]byte, bool) {
	if len(data)%2 == 1 {
		return nil, false
	}
	text := make([]byte, 0, len(data)/2*3) // three bytes for two at most
	for i := 0; i < len(data); i += 2 {
		r := rune(order.Uint16(data[i:]))
		if utf16.IsSurrogate(r) {
			if i += 2; i == len(data) {
				return nil, false
			}
			if r = utf16.DecodeRune(r, rune(order.Uint16(data[i:]))); r == utf8.RuneError {
				return nil, false
			}
		}
		text = utf8.AppendRune(text, r)
	}
	return text, true
}

func isBinary(b byte) bool {
	return b <= 0x08 || b == 0x0b || 0x0e <= b && b <= 0x1a || 0x1c <= b && b <= 0x1f
}

// htmlElements are those by which WHATWG's MIME Sniffing Standard knows a page
// ("!--" is a comment).
func htmlElements() []string {
	return []string{
		"html", "head", "script", "iframe", "h1", "div", "font", "table", "a", "style", "title", "b", "body", "br", "p", "!--",
	}
}

// rootElement returns the name of the element with which a text begins, in small
// letters, where one does: of its doctype where no element follows that, "!--"
// where only comments stand before it.
func rootElement(text []byte) string {
	found := ""
	for {
		text = bytes.TrimSpace(text)
		switch {
		case bytes.HasPrefix(text, []byte("<!--")):
			if found == "" {
				found = "!--"
			}
			text = after(text, "-->")
		case bytes.HasPrefix(text, []byte("<?")):
			text = after(text, "?>")
		case len(text) > 9 && bytes.EqualFold(text[:9], []byte("<!doctype")):
			found = nameAt(bytes.TrimSpace(text[9:]))
			text = afterDoctype(text)
		case bytes.HasPrefix(text, []byte("<")):
			root := nameAt(text[1:])
			if root != "svg" && found == "html" {
				return found // a page may begin with any element
			}
			return root
		default:
			return found
		}
	}
}

// nameAt returns the name that text begins with, without a namespace's prefix.
func nameAt(text []byte) string {
	if end := bytes.IndexAny(text, " \t\r\n\f/>[<"); end >= 0 {
		text = text[:end]
	}
	return string(bytes.ToLower(text[bytes.LastIndexByte(text, ':')+1:]))
}

// after returns what follows the first end in text, or nothing.
func after(text []byte, end string) []byte {
	_, rest, _ := bytes.Cut(text, []byte(end))
	return rest
}

// afterDoctype passes over a doctype and the declarations that may be in it.
func afterDoctype(text []byte) []byte {
	at := bytes.IndexAny(text, "[>")
	if at < 0 {
		return nil
	}
	if text[at] == '>' {
		return text[at+1:]
	}
	for rest := text[at:]; len(rest) > 0; {
		rest = bytes.TrimSpace(after(rest, "]"))
		if bytes.HasPrefix(rest, []byte(">")) {
			return rest[1:]
		}
	}
	return nil
}

package reporter

import (
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"recourse/internal/event"
	"recourse/internal/web"
)

// maxFormBody holds the longest fields with every byte percent-encoded, so that
// a text too long comes back with its field marked.
const maxFormBody = 2 << 20

// Names of the form's inputs.
const (
	inputKind        = "kind"
	inputDescription = "description"
	inputPlatform    = "platform"
	inputHandle      = "handle"
	inputLinks       = "links"
	inputRole        = "role"
	inputGrounds     = "grounds"
	inputContact     = "contact"
	inputGender      = "gender"
	inputAgeBand     = "age_band"
	inputSince       = "since"
	inputFrequency   = "frequency"
	inputNotTold     = "do_not_tell_account"
	inputNotBeyond   = "not_beyond_community"
	inputReceipt     = "receipt"

	inputToken    = "token"    // makes the form's Idempotency-Key
	inputLanguage = "language" // of the page that was sent
	inputSwitch   = "lang"     // a button: show the same page in another language
	inputStep     = "step"     // that was sent
	inputGo       = "go"       // a button: the step to show, or goSend
)

// inputOf returns the form's input for a field, or "" where it has none.
func inputOf(field string) string {
	switch field {
	case fieldPlatform:
		return inputPlatform
	case fieldHandle:
		return inputHandle
	case fieldGender:
		return inputGender
	case fieldAgeBand:
		return inputAgeBand
	case fieldKind, fieldDescription, fieldLinks, fieldRole, fieldGrounds, fieldContact, fieldSince, fieldFrequency:
		return field
	default:
		return ""
	}
}

// readForm reads what a browser's form sent. It returns the status to answer
// with, or 0. The body is read here and not by net/http, which would also take
// values from the URL.
func readForm(c *gin.Context, maxBytes int64) (url.Values, int) {
	mediaType, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || mediaType != "application/x-www-form-urlencoded" {
		return nil, http.StatusUnsupportedMediaType
	}
	body, problem := web.ReadBody(c, maxBytes)
	if problem != nil {
		return nil, problem.Status
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, http.StatusBadRequest
	}
	for _, list := range values {
		for _, s := range list {
			if !utf8.ValidString(s) {
				return nil, http.StatusBadRequest
			}
		}
	}
	return values, 0
}

// draftOfForm reads the report form. What it does not know is passed over:
// browsers' extensions add inputs of their own.
func draftOfForm(community string, values url.Values, fs *faults) draft {
	one := func(field string) string {
		input := inputOf(field)
		if len(values[input]) > 1 {
			fs.add(fault{Field: field, Rule: ruleGivenTwice})
		}
		return values.Get(input)
	}
	d := draft{
		Community:   community,
		Kind:        one(fieldKind),
		Description: one(fieldDescription),
		Platform:    one(fieldPlatform),
		Handle:      one(fieldHandle),
		Role:        one(fieldRole),
		Grounds:     values[inputGrounds],
		Gender:      one(fieldGender),
		AgeBand:     one(fieldAgeBand),
		Contact:     one(fieldContact),
		Since:       one(fieldSince),
		Frequency:   one(fieldFrequency),
		Consent: event.Consent{
			DoNotTellAccount:   values.Get(inputNotTold) != "",
			NotBeyondCommunity: values.Get(inputNotBeyond) != "",
		},
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(one(fieldLinks), "\r", "\n"), "\n") {
		if strings.TrimSpace(line) != "" {
			d.Links = append(d.Links, line)
		}
	}
	return d
}

// token returns the key that makes a second click the same report, or "" where
// there is none to go by. A token that another site's page sent is not one: its
// author would know it, and with it half of what a receipt is made from.
func token(c *gin.Context, values url.Values) string {
	sent := values.Get(inputToken)
	switch c.GetHeader("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		return ""
	}
	if len(sent) < minPublicKey || len(sent) > maxKey || !visibleASCII(sent) {
		return ""
	}
	return sent
}

// shown returns the draft as the form shows it again: without the control
// characters and ends of lines that an input can't show, so that sending it
// again works.
func (d draft) shown() draft {
	d.Description = withoutControls(d.Description, "\n\t\u2028\u2029")
	d.Platform = withoutControls(d.Platform, "")
	d.Handle = withoutControls(d.Handle, "")
	d.Contact = withoutControls(d.Contact, "")
	d.Since = withoutControls(d.Since, "")
	links := make([]string, len(d.Links))
	for n, link := range d.Links {
		links[n] = withoutControls(link, "")
	}
	d.Links = links
	return d
}

func withoutControls(s, keep string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(keep, r):
			return r
		case r == '\u2028', r == '\u2029':
			return ' '
		case !unicode.IsControl(r):
			return r
		case unicode.IsSpace(r):
			return ' '
		default:
			return -1
		}
	}, s)
}

package sketch

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"recourse/internal/event"
)

// normalAccount is one spelling of an account: without the @ that some write
// before a handle, in whatever case and width. "" where no handle is given.
func normalAccount(a event.Account) string {
	handle := strings.TrimLeft(fold(strings.TrimSpace(a.Handle)), "@")
	if handle == "" {
		return ""
	}
	return fold(strings.TrimSpace(a.Platform)) + "\x00" + handle
}

// normalLinks are the links in one spelling, sorted, each once: whatever says
// who shared a link or by which machine it is served is left out.
func normalLinks(links []string) []string {
	var all []string
	for _, link := range links {
		if l := normalLink(link); l != "" {
			all = append(all, l)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func normalLink(link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Host == "" {
		return fold(strings.TrimSpace(link))
	}
	host := strings.ToLower(u.Hostname())
	for _, prefix := range []string{"www.", "m.", "mobile."} {
		host = strings.TrimPrefix(host, prefix)
	}
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	query := u.Query()
	for name := range query {
		if tracks(name) {
			query.Del(name)
		}
	}
	normal := host + strings.TrimSuffix(u.EscapedPath(), "/")
	if len(query) > 0 {
		normal += "?" + query.Encode() // sorted by name
	}
	return normal
}

// tracks says whether a parameter tells who shared a link, not what it shows.
func tracks(name string) bool {
	switch name {
	case "fbclid", "gclid", "igshid", "mc_cid", "mc_eid", "ref_src", "si":
		return true
	}
	return strings.HasPrefix(name, "utm_")
}

// fold is text in one case and width.
func fold(s string) string { return cases.Fold().String(norm.NFKC.String(s)) }

// letters are the letters, marks and digits of a text, folded: neither
// punctuation nor spacing makes two texts differ.
func letters(s string) []rune {
	var all []rune
	for _, r := range fold(s) {
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) {
			all = append(all, r)
		}
	}
	return all
}

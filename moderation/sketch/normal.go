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
	handle := strings.TrimLeft(fold(strings.TrimSpace(visible(a.Handle))), "@")
	if handle == "" {
		return ""
	}
	return fold(strings.TrimSpace(visible(a.Platform))) + "\x00" + handle
}

// visible leaves out what nobody sees: joiners, direction marks, variation
// selectors.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Variation_Selector) {
			return -1
		}
		return r
	}, s)
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
	normal := host + strings.TrimSuffix(u.EscapedPath(), "/")
	if query := normalQuery(u.RawQuery); query != "" {
		normal += "?" + query
	}
	// A fragment is a place in a page, unless a script makes it the page.
	if strings.HasPrefix(u.Fragment, "/") || strings.HasPrefix(u.Fragment, "!") {
		normal += "#" + u.EscapedFragment()
	}
	return normal
}

// normalQuery is a query without what tracks, sorted. It is not decoded: forums
// part its fields by semicolons too, and whatever stands there counts.
func normalQuery(raw string) string {
	fields := strings.FieldsFunc(raw, func(r rune) bool { return r == '&' || r == ';' })
	fields = slices.DeleteFunc(fields, func(field string) bool {
		name, _, _ := strings.Cut(field, "=")
		return tracks(name)
	})
	slices.Sort(fields)
	return strings.Join(fields, "&")
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

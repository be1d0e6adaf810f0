package reporter_test

import (
	"bytes"
	"compress/gzip"
	"image"
	"image/png"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"recourse/internal/community"
)

var (
	ownStyle  = regexp.MustCompile(`<link rel="stylesheet" href="(/c/demo/style\.[0-9a-f]{16}\.css)">`)
	logoImage = regexp.MustCompile(`<img class="logo" src="(/c/demo/logo\.[0-9a-f]{16})" alt="">`)
)

func TestACommunityHasItsColoursInTheOneStylesheet(t *testing.T) {
	b := setup(t)
	b.change("/c/demo/report", "/c/demo/style.", func(bundle *community.Bundle) {
		bundle.Colours = community.Colours{Accent: "#6b2d8c", AccentDark: "#d9b3f0"}
	})
	for _, path := range []string{"/c/demo/report", "/c/demo/conduct"} {
		page := b.get(path).body
		if n := strings.Count(page, "stylesheet"); n != 1 || ownStyle.FindString(page) == "" || strings.Contains(page, "<img") {
			t.Errorf("%s: %.600s", path, page)
		}
	}
	if b.get("/").body == "" || !stylesheetLink.MatchString(b.get("/").body) {
		t.Error("pages of no community have another stylesheet")
	}
	link := ownStyle.FindStringSubmatch(b.get("/c/demo/report").body)[1]
	style := b.get(link)
	if style.status != http.StatusOK || style.header.Get("Content-Type") != "text/css; charset=utf-8" ||
		style.header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
		t.Errorf("status %d, headers %v", style.status, style.header)
	}
	common := b.get(stylesheetLink.FindStringSubmatch(b.get("/").body)[1]).body
	added, ok := strings.CutPrefix(style.body, common)
	for _, want := range []string{":root{--accent:#6b2d8c;--on-accent:#ffffff}", "(prefers-color-scheme:dark){:root{--accent:#d9b3f0;--on-accent:#000000}}"} {
		if !ok || !strings.Contains(added, want) {
			t.Errorf("it adds %q, want %s", added, want)
		}
	}
	page := b.get("/c/demo/report?lang=ar", "Accept-Encoding", "gzip")
	zipped := b.get(link, "Accept-Encoding", "gzip")
	if unzipped(t, zipped.body) != style.body || len(page.body)+len(zipped.body) > maxFirstVisit {
		t.Errorf("%d and %d bytes", len(page.body), len(zipped.body))
	}
	if a := b.get("/c/demo/style.0000000000000000.css"); a.status != http.StatusOK || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("another version's name: status %d, %q", a.status, a.header.Get("Cache-Control"))
	}
	for _, path := range []string{"/c/demo/logo.0000000000000000", "/c/demo/x", "/c/nowhere/style.0000000000000000.css", "/c/demo/style.css.map"} {
		if a := b.get(path); a.status != http.StatusNotFound {
			t.Errorf("%s: status %d", path, a.status)
		}
	}
	b.change("/c/demo/report", "/static/style.", func(bundle *community.Bundle) {
		bundle.Colours = community.Colours{Accent: "#fff}*{display:none", AccentDark: "#d9b3f0"}
	})
	if a := b.get(link); strings.Contains(a.body, "display:none") || strings.Contains(a.body, "#6b2d8c") {
		t.Error("what is no colour reaches the stylesheet")
	}
}

func TestALogoStandsBesideTheWrittenTitle(t *testing.T) {
	b := setup(t)
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 120, 120))); err != nil {
		t.Fatal(err)
	}
	b.change("/c/demo/report", "<img", func(bundle *community.Bundle) {
		bundle.Logo = community.Logo{Type: "image/png", Data: file.Bytes()}
	})
	page := b.get("/c/demo/report").body
	checkDocument(t, page)
	link := logoImage.FindStringSubmatch(page)
	if link == nil || !strings.Contains(page, `alt="">Demo community</p>`) || !ownStyle.MatchString(page) {
		t.Fatalf("%.800s", page)
	}
	logo := b.get(link[1])
	if logo.status != http.StatusOK || logo.body != file.String() || logo.header.Get("Content-Type") != "image/png" ||
		logo.header.Get("X-Content-Type-Options") != "nosniff" || logo.header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
		t.Errorf("status %d, headers %v", logo.status, logo.header)
	}
	if a := b.get("/c/demo/logo.0000000000000000"); a.status != http.StatusOK || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("another version's name: status %d, %q", a.status, a.header.Get("Cache-Control"))
	}
	b.change("/c/demo/report", "/static/style.", func(bundle *community.Bundle) {
		bundle.Logo = community.Logo{Type: "image/svg+xml", Data: []byte("<svg/>")}
	})
	if a := b.get(link[1]); a.status != http.StatusNotFound || strings.Contains(b.get("/c/demo/report").body, "<img") {
		t.Errorf("a picture of another type: status %d", a.status)
	}
}

func unzipped(t testing.TB, s string) string {
	t.Helper()
	r, err := gzip.NewReader(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := io.Copy(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

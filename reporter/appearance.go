package reporter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"recourse/internal/community"
)

// appearance is what a community adds to the stylesheet of its pages: its
// colours, and room for its logo. Nothing where it sets neither. It stands in
// the same file as the common stylesheet, since a first visit makes two
// requests only.
func appearance(b community.Bundle) []byte {
	var css bytes.Buffer
	light, lightGood := community.ParseColour(b.Colours.Accent)
	dark, darkGood := community.ParseColour(b.Colours.AccentDark)
	if lightGood && darkGood {
		fmt.Fprintf(&css, ":root{--accent:%s;--on-accent:%s}\n", light, light.On())
		fmt.Fprintf(&css, "@media (prefers-color-scheme:dark){:root{--accent:%s;--on-accent:%s}}\n", dark, dark.On())
	}
	if b.Logo.Known() {
		css.WriteString(".logo{block-size:2.5rem;inline-size:auto;max-inline-size:10rem;object-fit:contain;" +
			"vertical-align:middle;margin-inline-end:.75rem}\n")
	}
	return css.Bytes()
}

// communityStyle is the stylesheet of a community's pages: the common one and
// what the community adds.
func communityStyle(added []byte) []byte { return bytes.Join([][]byte{style, added}, []byte("\n")) }

// stylesheetOf returns the path of the stylesheet of a community's pages. Its
// name holds a hash of all of it, so that it can be kept for ever.
func (p *pages) stylesheetOf(b community.Bundle) string {
	added := appearance(b)
	if len(added) == 0 {
		return "/static/" + p.styleName // one for all communities without colours
	}
	return "/c/" + b.Name + "/style." + shortHash(communityStyle(added)) + ".css"
}

// logoOf returns the path of a community's logo, or "" where it has none.
func logoOf(b community.Bundle) string {
	if !b.Logo.Known() {
		return ""
	}
	return "/c/" + b.Name + "/logo." + shortHash(b.Logo.Data)
}

func shortHash(content []byte) string {
	hash := sha256.Sum256(content)
	return hex.EncodeToString(hash[:8])
}

// communityFile serves a community's stylesheet and logo. What has another
// hash, as before a change or on an intake that does not know of it yet, is
// served too, but not to keep.
func (i *Intake) communityFile(c *gin.Context) {
	name := c.Param("file")
	bundle, ok := i.communities.Get(c.Param("community"))
	switch {
	case ok && strings.HasPrefix(name, "style.") && strings.HasSuffix(name, ".css"):
		body := communityStyle(appearance(bundle))
		i.keepIf(c, i.pages.stylesheetOf(bundle))
		if acceptsGzip(c) {
			c.Header("Content-Encoding", "gzip")
			body = compressed(body)
		}
		c.Header("Vary", "Accept-Encoding")
		c.Data(http.StatusOK, "text/css; charset=utf-8", body)
	case ok && strings.HasPrefix(name, "logo.") && bundle.Logo.Known():
		i.keepIf(c, logoOf(bundle))
		c.Data(http.StatusOK, bundle.Logo.Type, bundle.Logo.Data)
	default:
		i.noRoute(c)
	}
}

// keepIf lets a browser keep an answer for ever where its path is the one that
// pages name now.
func (*Intake) keepIf(c *gin.Context, path string) {
	if c.Request.URL.Path == path {
		c.Header("Cache-Control", "public, max-age=31536000, immutable")
	}
}

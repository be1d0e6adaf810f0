package reporter

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"

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

// ownAssets are the files of communities that look otherwise, made once: to
// compress them takes longer than a page.
type ownAssets struct {
	mu   sync.Mutex
	made map[string]assets // by community and what it adds; mu
}

func newOwnAssets() *ownAssets { return &ownAssets{made: map[string]assets{}} }

// assetsOf returns the files that a community's pages load: the common ones, or
// its own with what it adds.
func (p *pages) assetsOf(b community.Bundle) assets {
	added := appearance(b)
	if len(added) == 0 {
		return p.assets
	}
	key := b.Name + " " + string(added)
	p.own.mu.Lock()
	defer p.own.mu.Unlock()
	made, ok := p.own.made[key]
	if !ok {
		made = newAssets("/c/"+b.Name+"/", bytes.Join([][]byte{style, added}, []byte("\n")))
		p.own.made[key] = made
	}
	return made
}

// logoOf returns the path of a community's logo, or "" where it has none.
func logoOf(b community.Bundle) string {
	if !b.Logo.Known() {
		return ""
	}
	return "/c/" + b.Name + "/logo." + shortHash(b.Logo.Data)
}

// communityFile serves a community's own files and its logo. What has another
// hash, as before a change or on an intake that does not know of it yet, is
// served too, but not to keep.
func (i *Intake) communityFile(c *gin.Context) {
	name := c.Param("file")
	bundle, ok := i.communities.Get(c.Param("community"))
	switch {
	case ok && strings.HasPrefix(name, "logo.") && bundle.Logo.Known():
		if c.Request.URL.Path == logoOf(bundle) {
			c.Header("Cache-Control", "public, max-age=31536000, immutable")
		}
		c.Data(http.StatusOK, bundle.Logo.Type, bundle.Logo.Data)
	case ok && i.pages.assetsOf(bundle).serve(c):
	default:
		i.noRoute(c)
	}
}

package conduct

import (
	"fmt"
	"strings"

	"recourse/internal/register"
	"recourse/moderation/words"
)

// lexicons counts what comes and goes. Terms are offensive, and some would help
// who wants to get around them, so that none is listed.
func (d *differ) lexicons() {
	before, after := d.from.terms(), d.to.terms()
	for _, name := range append(d.from.Lexicons, minus(d.to.Lexicons, d.from.Lexicons)...) {
		a, was := before[name]
		b, is := after[name]
		about := "lexicon " + name
		switch {
		case !is:
			d.sayf(about, register.Removed, "is taken out, with %s", terms(len(a)))
			continue
		case !was:
			d.sayf(about, register.Added, "is new, with %s", terms(len(b)))
			continue
		}
		var added, gone, changed int
		for text, entry := range b {
			old, known := a[text]
			switch {
			case !known:
				added++
			case old != entry:
				changed++
			}
		}
		for text := range a {
			if _, stays := b[text]; !stays {
				gone++
			}
		}
		var parts []string
		for _, part := range []struct {
			n    int
			verb string
		}{{added, "gains"}, {gone, "loses"}, {changed, "changes the sense, weight or flags of"}} {
			if part.n > 0 {
				parts = append(parts, part.verb+" "+terms(part.n))
			}
		}
		if len(parts) > 0 {
			d.sayf(about, register.Terms, "%s", strings.Join(parts, ", "))
		}
	}
}

// terms of each lexicon by text; a term with several senses has them joined.
func (c Code) terms() map[string]map[string]string {
	all := map[string]map[string]string{}
	if c.engine == nil {
		return all
	}
	for i, lexicon := range c.engine.lexicons {
		entries := map[string]string{}
		for _, t := range lexicon.Terms {
			entries[t.Text] += entryOf(t)
		}
		all[c.engine.files[i].Name] = entries
	}
	return all
}

func entryOf(t words.Term) string { return fmt.Sprintf("%+v;", t) }

func terms(n int) string {
	if n == 1 {
		return "1 term"
	}
	return fmt.Sprintf("%d terms", n)
}

package conduct

import (
	"fmt"
	"slices"

	"golang.org/x/text/language"

	"recourse/moderation/words"
)

// lexicons looks for terms that can't be found, not even where a text is the
// term itself with somebody named before it, and for languages without any.
func (l *linter) lexicons() {
	e := l.code.engine
	for i, lexicon := range e.lexicons {
		lines := termLines(e.files[i].Data)
		for j, term := range lexicon.Terms {
			if term.Sense == words.SenseTarget {
				continue
			}
			for _, form := range term.AllForms() {
				if l.found(term, form) {
					continue
				}
				what := fmt.Sprintf("%q is never found: another entry takes its place, or it folds to nothing. Take it out", form)
				if term.Context {
					what = fmt.Sprintf("%q is never found: it needs a term of the sense target near, and there is none. "+
						"Add some, or take the flag out", form)
				}
				l.source.problems = append(l.source.problems, Problem{File: e.files[i].Name, Line: lines[j], What: what})
			}
		}
	}
	if len(l.code.Lexicons) == 0 {
		return
	}
	for i, tag := range l.code.Languages {
		if !slices.ContainsFunc(e.lexicons, func(x words.Lexicon) bool { return base(x.Language) == base(tag) }) {
			l.warnf(fmt.Sprintf("languages[%d]", i), "there is no lexicon in %q: words in it are not looked for", tag)
		}
	}
}

func (l *linter) found(term words.Term, form string) bool {
	texts := []string{form}
	if term.Context {
		texts = nil
		for _, other := range l.code.engine.lexicons {
			if i := slices.IndexFunc(other.Terms, func(t words.Term) bool { return t.Sense == words.SenseTarget }); i >= 0 {
				texts = append(texts, other.Terms[i].Text+" "+form)
			}
		}
	}
	return slices.ContainsFunc(texts, func(text string) bool {
		return slices.ContainsFunc(l.code.engine.matcher.Find(text), func(m words.Match) bool {
			return m.Term == term.Text && m.Sense == term.Sense // of several lexicons that have it, one is named
		})
	})
}

// base returns the base language of a tag that was checked.
func base(tag string) string {
	b, _ := language.Make(tag).Base()
	return b.String()
}

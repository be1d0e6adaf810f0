package reporter

import (
	"embed"
	"fmt"
	"io/fs"

	"recourse/internal/messages"
)

//go:embed languages/*.json
var languageFiles embed.FS

// fallbackLanguage is what a page is written in where nothing else fits, and
// what the others are translated from.
const fallbackLanguage = "en"

// languages are those that the pages are written in.
type languages struct{ *messages.Catalogue }

func loadLanguages() (languages, error) {
	files, err := fs.Sub(languageFiles, "languages")
	if err != nil {
		return languages{}, fmt.Errorf("finding the pages' languages: %w", err)
	}
	c, err := messages.Load(files, fallbackLanguage)
	if err != nil {
		return languages{}, fmt.Errorf("reading the pages' messages: %w", err)
	}
	return languages{c}, nil
}

// all returns every language, the fallback first.
func (l languages) all() []string { return l.Tags() }

// texts are the words of every page in one language.
type texts struct{ *messages.Language }

func (l languages) in(tag string) texts { return texts{l.In(tag)} }

// plain returns a message where Go needs one, not a template. It is "" where
// there is none, as for a question without a hint.
func (t texts) plain(key string, pairs ...any) string {
	s, err := t.Text(key, pairs...)
	if err != nil {
		return ""
	}
	return s
}

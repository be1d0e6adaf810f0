package reporter

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
)

//go:embed languages/*.json
var languageFiles embed.FS

// fallbackLanguage is what a page is written in where nothing else fits.
const fallbackLanguage = "en"

// texts are the words of every page in one language, by key.
type texts map[string]string

// get returns a text with its placeholders, such as {max}, filled in. A
// missing key is an error, so that a test finds it and no page shows it.
func (t texts) get(key string, pairs ...string) (string, error) {
	s, ok := t[key]
	if !ok {
		return "", fmt.Errorf("no text %q", key)
	}
	for n := 0; n+1 < len(pairs); n += 2 {
		s = strings.ReplaceAll(s, "{"+pairs[n]+"}", pairs[n+1])
	}
	return s, nil
}

// number writes n with the language's separator of thousands.
func (t texts) number(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + t["number.separator"] + digits[at:]
	}
	return digits
}

// date writes a time in UTC as people of the language do.
func (t texts) date(at time.Time) (string, error) {
	at = at.UTC()
	day := strconv.Itoa(at.Day())
	if at.Day() == 1 {
		day = t["date.first_day"]
	}
	month, err := t.get("month." + strconv.Itoa(int(at.Month())))
	if err != nil {
		return "", err
	}
	return t.get("date.format", "day", day, "month", month, "year", strconv.Itoa(at.Year()), "time", at.Format("15:04"))
}

// languages are those that the pages are written in, by base language.
type languages map[string]texts

func loadLanguages() (languages, error) {
	files, err := languageFiles.ReadDir("languages")
	if err != nil {
		return nil, fmt.Errorf("listing the pages' languages: %w", err)
	}
	all := languages{}
	for _, f := range files {
		b, err := languageFiles.ReadFile("languages/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("reading the pages' texts: %w", err)
		}
		var t texts
		if err := json.Unmarshal(b, &t); err != nil {
			return nil, fmt.Errorf("reading the pages' texts in %s: %w", f.Name(), err)
		}
		all[strings.TrimSuffix(f.Name(), path.Ext(f.Name()))] = t
	}
	return all, nil
}

// in returns the texts for a tag, such as fr or fr-CA.
func (l languages) in(tag string) texts {
	if t, ok := l[baseLanguage(tag)]; ok {
		return t
	}
	return l[fallbackLanguage]
}

// all returns every language, the fallback first.
func (l languages) all() []string {
	tags := []string{fallbackLanguage}
	for tag := range l {
		if tag != fallbackLanguage {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags[1:])
	return tags
}

// offered returns those of a community's languages that the pages are written
// in, in the community's order, and the fallback where there is none.
func (l languages) offered(community []string) []string {
	var tags []string
	for _, tag := range community {
		if _, ok := l[baseLanguage(tag)]; ok {
			tags = append(tags, tag)
		}
	}
	if len(tags) == 0 {
		return []string{fallbackLanguage}
	}
	return tags
}

// choose returns the first of the offered languages that one of the wishes
// asks for: tags, or values of Accept-Language, the strongest wish first.
func choose(offered []string, wishes ...string) string {
	tags := make([]language.Tag, len(offered))
	for n, tag := range offered {
		tags[n] = language.Make(tag)
	}
	_, n := language.MatchStrings(language.NewMatcher(tags), wishes...)
	return offered[n]
}

package text

// Localized is one text in several languages, by BCP 47 tag.
type Localized map[string]string

// In returns the text in lang, or else in the first of fallback that there is.
func (l Localized) In(lang string, fallback []string) string {
	s, _ := l.Choose(lang, fallback)
	return s
}

// Choose is In, with the tag of the language that it found.
func (l Localized) Choose(lang string, fallback []string) (s, tag string) {
	for _, tag := range append([]string{lang}, fallback...) {
		if s := l[tag]; s != "" {
			return s, tag
		}
	}
	return "", ""
}

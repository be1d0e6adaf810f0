package helplines

import (
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country is a country as people of one language call it.
type Country struct {
	Code string
	Name string
}

// Named returns the countries that have services by their names in a language,
// in that language's alphabetical order.
func (l *Lines) Named(lang string) []Country {
	tag := language.Make(lang)
	names := display.Regions(tag)
	if names == nil {
		names = display.Regions(language.English)
	}
	var countries []Country
	for _, code := range l.Countries() {
		name := code
		if region, err := language.ParseRegion(code); err == nil {
			name = names.Name(region)
		}
		countries = append(countries, Country{Code: code, Name: name})
	}
	collate.New(tag).Sort(byName(countries))
	return countries
}

// byName is what a Collator sorts.
type byName []Country

func (c byName) Len() int           { return len(c) }
func (c byName) Swap(i, j int)      { c[i], c[j] = c[j], c[i] }
func (c byName) Bytes(i int) []byte { return []byte(c[i].Name) }

// LanguageName returns what people of one language call another, or its tag.
func LanguageName(tag, in string) string {
	names := display.Languages(language.Make(in))
	if names == nil {
		names = display.Languages(language.English)
	}
	if name := names.Name(language.Make(tag)); name != "" {
		return name
	}
	return tag
}

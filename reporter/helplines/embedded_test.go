package helplines_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"recourse/reporter/helplines"
)

func TestEveryCountryOfTheListThatComesAlongIsComplete(t *testing.T) {
	t.Parallel()
	l := helplines.Default()
	if got := len(l.Countries()); got < 16 {
		t.Errorf("%d countries, want at least 16", got)
	}
	for _, country := range l.Countries() {
		has := map[helplines.Kind]bool{}
		for _, line := range l.For(country) {
			for _, k := range line.Kinds {
				has[k] = true
			}
		}
		if !has[helplines.KindEmergency] {
			t.Errorf("%s has no emergency number", country)
		}
		if !has[helplines.KindChildSexualAbuse] && !has[helplines.KindChildren] {
			t.Errorf("%s has nothing for children", country)
		}
		if !has[helplines.KindViolence] && !has[helplines.KindOnlineAbuse] && !has[helplines.KindCrisis] {
			t.Errorf("%s has nothing for violence, abuse online or despair", country)
		}
		if first := l.For(country)[0]; !slices.Contains(first.Kinds, helplines.KindEmergency) {
			t.Errorf("%s begins with %v", country, first.Name)
		}
	}
}

func TestEveryEntryThatComesAlongSaysWhereItIsFromAndCanBeDialled(t *testing.T) {
	t.Parallel()
	l := helplines.Default()
	for _, country := range append(l.Countries(), helplines.Worldwide) {
		for _, line := range l.For(country) {
			name := line.Name[line.Languages[0]]
			if !strings.HasPrefix(line.Source, "https://") {
				t.Errorf("%s %s: source %q", country, name, line.Source)
			}
			if line.Checked == "" || !line.Copy {
				t.Errorf("%s %s: checked %q, copy %t: these were read in stored copies", country, name, line.Checked, line.Copy)
			}
			for _, number := range line.Call {
				digits := 0
				for _, r := range number {
					if r >= '0' && r <= '9' {
						digits++
					}
				}
				if digits < 2 || digits > 15 {
					t.Errorf("%s %s: number %q", country, name, number)
				}
			}
		}
	}
}

func TestEveryLanguageOfThePagesIsSpokenInACountryOfTheList(t *testing.T) {
	t.Parallel()
	l := helplines.Default()
	for _, want := range []string{"en", "fr", "es", "pt", "ar", "ko", "hi", "sw"} {
		if !slices.ContainsFunc(l.Countries(), func(country string) bool {
			return slices.ContainsFunc(l.For(country), func(line helplines.Line) bool { return slices.Contains(line.Languages, want) })
		}) {
			t.Errorf("no service speaks %s", want)
		}
	}
}

func TestCountriesStandInTheAlphabetOfEachLanguage(t *testing.T) {
	t.Parallel()
	l := helplines.Default()
	names := func(lang string) (all []string) {
		for _, c := range l.Named(lang) {
			all = append(all, c.Name)
		}
		return all
	}
	// By code points É would stand after Z.
	french := names("fr")
	if at := slices.Index(french, "Égypte"); at < 0 || french[at-1] != "Corée du Sud" || french[at+1] != "Espagne" {
		t.Errorf("%v", french)
	}
	for lang, want := range map[string]string{
		"en": "Kenya", "fr": "Kenya", "es": "Kenia", "pt": "Quênia", "ar": "كينيا", "ko": "케냐", "hi": "केन्या", "sw": "Kenya",
		language.Und.String(): "Kenya",
	} {
		if got := names(lang); !slices.Contains(got, want) || len(got) != len(l.Countries()) {
			t.Errorf("%s: %v", lang, got)
		}
	}
	if got := helplines.LanguageName("ar", "fr"); got != "arabe" {
		t.Errorf("Arabic is called %q in French", got)
	}
}

package messages

import (
	"slices"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// The names of CLDR's categories, as they stand in the files.
func categories() []string { return []string{"zero", "one", "two", "few", "many", "other"} }

func formOf(category string) (plural.Form, bool) {
	switch category {
	case "zero":
		return plural.Zero, true
	case "one":
		return plural.One, true
	case "two":
		return plural.Two, true
	case "few":
		return plural.Few, true
	case "many":
		return plural.Many, true
	case "other":
		return plural.Other, true
	default:
		return plural.Other, false
	}
}

// formFor returns the plural form of a whole number, whatever its sign.
func formFor(tag language.Tag, n int) plural.Form {
	return plural.Cardinal.MatchPlural(tag, max(n, -n, 0), 0, 0, 0, 0)
}

// countOnly is how many small numbers tell which forms a language has. CLDR's
// rules look at the last two digits, and some at millions.
const countOnly = 1000

// numbersOf returns how many of the small numbers take each form.
func numbersOf(tag language.Tag) map[plural.Form]int {
	numbers := map[plural.Form]int{}
	for n := range countOnly {
		numbers[formFor(tag, n)]++
	}
	for _, n := range []int{1_000_000, 1_000_000_000} {
		if f := formFor(tag, n); numbers[f] == 0 {
			numbers[f] = countOnly // not a form of one number alone
		}
	}
	return numbers
}

// Forms returns the plural forms that a language needs, such as one and other.
func Forms(tag language.Tag) []string {
	numbers := numbersOf(tag)
	return slices.DeleteFunc(categories(), func(category string) bool {
		f, _ := formOf(category)
		return numbers[f] == 0
	})
}

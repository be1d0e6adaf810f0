package console

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"recourse/internal/event"
)

func genderWord(c event.Gender) string {
	switch c {
	case event.GenderWoman:
		return "Woman"
	case event.GenderMan:
		return "Man"
	case event.GenderNonBinary:
		return "Non-binary"
	case event.GenderSelfDescribed:
		return "Another, in their own words"
	case event.GenderUnknown:
		return "Does not want to say"
	default: // of a later version
		return string(c)
	}
}

func ageWord(c event.AgeBand) string {
	switch c {
	case event.AgeUnder18:
		return "Under 18"
	case event.Age65Up:
		return "65 or older"
	case event.AgeUnknown:
		return "Does not want to say"
	case event.Age18To24, event.Age25To34, event.Age35To44, event.Age45To54, event.Age55To64:
		return string(c)
	default: // of a later version
		return string(c)
	}
}

// languageName is a language's English name, with its own where that differs.
func languageName(tag string) string {
	parsed, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	return display.English.Tags().Name(parsed)
}

// spellingWord names a symbol of a receipt on the phone, as the spelling alphabet
// of the ICAO does (Annex 10, Volume II, 5.2.1.3). Figures are said as they are.
func spellingWord(symbol rune) string {
	words := map[rune]string{
		'A': "Alfa", 'B': "Bravo", 'C': "Charlie", 'D': "Delta", 'E': "Echo", 'F': "Foxtrot", 'G': "Golf", 'H': "Hotel",
		'J': "Juliett", 'K': "Kilo", 'M': "Mike", 'N': "November", 'P': "Papa", 'Q': "Quebec", 'R': "Romeo", 'S': "Sierra",
		'T': "Tango", 'V': "Victor", 'W': "Whiskey", 'X': "X-ray", 'Y': "Yankee", 'Z': "Zulu",
		'0': "zero", '1': "one", '2': "two", '3': "three", '4': "four", '5': "five", '6': "six", '7': "seven", '8': "eight", '9': "nine",
	}
	return words[symbol]
}

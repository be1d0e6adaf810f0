package personal

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// mostLookups bounds the work of the phone library in one text, which takes
// some 20 µs for each number. Beyond it the form alone decides.
const mostLookups = 100

// The fewest and most digits of a number (ITU-T E.164).
const (
	fewestDigits      = 7
	fewestWorldDigits = 8
	mostDigits        = 15
)

// findPhoneLinks finds what phones and WhatsApp call by a link.
func (s *search) findPhoneLinks() {
	for _, p := range s.fields() {
		lower := s.lower(p.start, min(p.end, p.start+60))
		for _, mark := range []string{"tel:", "wa.me/", "send?phone="} {
			_, rest, ok := strings.Cut(lower, mark)
			if !ok {
				continue
			}
			start := p.start + len([]rune(lower)) - len([]rune(rest))
			end := start
			for end < p.end && strings.IndexByte("+9-", s.forms[end]) >= 0 {
				end++
			}
			if digits := s.digits(start, end); len(digits) >= fewestWorldDigits && len(digits) <= mostDigits {
				s.add(start, end, Phone, s.worldRegion(digits))
			}
		}
	}
}

// A chain is digits in groups, as a phone number is written.
type chain struct {
	start  int
	world  bool // begins with + or 00
	paren  bool // has parentheses
	spaced bool // every group but the first stands after a space
	ends   []int
	groups []int // how many digits each group has
}

func (s *search) findPhones() {
	for start := 0; start < len(s.forms); start++ {
		if !s.beginsPhone(start) {
			continue
		}
		c := s.chain(start)
		if end, country, ok := s.isPhone(c); ok {
			s.add(start, end, Phone, country)
			start = end - 1
			continue
		}
		if len(c.ends) > 0 { // no number begins inside a group
			start = max(start, c.ends[0]-1)
		}
	}
}

func (s *search) beginsPhone(start int) bool {
	previous := s.formAt(start - 1)
	if s.taken[start] || isCode(previous) || previous == 'L' || previous == '+' || previous == '(' {
		return false
	}
	switch s.forms[start] {
	case '+':
		return s.formAt(start+1) == '9' || s.formAt(start+1) == '('
	case '(':
		return s.formAt(start+1) == '9' || s.formAt(start+1) == '+'
	case '9':
		if start > 1 && strings.IndexByte("-./,_", previous) >= 0 && s.forms[start-2] == '9' {
			return false
		}
		return start == 0 || !strings.ContainsRune("$€£¥₹₩#", s.runes[start-1])
	default:
		return false
	}
}

// chain follows the groups from a place on while they may be one number.
func (s *search) chain(start int) chain {
	c := chain{start: start, spaced: true}
	digits := 0
	for i := start; digits <= mostDigits && len(c.ends) < 9; {
		signs := i
		for strings.IndexByte(" -./()+", s.formAt(i)) >= 0 && i-signs < 3 && i < len(s.forms) {
			c.paren = c.paren || s.forms[i] == '('
			if s.forms[i] == '+' {
				if digits > 0 {
					return c
				}
				c.world = true
			}
			i++
		}
		if len(c.ends) > 0 && s.forms[signs:i] != " " {
			c.spaced = false
		}
		group := i
		for s.formAt(i) == '9' && !s.taken[i] && i-group <= mostDigits {
			i++
		}
		if i == group || digits+i-group > mostDigits {
			break
		}
		digits += i - group
		c.ends = append(c.ends, i)
		c.groups = append(c.groups, i-group)
		if i-signs == 0 {
			break
		}
	}
	if s.formAt(start) == '9' && strings.HasPrefix(s.digits(start, min(start+2, len(s.forms))), "00") {
		c.world = true
	}
	return c
}

// isPhone returns where the longest phone number of a chain ends, and its
// country if that is known.
func (s *search) isPhone(c chain) (end int, country string, ok bool) {
	for i, end := range slices.Backward(c.ends) {
		digits := s.digits(c.start, end)
		if len(digits) < fewestDigits || !s.endsNumber(end) || isCode(s.formAt(end)) {
			continue
		}
		if c.world {
			if country, ok := s.isWorld(strings.TrimPrefix(digits, "00")); ok {
				return end, country, true
			}
			continue
		}
		c.groups = c.groups[:i+1]
		if country, ok := s.isNational(c, end, digits); ok {
			return end, country, true
		}
	}
	return 0, "", false
}

// isWorld judges a number with its country's code.
func (s *search) isWorld(digits string) (country string, ok bool) {
	if len(digits) < fewestWorldDigits || digits[0] == '0' {
		return "", false
	}
	s.lookups++
	if s.lookups > mostLookups {
		return "", true
	}
	parsed, err := phonenumbers.Parse("+"+digits, "ZZ")
	if err != nil || !phonenumbers.IsPossibleNumber(parsed) {
		return "", false
	}
	return regionOf(parsed), true
}

func (s *search) worldRegion(digits string) string {
	country, _ := s.isWorld(digits)
	return country
}

// regionOf returns the country of a number, or "" for numbers of the whole world.
func regionOf(parsed *phonenumbers.PhoneNumber) string {
	region := phonenumbers.GetRegionCodeForNumber(parsed)
	if region == "" {
		region = phonenumbers.GetRegionCodeForCountryCode(int(parsed.GetCountryCode()))
	}
	if len(region) != 2 || region == "ZZ" {
		return ""
	}
	return region
}

// isNational judges a number without its country's code: by how it is grouped,
// by the countries that group so, and by a word that says that it is one.
func (s *search) isNational(c chain, end int, digits string) (country string, ok bool) {
	if isYears(c.groups, digits) || strings.Trim(digits, digits[:1]) == "" {
		return "", false
	}
	regions, sure := grouping(c, digits)
	country, valid := s.countryOf(regions, digits)
	if valid && sure || s.near(c.start, end, phoneWords()) && (valid || isCallable(c, digits)) {
		return country, true
	}
	return "", false
}

// isCallable says whether digits of no known country may be a number at all.
func isCallable(c chain, digits string) bool {
	return len(digits) <= 12 && (slices.Max(c.groups) >= 3 || digits[0] == '0')
}

// countryOf says whether a number is one of some countries, and of which. In a
// grouping that only one country uses it needs the right length; else it must be
// valid, and where it is so in several, nobody knows of which it is.
func (s *search) countryOf(regions []string, digits string) (country string, valid bool) {
	for _, region := range regions {
		s.lookups++
		if s.lookups > mostLookups {
			return "", valid
		}
		parsed, err := phonenumbers.Parse(digits, region)
		if err != nil || !phonenumbers.IsPossibleNumber(parsed) {
			continue
		}
		if len(regions) > 1 && !phonenumbers.IsValidNumber(parsed) {
			continue
		}
		if valid {
			return "", true
		}
		country, valid = regionOf(parsed), true
	}
	return country, valid
}

// isYears knows dates and spans of years, which are grouped like numbers.
func isYears(groups []int, digits string) bool {
	if len(digits) != 8 {
		return false
	}
	isYear := func(at int) bool { return digits[at:at+2] == "19" || digits[at:at+2] == "20" }
	switch {
	case slices.Equal(groups, []int{4, 4}):
		return isYear(0) && isYear(4)
	case slices.Equal(groups, []int{2, 2, 4}):
		return isYear(4)
	case slices.Equal(groups, []int{4, 2, 2}), slices.Equal(groups, []int{8}):
		return isYear(0)
	default:
		return false
	}
}

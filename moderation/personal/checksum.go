package personal

import "strings"

// number returns the value of some digits, and is only given few of them.
func number(digits string) int {
	n := 0
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}

// luhn checks the last digit (ISO/IEC 7812-1, annex B).
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		n := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			n *= 2
			if n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0 && strings.Trim(digits, digits[:1]) != ""
}

// verhoeff checks the last digit by the dihedral group of ten (J. Verhoeff,
// Error Detecting Decimal Codes, 1969).
func verhoeff(digits string) bool {
	// The permutation; its powers are applied by position.
	permutation := [10]int{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}
	check := 0
	for i := range len(digits) {
		n := int(digits[len(digits)-1-i] - '0')
		for range i % 8 {
			n = permutation[n]
		}
		check = dihedral(check, n)
	}
	return check == 0
}

// dihedral multiplies in the group of symmetries of a pentagon: 0 to 4 are
// turns, 5 to 9 are turns after a reflection.
func dihedral(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return 5 + (a+b-5)%5
	case b < 5:
		return 5 + (a-5-b+5)%5
	default:
		return (a - b + 5) % 5
	}
}

// weighted is the sum of digits by their weights.
func weighted(digits string, weights ...int) int {
	sum := 0
	for i, weight := range weights {
		sum += weight * int(digits[i]-'0')
	}
	return sum
}

// mod97 is the remainder of a number of any length.
func mod97(digits string) int {
	rest := 0
	for i := range len(digits) {
		rest = (rest*10 + int(digits[i]-'0')) % 97
	}
	return rest
}

// isIBAN checks an account's number (ISO 13616): the length by the country, of
// SWIFT's IBAN registry, and the two check digits.
func isIBAN(code string) bool {
	const lengths = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27" +
		"GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27" +
		"MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20"
	at := strings.Index(lengths, code[:2])
	if at < 0 || at%4 != 0 || len(code) != number(lengths[at+2:at+4]) {
		return false
	}
	rest := 0
	for i := range len(code) {
		c := code[(i+4)%len(code)]
		if c >= 'A' {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	return rest == 1
}

// isDate says whether a month and a day can be a date.
func isDate(month, day string) bool {
	m, d := number(month), number(day)
	return m >= 1 && m <= 12 && d >= 1 && d <= 31
}

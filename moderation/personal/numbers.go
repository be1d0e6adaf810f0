package personal

import "strings"

// The longest number looked for: an IBAN of 34 in groups of four.
const (
	mostGroups = 12
	mostCodes  = 34
)

// findNumbers finds numbers with a form or a checksum: of banks and of persons.
func (s *search) findNumbers() {
	var ends [mostGroups]int
	for start := 0; start < len(s.forms); start++ {
		if !s.beginsNumber(start) {
			continue
		}
		count := s.groupEnds(start, &ends)
		for i := count - 1; i >= 0; i-- {
			if s.endsNumber(ends[i]) && s.isNumber(start, ends[i]) {
				start = ends[i] - 1
				break
			}
		}
	}
}

// beginsNumber says whether a number may begin here: at a group's beginning,
// with a digit or a few letters before one, not inside of a longer number, and not an amount.
func (s *search) beginsNumber(start int) bool {
	previous := s.formAt(start - 1)
	if !isCode(s.forms[start]) || isCode(previous) || previous == 'L' || s.taken[start] {
		return false
	}
	if s.forms[start] == 'A' {
		if previous == 'x' {
			return false
		}
		i := start
		for i < start+7 && s.formAt(i) == 'A' {
			i++
		}
		return s.formAt(i) == '9' || i == start+2 && s.formAt(i) == ' ' && s.formAt(i+1) == '9' || s.formAt(i) == '-'
	}
	if start > 1 && strings.IndexByte("-./,_", previous) >= 0 && s.forms[start-2] == '9' {
		return false
	}
	return start == 0 || !strings.ContainsRune("$€£¥₹₩#", s.runes[start-1])
}

// endsNumber says whether a number ends here, and is not cut out of a longer one.
func (s *search) endsNumber(end int) bool {
	next := s.formAt(end)
	if next == 'L' || next == '%' || next == 'x' && s.forms[end-1] == 'A' {
		return false
	}
	return strings.IndexByte("-./,_", next) < 0 || !isCode(s.formAt(end+1))
}

// groupEnds fills in where the groups of a number end that may begin at start,
// and returns how many there are. One space or sign stands between groups.
func (s *search) groupEnds(start int, ends *[mostGroups]int) int {
	count, codes := 0, 0
	for i := start; count < mostGroups && codes <= mostCodes; {
		group := i
		for isCode(s.formAt(i)) && codes <= mostCodes {
			i++
			codes++
		}
		if i == group || codes > mostCodes {
			break
		}
		ends[count] = i
		count++
		if strings.IndexByte(" -./", s.formAt(i)) < 0 {
			break
		}
		i++
	}
	return count
}

func (s *search) isNumber(start, end int) bool {
	const shortest = 7
	if end-start < shortest {
		return false
	}
	shape := s.forms[start:end]
	if strings.HasPrefix(shape, "AA99") && len(shape) >= 15 {
		if code := strings.ToUpper(s.code(start, end)); isIBAN(code) {
			return s.add(start, end, BankAccount, code[:2])
		}
	}
	if s.isCard(start, end, shape) {
		return s.add(start, end, BankCard, "")
	}
	for _, id := range identities()[shape] {
		if id.words != nil && !s.near(start, end, id.words) {
			continue
		}
		if id.valid(s.code(start, end)) {
			return s.add(start, end, NationalID, id.country)
		}
	}
	return false
}

// isCard knows payment cards by their groups, the issuer's digits and the check
// digit (ISO/IEC 7812). Lengths that other numbers have as well need a word.
func (s *search) isCard(start, end int, shape string) bool {
	sure := false
	switch strings.ReplaceAll(strings.ReplaceAll(shape, "-", " "), ".", " ") {
	case "9999 9999 9999 9999", "9999 999999 99999", "9999 999999 9999", "9999999999999999", "999999999999999", "9999 9999 9999 9999 999":
		sure = true
	case "9999999999999", "99999999999999", "99999999999999999", "999999999999999999", "9999999999999999999":
	default:
		return false
	}
	digits := s.digits(start, end)
	return isIssuer(digits) && luhn(digits) && (sure || s.near(start, end, cardWords()))
}

// isIssuer looks at the first digits and the length of a card's number, as the
// large networks publish them.
func isIssuer(digits string) bool {
	first, length := number(digits[:4]), len(digits)
	switch {
	case digits[0] == '4': // Visa
		return length == 13 || length == 16 || length == 19
	case first >= 5100 && first <= 5599, first >= 2221 && first <= 2720: // Mastercard
		return length == 16
	case first/100 == 34, first/100 == 37: // American Express
		return length == 15
	case first/100 == 36, first/100 == 38, first/10 >= 300 && first/10 <= 305: // Diners Club
		return length == 14
	case first >= 3528 && first <= 3589: // JCB
		return length >= 16
	case first == 6011, first/10 >= 644 && first/10 <= 649, first/100 == 65, first/100 == 62: // Discover, UnionPay
		return length >= 16
	case first/100 == 60, first/100 == 81, first/100 == 82, first/1000 == 5: // RuPay, Maestro
		return length == 16
	default:
		return false
	}
}

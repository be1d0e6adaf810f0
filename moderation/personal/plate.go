package personal

import "strings"

// findPlates finds what stands after a word for a vehicle's plate: a plate has
// too many forms to be known by itself.
func (s *search) findPlates() {
	for start := 0; start < len(s.forms); start++ {
		previous := s.formAt(start - 1)
		if isCode(previous) || isLetter(previous) || s.taken[start] || !isPlateSign(s, start) {
			continue
		}
		end := s.plateEnd(start)
		if end == 0 || !mentions(s.lower(start-before, start), plateWords()) {
			continue
		}
		if s.add(start, end, Plate, "") {
			start = end - 1
		}
	}
}

// isPlateSign says whether a rune may stand on a plate: a digit, a capital, or
// a letter of a script without capitals.
func isPlateSign(s *search, i int) bool {
	switch s.forms[i] {
	case '9', 'x':
		return true
	case 'A':
		return s.runes[i] <= 'Z'
	default:
		return false
	}
}

// plateEnd returns where up to four groups of plate signs end that hold four to
// ten of them, digits and letters or five digits at least; or 0.
func (s *search) plateEnd(start int) int {
	end, signs, digits, letters := 0, 0, 0, 0
	for i, groups := start, 0; groups < 4; groups++ {
		group := i
		for i < len(s.forms) && isPlateSign(s, i) && !s.taken[i] {
			if s.forms[i] == '9' {
				digits++
			} else {
				letters++
			}
			i++
		}
		signs += i - group
		// A group of five letters is a word.
		if i == group || signs > 10 || isLetter(s.formAt(i)) || letters > 5 {
			break
		}
		if signs >= 4 && digits >= 2 && (letters > 0 || digits >= 5) && s.forms[i-1] != 'x' {
			end = i
		}
		if strings.IndexByte(" -", s.formAt(i)) < 0 {
			break
		}
		i++
	}
	return end
}

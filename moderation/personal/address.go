package personal

import "strings"

// mostNameWords is how many words a street's name has at most.
const mostNameWords = 6

// findAddresses finds houses: a street with a number, a postcode with its town,
// a post office box. Streets are known by the words for them in the languages that this
// service speaks and a few beside.
func (s *search) findAddresses() {
	words := s.words()
	lists := streetWords()
	for i := range words {
		w := words[i]
		if !w.digit || s.taken[w.start] {
			s.findPostcode(words, i)
			continue
		}
		if !isHouse(w.text) {
			s.findPostcode(words, i)
			continue
		}
		first, last, country := lists.street(words, i)
		if first == last || !s.add(words[first].start, words[last].end, Address, country) {
			s.findPostcode(words, i)
		}
	}
}

// isHouse says whether a number can be a house's: 12, 12a, 12-3, 12bis.
func isHouse(text string) bool {
	digits := 0
	for digits < len(text) && text[digits] >= '0' && text[digits] <= '9' {
		digits++
	}
	rest := text[digits:]
	switch {
	case digits == 0 || digits > 5:
		return false
	case rest == "" || rest == "bis" || rest == "ter" || len(rest) == 1:
		return true
	case rest[0] == '-':
		return len(rest) <= 5 && strings.Trim(rest[1:], "0123456789") == ""
	default:
		// A Korean particle may follow, and so may 번지, 동 and 호.
		return rest[0] >= 0xE0
	}
}

// street looks for the words of a street around a number, and returns the first
// and last of the address, which are the number itself where there is none.
func (l streets) street(words []word, i int) (first, last int, country string) {
	switch {
	case l.isBox(words, i):
		return boxStart(words, i), i, ""
	case l.isKorean(words, i):
		return max(i-2, 0), i, "KR"
	}
	if last := l.typeThenName(words, i); last > i {
		return i, last, ""
	}
	if last := l.nameThenType(words, i); last > i {
		return i, last, ""
	}
	if first := l.before(words, i); first < i {
		return first, i, ""
	}
	return i, i, ""
}

// typeThenName is "12, rue de la Paix", "١٥ شارع التحرير".
func (l streets) typeThenName(words []word, i int) int {
	if words[i].ended || i+2 >= len(words) {
		return i
	}
	at := i + 1
	if words[at].text == "bis" || words[at].text == "ter" {
		at++
	}
	if at+1 >= len(words) || words[at].ended {
		return i
	}
	if l.arabic[words[at].text] {
		return at + 1
	}
	if !l.typeFirst[words[at].text] {
		return i
	}
	return l.nameEnd(words, at, i)
}

// nameEnd returns the last word of a street's name that follows a word for a
// street, or none.
func (l streets) nameEnd(words []word, at, none int) int {
	last := none
	for j := at + 1; j < len(words) && j <= at+mostNameWords; j++ {
		w := words[j]
		if w.upper || w.digit && last == none {
			last = j
		} else if !l.particles[w.text] && !strings.Contains(w.text, "'") && !strings.Contains(w.text, "’") {
			break
		}
		if w.ended || w.comma {
			break
		}
	}
	return last
}

// nameThenType is "221B Baker Street", "5 Main St".
func (l streets) nameThenType(words []word, i int) int {
	if words[i].ended || words[i].comma {
		return i
	}
	for j := i + 1; j < len(words) && j <= i+5; j++ {
		w := words[j]
		if j > i+1 && w.upper && l.typeLast[w.text] {
			return j
		}
		if !w.upper && !w.digit || w.ended || w.comma {
			return i
		}
	}
	return i
}

// before is "calle de Alcalá, 12", "Hauptstraße 5", "Rua Augusta nº 1500",
// "شارع التحرير رقم ١٥", "मकान नंबर ४२", "House No. 12".
func (l streets) before(words []word, i int) int {
	at := i - 1
	marked := false
	for at >= 0 && at > i-3 && l.marks[words[at].text] && !words[at].ended {
		marked = true
		at--
	}
	if at < 0 || words[at].ended {
		return i
	}
	if marked && l.houses[words[at].text] {
		return at
	}
	if isYear(words[i].text) && !marked && !words[at].comma {
		return i
	}
	if l.hasStreetEnding(words[at].text) && words[at].upper {
		return at
	}
	named := false
	for j := at; j >= 0 && j >= at-mostNameWords; j-- {
		w := words[j]
		switch {
		case j < at && (w.ended || w.comma):
			return i
		case l.arabic[w.text]:
			if j < at && (marked || len(words[i].text) <= 4) {
				return j
			}
			return i
		case l.typeBefore[w.text] && named:
			return j
		case w.upper || w.digit:
			named = true
		case !l.particles[w.text] && w.text[0] < 0xD8:
			return i
		}
	}
	return i
}

func isYear(text string) bool {
	return len(text) == 4 && (strings.HasPrefix(text, "19") || strings.HasPrefix(text, "20"))
}

// isBox is "P.O. Box 123", "S.L.P. 123", "BP 123", "Apartado 123", "ص.ب 123".
func (l streets) isBox(words []word, i int) bool {
	if i == 0 || words[i].ended && len(words[i].text) < 2 {
		return false
	}
	previous := words[i-1]
	return l.boxes[previous.text] && (previous.text != "box" || i > 1 && l.boxMarks[words[i-2].text])
}

func boxStart(words []word, i int) int {
	if words[i-1].text == "box" {
		return i - 2
	}
	return i - 1
}

// isKorean is "중구 세종대로 110", "역삼동 123-4", "101동 1203호".
func (l streets) isKorean(words []word, i int) bool {
	if i == 0 || words[i-1].ended || words[i].text[0] > '9' {
		return false
	}
	previous := words[i-1].text
	number := strings.TrimLeft(words[i].text, "0123456789-")
	if strings.HasPrefix(number, "호") && words[i-1].digit && strings.HasSuffix(previous, "동") {
		return true
	}
	if number != "" && !hasPrefix(number, "번지", "호", "에", "에서", "으로", "로", "입", "이", "번길") || i < 2 {
		return false
	}
	district := hasSuffix(words[i-2].text, "시", "구", "군", "읍", "면", "동")
	return district && (hasSuffix(previous, "로", "길", "번길") || hasSuffix(previous, "동", "리", "가") && strings.Contains(words[i].text, "-"))
}

func hasPrefix(text string, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}

func hasSuffix(text string, suffixes ...string) bool {
	for _, suffix := range suffixes {
		if strings.HasSuffix(text, suffix) && len(text) > len(suffix)+2 {
			return true
		}
	}
	return false
}

// joinAddresses makes one finding of a street and the town after it.
func (s *search) joinAddresses() []Finding {
	joined := s.found[:0]
	for _, next := range s.found {
		if len(joined) > 0 {
			previous := &joined[len(joined)-1]
			if previous.Kind == Address && next.Kind == Address && next.Start-previous.End <= 3 {
				previous.End = next.End
				if previous.Country == "" {
					previous.Country = next.Country
				}
				continue
			}
		}
		joined = append(joined, next)
	}
	return joined
}

package personal

import "strings"

// findPostcode finds a postcode that begins with a word: of a form of its own,
// or of five digits between a comma or a line's beginning and a town.
func (s *search) findPostcode(words []word, i int) {
	w := words[i]
	if s.taken[w.start] {
		return
	}
	shape := s.forms[w.start:w.end]
	country := ""
	last := i
	switch {
	case i+1 < len(words) && s.isBritishPostcode(w, words[i+1], shape):
		country, last = "GB", i+1
	case shape == "9999-999" && s.isTown(words, i+1):
		country, last = "PT", i+1
	case (shape == "99999-999" || shape == "99999999") && mentions(s.lower(w.start-before, w.start), []string{"cep"}):
		country = "BR"
	case (shape == "99999" || shape == "99999-9999") && i > 1 && s.isState(words[i-1]) && words[i-2].upper:
		s.add(words[i-2].start, w.end, Address, "US")
		return
	case (shape == "999999" || shape == "999") && mentions(s.lower(w.start-20, w.start), []string{"pin code", "pincode", "पिन कोड", "पिनकोड"}):
		country = "IN"
		if shape == "999" && i+1 < len(words) && s.forms[words[i+1].start:words[i+1].end] == "999" {
			last = i + 1
		}
	case shape == "99999" && mentions(s.lower(w.start-12, w.start), []string{"우편번호"}):
		country = "KR"
	case shape == "99999" && s.opens(words, i) && s.isTown(words, i+1) && s.closes(words, i+1):
		last = i + 1
	default:
		return
	}
	s.add(w.start, words[last].end, Address, country)
}

// opens says whether a postcode before a town may begin here: after a comma, on
// a new line, or right after a street.
func (s *search) opens(words []word, i int) bool {
	if words[i].ended || words[i].comma || strings.HasSuffix(words[i].text, "000") && !s.afterAddress(words, i) {
		return false
	}
	return s.afterAddress(words, i) || i > 0 && words[i-1].comma && words[i-1].upper
}

func (s *search) afterAddress(words []word, i int) bool {
	return i > 0 && s.taken[words[i-1].start] && words[i].start-words[i-1].end <= 3
}

// closes says whether a town's name ends with an address: at a line's or a
// sentence's end, or before a comma.
func (s *search) closes(words []word, i int) bool {
	return s.afterAddress(words, i-1) || words[i].ended || words[i].comma || i == len(words)-1
}

func (s *search) isTown(words []word, i int) bool {
	return i < len(words) && words[i].upper && words[i].end-words[i].start >= 3 && !words[i-1].ended && !words[i-1].comma
}

func (s *search) isState(w word) bool {
	const states = " al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or " +
		"pa ri sc sd tn tx ut vt va wa wv wi wy dc pr "
	return w.end-w.start == 2 && w.upper && s.runes[w.start+1] <= 'Z' && !w.ended && strings.Contains(states, " "+w.text+" ")
}

// isBritishPostcode keeps to the forms of the Royal Mail's postcodes. (Canada's
// A9A 9A9 is of another form and rarely names a house.)
func (s *search) isBritishPostcode(out, in word, shape string) bool {
	switch shape {
	case "A9", "A99", "AA9", "AA99", "A9A", "AA9A":
	default:
		return false
	}
	if out.ended || out.comma || in.start-out.end != 1 || s.forms[in.start:in.end] != "9AA" {
		return false
	}
	for _, p := range []place{out.place, in.place} {
		for _, r := range s.runes[p.start:p.end] {
			if r > 'Z' {
				return false
			}
		}
	}
	return !strings.ContainsRune("QVX", s.runes[out.start]) && !strings.ContainsAny(string(s.runes[in.start:in.end]), "CIKMOV")
}

package words

import "strings"

// A word with stars for letters ("id*ot") is looked up by its first and last
// letter and its length. There are few such words in texts, so that a second
// look costs nothing.

// mask is what a starred word shows of its term for certain.
type mask struct {
	first, last rune
	letters     int
}

const (
	leastMasked = 4 // letters of a term that stars may stand in
	mostMasked  = 24
)

// addMask notes a term of one word.
func (m *Matcher) addMask(e *entry, number int32) {
	n := len(e.letters)
	if n < leastMasked || n > mostMasked || e.flags&exact != 0 {
		return
	}
	for _, r := range e.letters {
		if r&begin != 0 {
			return
		}
	}
	key := mask{e.letters[0], e.letters[n-1], n}
	m.masks[key] = append(m.masks[key], number)
}

// findMasked adds the terms that stand with stars in them.
func (m *Matcher) findMasked(text string, s *scratch) {
	if !strings.Contains(text, "*") {
		return
	}
	for i := 1; i < len(s.items); i++ {
		if s.items[i].sign != '*' || !s.starred(text, i) {
			continue
		}
		first := i - 1
		for first > 0 && i-first < mostMasked && s.items[first].gap == none {
			first--
		}
		word := make([]rune, 0, mostMasked)
		last := first
		for ; last < len(s.items) && len(word) <= mostMasked; last++ {
			if last > first && s.items[last].gap != none {
				if s.items[last].gap < hard && s.items[last].gapLen == 0 {
					word = append(word, s.items[last].rune)
					continue
				}
				if !s.starred(text, last) {
					break
				}
				word = append(word, make([]rune, s.items[last].gapLen)...)
			}
			word = append(word, s.items[last].rune)
		}
		for _, number := range m.masks[mask{word[0], word[len(word)-1], len(word)}] {
			if shows(word, m.entries[number].letters) {
				f := finding{first: int32(first), last: int32(last - 1), entry: number, disguise: byLeet}
				s.found = append(s.found, f)
			}
		}
		i = max(i, last-1)
	}
}

// starred tells whether nothing but stars stands before an item.
func (s *scratch) starred(text string, i int) bool {
	if s.items[i].start <= s.items[i-1].end { // "¼" is three letters in one place
		return false
	}
	gap := text[s.items[i-1].end:s.items[i].start]
	return len(gap) <= mostMasked && strings.Trim(gap, "*") == ""
}

// shows tells whether the letters between the stars (0) are a term's.
func shows(word, letters []rune) bool {
	for i, r := range word {
		if r != 0 && r != letters[i] {
			return false
		}
	}
	return true
}

package words

import (
	"cmp"
	"math/bits"
	"slices"
)

// spoken counts a text's common words by language: enough to tell that a Swahili
// term in a French sentence is a French word.
type spoken struct {
	known bool
	words []spokenWord
}

// spokenWord is a common word of a text.
type spokenWord struct {
	first, last int32 // items
	languages   uint64
}

// around is how many common words on each side of a finding tell its language.
const around = 24

// sure is how many common words of another language, and how many times as many
// as of its own, make a text one in another language than a term's.
const sure = 3

// rightLanguage tells whether a finding's language fits its text. English terms
// stand in texts of all languages, unless they are a common word there. What was
// found joined to others or with other accents is doubtful and needs a text that
// is rather in its own language.
func (m *Matcher) rightLanguage(s *scratch, f finding) bool {
	e := &m.entries[f.entry]
	l := &m.languages[e.language]
	if own := scriptOf(e.letters[0] &^ begin); own != latin && own != other {
		return true
	}
	doubtful := f.disguise&(byJoining|byAccents) != 0 && f.disguise&abroad == 0
	if l.borrowed && !doubtful && e.common == 0 {
		return true
	}
	s.count()
	var hits [64]int
	ours := 0
	all := s.spoken.words
	at, _ := slices.BinarySearchFunc(all, f.first, func(w spokenWord, first int32) int { return cmp.Compare(w.first, first) })
	for _, w := range all[max(0, at-around):min(len(all), at+around)] {
		if w.first <= f.last && w.last >= f.first {
			continue
		}
		if w.languages&l.known.bit != 0 {
			ours++
		}
		for set := w.languages &^ l.known.bit; set != 0; set &= set - 1 {
			hits[bits.TrailingZeros64(set)]++
		}
	}
	theirs := 0
	for set := range hits {
		if hits[set] > theirs {
			theirs = hits[set]
		}
		if e.common>>set&1 != 0 && hits[set] > ours {
			return false
		}
	}
	if doubtful { // what it is joined to is a word of its language too
		return ours+1 >= theirs
	}
	return l.borrowed || theirs < sure || theirs < sure*ours
}

func (s *scratch) count() {
	if s.spoken.known {
		return
	}
	s.spoken.known, s.spoken.words = true, s.spoken.words[:0]
	index := common().index
	var word []rune
	first := 0
	for i := range len(s.items) + 1 {
		if i == len(s.items) || s.items[i].gap >= soft {
			if set := index[string(word)]; set != 0 && i > first {
				s.spoken.words = append(s.spoken.words, spokenWord{int32(first), int32(i - 1), set}) //nolint:gosec // texts are short
			}
			word, first = word[:0], i
		}
		if i < len(s.items) {
			word = append(word, s.items[i].raw)
		}
	}
}

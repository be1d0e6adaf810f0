package words

// Korean is compared by syllables. A syllable that was typed or pulled apart as
// single letters (jamo) is put together again; a letter that stays alone is
// written as the compatibility letter that keyboards give.

const (
	firstSyllable = 0xac00
	vowels        = 21
	finals        = 28
)

// The letters in the order in which Unicode counts leading consonants, vowels
// and final consonants (0 of the finals is none).
const (
	leadLetters  = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
	vowelLetters = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
	finalLetters = "\x00ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
)

// isJamo tells a single Korean letter as folding leaves it.
func isJamo(r rune) bool {
	return r >= 0x1100 && r <= 0x11c2 || r >= 0x3131 && r <= 0x3163
}

// compatible writes a conjoining letter as the one that keyboards give.
func compatible(r rune) rune {
	switch {
	case r >= 0x1100 && r < 0x1100+19:
		return at(leadLetters, int(r-0x1100))
	case r >= 0x1161 && r < 0x1161+vowels:
		return at(vowelLetters, int(r-0x1161))
	case r > 0x11a7 && r < 0x11a7+finals:
		return at(finalLetters, int(r-0x11a7))
	}
	return r
}

func at(letters string, n int) rune {
	for _, r := range letters {
		if n == 0 {
			return r
		}
		n--
	}
	return 0
}

// place returns where a letter stands in its row, or -1.
func place(letters string, r rune) int {
	n := 0
	for _, l := range letters {
		if l == r && r != 0 {
			return n
		}
		n++
	}
	return -1
}

// joinJamo puts syllables together, in place. A consonant between two vowels
// begins the second syllable, as a typist means it.
func joinJamo(units []unit) []unit {
	kept := units[:0]
	for i := 0; i < len(units); {
		u := units[i]
		if u.kind == jamo {
			u.rune = compatible(u.rune)
		}
		syllable, n := syllableAt(units[i:])
		if n == 0 {
			if u.kind == jamo {
				u.kind = letter
			}
			kept = append(kept, u)
			i++
			continue
		}
		for _, part := range units[i+1 : i+n] {
			u.how |= part.how
		}
		u.rune, u.kind, u.end = syllable, letter, units[i+n-1].end
		kept = append(kept, u)
		i += n
	}
	return kept
}

// syllableAt returns the syllable that the first two or three letters make and
// how many they are, or 0.
func syllableAt(units []unit) (rune, int) {
	part := func(i int, letters string) int {
		if i >= len(units) || units[i].kind != jamo {
			return -1
		}
		return place(letters, compatible(units[i].rune))
	}
	lead, vowel := part(0, leadLetters), part(1, vowelLetters)
	if lead < 0 || vowel < 0 {
		return 0, 0
	}
	syllable := rune(firstSyllable + (lead*vowels+vowel)*finals) //nolint:gosec // one of 11,172
	if final := part(2, finalLetters); final > 0 && part(3, vowelLetters) < 0 {
		return syllable + rune(final), 3 //nolint:gosec // at most 27
	}
	return syllable, 2
}

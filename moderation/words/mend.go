package words

import (
	"strings"
	"unicode"
)

// In a word of an alphabet other than Latin a digit, sign or Latin letter stands
// for one of its letters: by its looks, its sound or as a mask. What it stands
// for is found in the words of the lexicons, and put in its place before the
// text is read again. There are few such words in texts.

const (
	leastMended = 3 // letters of a word that is mended
	mostMended  = 24
	mostClitics = 4 // letters of what is written onto a word's front
)

// addWord notes a word of a term, so that it can be mended.
func (m *Matcher) addWord(letters []rune) {
	n := len(letters)
	if n < leastMended || n > mostMended {
		return
	}
	for _, r := range letters {
		if scriptOf(r) != other {
			return
		}
	}
	word := string(letters)
	if m.mendable[word] {
		return
	}
	m.mendable[word] = true
	for _, key := range []mask{{letters[0], letters[n-1], n}, {0, letters[n-1], n}, {letters[0], 0, n}} {
		m.hiding[key] = append(m.hiding[key], word)
	}
}

// mend puts letters in the place of what hides them, and tells whether it did.
func (m *Matcher) mend(units []unit) bool {
	mended := false
	for i := 0; i < len(units); {
		end := i
		for end < len(units) && units[end].kind != space {
			end++
		}
		if n := end - i; n >= leastMended && n <= mostMended+8 && m.mendWord(units[i:end]) {
			mended = true
		}
		i = end + 1
	}
	return mended
}

// mendWord tries a word as it stands, and without the signs at its ends.
func (m *Matcher) mendWord(word []unit) bool {
	for len(word) >= leastMended {
		if m.fill(word) {
			return true
		}
		last := len(word) - 1
		switch {
		case word[last].kind == symbol:
			word = word[:last]
		case word[0].kind == symbol:
			word = word[1:]
		default:
			return false
		}
	}
	return false
}

// hides tells what stands for a letter in a word of another alphabet.
func hides(u *unit) bool {
	switch u.kind {
	case digit:
		return true
	case symbol:
		return like(u.rune) != 0 || strings.ContainsRune("*%&^~", u.rune)
	default:
		return u.script == latin && u.how&foreign == 0
	}
}

func (m *Matcher) fill(word []unit) bool {
	shown, hidden := 0, 0
	for i := range word {
		switch u := &word[i]; {
		case hides(u):
			hidden++
		case u.kind <= mark && u.script != hangul && u.script != unspaced:
			shown++
		default:
			return false
		}
	}
	if hidden == 0 || shown < 2 || hidden > shown {
		return false
	}
	var front strings.Builder
	for k := 0; k <= mostClitics && len(word)-k >= leastMended; k++ {
		if k > 0 {
			front.WriteRune(word[k-1].rune)
			if !m.clitics[front.String()] {
				continue
			}
		}
		if m.fillFrom(word[k:]) {
			return true
		}
	}
	return false
}

// fillFrom takes the word whose letters what is hidden usually stands for, or
// else the first that has the letters that are shown, if they are enough.
func (m *Matcher) fillFrom(word []unit) bool {
	n := len(word)
	key := mask{word[0].rune, word[n-1].rune, n}
	if hides(&word[0]) {
		key.first = 0
	}
	if hides(&word[n-1]) {
		key.last = 0
	}
	best, least := "", n
	for _, candidate := range m.hiding[key] {
		if unread, ok := reads(word, candidate); ok && unread < least {
			best, least = candidate, unread
		}
	}
	if best == "" || least > 0 && (n < 4 || 3*least > n) {
		return false
	}
	i := 0
	for _, r := range best {
		if u := &word[i]; hides(u) {
			u.rune, u.kind, u.script, u.how = r, letter, other, u.how&^accented|guessed
			if unicode.IsMark(r) {
				u.kind = mark
			}
		}
		i++
	}
	return true
}

// reads tells whether a word shows the letters of a candidate, and how many of
// the others do not usually stand for its letters.
func reads(word []unit, candidate string) (unread int, ok bool) {
	i := 0
	for _, r := range candidate {
		u := &word[i]
		switch {
		case hides(u):
			if !strings.ContainsRune(standsFor(u.rune), r) {
				unread++
			}
		case u.rune != r:
			return 0, false
		}
		i++
	}
	return unread, true
}

// standsFor gives the letters that a digit, sign or Latin letter replaces in
// Arabic, where writing with digits for sounds is common, and in Devanagari,
// where looks count.
func standsFor(r rune) string {
	for row := range strings.FieldsSeq("0هوोओ० 1الािी 2اءقयर 3عسउअ 4شذاअाय 5خهصसड 6طتहच 7حخवण 8قغبटब 9قصوगप @اهअा $سشस !االाि |ا €ع +ت " +
		"aاअा bبब cكسक dدضद eيाेए fفफ gغجग hهحह iايिीइ jجज kكخक lالाल mمम nنन oوهोओ pبپप qقक rرर sسصस tتطटत uوुूउ vفوव wوव xخ yيئय zزذظज") {
		stands, letters, _ := strings.Cut(row, string(r))
		if stands == "" && letters != "" {
			return letters
		}
	}
	return ""
}

package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isHidden tells what leaves no trace for a reader: format characters, bidi
// controls, fillers, variation selectors, tags, and Arabic's stretching line.
func isHidden(r rune) bool {
	switch {
	case r < 0x20:
		return r != '\t' && r != '\n' && r != '\r' && r != '\v' && r != '\f'
	case r < 0x7f:
		return false
	case r == 0x7f, r > 0x7f && r < 0xa0 && r != 0x85:
		return true
	}
	switch r {
	case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x3164, 0xffa0, 0x0640:
		return true
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// isDroppedMark tells marks that a word can be read without: accents, stuffed
// marks, Arabic and Hebrew vowel points, nuktas. Vowel signs of Indic and
// South-East Asian scripts stay: without them other words stand there.
func isDroppedMark(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case r == 0x3099, r == 0x309a: // voice kana
		return false
	case r >= 0x0591 && r <= 0x05c7, r >= 0x0610 && r <= 0x061a, r >= 0x064b && r <= 0x065f, r == 0x0670, r >= 0x06d6 && r <= 0x06ed,
		r >= 0x0897 && r <= 0x08ff:
		return unicode.Is(unicode.Mn, r)
	}
	switch r {
	case 0x093c, 0x09bc, 0x0a3c, 0x0abc, 0x0b3c, 0x0cbc: // nuktas
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me) && unicode.In(r, unicode.Inherited, unicode.Latin, unicode.Greek, unicode.Cyrillic)
}

// variants are letters that writers of a language use for one another, and
// small capitals, which TR 39 leaves alone. 0 for none.
func variants(r rune) rune {
	if r >= 0x0660 && unicode.Is(unicode.Nd, r) {
		return '0' + digitValue(r)
	}
	switch r {
	case 'ٱ':
		return 'ا'
	case 'ى', 'ی', 'ې':
		return 'ي'
	case 'ة', 'ہ', 'ھ', 'ە':
		return 'ه'
	case 'ک', 'ڪ':
		return 'ك'
	case 'ँ':
		return 'ं'
	case 'ø':
		return 'o'
	case 'đ', 'ð':
		return 'd'
	case 'ł':
		return 'l'
	case 'ħ':
		return 'h'
	case 'β':
		return 'b'
	case 'ə', 'ǝ':
		return 'e'
	}
	for i, small := range []rune("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡ\x00ʏᴢ") {
		if small == r {
			return 'a' + rune(i)
		}
	}
	switch {
	case r >= 0x249c && r <= 0x24b5: // parenthesised
		return r - 0x249c + 'a'
	case r >= 0x1f110 && r <= 0x1f129:
		return r - 0x1f110 + 'a'
	case r >= 0x1f150 && r <= 0x1f169: // white on black
		return r - 0x1f150 + 'a'
	case r >= 0x1f170 && r <= 0x1f189:
		return r - 0x1f170 + 'a'
	case r >= 0x1f1e6 && r <= 0x1f1ff: // regional indicators
		return r - 0x1f1e6 + 'a'
	}
	return 0
}

// digitValue relies on every script's digits standing in a row from 0 to 9.
func digitValue(r rune) rune {
	for _, table := range unicode.Nd.R16 {
		if rune(table.Lo) <= r && r <= rune(table.Hi) {
			return (r - rune(table.Lo)) % 10
		}
	}
	for _, table := range unicode.Nd.R32 {
		if rune(table.Lo) <= r && r <= rune(table.Hi) { //nolint:gosec // runes fit
			return (r - rune(table.Lo)) % 10 //nolint:gosec // as above
		}
	}
	return 0
}

// besideLatin gives what a capital of another script looks like among Latin
// letters, where its small letter looks like another one: a Greek Ν is an N, a
// ν is more like a v. Rest begins with the capital.
func besideLatin(f *folded, rest string, size int, before []unit) *folded {
	r, _ := utf8.DecodeRuneInString(rest)
	i := strings.IndexRune("ΕΖΗΜΝΥΧ", r)
	if i < 0 {
		return f
	}
	last := len(before) - 1
	if near := last >= 0 && before[last].script == latin && before[last].how&foreign == 0; !near {
		next, _ := utf8.DecodeRuneInString(rest[size:])
		if scriptOf(next) != latin {
			return f
		}
	}
	alike := *f
	alike.rune, alike.script = rune("ezhmnyx"[i/2]), latin // each is two bytes
	return &alike
}

package words

import "testing"

func TestDigitsSignsAndLatinLettersStandForLettersOfOtherAlphabets(t *testing.T) {
	m := compile(t,
		lexicon(t, "ar", "كلب;insult;2", "هؤلاء حثالة;demean;3", "العرب;target;0", "قذرين;demean;3;context", "معتوه;insult;1;stem"),
		lexicon(t, "hi", "घटिया;insult;2", "रंडी;slur;3", "कुत्ता;insult;2"))
	tests := []struct{ name, text, want string }{
		{"a digit for a sound", "هؤلاء 7ثالة", "هؤلاء 7ثالة=هؤلاء حثالة leet"},
		{"a short word", "يا ك1ب", "ك1ب=كلب leet"},
		{"an Arabic digit", "مع٢وه", "مع٢وه=معتوه leet"}, // neither its sound nor its look, but a mask in a word of five
		{"a Latin letter", "معtوه", "معtوه=معتوه leet"},
		{"a name near", "ال3رب قذرين", "قذرين=قذرين"},
		{"written onto the front", "وم3توه", "م3توه=معتوه leet"},
		{"a digit that bears a vowel", "घ8िया", "घ8िया=घटिया leet"},
		{"a vowel sign", "रंड1", "रंड1=रंडी leet"},
		{"a number behind a word", "كلب19", "كلب=كلب"},
		{"a number and a word", "3 كلاب و 5 قطط", ""},
		{"too much hidden", "ك44", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := found(m, tt.text); got != tt.want {
				t.Errorf("%q: found %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

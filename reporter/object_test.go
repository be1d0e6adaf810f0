package reporter

import "testing"

func TestHalfASurrogatePairIsNoText(t *testing.T) {
	for raw, want := range map[string]bool{
		`"plain"`:                     false,
		`"\u00e9 \n \\"`:              false,
		`"\ud83d\ude00"`:              false,
		`"x\uD83D\uDE00\ud83d\ude00"`: false,
		`"\\ud83d"`:                   false, // a backslash, then letters
		`"\\\ud83d"`:                  true,
		`"\ud83d"`:                    true,
		`"\ude00"`:                    true,
		`"\ude00\ud83d"`:              true,
		`"\ud83d\ud83d\ude00"`:        true,
		`"\ud83dx\ude00"`:             true,
		`"\ud83d\n"`:                  true,
	} {
		if got := loneSurrogate([]byte(raw)); got != want {
			t.Errorf("%s: %v, want %v", raw, got, want)
		}
	}
}

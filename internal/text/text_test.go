package text_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"recourse/internal/text"
)

const (
	zwj  = "\u200d"
	zwnj = "\u200c"
)

func TestCleanKeepsWordsAndMakesTheirFormOne(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"plain words", "He writes every day.", "He writes every day."},
		{"white space around", " \t\n words \u00a0\u3000\n", "words"},
		{"only white space", " \n\t ", ""},
		{"Windows line ends", "one\r\ntwo\r\n\r\nthree", "one\ntwo\n\nthree"},
		{"old Macintosh line ends", "one\rtwo", "one\ntwo"},
		{"a carriage return of each kind", "one\r\r\ntwo", "one\n\ntwo"},
		{"newline and tab within", "one\n\ttwo", "one\n\ttwo"},
		{"a decomposed accent", "cafe\u0301", "caf\u00e9"},
		{"decomposed Hangul", "\u1112\u1161\u11ab", "\ud55c"},
		{"a composed accent", "caf\u00e9", "caf\u00e9"},
		{"a compatibility form, which NFC keeps", "\ufb01ne", "\ufb01ne"},
		{"Arabic with its vowel signs", "هَدَّدَني مَرَّتَيْن", norm.NFC.String("هَدَّدَني مَرَّتَيْن")},
		{"Persian with ZWNJ", "می" + zwnj + "خواهم", "می" + zwnj + "خواهم"},
		{"an emoji joined by ZWJ", "👩" + zwj + "👧", "👩" + zwj + "👧"},
		{"a flag", "🇸🇳", "🇸🇳"},
		{"Devanagari with ZWJ", "क्" + zwj + "ष", "क्" + zwj + "ष"},
		{"Hebrew and English", "הוא אמר hello", "הוא אמר hello"},
		{"the replacement character, as typed", "\ufffd", "\ufffd"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := text.Clean(tt.in, 100); err != nil || got != tt.want {
				t.Errorf("Clean(%+q) is %+q, %v; want %+q", tt.in, got, err, tt.want)
			}
		})
	}
}

func TestCleanRefusesWhatIsNoText(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     error
	}{
		{"a NUL", "MARKER\x00", text.ErrControl},
		{"a NUL at the end of white space", "MARKER \x00", text.ErrControl},
		{"an escape", "MARKER\x1b[31m", text.ErrControl},
		{"a backspace", "MARKER\b", text.ErrControl},
		{"a vertical tab, although it is white space", "MARKER\v", text.ErrControl},
		{"a form feed, although it is white space", "MARKER\f", text.ErrControl},
		{"a delete", "MARKER\x7f", text.ErrControl},
		{"a C1 control", "MARKER\u0085", text.ErrControl},
		{"another C1 control", "MARKER\u009b", text.ErrControl},
		{"invalid UTF-8", "MARKER\xff", text.ErrUTF8},
		{"UTF-8 cut short", "MARKER\xe2\x82", text.ErrUTF8},
		{"an overlong NUL", "MARKER\xc0\x80", text.ErrUTF8},
		{"a surrogate in UTF-8", "MARKER\xed\xa0\x80", text.ErrUTF8},
		{"Latin-1", "MARKER caf\xe9", text.ErrUTF8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, clean := range []func(string, int) (string, error){text.Clean, text.CleanLine} {
				got, err := clean(tt.in, 100)
				if !errors.Is(err, tt.want) || got != "" {
					t.Fatalf("Clean(%+q) is %+q, %v; want %v", tt.in, got, err, tt.want)
				}
				if strings.Contains(err.Error(), "MARKER") {
					t.Errorf("the error quotes the text: %v", err)
				}
			}
		})
	}
}

func TestLengthIsCountedInCharactersOfTheCleanText(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		chars    int
	}{
		{"Latin letters", "abcde", 5},
		{"Arabic letters of two bytes each", "مرحبا", 5},
		{"Chinese characters of three bytes each", "你好世界们", 5},
		{"emoji of four bytes each", "😀😀😀😀😀", 5},
		{"accents that compose", strings.Repeat("e\u0301", 5), 5},
		{"Windows line ends", "a\r\nb\r\nc", 5},
		{"a family is seven characters", "👨" + zwj + "👩" + zwj + "👧" + zwj + "👦", 7},
		{"white space around does not count", "   abcde\n\n", 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := text.Clean(tt.in, tt.chars); err != nil {
				t.Errorf("%d characters are refused where %d are allowed: %v", tt.chars, tt.chars, err)
			}
			got, err := text.Clean(tt.in, tt.chars-1)
			tooLong, ok := errors.AsType[text.TooLongError](err)
			if !ok || tooLong.Max != tt.chars-1 || got != "" {
				t.Errorf("%d characters where %d are allowed: %q, %v; want TooLongError", tt.chars, tt.chars-1, got, err)
			}
		})
	}
}

func TestALineHasNoLineEndAndNoTab(t *testing.T) {
	for in, want := range map[string]string{"a line": "a line", "  a line\r\n": "a line", "می" + zwnj + "خواهم": "می" + zwnj + "خواهم"} {
		if got, err := text.CleanLine(in, 20); err != nil || got != want {
			t.Errorf("CleanLine(%q) is %q, %v; want %q", in, got, err, want)
		}
	}
	for name, in := range map[string]string{
		"a newline": "one\ntwo", "a Windows line end": "one\r\ntwo", "a carriage return": "one\rtwo", "a tab": "one\ttwo",
		"a line separator": "one\u2028two", "a paragraph separator": "one\u2029two",
	} {
		if got, err := text.CleanLine(in, 20); !errors.Is(err, text.ErrControl) || got != "" {
			t.Errorf("CleanLine takes %s: %q, %v; want ErrControl", name, got, err)
		}
	}
}

func TestWhatCleanReturnsIsCleanAlready(t *testing.T) {
	pieces := rapid.OneOf(
		rapid.String(),
		rapid.StringOf(rapid.RuneFrom([]rune("a e\u0301\u0323\u1112\u1161\u11ab \r\n\t\u200d\u200cبَّ\u212b\u2126\u00a0👩"))),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		in := pieces.Draw(t, "text")
		maxChars := rapid.IntRange(0, 30).Draw(t, "max")
		out, err := text.Clean(in, maxChars)
		if err != nil {
			if out != "" {
				t.Fatalf("Clean(%+q) returns %+q beside its error", in, out)
			}
			return
		}
		if again, err := text.Clean(out, maxChars); err != nil || again != out {
			t.Fatalf("Clean(%+q) is %+q, and that is cleaned to %+q, %v", in, out, again, err)
		}
		if !utf8.ValidString(out) || !norm.NFC.IsNormalString(out) || out != strings.TrimSpace(out) || utf8.RuneCountInString(out) > maxChars {
			t.Fatalf("Clean(%+q) is %+q", in, out)
		}
		if i := strings.IndexFunc(out, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }); i >= 0 {
			t.Fatalf("Clean(%+q) keeps the control character at %d of %+q", in, i, out)
		}
	})
}

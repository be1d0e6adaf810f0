package receipt_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"recourse/internal/seal/receipt"
)

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// someReceipts are edge cases and a few of everyday, without hyphens.
func someReceipts() []string {
	random := rand.New(rand.NewPCG(1, 2))
	var all [receipt.SeedSize]byte
	texts := []string{plain(all)}
	for i := range all {
		all[i] = 0xff
	}
	texts = append(texts, plain(all))
	for range 4 {
		for i := range all {
			all[i] = byte(random.Uint32())
		}
		texts = append(texts, plain(all))
	}
	return texts
}

func plain(seed [receipt.SeedSize]byte) string {
	return strings.ReplaceAll(receipt.FromSeed(seed).Reveal(), "-", "")
}

func TestAnyOneWrongSymbolIsNoticed(t *testing.T) {
	for _, right := range someReceipts() {
		for i := range len(right) {
			for _, symbol := range []byte(alphabet) {
				if symbol == right[i] {
					continue
				}
				wrong := right[:i] + string(symbol) + right[i+1:]
				if _, err := receipt.Parse(wrong); !errors.Is(err, receipt.ErrCheck) {
					t.Errorf("%s typed as %s: %v, want ErrCheck", right, wrong, err)
				}
			}
		}
	}
}

func TestAnyTwoSwappedSymbolsAreNoticed(t *testing.T) {
	for _, right := range someReceipts() {
		for i := range len(right) {
			for j := i + 1; j < len(right); j++ {
				if right[i] == right[j] {
					continue
				}
				wrong := []byte(right)
				wrong[i], wrong[j] = wrong[j], wrong[i]
				if _, err := receipt.Parse(string(wrong)); !errors.Is(err, receipt.ErrCheck) {
					t.Errorf("%s typed as %s: %v, want ErrCheck", right, wrong, err)
				}
			}
		}
	}
}

func TestAReceiptIsReadAsPeopleTypeIt(t *testing.T) {
	digits := func(zero rune) func(string) string {
		return func(s string) string {
			return strings.Map(func(c rune) rune {
				if c >= '0' && c <= '9' {
					return zero + c - '0'
				}
				return c
			}, s)
		}
	}
	replaced := func(old, with string) func(string) string {
		return func(s string) string { return strings.ReplaceAll(s, old, with) }
	}
	for _, tt := range []struct {
		how   string
		typed func(string) string
	}{
		{"as it is shown", func(s string) string { return s }},
		{"in lower case", strings.ToLower},
		{"in mixed case", func(s string) string { return strings.ToLower(s[:9]) + s[9:] }},
		{"without hyphens", replaced("-", "")},
		{"with spaces for hyphens", replaced("-", " ")},
		{"with no-break spaces for hyphens", replaced("-", "\u00a0")},
		{"with typographic hyphens", replaced("-", "\u2010")},
		{"with no-break hyphens", replaced("-", "\u2011")},
		{"with dashes", replaced("-", "–")},
		{"on several lines", replaced("-", "\r\n")},
		{"with tabs", replaced("-", "\t")},
		{"between white space", func(s string) string { return " \t" + s + " \n" }},
		{"with a space after each symbol", func(s string) string { return strings.Join(strings.Split(s, ""), " ") }},
		{"with O for 0", replaced("0", "O")},
		{"with o for 0", replaced("0", "o")},
		{"with I for 1", replaced("1", "I")},
		{"with i for 1", replaced("1", "i")},
		{"with L for 1", replaced("1", "L")},
		{"with l for 1", replaced("1", "l")},
		{"with Arabic-Indic digits", digits('٠')},
		{"with Persian digits", digits('۰')},
		{"with Devanagari digits", digits('०')},
		{"with full-width digits", digits('０')},
	} {
		t.Run(tt.how, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				r := receipt.FromSeed(seeds().Draw(t, "seed"))
				typed := tt.typed(r.Reveal())
				back, err := receipt.Parse(typed)
				if err != nil || back.Reveal() != r.Reveal() {
					t.Fatalf("Parse(%q) is another receipt than %s, or fails: %v", typed, r.Reveal(), err)
				}
			})
		})
	}
}

func TestWhatCannotBeAReceiptIsToldAsAWrongForm(t *testing.T) {
	right := someReceipts()[3]
	for _, tt := range []struct{ name, typed string }{
		{"nothing", ""},
		{"only hyphens and spaces", "- - -"},
		{"one symbol", "A"},
		{"one symbol too few", right[:25]},
		{"one symbol too many", right + "A"},
		{"twice as many", right + right},
		{"very many", strings.Repeat("A", 1<<16)},
		{"a U, which is not in the alphabet", right[:25] + "U"},
		{"a sign", right[:25] + "*"},
		{"a slash", right[:5] + "/" + right[5:]},
		{"a NUL", right[:5] + "\x00" + right[5:]},
		{"a Cyrillic letter that looks like one", right[:25] + "А"},
		{"an accented letter", right[:25] + "É"},
		{"a digit of a script that no phone sends", right[:25] + "๑"},
		{"an emoji", right[:25] + "🙂"},
		{"invalid UTF-8", right[:25] + "\xff"},
		{"a rune whose low byte is in the alphabet", right[:25] + "\u0141"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := receipt.Parse(tt.typed)
			if !errors.Is(err, receipt.ErrFormat) {
				t.Errorf("Parse fails with %v, want ErrFormat", err)
			}
		})
	}
}

func TestParseTakesAnyTextAndReturnsOnlyWholeReceipts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.OneOf(
			rapid.String(),
			rapid.StringOfN(rapid.RuneFrom([]rune(alphabet+"oil-– ٣３")), 20, 35, -1),
			rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		).Draw(t, "typed")
		r, err := receipt.Parse(typed)
		switch {
		case err == nil:
			if back, err := receipt.Parse(r.Reveal()); err != nil || back.Reveal() != r.Reveal() {
				t.Fatalf("%q is read, and not what Reveal makes of it", typed)
			}
		case !errors.Is(err, receipt.ErrFormat) && !errors.Is(err, receipt.ErrCheck):
			t.Fatalf("Parse(%q) fails with %v", typed, err)
		case utf8.RuneCountInString(typed) > 3 && strings.Contains(err.Error(), typed):
			t.Fatalf("the error quotes what was typed: %v", err)
		}
	})
}

// Messengers and right-to-left documents insert marks that nobody sees.
func TestUnseenMarksInAPastedReceiptArePassedOver(t *testing.T) {
	want := receipt.New()
	for _, mark := range []string{"\u200e", "\u200f", "\u202a", "\u2066", "\u200b", "\u202f", "\u2212", "\u2014", "\ufeff"} {
		got, err := receipt.Parse(mark + strings.ReplaceAll(want.Reveal(), "-", mark) + mark)
		if err != nil || got.Reveal() != want.Reveal() {
			t.Errorf("with %+q it is read as another, %v", mark, err)
		}
	}
}

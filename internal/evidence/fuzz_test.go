package evidence_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"recourse/internal/evidence"
)

func FuzzClean(f *testing.F) {
	for _, s := range everything(f) {
		f.Add(s.data)
	}
	f.Add(clean(f, plantJPEG(encodeJPEG(f, drawing(8, 8)))))
	for _, data := range [][]byte{nil, zipped(f), pngOf(60_000, 60_000), pdfAround(zipped(f)), []byte("<svg/>"), []byte("<!DOCTYPE svg [ ]><x")} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		got, err := evidence.Clean(data)
		if !bytes.Equal(before, data) {
			t.Error("the caller's bytes were written to")
		}
		if err == nil {
			checkClean(t, data, got)
			return
		}
		known := []error{evidence.ErrEmpty, evidence.ErrTooLarge, evidence.ErrType, evidence.ErrBroken, evidence.ErrBomb}
		for _, want := range known {
			if errors.Is(err, want) {
				return
			}
		}
		t.Errorf("an error that no caller knows: %v", err)
	})
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"", "a/b", `a\b.png`, "..", "a\u202eb", "cafe\u0301", "\xff", strings.Repeat("x.", 99), "<\u0338"} {
		f.Add(s)
	}
	f.Fuzz(checkName)
}

// checkName holds for every name.
func checkName(t *testing.T, s string) {
	t.Helper()
	got := evidence.Name(s)
	switch {
	case got == "" || !utf8.ValidString(got) || utf8.RuneCountInString(got) > 100:
		t.Errorf("%+q is empty, too long or not valid", got)
	case !norm.NFC.IsNormalString(got):
		t.Errorf("%+q is not in NFC", got)
	case strings.ContainsAny(got, `/\<>:"|?*`) || strings.Trim(got, ". ") != got:
		t.Errorf("%+q is not safe to save", got)
	case strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsPrint(r) }):
		t.Errorf("%+q holds what can't be seen", got)
	case evidence.Name(got) != got:
		t.Errorf("%+q is not kept but becomes %+q", got, evidence.Name(got))
	}
}

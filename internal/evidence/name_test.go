package evidence_test

import (
	"strings"
	"testing"

	"recourse/internal/evidence"
)

func TestANameIsSafeToShowAndToSave(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"a plain name", "Screenshot 2026-11-24 at 10.02.png", "Screenshot 2026-11-24 at 10.02.png"},
		{"a name in Arabic", "لقطة شاشة.png", "لقطة شاشة.png"},
		{"a name in Korean, decomposed", "\u1112\u1161\u11ab.png", "\ud55c.png"},
		{"a name with an accent, decomposed", "cafe\u0301.jpg", "caf\u00e9.jpg"},
		{"a name in Hindi, which has marks", "धमकी.jpg", "धमकी.jpg"},
		{"nothing", "", "file"},
		{"a path", "/home/amina/Pictures/threat.png", "threat.png"},
		{"a path of Windows", `C:\Users\Amina\threat.png`, "threat.png"},
		{"a path upwards", "../../etc/passwd", "passwd"},
		{"a path upwards, of both kinds", `..\../..\x`, "x"},
		{"a folder", "photos/", "photos"},
		{"dots alone", "..", "file"},
		{"slashes alone", `//\/`, "file"},
		{"a hidden file", ".bashrc", "bashrc"},
		{"dots and spaces around", " . .a. b . ", "a. b"},
		{"a name turned round", "photo\u202egpj.exe", "photogpj.exe"},
		{"every character that turns", "a\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061cb", "ab"},
		{"invisible characters", "a\u00ad\u200b\u200c\u200d\u2060\ufeff\u034f\u115f\u3164\ufe0f\U000e0041\U000e0100b", "ab"},
		{"control characters", "a\x00b\x1b[31m\x7f\u0085c", "ab[31m c"},
		{"line ends", "a\r\nContent-Length: 0\u2028b", "a Content-Length_ 0 b"},
		{"invalid UTF-8", "a\xff\xc0\xafb.png", "ab.png"},
		{"private and unassigned characters", "a\ue000\U0010ffff\u0378b", "ab"},
		{"what Windows and headers give a meaning", `a"b<c>d|e?f*g:h.png`, "a_b_c_d_e_f_g_h.png"},
		{"many kinds of space", "a\u00a0\u3000\t  b", "a b"},
		{"an emoji", "😡.png", "😡.png"},
		{"a long name", strings.Repeat("é", 200) + ".jpeg", strings.Repeat("é", 95) + ".jpeg"},
		{"a long ending", "a." + strings.Repeat("x", 200), "a." + strings.Repeat("x", 98)},
		{"a name as long as may be", strings.Repeat("x", 100), strings.Repeat("x", 100)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := evidence.Name(tt.in); got != tt.want {
				t.Errorf("Name(%+q) is %+q, want %+q", tt.in, got, tt.want)
			}
			checkName(t, tt.in)
		})
	}
}

func TestADownloadIsNamedForWhatItIs(t *testing.T) {
	for _, tt := range []struct {
		kind     evidence.Type
		in, want string
	}{
		{evidence.JPEG, "holiday.JPG", "holiday.JPG"},
		{evidence.JPEG, "holiday.jpeg", "holiday.jpeg"},
		{evidence.JPEG, "holiday.exe", "holiday.exe.jpg"},
		{evidence.PNG, "", "file.png"},
		{evidence.WebP, "a.webp", "a.webp"},
		{evidence.GIF, "a", "a.gif"},
		{evidence.PDF, "letter.pdf", "letter.pdf"},
		{evidence.Text, "chat.txt", "chat.txt"},
		{evidence.Text, "run.bat", "run.bat.txt"},
		{evidence.HTML, "page.html", "page.html.txt"},
		{evidence.MHTML, "page.mhtml", "page.mhtml.txt"},
		{evidence.Type("another"), "x.exe", "x.exe.txt"},
	} {
		if got := tt.kind.FileName(tt.in); got != tt.want {
			t.Errorf("%q of %s is named %q, want %q", tt.in, tt.kind, got, tt.want)
		}
	}
}

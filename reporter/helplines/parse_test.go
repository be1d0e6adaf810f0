package helplines_test

import (
	"bytes"
	"strings"
	"testing"

	"recourse/reporter/helplines"
)

const valid = `lines:
  - country: FR
    kinds: [emergency]
    name: {fr: Police secours}
    call: ["17"]
    languages: [fr]
    source: https://example.org/
    checked: 2026-11-24
  - country: INT
    kinds: [children]
    name: {en: Children}
    url: https://example.org/
    hours: {en: in the morning}
    languages: [en]
    source: https://example.org/
    dated: "2025"
    checked: 2026-11-24
`

func TestAnOperatorsOwnFileReplacesTheList(t *testing.T) {
	t.Parallel()
	l, err := helplines.Parse([]byte(valid), "own.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(l.Countries(), " "); got != "FR" {
		t.Errorf("countries %s", got)
	}
	if got := l.For("FR"); len(got) != 1 || got[0].Call[0] != "17" {
		t.Errorf("%+v", got)
	}
	if got := l.For("GB"); got != nil {
		t.Errorf("%+v", got)
	}
}

func TestAFaultIsToldWithItsFileAndLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ old, new, want string }{
		{"country: FR", "country: XX", "own.yaml:2: country: must be a country's code"},
		{"country: FR", "country: fr", "own.yaml:2: country: must be a country's code"},
		{"country: FR", "country: UK", "own.yaml:2: country: must be a country's code"},
		{"[emergency]", "[]", "own.yaml:3: kinds: name at least one"},
		{"[emergency]", "[rescue]", `own.yaml:3: kinds: "rescue" is not on the list`},
		{"{fr: Police secours}", "{en: Police}", `own.yaml:4: name: has no text in "fr"`},
		{`["17"]`, "[17]", "own.yaml:5: call: write numbers in quotes"},
		{`["17"]`, "[016]", "own.yaml:5: call: write numbers in quotes"},
		{`["17"]`, `["1"]`, "own.yaml:5: call: write a number as it is dialled"},
		{`["17"]`, `["+33 1 <b>"]`, "own.yaml:5: call: write a number as it is dialled"},
		{`    call: ["17"]` + "\n", "", "own.yaml:2: call: there is no way to reach it"},
		{`call: ["17"]`, `text: [{number: "17", word: two words}]`, "own.yaml:5: text: word must be one word"},
		{`call: ["17"]`, `whatsapp: 0600`, "own.yaml:5: whatsapp: write numbers in quotes"},
		{`call: ["17"]`, `whatsapp: "wa.me"`, "own.yaml:5: whatsapp: write a number"},
		{`call: ["17"]`, `chat: http://example.org/`, "own.yaml:5: chat: must be an address that begins with https://"},
		{`call: ["17"]`, `url: "javascript:alert(1)"`, "own.yaml:5: url: must be an address that begins with https://"},
		{`call: ["17"]`, `phone: ["17"]`, `own.yaml:5: unknown field "phone"`},
		{"[fr]", "[]", "own.yaml:6: languages: name at least one"},
		{"[fr]", "[x-]", `own.yaml:6: languages: "x-" is not a language tag`},
		{"source: https://example.org/\n    checked", "source: example.org\n    checked", "own.yaml:7: source: must be an address"},
		{"checked: 2026-11-24", "checked: 24/11/2026", "own.yaml:8: checked: must be a date: YYYY-MM-DD"},
		{"    checked: 2026-11-24\n  - country: INT", "  - country: INT", "own.yaml:2: checked: must be a date"},
		{"country: INT", "country: FR\n    country: INT", `own.yaml:10: mapping key "country" already defined`},
		{"hours: {en: in the morning}", "hours: {fr: le matin}", `own.yaml:13: hours: have no text in "en"`},
		{"hours:", "always: true\n    hours:", "own.yaml:14: hours: leave them out where always is true"},
		{`dated: "2025"`, `dated: "last year"`, "own.yaml:16: dated: must be a date"},
		{`dated: "2025"`, `read: "ftp://example.org"`, "own.yaml:16: read: must be a web address"},
		{"kinds: [children]", "kinds: [", "own.yaml:"},
		{"lines:", "other: 1\nlines:", `own.yaml:1: unknown field "other"`},
		{valid, "", "own.yaml:1: lines: name at least one"},
		{valid, "lines: 3", "own.yaml:1: "},
		{valid, valid + "---\n" + valid, "own.yaml:1: a second document follows"},
		{"Police", "\xff", "own.yaml:1: the file is not valid UTF-8"},
	} {
		file := strings.Replace(valid, tt.old, tt.new, 1)
		if file == valid {
			t.Fatalf("%q is not there", tt.old)
		}
		_, err := helplines.Parse([]byte(file), "own.yaml")
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("with %q: %v, want %q", tt.new, err, tt.want)
		}
	}
	if _, err := helplines.Parse(bytes.Repeat([]byte("#"), helplines.MaxFile+1), "own.yaml"); err == nil {
		t.Error("a file without end is read")
	}
}

func TestNoTwoServicesOfACountryShareAName(t *testing.T) {
	t.Parallel()
	twice := strings.Replace(valid, "country: INT", "country: FR", 1)
	twice = strings.Replace(twice, "{en: Children}", "{en: Police secours}", 1)
	if _, err := helplines.Parse([]byte(twice), "own.yaml"); err == nil ||
		err.Error() != "own.yaml:11: name: stands twice in this country" {
		t.Errorf("%v", err)
	}
}

package main

import (
	"bytes"
	"image"
	"image/png"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/testbench"
)

const smallFile = `name: city
title: {en: City, fr: Ville}
languages: [en, fr]
conduct: conduct.yaml
`

const wholeFile = smallFile + `kinds: [threat, other]
intro: {en: " Welcome. ", fr: Bienvenue.}
colours: {accent: "#6b2d8c", accent_dark: "#d9b3f0"}
logo: logo.png
opens: 2026-12-01
paused:
  en: Back soon.
  fr: De retour bientôt.
ask_after: 504h
care:
  hard_per_day: 10
  break_after: 1h0m0s
  break: 20m0s
  breaks: required
  grey: false
rate_limit: {reports_per_hour: 60, follow_ups_per_hour: 61, wrong_receipts_per_hour: 30}
`

// beside is a folder with a community file and what it names.
func beside(t *testing.T, file string) fs.FS {
	t.Helper()
	var logo bytes.Buffer
	if err := png.Encode(&logo, image.NewGray(image.Rect(0, 0, 20, 20))); err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		"city.yaml":    {Data: []byte(file)},
		"conduct.yaml": {Data: []byte(testbench.DemoConduct)},
		"bad.yaml":     {Data: []byte("title: {en: Rules}\n")},
		"logo.png":     {Data: logo.Bytes()},
		"logo.svg":     {Data: []byte("<svg/>")},
	}
}

func TestACommunityFileIsReadWhole(t *testing.T) {
	d, err := readCommunity(beside(t, wholeFile), "city.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var got community.Bundle
	d.settle(&got)
	want := community.Bundle{
		Title: community.Text{"en": "City", "fr": "Ville"}, Languages: []string{"en", "fr"},
		Kinds: []event.Kind{event.KindThreat, event.KindOther}, Intro: community.Text{"en": "Welcome.", "fr": "Bienvenue."},
		Colours: community.Colours{Accent: "#6b2d8c", AccentDark: "#d9b3f0"}, Logo: community.Logo{Type: "image/png", Data: d.logo.Data},
		Opens: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Paused: community.Text{"en": "Back soon.", "fr": "De retour bientôt."},
		AskAfter:  21 * 24 * time.Hour,
		RateLimit: community.RateLimit{ReportsPerHour: 60, FollowUpsPerHour: 61, WrongReceiptsPerHour: 30},
		Care:      community.Care{HardPerDay: 10, BreakAfter: time.Hour, Break: 20 * time.Minute, Required: true, Grey: new(false)},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("it is read as\n%+v, want\n%+v", got, want)
	}
	d, err = readCommunity(beside(t, strings.Replace(wholeFile, "2026-12-01", "2026-12-01T08:00:00+01:00", 1)), "city.yaml")
	if err != nil || !d.opens.Equal(time.Date(2026, 12, 1, 7, 0, 0, 0, time.UTC)) {
		t.Errorf("an hour: %v, %v", d.opens, err)
	}

	// What is shown of it can be applied again.
	got.Name = "city"
	shown, err := show(got)
	if err != nil {
		t.Fatal(err)
	}
	again, err := readCommunity(beside(t, string(shown)+"conduct: conduct.yaml\nlogo: logo.png\n"), "city.yaml")
	if err != nil {
		t.Fatalf("%v in\n%s", err, shown)
	}
	var second community.Bundle
	again.settle(&second)
	got.Name = ""
	if !reflect.DeepEqual(second, got) {
		t.Errorf("shown and read again it is\n%+v, want\n%+v", second, got)
	}
}

func TestTheShippedCommunityAndItsExamplesAreGood(t *testing.T) {
	shipped, err := fs.ReadFile(demoFiles, "demo/community.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := readCommunity(demoFiles, "demo/community.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var b community.Bundle
	d.settle(&b)
	if _, closed := b.Closed(time.Now()); closed || b.RateLimit != (community.RateLimit{}) || b.Kinds != nil {
		t.Errorf("the demo community sets limits or a pause: %+v", b)
	}
	// Every example with its # taken away: what begins with a field or is
	// indented under one.
	var file strings.Builder
	for line := range strings.Lines(string(shipped)) {
		text, commented := strings.CutPrefix(line, "# ")
		field, _, hasColon := strings.Cut(text, ":")
		if commented && (strings.HasPrefix(text, "  ") || (hasColon && strings.ToLower(field) == field && !strings.Contains(field, " "))) {
			line = text
		}
		file.WriteString(line)
	}
	if d, err = readCommunity(beside(t, file.String()), "city.yaml"); err != nil {
		t.Fatalf("%v in\n%s", err, file.String())
	}
	f := reflect.ValueOf(d.file)
	for n := range f.NumField() {
		if f.Field(n).IsZero() {
			t.Errorf("the file shows no example of %s", f.Type().Field(n).Tag.Get("yaml"))
		}
	}
}

func TestABadCommunityFileSaysWhereAndWhatToDo(t *testing.T) {
	small := func(from, to string) string { return strings.Replace(smallFile, from, to, 1) }
	for _, tt := range []struct{ name, file, want string }{
		{"nothing", "", "city.yaml: is empty"},
		{"no YAML", "name: [", "city.yaml:1: "},
		{"not UTF-8", "name: \xff", "city.yaml: is not valid UTF-8"},
		{"a list", "- name", "city.yaml:1: "},
		{"an unknown field", smallFile + "coulours: {}\n", `city.yaml:5: unknown field "coulours"`},
		{"an unknown field within", smallFile + "colours:\n  accnt: x\n", `city.yaml:6: unknown field "accnt"`},
		{"a field twice", smallFile + "name: b\n", "city.yaml:5: "},
		{"a second document", smallFile + "---\nname: b\n", "city.yaml: a second document follows"},
		{"a number that is none", smallFile + "rate_limit: {reports_per_hour: many}\n", "city.yaml:5: "},
		{"no name", small("name: city\n", ""), "city.yaml: name: use 1 to 40"},
		{"a name in capitals", small("name: city", "name: City"), "city.yaml:1: name: use 1 to 40"},
		{"no language", small("[en, fr]", "[]"), "city.yaml:3: languages: name at least one"},
		{"no such language", small("[en, fr]", "[en, english!]"), `city.yaml:3: languages[1]: "english!" is not a language`},
		{"a language twice", small("[en, fr]", "[en, fr, en]"), `city.yaml:3: languages[2]: "en" stands twice`},
		{"no title", small("title: {en: City, fr: Ville}\n", ""), "city.yaml: title: is missing: give it in en, fr"},
		{"a title too few", small(", fr: Ville", ""), `title.fr: has no text in "fr": a text is given in all of the community's languages (en, fr) or left out`},
		{"a title too many", small("fr: Ville", "fr: Ville, de: Stadt"), `city.yaml:2: title.de: "de" is not one of the community's languages (en, fr)`},
		{"a title of two lines", small("en: City", `en: "City\nHall"`), "city.yaml:2: title.en: holds a control character"},
		{"a title too long", small("en: City", "en: "+strings.Repeat("x", 101)), "city.yaml:2: title.en: is longer than 100 characters"},
		{"no conduct", small("conduct: conduct.yaml\n", ""), "city.yaml: conduct: is missing"},
		{"a conduct that is not there", small("conduct.yaml", "none.yaml"), "city.yaml:4: conduct: there is no file none.yaml beside this one"},
		{"a conduct elsewhere", small("conduct.yaml", "../conduct.yaml"), "city.yaml:4: conduct: "},
		{"an example that there is not", small("conduct.yaml", "example:village"), `city.yaml:4: conduct: there is no example "village": there are civic, newsroom, social`},
		{"an example's cases", small("conduct.yaml", "example:civic_test"), `city.yaml:4: conduct: there is no example "civic_test"`},
		{"a bad conduct", small("conduct.yaml", "bad.yaml"), "city.yaml:4: conduct: bad.yaml: not a code of conduct"},
		{"a language that the conduct lacks", strings.NewReplacer("fr", "es").Replace(smallFile), `the code of conduct has no texts in "es"`},
		{"a kind that is none", smallFile + "kinds: [threat, noise, other]\n", `city.yaml:5: kinds[1]: "noise" is not on the public list`},
		{"a kind twice", smallFile + "kinds: [other, other]\n", `city.yaml:5: kinds[1]: "other" stands twice`},
		{"kinds without other", smallFile + "kinds: [threat]\n", `city.yaml:5: kinds: "other" is missing: add it`},
		{"no kinds at all", smallFile + "kinds: []\n", `city.yaml:5: kinds: "other" is missing: add it`},
		{"an intro too few", smallFile + "intro: {en: Hello}\n", `intro.fr: has no text in "fr"`},
		{"an empty intro", smallFile + "intro: {en: Hello, fr: \" \"}\n", `city.yaml:5: intro.fr: has no text in "fr"`},
		{"an intro too long", smallFile + "intro:\n  en: Hello\n  fr: " + strings.Repeat("x", 601) + "\n", "city.yaml:7: intro.fr: is longer than 600 characters"},
		{"a notice too few", smallFile + "paused:\n  fr: Non\n", `paused.en: has no text in "en"`},
		{"a colour by name", smallFile + "colours:\n  accent: navy\n  accent_dark: \"#d9b3f0\"\n", "city.yaml:6: colours.accent: is not a colour: write it as #rrggbb"},
		{"one colour of two", smallFile + "colours: {accent: \"#6b2d8c\"}\n", "city.yaml:5: colours.accent_dark: is missing: give both"},
		{"a faint colour", smallFile + "colours:\n  accent: \"#6b2d8c\"\n  accent_dark: \"#6b2d8c\"\n", "city.yaml:7: colours.accent_dark: has a contrast of "},
		{"a logo that is not there", smallFile + "logo: none.png\n", "city.yaml:5: logo: there is no file none.png"},
		{"a logo of another type", smallFile + "logo: logo.svg\n", "city.yaml:5: logo: is neither PNG nor WebP"},
		{"no day", smallFile + "opens: tomorrow\n", `city.yaml:5: opens: "tomorrow" is not a time: write 2026-12-01`},
		{"a day that is none", smallFile + "opens: 2026-02-30\n", "city.yaml:5: opens: "},
		{"a span in days", smallFile + "ask_after: 21d\n", `city.yaml:5: ask_after: "21d" is not a time span up to a year`},
		{"a span of nothing", smallFile + "ask_after: 0s\n", "city.yaml:5: ask_after: "},
		{"work without an end", smallFile + "care:\n  break_after: 9h\n", `city.yaml:6: care.break_after: "9h" is not a time span`},
		{"a break of nothing", smallFile + "care:\n  break: 0s\n", "city.yaml:6: care.break: "},
		{"breaks of no sort", smallFile + "care:\n  breaks: never\n", `city.yaml:6: care.breaks: "never" is neither`},
		{"hard cases below none", smallFile + "care:\n  hard_per_day: -1\n", "city.yaml:6: care.hard_per_day: "},
		{"a span too long", smallFile + "ask_after: 9000h\n", "city.yaml:5: ask_after: "},
		{"a limit below nothing", smallFile + "rate_limit:\n  follow_ups_per_hour: -1\n", "city.yaml:6: rate_limit.follow_ups_per_hour: is less than nothing"},
		{"a file too large", smallFile + strings.Repeat("#", maxCommunityFile), "city.yaml: is larger than 256 KiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := readCommunity(beside(t, tt.file), "city.yaml")
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "city.yaml") {
				t.Errorf("%v; want %s", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has several lines: %v", err)
			}
		})
	}
}

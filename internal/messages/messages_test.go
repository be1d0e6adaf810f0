package messages_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/text/language"

	"recourse/internal/messages"
)

func files(content map[string]string) fstest.MapFS {
	f := fstest.MapFS{}
	for name, s := range content {
		f[name] = &fstest.MapFile{Data: []byte(s)}
	}
	return f
}

func load(t *testing.T, content map[string]string) *messages.Catalogue {
	t.Helper()
	c, err := messages.Load(files(content), "en")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// letters are the small catalogue that most tests read.
func letters() map[string]string {
	return map[string]string{
		"en.json": `{"hello": "Hello {name}!", "mail": {"plural": "count", "one": "One letter", "other": "{count} letters"}}`,
		"fr.json": `{"hello": "Bonjour {name} !", "mail": {"plural": "count", "one": "{count} lettre", "other": "{count} lettres"}}`,
		"es.json": `{"hello": "¡Hola, {name}!", "mail": {"plural": "count", "one": "{count} carta", "other": "{count} cartas"}}`,
		"ar.json": `{"hello": "مرحبًا {name}", "mail": {"plural": "count", "zero": "لا رسائل", "one": "رسالة واحدة",
			"two": "رسالتان", "few": "{count} رسائل", "many": "{count} رسالة", "other": "{count} رسالة"}}`,
		"ko.json": `{"hello": "{name} 님, 안녕하세요", "mail": "편지 {count}통"}`,
		"hi.json": `{"hello": "नमस्ते {name}", "mail": {"plural": "count", "one": "{count} पत्र", "other": "{count} पत्र"}}`,
	}
}

func TestEachLanguageCountsInItsOwnForms(t *testing.T) {
	t.Parallel()
	c := load(t, letters())
	for _, want := range []struct {
		tag  string
		n    int
		text string
	}{
		{"en", 0, "0 letters"},
		{"en", 1, "One letter"},
		{"en", 2048, "2,048 letters"},
		{"fr", 0, "0 lettre"},
		{"fr", 1, "1 lettre"},
		{"fr", 20000, "20\u202f000 lettres"},
		{"es", 2048, "2048 cartas"},
		{"es", 20480, "20.480 cartas"},
		{"ar", 0, "لا رسائل"},
		{"ar", 1, "رسالة واحدة"},
		{"ar", 2, "رسالتان"},
		{"ar", 3, "3 رسائل"},
		{"ar", 11, "11 رسالة"},
		{"ar", 103, "103 رسائل"},
		{"ar", 1234567, "1,234,567 رسالة"},
		{"ko", 1, "편지 1통"},
		{"hi", 1234567, "12,34,567 पत्र"},
	} {
		if got, err := c.In(want.tag).Text("mail", "count", want.n); err != nil || got != want.text {
			t.Errorf("%s, %d: %q, %v, want %q", want.tag, want.n, got, err, want.text)
		}
	}
	for tag, want := range map[string]string{
		"en": "one other", "fr": "one other", "es": "one other", "pt": "one other", "hi": "one other", "sw": "one other",
		"ar": "zero one two few many other", "ko": "other",
	} {
		if got := strings.Join(messages.Forms(language.Make(tag)), " "); got != want {
			t.Errorf("%s has the forms %s, want %s", tag, got, want)
		}
	}
}

func TestAValueIsFilledInAsItIs(t *testing.T) {
	t.Parallel()
	en := load(t, letters()).In("en")
	type name string
	if got, err := en.Text("hello", "name", name("{name} & {count}"), "count", 1); err != nil || got != "Hello {name} & {count}!" {
		t.Errorf("%q, %v", got, err)
	}
	for _, pairs := range [][]any{{"hello"}, {"hello", "name"}, {"hello", "name", 1.5}, {"mail", "count", "many"}, {"mail"}, {"nothing"}} {
		got, err := en.Text(pairs[0].(string), pairs[1:]...)
		if err == nil || got != "" {
			t.Errorf("%v: %q, %v", pairs, got, err)
		} else if strings.Contains(err.Error(), "many") {
			t.Errorf("the error quotes a value: %v", err)
		}
	}
}

func TestAFileWithAMistakeIsRefusedWithItsNameAndKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, content, want string }{
		{"fr.json", `{"a": "b",}`, "fr.json: line 1: "},
		{"fr.json", "{\"a\": \"b\"\n\"c\": \"d\"}", "fr.json: line 2: "},
		{"fr.json", `["a"]`, "fr.json: line 1: not an object"},
		{"fr.json", `{"a": "b"} {}`, "fr.json: line 1: something follows"},
		{"fr.json", "{\"a\": \"\xff\"}", "fr.json: not UTF-8"},
		{"fr.json", `{"a": "b", "a": "c"}`, "fr.json: a: stands twice"},
		{"fr.json", `{"a": ""}`, "fr.json: a: empty"},
		{"fr.json", `{"a": " b"}`, "fr.json: a: empty, or a space"},
		{"fr.json", `{"a": 1}`, "fr.json: a: neither"},
		{"fr.json", `{"a": null}`, "fr.json: a: neither"},
		{"fr.json", `{"a": "<b>c</b>"}`, "fr.json: a: the character U+003C"},
		{"fr.json", `{"a": "\u202eb"}`, "fr.json: a: the character U+202E"},
		{"fr.json", `{"a": "{max"}`, "fr.json: a: a brace"},
		{"fr.json", `{"a": "{Max}"}`, "fr.json: a: a brace"},
		{"fr.json", `{"a": {"one": "{count} a", "other": "{count} b"}}`, `fr.json: a: "plural" must name`},
		{"fr.json", `{"a": {"plural": "count", "other": "{count} b"}}`, `fr.json: a: the plural form "one" is missing`},
		{"ar.json", `{"a": {"plural": "count", "zero": "ا", "one": "ا", "two": "ا", "many": "{count} ا", "other": "{count} ا"}}`, `ar.json: a: the plural form "few" is missing`},
		{"fr.json", `{"a": {"plural": "count", "few": "{count} c", "one": "{count} a", "other": "{count} b"}}`, `fr.json: a: the language has no plural form "few"`},
		{"fr.json", `{"a": {"plural": "count", "one": "Une lettre", "other": "{count} b"}}`, `fr.json: a: the form "one" lacks {count}`}, // 0 too is "one" in French
		{"en.json", `{"a": {"plural": "count", "one": "{count} of {max}", "other": "{count}"}}`, `en.json: a: the form "other" lacks {max}`},
		{"en.json", `{"a": {"plural": "max", "one": "{count} a", "other": "{count}"}}`, `en.json: a: no form has {max}`},
		{"en.json", `{"a": {"plural": "count", "several": "a", "one": "a", "other": "{count}"}}`, `en.json: a: several: `},
		{"en.json", `{"a": {"plural": "count", "one": "a", "one": "a", "other": "{count}"}}`, `en.json: a: one: stands twice`},
		{"french.json", `{}`, "french.json is not named for a language"},
		{"fr_CA.json", `{}`, "fr_CA.json is not named for a language"},
	} {
		_, err := messages.Load(files(map[string]string{c.file: c.content}), "en")
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s %s: %v, want %s", c.file, c.content, err, c.want)
		}
	}
	if _, err := messages.Load(files(map[string]string{"fr.json": `{}`}), "en"); err == nil {
		t.Error("loaded without the fallback")
	}
	_, err := messages.Load(files(map[string]string{"fr.json": `{"a": "", "b": "{"}`, "en.json": `{"c": ""}`}), "en")
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("not every mistake is told: %v", err)
	}
}

func TestLanguagesAreComparedWithTheFirst(t *testing.T) {
	t.Parallel()
	if lines := load(t, letters()).Compare(nil); len(lines) > 0 {
		t.Errorf("complaints about nothing: %q", lines)
	}
	for _, c := range []struct{ file, content, want string }{
		{"fr.json", `{"hello": "Bonjour {name} !"}`, "fr.json: mail: missing"},
		{"ko.json", `{"hello": "{name} 님", "mail": "편지 {count}통", "x": "편지"}`, "ko.json: x: not in en.json"},
		{"ko.json", `{"hello": "안녕하세요", "mail": "편지 {count}통"}`, "ko.json: hello: the placeholders are [], want [name]"},
		{"ko.json", `{"hello": "Hello {name}", "mail": "편지 {count}통"}`, "ko.json: hello: no letter of the language's script (Kore)"},
		{"ko.json", `{"hello": "मरम्मत {name}", "mail": "편지 {count}통"}`, "ko.json: hello: no letter of the language's script (Kore)"},
		{"fr.json", `{"hello": "Hello {name}!", "mail": {"plural": "count", "one": "{count} a", "other": "{count} b"}}`, "fr.json: hello: the same as in en.json"},
		{"fr.json", `{"hello": "Bonjour {name} !", "mail": "{count} lettres"}`, "fr.json: mail: needs the plural forms one, other"},
		{"fr.json", `{"hello": {"plural": "name", "one": "{name} a", "other": "{name} b"}, "mail": {"plural": "count", "one": "{count} a", "other": "{count} b"}}`, "fr.json: hello: has plural forms, and en.json has none"},
	} {
		content := letters()
		content[c.file] = c.content
		if lines := load(t, content).Compare(nil); !slices.Equal(lines, []string{c.want}) {
			t.Errorf("%s %s: %q, want %s", c.file, c.content, lines, c.want)
		}
	}
	content := letters()
	content["fr.json"] = strings.Replace(content["fr.json"], "Bonjour {name} !", "Hello {name}!", 1)
	if lines := load(t, content).Compare(map[string][]string{"fr": {"hello"}}); len(lines) > 0 {
		t.Errorf("a word that may be the same: %q", lines)
	}
	if lines := load(t, letters()).Compare(map[string][]string{"fr": {"hello"}}); len(lines) != 1 {
		t.Errorf("a list that says more than there is: %q", lines)
	}
}

func TestLanguagesKnowTheirNamesAndDirections(t *testing.T) {
	t.Parallel()
	c := load(t, letters())
	if got := strings.Join(c.Tags(), " "); got != "en es fr ar hi ko" {
		t.Errorf("languages %s", got)
	}
	for _, want := range []struct{ tag, in, name, dir string }{
		{"en", "en", "English", "ltr"},
		{"fr-CA", "fr", "Français", "ltr"},
		{"es-MX", "es", "Español", "ltr"},
		{"ar-EG", "ar", "العربية", "rtl"},
		{"ko", "ko", "한국어", "ltr"},
		{"hi", "hi", "हिन्दी", "ltr"},
		{"hi-Latn", "en", "English", "ltr"},
		{"br", "en", "English", "ltr"}, // Breton's readers may like French, but a page in French is not in Breton
		{"de", "en", "English", "ltr"},
		{"no tag", "en", "English", "ltr"},
	} {
		l := c.In(want.tag)
		if l.Tag() != want.in || l.Name() != want.name || l.Dir() != want.dir {
			t.Errorf("%s: %s %q %s", want.tag, l.Tag(), l.Name(), l.Dir())
		}
	}
}

func TestNamesAreInTheOrderOfTheLanguage(t *testing.T) {
	t.Parallel()
	c := load(t, letters())
	for tag, want := range map[string]string{"en": "Åland Ñandú nano Zebra", "es": "Åland nano Ñandú Zebra"} {
		names := strings.Fields("Zebra Ñandú nano Åland")
		slices.SortFunc(names, c.In(tag).Compare())
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s", tag, got)
		}
	}
	names := []string{"nz", "ña"} // a letter of its own in Spanish alone
	slices.SortFunc(names, c.In("es").Compare())
	if names[0] != "nz" {
		t.Errorf("es: %v", names)
	}
	slices.SortFunc(names, c.In("en").Compare())
	if names[0] != "ña" {
		t.Errorf("en: %v", names)
	}
}

const spans = `{"date.format": "{day} {month} {year}, {time} UTC", "date.day": "{day} {month} {year}", "date.first_day": "1st", "month.12": "December",
	"span.weeks": {"plural": "count", "one": "1 week", "other": "{count} weeks"}, "span.days": {"plural": "count", "one": "1 day", "other": "{count} days"},
	"span.hours": {"plural": "count", "one": "1 hour", "other": "{count} hours"}, "span.minutes": {"plural": "count", "one": "1 minute", "other": "{count} minutes"},
	"until.weeks": {"plural": "count", "one": "in 1 week", "other": "in {count} weeks"}, "until.days": {"plural": "count", "one": "in 1 day", "other": "in {count} days"},
	"until.hours": {"plural": "count", "one": "in 1 hour", "other": "in {count} hours"}, "until.minutes": {"plural": "count", "one": "in 1 minute", "other": "in {count} minutes"},
	"until.passed": "the time is over"}`

func TestDatesAreInUTC(t *testing.T) {
	t.Parallel()
	l := load(t, map[string]string{"en.json": spans}).In("en")
	at := time.Date(2026, 12, 1, 23, 7, 0, 0, time.FixedZone("", -3600))
	if got, err := l.Date(at); err != nil || got != "2 December 2026, 00:07 UTC" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := l.Day(at.Add(-24 * time.Hour)); err != nil || got != "1st December 2026" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := l.Day(at.AddDate(0, 1, 0)); err == nil {
		t.Error("a month without a name")
	}
	for _, key := range messages.SpanKeys() {
		if !l.Has(key) {
			t.Errorf("no %s", key)
		}
	}
}

func TestSpansAreExactAndDeadlinesRoundDown(t *testing.T) {
	t.Parallel()
	l := load(t, map[string]string{"en.json": spans}).In("en")
	const day = 24 * time.Hour
	for d, want := range map[time.Duration]string{
		time.Second: "1 minute", 90 * time.Minute: "90 minutes", time.Hour: "1 hour", 36 * time.Hour: "36 hours",
		day: "1 day", 30 * day: "30 days", 21 * day: "3 weeks",
	} {
		if got, err := l.Span(d); err != nil || got != want {
			t.Errorf("%v: %q, %v, want %q", d, got, err, want)
		}
	}
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		-time.Second: "the time is over", 0: "the time is over", time.Second: "in 1 minute", 59*time.Minute + 59*time.Second: "in 59 minutes",
		2*time.Hour + 59*time.Minute: "in 2 hours", 47 * time.Hour: "in 47 hours", 48 * time.Hour: "in 2 days", 20 * day: "in 20 days",
		27 * day: "in 3 weeks",
	} {
		if got, err := l.Until(now, now.Add(d)); err != nil || got != want {
			t.Errorf("%v: %q, %v, want %q", d, got, err, want)
		}
	}
}

// The race detector watches what many requests share.
func TestOneLanguageServesManyAtOnce(t *testing.T) {
	t.Parallel()
	c := load(t, letters())
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for n := range 100 {
				if got, err := c.In("ar").Text("mail", "count", 1000+n); err != nil || !strings.HasPrefix(got, "1,") {
					t.Errorf("%q, %v", got, err)
				}
				_ = messages.Choose(c.Tags(), "fr-CA, en")
				_ = c.In("fr").Name()
			}
		})
	}
	all.Wait()
}

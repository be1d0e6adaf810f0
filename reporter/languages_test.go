package reporter

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
)

func load(t *testing.T) languages {
	t.Helper()
	l, err := loadLanguages()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestEveryLanguageHasEveryText(t *testing.T) {
	l := load(t)
	if got := strings.Join(l.all(), " "); got != "en ar fr" {
		t.Errorf("languages %s", got)
	}
	placeholder := regexp.MustCompile(`\{\w+\}`)
	want := slices.Sorted(maps.Keys(l["en"]))
	for tag, texts := range l {
		if got := slices.Sorted(maps.Keys(texts)); !slices.Equal(got, want) {
			t.Errorf("%s has other keys than English", tag)
		}
		for key, text := range texts {
			if strings.TrimSpace(text) == "" && key != "number.separator" {
				t.Errorf("%s: %s is empty", tag, key)
			}
			given, wanted := placeholder.FindAllString(text, -1), placeholder.FindAllString(l["en"][key], -1)
			slices.Sort(given)
			slices.Sort(wanted)
			if !slices.Equal(given, wanted) {
				t.Errorf("%s: %s has the placeholders %v, want %v", tag, key, given, wanted)
			}
		}
	}
}

func TestEveryTextIsUsedAndEveryTextUsedIsThere(t *testing.T) {
	used := map[string]bool{}
	literal := regexp.MustCompile(`T "([a-z0-9_.]+)"`)
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		b, err := templateFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllStringSubmatch(string(b), -1) {
			used[m[1]] = true
		}
	}
	codes(used, "kind.", event.Kinds())
	codes(used, "role.", event.Roles())
	codes(used, "ground.", event.Grounds())
	codes(used, "gender.", without(event.Genders(), event.GenderUnknown))
	codes(used, "age_band.", without(event.AgeBands(), event.AgeUnknown))
	codes(used, "action.", event.Actions())
	codes(used, "milestone.", event.Milestones())
	for _, kind := range event.Kinds() {
		used["kind."+string(kind)+".hint"] = true
	}
	for _, key := range []string{
		"language.name", "language.direction", "number.separator", "date.format", "date.first_day",
		"title.report", "title.error", "title.done", "title.status", "title.conduct", "title.home", "title.problem",
		"error.required.kind", "error.required.description", "error.not_on_list", "error.given_twice", "error.repeated",
		"error.too_long", "error.too_many", "error.characters", "error.link", "error.away", "error.too_large", "error.broken",
		"status.required", "status.receipt", "status.mistyped", "status.unknown", "status.away", "status.broken",
	} {
		used[key] = true
	}
	codes(used, "month.", []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"})
	for _, status := range []string{"400", "404", "413", "415", "503"} {
		used["problem."+status+".heading"], used["problem."+status+".text"] = true, true
	}
	english := load(t)["en"]
	for key := range used {
		if english[key] == "" {
			t.Errorf("%s is used and not there", key)
		}
	}
	for key := range english {
		if !used[key] {
			t.Errorf("%s is there and not used", key)
		}
	}
}

func codes[T ~string](used map[string]bool, prefix string, list []T) {
	for _, code := range list {
		used[prefix+string(code)] = true
	}
}

func TestDatesAndNumbersReadAsPeopleWriteThem(t *testing.T) {
	l := load(t)
	at := time.Date(2026, 12, 1, 23, 7, 0, 0, time.FixedZone("", -3600))
	for tag, want := range map[string]string{
		"en": "2 December 2026, 00:07 UTC", "fr": "2 décembre 2026 à 00:07 UTC", "ar": "2 ديسمبر 2026، الساعة 00:07 بالتوقيت العالمي",
	} {
		if got, err := l[tag].date(at); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", tag, got, err, want)
		}
	}
	if got, err := l["fr"].date(at.Add(-24 * time.Hour)); err != nil || !strings.HasPrefix(got, "1er décembre") {
		t.Errorf("%q, %v", got, err)
	}
	for n, want := range map[int]string{0: "0", 50: "50", 300: "300", 2048: "2,048", 20000: "20,000", 1234567: "1,234,567"} {
		if got := l["en"].number(n); got != want {
			t.Errorf("%d is written %s", n, got)
		}
	}
}

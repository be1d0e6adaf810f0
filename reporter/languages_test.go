package reporter

import (
	"os"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/messages"
	"recourse/internal/messages/usage"
	"recourse/internal/register"
	"recourse/reporter/helplines"
)

func load(t *testing.T) languages {
	t.Helper()
	l, err := loadLanguages()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// rightlyTheSame lists messages that are the same word in English and in
// another language, by its tag, so that they are no leftover.
func rightlyTheSame() map[string][]string {
	return map[string][]string{
		"fr": {"kind.violence"},
		"pt": {"kind.cyberbullying", "links.label"},
	}
}

func TestEveryLanguageIsWhole(t *testing.T) {
	l := load(t)
	if got := strings.Join(l.all(), " "); got != "en es fr sw pt ar hi ko" {
		t.Errorf("languages %s", got)
	}
	for _, line := range l.Compare(rightlyTheSame()) {
		t.Error(line)
	}
}

// constructed lists the keys that are put together from a code.
func constructed() map[string][]string {
	return map[string][]string{
		"kind.":      usage.Each("kind.", event.Kinds(), "", ".hint"),
		"frequency.": usage.Each("frequency.", event.Frequencies()),
		"may.":       usage.Each("may.", without(event.Actions(), event.ActionNone)),
		"consent.":   usage.Each("consent.", []string{inputNotTold, inputNotBeyond}),
		"urgent.":    usage.Each("urgent.", []string{"life", "child"}, "", ".heading"),
		"step.":      usage.Each("step.", []string{"1", "2", "3", "4", "5"}),
		".label": usage.Each("", []string{
			inputPlatform, inputKind, inputDescription, inputLinks, inputHandle, inputSince, inputFrequency, inputGrounds, inputRole,
			inputContact, inputGender, inputAgeBand,
		}, ".label"),
		".hint": usage.Each("", []string{
			inputPlatform, inputKind, inputDescription, inputLinks, inputHandle, inputSince, inputGrounds, inputContact,
		}, ".hint"),
		".none":      usage.Each("", []string{inputGender, inputAgeBand}, ".none"),
		"role.":      usage.Each("role.", event.Roles()),
		"ground.":    usage.Each("ground.", event.Grounds()),
		"gender.":    usage.Each("gender.", without(event.Genders(), event.GenderUnknown)),
		"age_band.":  usage.Each("age_band.", without(event.AgeBands(), event.AgeUnknown)),
		"action.":    usage.Each("action.", event.Actions()),
		"help.kind.": usage.Each("help.kind.", helplines.Kinds()),
		"milestone.": usage.Each("milestone.", event.Milestones()),
		"problem.":   usage.Each("problem.", []string{"400", "404", "413", "415", "503"}, ".heading", ".text"),
		"error.": append(usage.Each("error.", []rule{
			ruleGivenTwice, ruleNotOnList, ruleRepeated, ruleTooLong, ruleTooMany, ruleCharacters,
		}), "error.required.kind", "error.required.description"),
		"follow.":          usage.Each("follow.", written(), ".label", ".hint"),
		"own.":             usage.Each("own.", written()),
		"evidence.":        usage.Each("evidence.", []string{event.EvidenceReceiving, event.EvidenceStored, event.EvidenceRefused}),
		"evidence.reason.": usage.Each("evidence.reason.", fileReasons()),
		"refused.": usage.Each("refused.", []refusal{
			errWithdrawn, errUndecided, errBeingAgain, errNotOpened, errNoFiles, errManyFiles, errFileRefused,
		}),
		"effect.": append(usage.Each("effect.", without(register.EffectKinds(), register.EffectPriority, register.EffectGroup)),
			append(usage.Each("effect.priority.", []string{"low", "normal", "high", "urgent"}),
				usage.Each("effect.group.", []string{"account", "links"})...)...),
		"data.":        usage.Each("data.", register.AllData()),
		"impact.does.": usage.Each("impact.does.", []register.EffectKind{register.EffectHide, register.EffectAsk}),
		"affected.":    usage.Each("affected.", register.AllAffected()),
		"oversight.":   usage.Each("oversight.", register.AllOversight()),
		"recourse.":    usage.Each("recourse.", register.AllRecourse()),
		"about.":       usage.Each("about.", register.Subjects()),
		"changed.":     usage.Each("changed.", register.Changed()),
		"status.":      usage.Each("status.", []rule{ruleRequired, ruleReceipt, ruleMistyped}),
	}
}

func TestEveryMessageIsUsedAndEveryMessageUsedIsThere(t *testing.T) {
	lines, err := usage.Check("languages/en.json", load(t).In("en").Keys(), usage.Sources{
		Files:       os.DirFS("."),
		Constructed: constructed(),
		Besides:     append(messages.DateKeys(), messages.SpanKeys()...),
		NotKeys:     []string{fieldPlatform, fieldHandle},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		t.Error(line)
	}
}

// The switch names every language in the language itself.
func TestLanguagesAreNamedInThemselves(t *testing.T) {
	l := load(t)
	for tag, want := range map[string]string{
		"en": "English", "fr": "Français", "es": "Español", "pt": "Português",
		"ar": "العربية", "ko": "한국어", "hi": "हिन्दी", "sw": "Kiswahili",
	} {
		if got := l.in(tag); got.Tag() == tag && got.Name() != want {
			t.Errorf("%s is named %q, want %q", tag, got.Name(), want)
		}
	}
}

func TestDatesNumbersAndSpansReadAsPeopleWriteThem(t *testing.T) {
	v := func(tag string) view { return view{texts: load(t).in(tag)} }
	at := time.Date(2026, 12, 1, 23, 7, 0, 0, time.FixedZone("", -3600))
	for _, c := range []struct{ tag, date, number, span, until string }{
		{"en", "2 December 2026, 00:07 UTC", "20,000", "2 weeks", "in 2 hours"},
		{"fr", "2 décembre 2026 à 00:07 UTC", "20\u202f000", "2 semaines", "dans 2 heures"},
		{"es", "2 de diciembre de 2026, 00:07 UTC", "20.000", "2 semanas", "en 2 horas"},
		{"pt", "2 de dezembro de 2026 às 00:07 UTC", "20.000", "2 semanas", "daqui a 2 horas"},
		{"ko", "2026년 12월 2일 00:07(세계 표준시)", "20,000", "2주", "2시간 뒤"},
		{"hi", "2 दिसंबर 2026, 00:07 UTC", "20,000", "2 हफ़्ते", "2 घंटे में"},
		{"sw", "2 Desemba 2026, 00:07 UTC", "20,000", "wiki 2", "baada ya saa 2"},
		{"ar", "2 ديسمبر 2026، الساعة 00:07 بالتوقيت العالمي", "20,000", "أسبوعين", "خلال ساعتين"},
	} {
		if got, err := v(c.tag).Date(at); err != nil || got != c.date {
			t.Errorf("%s: %q, %v, want %q", c.tag, got, err, c.date)
		}
		if got := v(c.tag).Number(20000); got != c.number {
			t.Errorf("%s: %q, want %q", c.tag, got, c.number)
		}
		if got, err := v(c.tag).Span(14 * 24 * time.Hour); err != nil || got != c.span {
			t.Errorf("%s: %q, %v, want %q", c.tag, got, err, c.span)
		}
		if got, err := v(c.tag).Until(at, at.Add(2*time.Hour)); err != nil || got != c.until {
			t.Errorf("%s: %q, %v, want %q", c.tag, got, err, c.until)
		}
	}
	if got, err := v("fr").Day(at.Add(-24 * time.Hour)); err != nil || got != "1er décembre 2026" {
		t.Errorf("%q, %v", got, err)
	}
}

// Every language can write every date and span: a message that is there may
// still lack a value that the code does not give.
func TestEveryLanguageWritesEveryDateAndSpan(t *testing.T) {
	l := load(t)
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for _, tag := range l.all() {
		v := view{texts: l.in(tag)}
		for _, d := range []time.Duration{0, time.Minute, 2 * time.Minute, time.Hour, 5 * time.Hour, 50 * time.Hour, 24 * time.Hour, 21 * 24 * time.Hour, 100 * 24 * time.Hour} {
			if got, err := v.Until(now, now.Add(d)); err != nil || got == "" {
				t.Errorf("%s: until %v: %q, %v", tag, d, got, err)
			}
			if got, err := v.Span(d); err != nil || got == "" {
				t.Errorf("%s: %v: %q, %v", tag, d, got, err)
			}
		}
		for month := range 12 {
			if got, err := v.Date(now.AddDate(0, month, month)); err != nil || got == "" {
				t.Errorf("%s: month %d: %q, %v", tag, month+1, got, err)
			}
		}
	}
}

package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode"

	"recourse/internal/event"
	"recourse/internal/instance"
)

func goodTexts(t testing.TB) texts {
	t.Helper()
	texts, err := readTexts()
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestTheTextsSpeakManyLanguagesAndScripts(t *testing.T) {
	t.Parallel()
	texts := goodTexts(t)
	if n := len(texts.Languages); n < 6 {
		t.Errorf("%d languages, want six or more", n)
	}
	scripts := map[string]bool{}
	for _, l := range texts.Languages {
		own := map[string]bool{}
		for _, s := range l.all() {
			for _, r := range s {
				if script := scriptOf(r); script != "" {
					own[script] = true
				}
			}
			if !strings.ContainsAny(s[len(s)-1:], ".") && !strings.HasSuffix(s, "。") && !strings.HasSuffix(s, "।") {
				t.Errorf("%s: %q is no whole sentence", l.Tag, s)
			}
		}
		if len(own) != 1 {
			t.Errorf("%s is written in %v, want one script: something stands in the wrong list", l.Tag, own)
		}
		for script := range own {
			scripts[script] = true
		}
	}
	if len(scripts) < 4 {
		t.Errorf("the scripts are %v, want four or more", scripts)
	}
	for _, tag := range formLanguages() {
		if !slices.ContainsFunc(texts.Languages, func(l languageTexts) bool { return l.Tag == tag }) {
			t.Errorf("there are no texts in %s for the form", tag)
		}
	}
}

func scriptOf(r rune) string {
	for name, table := range map[string]*unicode.RangeTable{
		"Latin": unicode.Latin, "Arabic": unicode.Arabic, "Devanagari": unicode.Devanagari, "Han": unicode.Han, "Cyrillic": unicode.Cyrillic,
	} {
		if unicode.Is(table, r) {
			return name
		}
	}
	return ""
}

func TestATextThatIsMissingOrDamagedIsFound(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		harm func(*texts)
		want string
	}{
		{"a kind without a share", func(x *texts) { delete(x.Shares, event.KindThreat) }, "shares: threat"},
		{"a kind without decisions", func(x *texts) { delete(x.Decisions, event.KindHate) }, "decisions: hate"},
		{"an unknown action", func(x *texts) { x.Decisions[event.KindHate][0] = "scold" }, `"scold" is no action`},
		{"a language that is none", func(x *texts) { x.Languages[0].Tag = "no language" }, "tag: "},
		{"a language without a share", func(x *texts) { x.Languages[0].Share = 0 }, "en: share"},
		{"no openings", func(x *texts) { x.Languages[0].Openings = nil }, "en: openings"},
		{"no text by the person targeted", func(x *texts) { delete(x.Languages[1].Target, event.KindHate) }, "fr: target: hate"},
		{"a text that nobody should write", func(x *texts) { x.Languages[1].Target[event.KindChildSexualAbuse] = "A." }, "fr: target: child"},
		{"no text by somebody else", func(x *texts) { delete(x.Languages[1].Seen, event.KindHate) }, "fr: seen: hate"},
		{"no reasons", func(x *texts) { delete(x.Languages[2].Reasons, event.ActionBan) }, "es: reasons: ban"},
		{"a control character", func(x *texts) { x.Languages[0].Details[0] = "It\x07 rang." }, "would not arrive"},
		{"letters and marks apart", func(x *texts) { x.Languages[1].Details[0] = "De\u0301ja\u0300." }, "would not arrive"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			texts := goodTexts(t)
			tt.harm(&texts)
			if err := texts.check(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestAShortPlanKnowsEveryCode(t *testing.T) {
	t.Parallel()
	texts := goodTexts(t)
	for _, n := range []int{60, 2000} {
		all := plan(texts, n, 7)
		kinds, grounds, genders := map[event.Kind]int{}, map[event.Ground]int{}, map[event.Gender]int{}
		ages, roles, languages := map[event.AgeBand]int{}, map[event.Role]int{}, map[string]int{}
		for _, p := range all {
			kinds[p.report.Kind]++
			genders[p.report.Demographics.Gender]++
			ages[p.report.Demographics.AgeBand]++
			roles[p.report.Role]++
			languages[p.report.Language]++
			for _, g := range p.report.Grounds {
				grounds[g]++
			}
		}
		delete(genders, "") // not told
		delete(ages, "")
		if len(kinds) != len(event.Kinds()) || len(grounds) != len(event.Grounds()) || len(genders) != len(event.Genders()) ||
			len(ages) != len(event.AgeBands()) || len(roles) != len(event.Roles()) || len(languages) != len(texts.Languages) {
			t.Errorf("of %d reports: kinds %v, grounds %v, genders %v, ages %v, roles %v, languages %v",
				n, kinds, grounds, genders, ages, roles, languages)
		}
	}
}

func TestAPlanHoldsNearDuplicatesFormsAndRepeats(t *testing.T) {
	t.Parallel()
	const n = 2000
	forms, repeats, near, keys := 0, 0, 0, map[string]bool{}
	bySentence := map[string]map[string]bool{} // what happened to whom, and the texts that say so
	texts := goodTexts(t)
	for _, p := range plan(texts, n, 7) {
		if len(p.key) < 16 || keys[p.key] {
			t.Fatalf("the key %q is short or another report's", p.key)
		}
		keys[p.key] = true
		if p.form {
			forms++
			if !slices.Contains(formLanguages(), p.report.Language) {
				t.Errorf("a form is planned in %s", p.report.Language)
			}
		}
		if p.twice {
			repeats++
		}
		same := string(p.report.Kind) + string(p.report.Role) + p.report.Language + p.report.Account.Handle
		if bySentence[same] == nil {
			bySentence[same] = map[string]bool{}
		}
		if len(bySentence[same]) > 0 && !bySentence[same][p.report.Description] {
			near++
		}
		bySentence[same][p.report.Description] = true
	}
	if forms != n/20 || repeats != n/20 {
		t.Errorf("%d through the form and %d sent twice, want %d each", forms, repeats, n/20)
	}
	if near < n/10 {
		t.Errorf("%d near-duplicates, want a tenth or more", near)
	}
}

func TestTheSameSeedMakesTheSameReportsAndDecisions(t *testing.T) {
	t.Parallel()
	texts := goodTexts(t)
	encode := func(seed uint64) string {
		var reports []instance.Report
		var actions []event.Action
		for _, p := range plan(texts, 500, seed) {
			reports = append(reports, p.report)
			actions = append(actions, texts.decisionFor(event.Content{
				Kind: p.report.Kind, Description: p.report.Description, Account: p.report.Account,
			}))
		}
		b, err := json.Marshal([]any{reports, actions})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first := encode(1)
	if encode(1) != first {
		t.Error("the same seed makes other reports or decisions")
	}
	if encode(2) == first {
		t.Error("another seed makes the same reports")
	}
	for _, action := range event.Actions() {
		if !strings.Contains(first, `"`+string(action)+`"`) {
			t.Errorf("nothing is decided %q", action)
		}
	}
}

package conduct_test

import (
	"slices"
	"strings"
	"testing"

	"recourse/moderation/conduct"
)

func TestADifferenceIsToldInPlainWords(t *testing.T) {
	reason := "priority: {level: high, reason: {en: Why., ar: لماذا.}}"
	from := ruled("rules:\n" + rule("a", `report.kind == "doxxing"`, "queue: safety, hide: true, "+reason) + rule("b", "report.account", "queue: names, ask: where"))
	parse(t, from)
	for _, tt := range []struct {
		name, old, with string
		want            []string
	}{
		{"nothing", "title", "title", nil},
		{"its title", "{en: House rules,", "{en: House law,", []string{"The code changes its title in en from “House rules” to “House law”."}},
		{"its version", `version: "3"`, `version: "4"`, []string{"The code changes its version from “3” to “4”."}},
		{"queues", "[general, safety, names]", "[safety, names, general, more]", []string{"The code gains queues: more."}},
		{"the order of queues", "[general, safety, names]", "[safety, general, names]", []string{"The code changes the order of queues from general, safety, names to safety, general, names."}},
		{"a quota", "hide_quota: 5", "hide_quota: 6", []string{"The code changes how often a rule may hide in an hour from 5 to 6."}},
		{"severity", "severity: 4", "severity: 3", []string{"Article safety changes its severity from 4 to 3."}},
		{"a deadline", "first_look: 2h30m", "first_look: 48h", []string{"Article safety changes its deadline for a first look from 2h30m to 48h."}},
		{"a ladder", "    title: {en: Safety", "    ladder: [warning, ban]\n    title: {en: Safety", []string{"Article safety now has its ladder: warning, then ban."}},
		{"a kind", "doxxing, impersonation, catfishing]", "doxxing, impersonation]", []string{"Article respect gains kinds: catfishing.", "Article true_names loses kinds: catfishing."}},
		{"an article's text", "{en: Be kind.,", "{en: Be good.,", []string{"Article spirit changes its text in en from “Be kind.” to “Be good.”."}},
		{"a question", "{en: When was it?,", "{en: What day?,", []string{"Question when changes its text in en from “When was it?” to “What day?”."}},
		{"a question's name", "id: when", "id: day", []string{"Question when is taken out.", "Question day is new: “When was it?”."}},
		{"a condition", `report.kind == "doxxing"`, `report.kind  == "threat"`, []string{"Rule a changes its condition from `report.kind == \"doxxing\"` to `report.kind == \"threat\"`."}},
		{"spaces of a condition", `report.kind == "doxxing"`, `report.kind   ==  "doxxing"`, nil},
		{"effects", "hide: true, priority", "tags: [x], priority", []string{"Rule a gains effects: tag x.", "Rule a loses effects: hide pending review."}},
		{"a reason", "{en: Why.,", "{en: Since.,", []string{"Rule a changes the reason of its priority in en from “Why.” to “Since.”."}},
		{"a rule's quota", "hide: true, priority", "hide: true, hide_quota: 2, priority", []string{"Rule a changes how often it may hide in an hour from as often as the code says to 2."}},
		{"a rule's name", "id: b\n", "id: c\n", []string{"Rule b is taken out.", "Rule c is new: “Says.” It does this: queue names; ask where."}},
		{"a shadow", "id: b\n", "id: b\n    shadow: true\n", []string{"Rule b has no effect any more: it only records."}},
	} {
		to := strings.Replace(from, tt.old, tt.with, 1)
		if tt.name == "a kind" { // it must go somewhere
			to = strings.Replace(to, "kinds: [harassment,", "kinds: [harassment, catfishing,", 1)
		}
		if to == from && tt.name != "nothing" {
			t.Errorf("%s: %q does not stand in the file", tt.name, tt.old)
		}
		var got []string
		for _, c := range conduct.Diff(parse(t, from), parse(t, to)) {
			got = append(got, c.Says)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: the difference is %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestWhatComesAndGoesIsTold(t *testing.T) {
	base := ruled("rules:\n" + rule("a", "report.account", "queue: names, ask: where") + rule("b", "report.account", "queue: names"))
	bare := strings.Replace(base, "automation: {hide: true, hide_quota: 5}\n", "", 1)
	shadow := strings.Replace(base, "  - id: a\n", "  - id: a\n    shadow: true\n", 1)
	turned := ruled("rules:\n" + rule("b", "report.account", "queue: names") + rule("a", "report.account", "queue: names, ask: where"))
	for _, tt := range []struct {
		name, from, to string
		want           []string
	}{
		{"leave to hide", bare, base, []string{"The code now lets a machine hide what was reported until a person has looked, 5 times an hour for each rule."}},
		{"no leave to hide", base, bare, []string{"The code no longer lets a machine hide anything."}},
		{"an article", base, strings.Replace(base, "id: spirit", "id: soul", 1), []string{"Article spirit is taken out.", "Article soul is new: “The spirit”. It takes no kind, has severity 1 and is looked at within 720h."}},
		{"a rule out of the shadow", shadow, base, []string{"Rule a takes effect: it only recorded before."}},
		{"a new rule in the shadow", ruled("rules:\n" + rule("b", "report.account", "queue: names")), shadow, []string{"Rule a is new: “Says.” It does this: queue names; ask where. It only records, and has no effect."}},
		{"the order of rules", base, turned, []string{"The code changes the order of rules from a, b to b, a."}},
	} {
		var got []string
		for _, c := range conduct.Diff(parse(t, tt.from), parse(t, tt.to)) {
			got = append(got, c.Says)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: the difference is %q, want %q", tt.name, got, tt.want)
		}
	}
}

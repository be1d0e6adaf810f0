package usage_test

import (
	"maps"
	"slices"
	"testing"
	"testing/fstest"

	"recourse/internal/messages/usage"
)

func TestMessagesAndSourcesAreHeldAgainstEachOther(t *testing.T) {
	t.Parallel()
	have := []string{"date.day", "kind.hate", "kind.hate.hint", "page.skip", "page.title"}
	sources := usage.Sources{
		Files: fstest.MapFS{
			"page.html": {Data: []byte("<p title=\"page.none\">\n{{.T \"page.skip\"}} {{.T (print .Text \".hint\")}}</p>")},
			"page.go":   {Data: []byte("package p\n\nimport \"page.import\"\n\nvar key, other = \"page.title\", \"page.file\"\n\nfunc f(code string) string { return \"kind.\" + code }\n")},
			"p_test.go": {Data: []byte("package p\n\nvar key = \"page.test\"\n")},
		},
		Constructed: map[string][]string{"kind.": usage.Each("kind.", []string{"hate"}), ".hint": {"kind.hate.hint"}},
		Besides:     []string{"date.day"},
		NotKeys:     []string{"page.file"},
	}
	for _, c := range []struct {
		name   string
		change func(*usage.Sources, *[]string)
		want   []string
	}{
		{"all is well", func(*usage.Sources, *[]string) {}, nil},
		{"not used", func(_ *usage.Sources, have *[]string) { *have = append(*have, "old.words") }, []string{"fr.json: old.words: not used"}},
		{"missing in a template", func(_ *usage.Sources, have *[]string) {
			*have = slices.DeleteFunc(*have, func(key string) bool { return key == "page.skip" })
		}, []string{"fr.json: page.skip: missing, used in page.html:2"}},
		{"missing in Go", func(s *usage.Sources, _ *[]string) { s.NotKeys = nil }, []string{"fr.json: page.file: missing, used in page.go:5:32"}},
		{"missing of a code", func(s *usage.Sources, _ *[]string) {
			s.Constructed["kind."] = usage.Each("kind.", []string{"hate", "threat"})
		}, []string{`fr.json: kind.threat: missing, used in the test's list for "kind."`}},
		{"a list for nothing", func(s *usage.Sources, _ *[]string) { s.Constructed["role."] = []string{"kind.hate"} }, []string{
			`"role." is part of no key in any source: take it off the test's list`,
		}},
		{"a beginning without a list", func(s *usage.Sources, _ *[]string) {
			delete(s.Constructed, "kind.")
			s.Besides = append(s.Besides, "kind.hate")
		}, []string{`page.go:7:37: "kind." begins keys: list them in the test`}},
		{"missing of the list", func(s *usage.Sources, _ *[]string) {
			s.Besides = append(s.Besides, "brand.new")
		}, []string{"fr.json: brand.new: missing, used in the test's own list"}},
	} {
		s, keys := sources, slices.Clone(have)
		s.Constructed = maps.Clone(sources.Constructed)
		c.change(&s, &keys)
		if got, err := usage.Check("fr.json", keys, s); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
	if _, err := usage.Check("fr.json", nil, usage.Sources{Files: fstest.MapFS{"a.go": {Data: []byte("package")}}}); err == nil {
		t.Error("a source that does not parse")
	}
}

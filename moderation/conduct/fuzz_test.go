package conduct_test

import (
	"errors"
	"testing"

	"recourse/internal/event"
	"recourse/moderation/conduct"
)

// Whatever stands in a file, Parse takes it or says what is wrong with it.
func FuzzParse(f *testing.F) {
	f.Add([]byte(house))
	f.Add([]byte(ruled("rules:\n" + everyEffect)))
	f.Add([]byte(worded + "-- lexicons/en.txt --\n" + english))
	f.Add([]byte("a: &a [*a]\n? x\n: - !!int 3\n<<: *a\n"))
	f.Add([]byte("title: |\n  x\nrules: [{id: a, when: \"\\\"\", then: {priority: null}}, null, 3]\narticles: {}\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		c, warnings, err := conduct.Check(file)
		if err != nil {
			if p, ok := errors.AsType[conduct.Problems](err); !ok || len(p) == 0 || !errors.Is(err, conduct.ErrCode) {
				t.Fatalf("it fails with %v", err)
			}
			return
		}
		_ = warnings.Error()
		for _, k := range event.Kinds() {
			if got := c.Assess(c.View(event.Content{Kind: k, Description: "words"})); got.Article == "" {
				t.Fatalf("%s has no article", k)
			}
		}
	})
}

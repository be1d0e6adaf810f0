package reporter

import (
	"bytes"
	"html/template"
	"strings"
	"testing"

	"recourse/internal/event"
	"recourse/reporter/helplines"
)

func TestAFormCanShowTheHelpThatAKindOfAbuseCallsFor(t *testing.T) {
	i := &Intake{helpLines: helplines.Default()}
	page, err := template.ParseFS(templateFiles, "templates/helplines.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		lang  string
		kind  event.Kind
		wish  string
		first string // stands in the first service
	}{
		{"fr", event.KindThreat, "fr-FR", `href="tel:17"`},
		{"en", event.KindThreat, "KE", `href="tel:999"`},
		{"fr", event.KindChildSexualAbuse, "fr-CA", `href="tel:18666589022"`},
		{"ar", event.KindChildSexualAbuse, "", `إنهوب`},
	} {
		v := view{Lang: tt.lang, texts: load(t).in(tt.lang)}
		var b bytes.Buffer
		if err := page.ExecuteTemplate(&b, "helplines", i.helpFor(v, tt.kind, tt.wish)); err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(b.String(), "</div>")
		if !strings.Contains(first, tt.first) {
			t.Errorf("%s, %s, %s: %s", tt.lang, tt.kind, tt.wish, first)
		}
	}
}

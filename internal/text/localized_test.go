package text_test

import (
	"testing"

	"recourse/internal/text"
)

func TestATextIsShownInTheBestLanguageThereIs(t *testing.T) {
	l := text.Localized{"fr": "Bonjour", "ar": "مرحبا", "de": ""}
	for _, tt := range []struct {
		lang      string
		fallback  []string
		want, tag string
	}{
		{"fr", []string{"ar"}, "Bonjour", "fr"},
		{"en", []string{"ar", "fr"}, "مرحبا", "ar"},
		{"de", []string{"en", "fr"}, "Bonjour", "fr"},
		{"en", []string{"es"}, "", ""},
		{"en", nil, "", ""},
		{"", nil, "", ""},
	} {
		if got, tag := l.Choose(tt.lang, tt.fallback); got != tt.want || tag != tt.tag {
			t.Errorf("in %q, or else %v: %q in %q, want %q in %q", tt.lang, tt.fallback, got, tag, tt.want, tt.tag)
		}
		if got := l.In(tt.lang, tt.fallback); got != tt.want {
			t.Errorf("in %q, or else %v: %q, want %q", tt.lang, tt.fallback, got, tt.want)
		}
	}
	if got := text.Localized(nil).In("en", []string{"fr"}); got != "" {
		t.Errorf("no text is shown as %q", got)
	}
}

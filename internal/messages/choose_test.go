package messages_test

import (
	"strings"
	"testing"

	"recourse/internal/messages"
)

func TestTheLanguageIsTheOneThatSuitsBest(t *testing.T) {
	t.Parallel()
	const all = "en fr es pt ar ko hi sw"
	for _, c := range []struct{ offered, accept, want string }{
		{all, "pt-BR,pt;q=0.9,en;q=0.8", "pt"},
		{all, "pt-PT", "pt"},
		{all, "es-419", "es"},
		{all, "es-MX, en;q=0.5", "es"},
		{all, "ar-EG", "ar"},
		{all, "sw-KE", "sw"},
		{all, "ko-KR", "ko"},
		{all, "hi-IN, en-IN;q=0.9", "hi"},
		{all, "hi-Latn", "en"},
		{all, "en_GB", "en"},
		{all, "zh", "en"},
		{all, "zh-TW, ko;q=0.2", "ko"},
		{all, "gl", "es"}, // CLDR: readers of Galician read Spanish
		{all, "*", "en"},
		{all, "de, *;q=0.5", "en"},
		{all, "*;q=0.1, fr", "fr"},
		{all, "", "en"},
		{all, ",;,", "en"},
		{all, "fr;q=0", "en"},
		{all, "fr;q=0, sw", "sw"},
		{all, "fr;q=0.2, sw;q=0.3", "sw"},
		{all, "es;q=0.5, fr;q=0.5", "es"},
		{all, "fr;q=high, sw", "sw"},
		{all, "xx-YY, !!, fr", "fr"}, // one bad entry spoils no other
		{all, "\x00\xff, \"><script>", "en"},
		{all, strings.Repeat("x-", 2000) + ", fr", "fr"},
		{all, strings.Repeat("de, ", 100) + "fr", "en"}, // nobody reads a hundred languages
		{"sw en", "zh", "sw"},                           // the community's first
		{"ar fr", "*", "ar"},
		{"fr-CA en", "fr-FR", "fr-CA"},
	} {
		if got := messages.Choose(strings.Fields(c.offered), c.accept); got != c.want {
			t.Errorf("%s with %.40q: %s, want %s", c.offered, c.accept, got, c.want)
		}
	}
	if got := messages.Choose(strings.Fields(all), "xx", "ar", "fr"); got != "ar" {
		t.Errorf("of several wishes: %s", got)
	}
}

func TestACommunityOffersWhatThereAreMessagesFor(t *testing.T) {
	t.Parallel()
	c := load(t, letters())
	for community, want := range map[string]string{
		"ko ar en": "ko ar en", "de fr-CA hi": "fr-CA hi", "de": "en", "": "en", "hi-Latn br": "en",
	} {
		if got := strings.Join(c.Offered(strings.Fields(community)), " "); got != want {
			t.Errorf("%s: %s, want %s", community, got, want)
		}
	}
}

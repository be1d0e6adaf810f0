package reporter_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"recourse/internal/keys"
	"recourse/internal/testbench"
	"recourse/reporter"
	"recourse/reporter/helplines"
)

// outgoing are the links of the help page that lead elsewhere.
var outgoing = regexp.MustCompile(`href="(https|tel|sms):[^"]*"( rel="noreferrer noopener")?`)

func TestTheHelpPageShowsTheServicesOfACountryAndThenTheWorldwideOnes(t *testing.T) {
	b := setup(t)
	for lang, want := range map[string][]string{
		"en": {`<title>Information</title>`, `<html lang="en" dir="ltr">`, `<h2 id="here">Kenya</h2>`, `<h2 id="worldwide">Worldwide</h2>`},
		"fr": {`<title>Informations</title>`, `<html lang="fr" dir="ltr">`, `<h2 id="here">Kenya</h2>`, `jour et nuit, tous les jours`},
		"ar": {`<title>معلومات</title>`, `<html lang="ar" dir="rtl">`, `<h2 id="here">كينيا</h2>`, `ليلًا ونهارًا، كل يوم`},
	} {
		t.Run(lang, func(t *testing.T) {
			a := b.in(t).get("/help?country=KE&lang=" + lang)
			if a.status != http.StatusOK {
				t.Fatalf("%d", a.status)
			}
			for _, part := range append(want,
				`<option value="KE" selected>`,
				`<a href="tel:999"><bdi dir="ltr">999</bdi></a>`,
				`<a href="tel:1195"><bdi dir="ltr">1195</bdi></a>`,
				`<a href="https://stopncii.org/" rel="noreferrer noopener"><bdi dir="ltr">stopncii.org</bdi></a>`,
				`<time datetime="2022-08-07"><bdi dir="ltr">2022-08-07</bdi></time>`,
			) {
				if !strings.Contains(a.body, part) {
					t.Errorf("no %s", part)
				}
			}
			if here, world := strings.Index(a.body, `tel:999`), strings.Index(a.body, `stopncii`); here > world {
				t.Error("the worldwide services stand first")
			}
			if first := strings.Index(a.body, `tel:999`); first > strings.Index(a.body, `tel:116`) {
				t.Error("the emergency number does not stand first")
			}
			checkHelpDocument(t, a.body)
			if len(a.header.Values("Set-Cookie")) > 0 {
				t.Error("a cookie")
			}
		})
	}
}

// checkHelpDocument is checkDocument for a page that may link elsewhere: only
// links do, and those to the web tell nobody where the reader comes from.
func checkHelpDocument(t *testing.T, page string) {
	t.Helper()
	for _, link := range outgoing.FindAllStringSubmatch(page, -1) {
		if link[1] == "https" && link[2] == "" {
			t.Errorf("%s tells where the reader comes from", link[0])
		}
	}
	checkDocument(t, outgoing.ReplaceAllString(page, `href="#main"`))
}

func TestTheHelpPageGuessesACountryFromTheBrowsersLanguageAlone(t *testing.T) {
	b := setup(t)
	for _, tt := range []struct{ path, accept, want string }{
		{"/help", "fr-CA", `<option value="CA" selected>`},
		{"/help?country=BR", "fr-CA", `<option value="BR" selected>`},
		{"/help?country=br", "", `<option value="BR" selected>`},
		{"/help", "fr", ""},
		{"/help?country=XX", "fr-CA", ""}, // a guess in its place would show numbers that do not work there
		{"/help?country=%3Cscript%3E", "", ""},
		{"/help?country=INT", "", ""},
	} {
		a := b.do(http.MethodGet, tt.path, "", "", "Accept-Language", tt.accept, "X-Forwarded-For", "196.201.214.1")
		if a.status != http.StatusOK {
			t.Fatalf("%s: %d", tt.path, a.status)
		}
		if got := strings.Count(a.body, " selected>"); (tt.want == "") != (got == 0) || !strings.Contains(a.body, tt.want) {
			t.Errorf("%s, %q: %d selected, want %s", tt.path, tt.accept, got, tt.want)
		}
		if strings.Contains(a.body, `id="here"`) != (tt.want != "") {
			t.Errorf("%s, %q: services of a country", tt.path, tt.accept)
		}
		if !strings.Contains(a.body, "takeitdown.ncmec.org") {
			t.Errorf("%s: no worldwide services", tt.path)
		}
		checkHelpDocument(t, a.body)
	}
}

func TestEveryCountryIsShownAndTheLanguageSwitchKeepsIt(t *testing.T) {
	b := setup(t)
	start := b.get("/help?lang=en").body
	options := regexp.MustCompile(`<option value="([A-Z]{2})">`).FindAllStringSubmatch(start, -1)
	if len(options) < 16 {
		t.Fatalf("%d countries to choose from", len(options))
	}
	for _, o := range options {
		// What a browser sends where the button of a language is pressed.
		a := b.get("/help?lang=ar&language=en&country=" + o[1])
		for _, want := range []string{`<html lang="ar"`, `<option value="` + o[1] + `" selected>`, `href="tel:`, `name="language" value="ar"`} {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s: no %s", o[1], want)
			}
		}
		checkHelpDocument(t, a.body)
	}
	if !strings.Contains(start, `form="help" name="lang" value="ar"`) {
		t.Error("no button that switches the language")
	}
	if got := b.get("/help?language=fr").body; !strings.Contains(got, `<html lang="fr"`) {
		t.Error("the form forgets its language")
	}
}

func TestSpecialNumbersAreDialledAsTheyAreWritten(t *testing.T) {
	b := setup(t)
	south := b.get("/help?country=ZA&lang=en").body
	for _, want := range []string{
		`<a href="tel:%2A120%2A7867%23"><bdi dir="ltr">*120*7867#</bdi></a>`, `<a href="tel:0800428428">`,
		`<a href="sms:31531"><bdi dir="ltr">31531</bdi></a> with the word <bdi>help</bdi>`,
	} {
		if !strings.Contains(south, want) {
			t.Errorf("no %s", want)
		}
	}
	if spain := b.get("/help?country=ES&lang=ar").body; !strings.Contains(spain, `WhatsApp <bdi dir="ltr">600 000 016</bdi>`) ||
		!strings.Contains(spain, `<bdi lang="ar">كل يوم من 8:00 إلى 23:00</bdi>`) {
		t.Error("Spain in Arabic")
	}
}

func TestTheHelpPageShowsTheOperatorsOwnList(t *testing.T) {
	own, err := helplines.Parse([]byte(`lines:
  - country: IT
    kinds: [emergency]
    name: {it: Emergenza}
    call: ["112"]
    free: false
    languages: [it]
    source: https://example.org/
    checked: 2026-11-24
`), "own.yaml")
	if err != nil {
		t.Fatal(err)
	}
	bus := testbench.NATS(t)
	intake, err := reporter.New(reporter.Config{
		NATS: bus.Connect(t, keys.Intake), Ring: bus.Ring(t, keys.Intake), Log: slog.New(slog.DiscardHandler), Now: today, HelpLines: own,
	})
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	intake.Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/help?lang=en&country=IT", nil))
	for _, want := range []string{`<h2 id="here">Italy</h2>`, `lang="it" dir="auto">Emergenza`, "calls cost money", "no date known"} {
		if !strings.Contains(answer.Body.String(), want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(answer.Body.String(), "Kenya") {
		t.Error("the list that comes along is still there")
	}
}

package reporter_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/register"
)

// newRegister is of a code with every effect, everything looked at and every
// change.
func newRegister(b *bench, digest, version string, since time.Time) register.Document {
	text := func(en, fr, ar string) register.Text { return register.Text{"en": en, "fr": fr, "ar": ar} }
	d := register.Document{
		Format: 1, Title: text("Rules", "Règles", "قواعد"), Version: version, Digest: digest, Since: since, Languages: []string{"en", "fr", "ar"},
		Questions: []register.Question{{ID: "where", Text: text("Where was it?", "Où était-ce ?", "أين كان ذلك؟")}},
		Assessment: register.Assessment{
			Automated: register.EffectKinds(), Trials: 2, Affected: append(register.AllAffected(), "somebody-new"), Data: register.AllData(),
			Terms: 1200, Reclaimed: 3, Oversight: register.AllOversight(), Recourse: register.AllRecourse(),
		},
	}
	for _, a := range b.bundle.Articles {
		d.Articles = append(d.Articles, register.Article{ID: a.ID, Kinds: a.Kinds, Title: a.Title, Text: a.Text})
	}
	var effects []register.Effect
	for _, what := range register.EffectKinds() {
		effects = append(effects, register.Effect{What: what})
	}
	for what, values := range map[register.EffectKind][]string{
		register.EffectArticle: {"safety"}, register.EffectPriority: {"high"}, register.EffectQueue: {"<b>"}, register.EffectTags: {"x", "y"},
		register.EffectGroup: {"account", "links"}, register.EffectAsk: {"where"},
	} {
		for n := range effects {
			if effects[n].What == what {
				effects[n].Values = values
			}
			if effects[n].What == register.EffectHide {
				effects[n].Quota = 7
			}
		}
	}
	says := text("Threats come first.", "Les menaces d’abord.", "التهديدات أوّلًا.")
	d.Rules = []register.Rule{
		{ID: "threats", Says: says, Effects: append(effects, register.Effect{What: "something-new"}), Data: register.AllData(), Since: since},
		{ID: "trial", Says: says, Effects: effects[:1], Data: []register.Data{"something-new"}, Shadow: true, Since: since.Add(-48 * time.Hour)},
	}
	for _, what := range append(register.Changed(), "something-new") {
		for _, about := range append(register.Subjects(), "something-new") {
			d.Changes = append(d.Changes, register.Change{About: about, ID: "safety", What: what})
		}
	}
	d.Changes = append(d.Changes, register.Change{About: register.AboutArticle, ID: "respect", What: register.Severity, From: []string{"2"}, To: []string{"3"}},
		register.Change{About: register.AboutArticle, ID: "respect", What: register.FirstLook, From: []string{"48h"}, To: []string{"12h"}})
	return d
}

// register stores a register and returns how a bundle names it. The bytes may
// be others than their digest says.
func (b *bench) register(d register.Document, change func([]byte) []byte) community.CodeVersion {
	b.Helper()
	file, err := register.Encode(d)
	if err != nil {
		b.Fatal(err)
	}
	digest := community.Digest(file)
	if change != nil {
		file = change(file)
	}
	kv, err := b.admin.KeyValue(b.Context(), event.BucketCommunities)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := kv.Put(b.Context(), community.RegisterKey(digest), file); err != nil {
		b.Fatal(err)
	}
	return community.CodeVersion{Digest: d.Digest, Version: d.Version, Since: d.Since, Register: digest}
}

// withCodes puts a bundle with a history in force.
func (b *bench) withCodes(codes ...community.CodeVersion) {
	b.Helper()
	b.bundle.Version++
	b.bundle.Codes = codes
	b.nats.PutCommunity(b, b.bundle)
	waitFor(b, "the intake to take the history up", func() bool {
		return len(codes) == 0 || !strings.Contains(b.get("/c/demo/conduct.json").body, `"status":404`)
	})
}

func earlierDigest() string { return strings.Repeat("ab", 32) }

// setupCodes has a code in force and an earlier one.
func setupCodes(t *testing.T) *bench {
	t.Helper()
	b := setup(t)
	since := today().Truncate(time.Second)
	now := b.register(newRegister(b, b.bundle.Conduct, "2026-12", since), nil)
	before := b.register(newRegister(b, earlierDigest(), "2026-11", since.AddDate(0, -1, 0)), nil)
	b.withCodes(now, before)
	return b
}

func TestThePageOfACodeSaysWhatIsAutomated(t *testing.T) {
	b := setupCodes(t)
	for lang, want := range map[string][]string{
		"en": {
			"Version 2026-12. It came into force on 24 November 2026.", "Threats come first.", "Suggests the rule “Safety” to the moderators.",
			"Moves the report ahead of all but the gravest.", "queue “&lt;b&gt;”", "Marks the report with “y”.", "at most 7 times an hour",
			"automatically: “Where was it?”", "In this form since 22 November 2026.", "What it would do", "2 rules are being tried out",
			"The word lists hold 1,200 terms.", "A person takes every decision.", "Rule “Respect”", "How grave it is, from 1 to 4: from 2 to 3",
			"from 2 days to 12 hours", "Version 2026-11, since 24 October 2026",
		},
		"fr": {"Les menaces d’abord.", "Suggère à l’équipe de modération la règle « Sécurité ».", "au plus 7 fois par heure", "Où était-ce ?", "1\u202f200 termes"},
		"ar": {"التهديدات أوّلًا.", "تقترح على فريق الإشراف القاعدة «السلامة».", "7 مرّات في الساعة", "أين كان ذلك؟", "1,200 كلمة"},
	} {
		for path, earlier := range map[string]bool{"/c/demo/conduct": false, "/c/demo/conduct/" + earlierDigest(): true} {
			page := b.get(path + "?lang=" + lang)
			checkDocument(t, page.body)
			if page.status != http.StatusOK || strings.Contains(page.body, `class="danger"`) != earlier {
				t.Errorf("%s in %s: status %d", path, lang, page.status)
			}
			for _, words := range want {
				if earlier && strings.Contains(words, " November ") {
					continue
				}
				if !strings.Contains(page.body, words) {
					t.Errorf("%s in %s lacks %q", path, lang, words)
				}
			}
			if strings.Contains(page.body, "something-new") {
				t.Errorf("%s in %s shows what it has no words for", path, lang)
			}
		}
	}
	for _, path := range []string{"/c/demo/conduct/" + strings.Repeat("0", 64), "/c/demo/conduct/x", "/c/nowhere/conduct/" + earlierDigest()} {
		if page := b.get(path); page.status != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, page.status)
		}
	}
}

func TestTheRegisterIsThereForPrograms(t *testing.T) {
	b := setupCodes(t)
	for path, version := range map[string]int{"/c/demo/conduct.json": 0, "/c/demo/conduct/" + earlierDigest() + ".json": 1} {
		a := b.get(path)
		if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") ||
			a.header.Get("Cache-Control") != "public, max-age=60" {
			t.Fatalf("%s: status %d, %v", path, a.status, a.header)
		}
		got := fromJSON[struct {
			Community string                  `json:"community"`
			Versions  []community.CodeVersion `json:"versions"`
			Register  json.RawMessage         `json:"register"`
		}](t, a.body)
		if got.Community != "demo" || len(got.Versions) != 2 || community.Digest(got.Register) != got.Versions[version].Register {
			t.Errorf("%s: %s with %d versions; the register is not what its digest says", path, got.Community, len(got.Versions))
		}
		if again := b.get(path, "If-None-Match", `"x", `+a.header.Get("ETag")); again.status != http.StatusNotModified || again.body != "" {
			t.Errorf("%s: with its tag it answers %d", path, again.status)
		}
	}
	for _, path := range []string{"/c/demo/conduct/" + strings.Repeat("0", 64) + ".json", "/c/nowhere/conduct.json"} {
		if a := b.get(path); a.status != http.StatusNotFound || !strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json") {
			t.Errorf("%s: status %d, %v", path, a.status, a.header)
		}
	}
}

// Only what the operator signed is shown: the bundle names a register by its
// digest.
func TestAForgedRegisterIsRefused(t *testing.T) {
	b := setup(t)
	forged := b.register(newRegister(b, b.bundle.Conduct, "2", today()), func(file []byte) []byte {
		return []byte(strings.Replace(string(file), "Threats come first.", "Nobody is judged.", 1))
	})
	honest := b.register(newRegister(b, earlierDigest(), "1", today()), nil)
	b.bundle.Version++
	b.bundle.Codes = []community.CodeVersion{forged, honest}
	b.nats.PutCommunity(b, b.bundle)
	waitFor(t, "the intake to take the history up", func() bool {
		return b.get("/c/demo/conduct/"+earlierDigest()+".json").status == http.StatusOK
	})
	page := b.get("/c/demo/conduct?lang=en")
	if page.status != http.StatusOK || !strings.Contains(page.body, "Do not threaten anyone.") || strings.Contains(page.body, "Nobody is judged.") {
		t.Errorf("the page answers %d:\n%s", page.status, page.body)
	}
	for _, path := range []string{"/c/demo/conduct.json", "/c/demo/conduct/" + b.bundle.Conduct} {
		if a := b.get(path); a.status != http.StatusNotFound || strings.Contains(a.body, "Nobody is judged.") {
			t.Errorf("%s answers %d", path, a.status)
		}
	}
	if log := b.log.String(); !strings.Contains(log, "what stands under its digest is another file") {
		t.Errorf("the log says nothing of it: %s", log)
	}
}

// A bundle of an earlier version of the program names no history.
func TestWithoutARegisterThePageHasTheArticles(t *testing.T) {
	b := setup(t)
	page := b.get("/c/demo/conduct?lang=en")
	checkDocument(t, page.body)
	if page.status != http.StatusOK || !strings.Contains(page.body, "Do not threaten anyone.") || strings.Contains(page.body, `id="rules"`) {
		t.Errorf("the page answers %d:\n%s", page.status, page.body)
	}
	if a := b.get("/c/demo/conduct.json"); a.status != http.StatusNotFound {
		t.Errorf("the JSON answers %d", a.status)
	}
}

package testbench

import (
	"testing"
	"time"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/keys/keygen"
)

// DemoConduct is the code of conduct of Demo.
const DemoConduct = `title: {en: House rules, fr: Règles de la maison, ar: قواعد البيت}
version: "1"
languages: [en, fr, ar]
articles:
  - id: respect
    kinds: [harassment, abusive_language, cyberbullying, brigading, stalking, sexual_harassment, other]
    severity: 2
    first_look: 48h
    title: {en: Respect, fr: Respect, ar: الاحترام}
    text: {en: Do not insult or hound anyone., fr: "N’insultez et ne traquez personne.", ar: لا تُهِن أحدًا ولا تلاحقه.}
  - id: safety
    kinds: [threat, violence, incitement, non_consensual_imagery, child_sexual_abuse, hate, deepfake]
    severity: 4
    first_look: 2h
    title: {en: Safety, fr: Sécurité, ar: السلامة}
    text: {en: Do not threaten anyone., fr: Ne menacez personne., ar: لا تهدّد أحدًا.}
  - id: doxxing
    kinds: [doxxing, impersonation, catfishing]
    severity: 3
    first_look: 12h
    title: {en: Private details, fr: Vie privée, ar: الخصوصية}
    text: {en: Do not publish private details., fr: Ne publiez pas de données privées., ar: لا تنشر معلومات خاصة.}
`

// Demo makes keys for the community "demo", signs it and stores it.
func (b *Bus) Demo(t testing.TB) community.Bundle {
	t.Helper()
	if _, err := keygen.EnsureCommunity(b.Keys, "demo", time.Now()); err != nil {
		t.Fatal(err)
	}
	digest := b.PutConduct(t, []byte(DemoConduct))
	text := func(en, fr, ar string) community.Text { return community.Text{"en": en, "fr": fr, "ar": ar} }
	bundle := community.Bundle{
		Version: 1, Name: "demo", CreatedAt: time.Now().UTC(), Languages: []string{"en", "fr", "ar"},
		Title:   text("Demo community", "Communauté de démonstration", "مجتمع تجريبي"),
		Conduct: digest,
		Articles: []community.Article{
			{
				ID: "respect", Kinds: []event.Kind{event.KindHarassment, event.KindAbusiveLanguage},
				Title: text("Respect", "Respect", "الاحترام"),
				Text:  text("Do not insult or hound anyone.", "N’insultez et ne traquez personne.", "لا تُهِن أحدًا ولا تلاحقه."),
			},
			{
				ID: "safety", Kinds: []event.Kind{event.KindThreat, event.KindViolence},
				Title: text("Safety", "Sécurité", "السلامة"),
				Text:  text("Do not threaten anyone.", "Ne menacez personne.", "لا تهدّد أحدًا."),
			},
			{
				ID: "doxxing", Kinds: []event.Kind{event.KindDoxxing},
				Title: text("Private details", "Vie privée", "الخصوصية"),
				Text:  text("Do not publish private details.", "Ne publiez pas de données privées.", "لا تنشر معلومات خاصة."),
			},
		},
		Keys: community.PublicKeys{
			Moderation: b.public(t, keys.ModerationPublic, "demo"),
			Contact:    b.public(t, keys.ContactPublic, "demo"),
			Statistics: b.public(t, keys.StatisticsPublic, "demo"),
		},
	}
	b.PutCommunity(t, bundle)
	return bundle
}

func (b *Bus) public(t testing.TB, p keys.Purpose, name string) community.PublicKey {
	t.Helper()
	entry, err := b.Ring(t, keys.Admin).Find(p, name, "")
	if err != nil {
		t.Fatal(err)
	}
	return community.PublicKey{ID: entry.ID, Key: entry.Key}
}

package console_test

import (
	"testing"

	"recourse/internal/community"
	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/moderation/conduct"
)

// ruledConduct is a code with rules of each sort: that act, only record, fail,
// ask and hide.
const ruledConduct = `title: {en: House rules, fr: Règles de la maison, ar: قواعد البيت}
version: "2026-12"
languages: [en, fr, ar]
lexicons: [lexicons/en.txt]
queues: [general, safety]
automation: {hide: true}
questions:
  - id: where
    text: {en: Where did it happen?, fr: Où cela s’est-il passé ?, ar: أين حدث ذلك؟}
articles:
  - id: respect
    kinds: [harassment, abusive_language, cyberbullying, brigading, stalking, sexual_harassment, other]
    severity: 2
    first_look: 48h
    title: {en: Respect, fr: Respect, ar: الاحترام}
    text: {en: Do not insult anyone., fr: "N’insultez personne.", ar: لا تُهِن أحدًا.}
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
rules:
  - id: threat-words
    says: {en: Threats of death come first., fr: Les menaces de mort passent en premier., ar: تهديدات القتل أولًا.}
    when: 'words.weight["threat"] >= 3'
    then:
      article: safety
      priority: {level: urgent, reason: {en: It threatens death., fr: Menace de mort., ar: تهديد بالقتل.}}
      queue: safety
      second_reader: true
      tags: [threat-words]
  - id: private-details
    says: {en: A phone number is hidden until a moderator has looked., fr: Un numéro de téléphone est masqué., ar: يُخفى رقم الهاتف.}
    when: '"phone" in personal.kinds && report.length > 3'
    then: {article: doxxing, language_team: true, hide: true, tags: [private-details]}
  - id: ask-where
    says: {en: Without a link the reporter is asked where., fr: Sans lien on demande où., ar: يُسأل أين.}
    when: 'size(report.links) == 0'
    then: {ask: where}
  - id: broken
    says: {en: The first link counts., fr: Le premier lien compte., ar: الرابط الأول.}
    when: 'report.links[0] == "https://example.org"'
    then: {tags: [linked]}
  - id: watched
    says: {en: Long reports are noted., fr: Les longs signalements sont notés., ar: تُدوَّن البلاغات الطويلة.}
    when: 'report.length > 2'
    then: {tags: [long], queue: general}
    shadow: true
-- lexicons/en.txt --
kill you ; threat ; 4
idiot ; insult ; 2
you ; target ; 0
`

// ruled puts ruledConduct into force in demo.
func (b *bench) ruled(t *testing.T) community.Bundle {
	t.Helper()
	if _, err := conduct.Parse([]byte(ruledConduct)); err != nil {
		t.Fatal(err)
	}
	kv, err := b.bus.JS(t, keys.Admin).KeyValue(t.Context(), event.BucketCommunities)
	if err != nil {
		t.Fatal(err)
	}
	digest := community.Digest([]byte(ruledConduct))
	if _, err := kv.Put(t.Context(), community.ConductKey(digest), []byte(ruledConduct)); err != nil {
		t.Fatal(err)
	}
	bundle := b.demo
	bundle.Conduct = digest
	b.bus.PutCommunity(t, bundle)
	return bundle
}

// doxxing is a report in which much is found.
func doxxing() event.Content {
	return event.Content{
		Kind: event.KindHarassment, Description: "You 1d10t. Call +254 712 345 678. I will kill you! MARKER-é-end",
		Account: event.Account{Platform: "forum", Handle: "MARKER-handle"}, Language: "fr-CA",
	}
}

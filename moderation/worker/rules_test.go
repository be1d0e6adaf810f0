package worker_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/internal/event"
	"recourse/internal/keys"
	"recourse/internal/seal/receipt"
	"recourse/internal/testbench"
	"recourse/moderation/findings"
	"recourse/moderation/vault"
)

// rules is DemoConduct with rules, and with a lexicon beside it.
const rules = `lexicons: [en.txt]
queues: [general, safety]
automation:
  hide: true
  hide_quota: 3
questions:
  - id: where
    text: {en: Where did it happen?, fr: Où cela s’est-il passé ?, ar: أين حدث ذلك؟}
rules:
  - id: threats
    says: {en: Threats come first., fr: Les menaces passent en premier., ar: التهديدات أوّلًا.}
    when: '"threat" in words.senses'
    then:
      article: safety
      priority: {level: urgent, reason: {en: A threat., fr: Une menace., ar: تهديد.}}
      queue: safety
      language_team: true
      second_reader: true
      tags: [threat]
      hide: true
  - id: no-link
    says: {en: We ask where it was., fr: Nous demandons où., ar: نسأل أين.}
    when: 'report.links.size() == 0 && report.kind == "doxxing"'
    then: {ask: where}
  - id: known
    says: {en: Known accounts are tagged., fr: Les comptes connus sont marqués., ar: نَسِم الحسابات المعروفة.}
    when: 'account.decisions >= 1'
    then: {tags: [known]}
  - id: burst
    says: {en: Many reports in an hour are one case., fr: Un seul dossier., ar: قضيّة واحدة.}
    when: 'account.last_hour >= 3'
    then: {tags: [burst], group: [account]}
  - id: broken
    says: {en: It fails., fr: Elle échoue., ar: تفشل.}
    when: '1 / (report.length - report.length) > 0'
    then: {tags: [never]}
  - id: quiet
    says: {en: It only records., fr: Elle ne fait que noter., ar: تسجّل فقط.}
    when: 'report.length > 0'
    then: {tags: [quiet]}
    shadow: true
-- en.txt --
i will kill you ; threat ; 4
`

func withRules(t *testing.T) *bench {
	t.Helper()
	b := setup(t)
	b.demo.Conduct = b.bus.PutConduct(t, []byte(testbench.DemoConduct+rules))
	b.start(t)
	return b
}

func (b *bench) report(t *testing.T, c event.Content) (receipt.Receipt, event.ID) {
	t.Helper()
	r, msg := testbench.Sealed(t, b.demo, c, nil)
	b.bus.Publish(t, msg)
	return r, b.caseOf(t, r)
}

type storedCase struct {
	article, queue, language, tags string
	priority                       int
	team, second, hidden           bool
}

func (b *bench) stored(t *testing.T, id event.ID) (c storedCase) {
	t.Helper()
	err := b.admin.QueryRow(t.Context(), `SELECT article, queue, language, array_to_string(tags, ' '), priority, language_team, second_reader,
		hidden_since IS NOT NULL FROM moderation.cases WHERE id = $1`, id).
		Scan(&c.article, &c.queue, &c.language, &c.tags, &c.priority, &c.team, &c.second, &c.hidden)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatRulesLeadToIsStoredWithTheCase(t *testing.T) {
	b := withRules(t)
	words := "Yesterday he wrote to me again: I w1ll k-i-l-l you, he said, and my neighbours have read it too."
	r, id := b.report(t, event.Content{Kind: event.KindHarassment, Account: him, Description: words, Links: []string{"https://example.org/1"}})

	want := storedCase{article: "safety", queue: "safety", language: "en", tags: "threat", priority: 500, team: true, second: true, hidden: true}
	if got := b.stored(t, id); got != want {
		t.Errorf("the case is %+v, want %+v", got, want)
	}
	if status := b.waitForStatus(t, r); !status.Hidden {
		t.Error("the reporter is not told that it is hidden")
	}
	type fired struct {
		Shadow         bool
		Error, Because string
	}
	got := map[string]fired{}
	rows, err := b.admin.Query(t.Context(), `SELECT rule, shadow, error, array_to_string(because, ' ') FROM moderation.rule_fired
		WHERE report_id = $1 AND conduct = $2`, event.ID(r.ReportID()), b.demo.Conduct)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var name string
		var f fired
		if err := rows.Scan(&name, &f.Shadow, &f.Error, &f.Because); err != nil {
			t.Fatal(err)
		}
		got[name] = f
	}
	wantFired := map[string]fired{
		"article-by-kind": {}, "priority-by-severity": {}, "threats": {Because: "words.senses"},
		"broken": {Error: "division by zero"}, "quiet": {Shadow: true, Because: "report.length"},
	}
	if fmt.Sprint(got) != fmt.Sprint(wantFired) {
		t.Errorf("recorded are %v, want %v", got, wantFired)
	}
}

func TestWhatIsFoundInWordsIsSealedBesideThem(t *testing.T) {
	b := withRules(t)
	words := "He said: I will k1ll you. His number is +44 20 7946 0958."
	r, _ := b.report(t, event.Content{Kind: event.KindThreat, Account: him, Description: words})
	id := event.ID(r.ReportID())
	var sealed, wrapped []byte
	var month string
	err := b.admin.QueryRow(t.Context(), `SELECT r.findings, k.month, k.wrapped FROM moderation.report r JOIN moderation.data_key k ON k.owner = r.id
		WHERE r.id = $1`, id).Scan(&sealed, &month, &wrapped)
	if err != nil {
		t.Fatal(err)
	}
	key, err := vault.New(b.bus.Ring(t, keys.Console)).Unwrap(vault.WrappedKey{Owner: id, Community: "demo", Month: month, Wrapped: wrapped})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := key.Open(vault.FindingsPlace(id), sealed)
	if err != nil {
		t.Fatal(err)
	}
	f, err := findings.Decode(plain)
	if err != nil || len(f.Words) != 1 || len(f.Personal) != 1 {
		t.Fatalf("found are %+v, %v; want a threat and a phone number", f, err)
	}
	if got := words[f.Words[0].Start:f.Words[0].End]; got != "I will k1ll you" || !slices.Contains(f.Words[0].Disguise, "leet") {
		t.Errorf("the threat is %q, %v", got, f.Words[0].Disguise)
	}
	if got := words[f.Personal[0].Start:f.Personal[0].End]; got != "+44 20 7946 0958" || f.Personal[0].Kind != "phone" {
		t.Errorf("the number is %q, %s", got, f.Personal[0].Kind)
	}
	for _, part := range []string{"kill", "7946"} {
		if strings.Contains(string(sealed), part) {
			t.Errorf("%s stands in PostgreSQL", part)
		}
	}
}

func TestARulesQuestionReachesTheReporterAsAutomatic(t *testing.T) {
	b := withRules(t)
	for language, want := range map[string]string{"fr": "Où cela s’est-il passé ?", "fr-CA": "Où cela s’est-il passé ?", "ko": "Where did it happen?"} {
		r, _ := b.report(t, event.Content{Kind: event.KindDoxxing, Description: "MARKER " + language, Language: language})
		messages := b.ownMessages(t, r, b.waitForStatus(t, r))
		if len(messages) != 1 || messages[0].Type != event.MessageReply || !messages[0].Automatic || messages[0].Text != want {
			t.Errorf("%s: the reporter reads %+v, want the question", language, messages)
		}
		if n := b.count(t, "notify.news WHERE report_id = $1", event.ID(r.ReportID())); n != 1 {
			t.Errorf("%s: there is no news of the question", language)
		}
	}
}

// A rule gone wild hides no more than its quota, and says so.
func TestAQuotaTurnsHidingIntoASuggestion(t *testing.T) {
	b := withRules(t)
	const reports = 8
	var ids []event.ID
	for i := range reports {
		_, id := b.report(t, event.Content{
			Kind: event.KindThreat, Account: event.Account{Platform: "forum", Handle: fmt.Sprint("account", i)}, Description: "I will kill you, he wrote.",
		})
		ids = append(ids, id)
	}
	hidden := 0
	for _, id := range ids {
		if b.stored(t, id).hidden {
			hidden++
		}
	}
	// An hour may have passed on the way: then another quota began.
	if hidden != 3 && hidden != 6 {
		t.Errorf("%d of %d were hidden, want the quota of 3", hidden, reports)
	}
	if n := b.count(t, "moderation.rule_fired WHERE rule = 'threats' AND effect LIKE '%hide suggested (quota reached)%'"); n != reports-hidden {
		t.Errorf("%d say that the quota is reached, want %d", n, reports-hidden)
	}
	if n := b.count(t, "moderation.rule_fired WHERE rule = 'threats' AND effect LIKE '%hide pending review%'"); n != hidden {
		t.Errorf("%d say that they hide, want %d", n, hidden)
	}
}

func TestRulesKnowWhatWasDecidedAboutTheAccountBefore(t *testing.T) {
	b := withRules(t)
	_, first := b.report(t, event.Content{Kind: event.KindHarassment, Account: him, Description: "He mocks how I speak."})
	moderator := event.NewID()
	b.exec(t, `INSERT INTO moderation.moderator (id, name, created_at) VALUES ($1, 'Ana', now())`, moderator)
	b.exec(t, `UPDATE moderation.cases SET state = 'closed', closed_at = now() WHERE id = $1`, first)
	decide := func(version int, action string) {
		b.exec(t, `INSERT INTO moderation.decision (id, case_id, case_version, moderator_id, action, article, conduct, reasons, decided_at)
			VALUES ($1, $2, $3, $4, $5, 'respect', $6, '', now() - interval '1 minute')`, event.NewID(), first, version, moderator, action, b.demo.Conduct)
	}
	tags := func(account event.Account, words string) string {
		_, id := b.report(t, event.Content{Kind: event.KindHarassment, Account: account, Description: words})
		return b.stored(t, id).tags
	}
	decide(2, "warning")
	if got := tags(him, "Now he follows me to other places."); got != "known" {
		t.Errorf("after a warning the tags are %q", got)
	}
	if got := tags(her, "She laughs at me in the meeting."); got != "" {
		t.Errorf("of another account the tags are %q", got)
	}
	decide(3, "none") // on appeal
	if got := tags(him, "He also sends letters to my office."); got != "" {
		t.Errorf("after the warning was taken back the tags are %q", got)
	}
}

// Two hundred accounts that report one honest person bring the case up in its
// level. Nothing happens to her: no rule can act on their number.
func TestManyReportersCauseNoAutomaticAction(t *testing.T) {
	b := withRules(t)
	honest := event.Account{Platform: "forum", Handle: "honest"}
	var receipts []receipt.Receipt
	for i := range 200 {
		r, msg := testbench.Sealed(t, b.demo, event.Content{
			Kind: event.KindHarassment, Account: honest, Description: fmt.Sprintf("Report number %d about her, please remove all that she writes.", i*7919),
		}, nil)
		b.bus.Publish(t, msg)
		receipts = append(receipts, r)
	}
	for _, r := range receipts {
		b.caseOf(t, r)
	}
	if n := b.count(t, "moderation.report"); n != 200 {
		t.Fatalf("%d reports are stored", n)
	}
	if n := b.count(t, "moderation.cases WHERE state <> 'open' OR hidden_since IS NOT NULL OR second_reader OR priority >= 250 OR article <> 'respect'"); n != 0 {
		t.Errorf("%d cases were closed, hidden, or left the level of their article", n)
	}
	if n := b.count(t, "moderation.decision"); n != 0 {
		t.Errorf("%d decisions were made by a machine", n)
	}
	if n := b.count(t, "moderation.cases WHERE tags = '{burst}' AND priority > 200"); n == 0 {
		t.Error("many reports raised no case")
	}
	if n := b.count(t, "moderation.cases"); n > 20 {
		t.Errorf("the reports are %d cases", n)
	}
	for _, r := range receipts[:3] {
		if status := b.waitForStatus(t, r); status.Hidden || status.Stage != event.StageOpen {
			t.Errorf("a receipt shows %+v", status)
		}
	}
	var event struct{ Decision any }
	for _, msg := range b.bus.Messages(t, "CASES") {
		if err := json.Unmarshal(msg.Data, &event); err != nil || event.Decision != nil {
			t.Errorf("a case event tells of a decision: %v", err)
		}
	}
}

func TestAJoiningReportAddsWhatItsRulesLeadTo(t *testing.T) {
	b := withRules(t)
	words := "He writes under each of my posts that he knows my house and my way to work, every single day since Monday."
	_, id := b.report(t, event.Content{Kind: event.KindThreat, Account: him, Description: words})
	if c := b.stored(t, id); c.hidden || c.priority != 400 || c.queue != "general" {
		t.Fatalf("the case begins as %+v", c)
	}
	_, second := b.report(t, event.Content{Kind: event.KindThreat, Account: him, Description: words + " I will kill you."})
	want := storedCase{article: "safety", queue: "safety", language: "en", tags: "threat", priority: 501, team: true, second: true, hidden: true}
	if got := b.stored(t, id); second != id || got != want {
		t.Errorf("after the second report the case is %+v, want %+v", got, want)
	}
	_, third := b.report(t, event.Content{Kind: event.KindThreat, Account: him, Description: words})
	want.priority = 502
	if got := b.stored(t, id); third != id || got != want {
		t.Errorf("after a third, milder one the case is %+v, want %+v", got, want)
	}
}

func TestAlikeReportsOfOneBatchCostAQuotaOnce(t *testing.T) {
	b := setup(t)
	b.demo.Conduct = b.bus.PutConduct(t, []byte(testbench.DemoConduct+rules))
	var receipts []receipt.Receipt
	for range 24 { // all there before the worker starts
		receipts = append(receipts, b.tell(t, event.KindThreat, him, "I will kill you, he wrote to me last night."))
	}
	b.start(t)
	for _, r := range receipts {
		b.caseOf(t, r)
	}
	if counted, cases := b.count(t, "moderation.rule_hour WHERE hidden > 4"), b.count(t, "moderation.cases"); counted != 0 || cases > 4 {
		t.Errorf("alike reports were counted as more than their %d cases", cases)
	}
}

// What a person has looked at and let be stays to be seen, however often it is
// reported.
func TestWhatAPersonHasLookedAtIsNotHiddenAgain(t *testing.T) {
	b := withRules(t)
	threat := func(kind event.Kind, words string) event.ID {
		_, id := b.report(t, event.Content{Kind: kind, Account: him, Description: words})
		return id
	}
	first := threat(event.KindThreat, "He said on Monday evening: I will kill you, and laughed.")
	if !b.stored(t, first).hidden {
		t.Fatal("the case is not hidden at first")
	}
	b.exec(t, `UPDATE moderation.cases SET hidden_since = NULL, shown_at = now() - interval '2 seconds' WHERE id = $1`, first)
	if again := threat(event.KindThreat, "He said on Monday evening: I will kill you, and laughed!"); again != first || b.stored(t, first).hidden {
		t.Error("a report that joins hides the case again")
	}
	if other := threat(event.KindHarassment, "Another time he wrote that I will kill you soon, believe me."); b.stored(t, other).hidden {
		t.Error("a report on the same account hides, after a person showed it again")
	}
	if n := b.count(t, "moderation.rule_fired WHERE effect LIKE '%hide suggested (a moderator has looked)%'"); n != 2 {
		t.Errorf("%d rules say why they only suggest, want 2", n)
	}
}

// A link is shared by many. Whoever repeats it has done nothing, and no decision
// on another counts against them.
func TestALinkDoesNotJoinAccounts(t *testing.T) {
	b := setup(t)
	code := strings.Replace(testbench.DemoConduct+rules, "when: 'account.last_hour >= 3'\n    then: {tags: [burst], group: [account]}",
		"when: 'true'\n    then: {group: [links]}", 1)
	b.demo.Conduct = b.bus.PutConduct(t, []byte(code))
	b.start(t)
	link := []string{"https://example.org/the-post"}
	about := func(account event.Account, words string) event.ID {
		_, id := b.report(t, event.Content{Kind: event.KindHarassment, Account: account, Description: words, Links: link})
		return id
	}
	first := about(him, "He began it with this post about me.")
	if about(him, "It is still there, and others repeat it.") != first {
		t.Error("a report on the same account and link opened another case")
	}
	if about(her, "She answered below the post, and I do not like it.") == first {
		t.Error("a report on another account joined by its link")
	}
}

// What the receipts of a case's other reports show changes with the case.
func TestTheOthersInACaseAreToldThatItIsHiddenNow(t *testing.T) {
	b := withRules(t)
	words := "He writes under each of my posts that he knows my house and my way to work, every single day since Monday."
	first, id := b.report(t, event.Content{Kind: event.KindThreat, Account: him, Description: words})
	if b.waitForStatus(t, first).Hidden {
		t.Fatal("it is hidden from the start")
	}
	if _, second := b.report(t, event.Content{Kind: event.KindThreat, Account: him, Description: words + " I will kill you."}); second != id {
		t.Fatal("the second report opened another case")
	}
	if !b.waitForVersion(t, first, 2).Hidden {
		t.Error("the first reporter is not told")
	}
}

func TestAWithdrawalTakesWhatRulesMadeOfTheWords(t *testing.T) {
	b := withRules(t)
	r, id := b.report(t, event.Content{Kind: event.KindThreat, Account: him, Description: "I will kill you, he wrote to me last night."})
	b.follow(t, r, event.ReportWithdrawn, event.FollowUpContent{})
	testbench.Eventually(t, 10*time.Second, "it is withdrawn", func() bool { return b.waitForStatus(t, r).Stage == event.StageWithdrawn })
	if status := b.waitForStatus(t, r); status.Hidden {
		t.Error("the receipt says that it is hidden still")
	}
	if c := b.stored(t, id); c.tags != "" || c.language != "und" || c.hidden || c.team {
		t.Errorf("the case keeps %+v", c)
	}
	if n := b.count(t, "moderation.report WHERE id = $1 AND (language <> 'und' OR findings IS NOT NULL)", event.ID(r.ReportID())); n != 0 {
		t.Error("the report keeps what was found in it")
	}
}

// Quotas hold over all workers: none takes what another has taken.
func TestAQuotaHoldsOverSeveralWorkers(t *testing.T) {
	b := withRules(t)
	b.start(t)
	b.start(t)
	const reports = 60
	var receipts []receipt.Receipt
	for i := range reports {
		r, msg := testbench.Sealed(t, b.demo, event.Content{
			Kind: event.KindThreat, Account: event.Account{Platform: "forum", Handle: fmt.Sprint("account", i)}, Description: "I will kill you, he wrote.",
		}, nil)
		b.bus.Publish(t, msg)
		receipts = append(receipts, r)
	}
	for _, r := range receipts {
		b.caseOf(t, r)
	}
	if n := b.count(t, "moderation.cases WHERE hidden_since IS NOT NULL"); n != 3 && n != 6 {
		t.Errorf("%d cases were hidden, want the quota of 3", n)
	}
}

func (b *bench) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := b.admin.Exec(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

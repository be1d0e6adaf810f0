package console_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"recourse/internal/event"
	"recourse/moderation/findings"
)

// ruledFile is what the tests read of a case's rules and facts.
type ruledFile struct {
	summary

	Queue        string
	Language     string
	LanguageTeam bool `json:"language_team"`
	SecondReader bool `json:"second_reader"`
	Tags         []string
	HiddenSince  *string `json:"hidden_since"`
	Reports      []struct {
		Content  *event.Content
		Conduct  string
		Findings *findings.Findings
		Rules    []struct {
			Rule, Says, Effect, Error, Asked string
			Shadow                           bool
			Because                          []string
		}
		ConductVersion  string   `json:"conduct_version"`
		PriorityReasons []string `json:"priority_reasons"`
		Suggestions     []string
		HiddenBy        []string `json:"hidden_by"`
		WhatIf          []struct {
			Rule, Article, Queue string
			Priority             int
			Hidden               bool
			Differs              []string
		} `json:"what_if"`
		Machine []string
	}
}

func (c *client) ruledFile(t *testing.T, id event.ID) (f ruledFile) {
	t.Helper()
	got := c.get(t, "/v1/cases/"+id.String())
	wantStatus(t, "the case", got, http.StatusOK)
	got.into(t, &f)
	return f
}

func TestACaseTellsWhatRulesDidAndWhy(t *testing.T) {
	b := setup(t)
	bundle := b.ruled(t)
	b.work(t)
	_, id := b.report(t, bundle, doxxing())
	c := b.signIn(t, "Ana", "demo")
	f := c.ruledFile(t, id)
	if f.Queue != "safety" || !f.LanguageTeam || !f.SecondReader || f.HiddenSince == nil || !slices.Equal(f.Tags, []string{"private-details", "threat-words"}) {
		t.Errorf("the case's facts are %+v", f)
	}
	r := f.Reports[0]
	var rules []string
	for _, rule := range r.Rules {
		rules = append(rules, fmt.Sprintf("%s|%s|%t|%s|%v|%s", rule.Rule, rule.Says, rule.Shadow, rule.Error, rule.Because, rule.Asked))
	}
	if got, want := strings.Join(rules, "\n"), `article-by-kind|Every code suggests the article that takes this kind of report.|false||[]|
priority-by-severity|Every code orders reports by the severity of the article.|false||[]|
threat-words|Threats of death come first.|false||[words.weight]|
private-details|A phone number is hidden until a moderator has looked.|false||[report.length personal.kinds]|
ask-where|Without a link the reporter is asked where.|false||[]|Where did it happen?
broken|The first link counts.|false|index out of bounds|[]|
watched|Long reports are noted.|true||[report.length]|`; got != want {
		t.Errorf("the rules are\n%s\nwant\n%s", got, want)
	}
	if r.Conduct != bundle.Conduct || r.ConductVersion != "2026-12" || !slices.Equal(r.PriorityReasons, []string{"It threatens death."}) ||
		!slices.Equal(r.Suggestions, []string{"doxxing", "respect"}) || !slices.Equal(r.HiddenBy, []string{"private-details"}) {
		t.Errorf("the explanation is %+v", r)
	}
	if len(r.WhatIf) != 2 || r.WhatIf[0].Rule != "threat-words" || r.WhatIf[0].Article != "doxxing" || r.WhatIf[0].Queue != "general" || !r.WhatIf[0].Hidden {
		t.Fatalf("without a rule it would have been %+v", r.WhatIf)
	}
	page := c.get(t, casePath(id))
	for _, part := range []string{
		"version <bdi>2026-12</bdi>", bundle.Conduct, "only recorded", "This rule failed: index out of bounds; it had no effect.",
		"It looked at: how many characters the reporter wrote; kinds of personal data found in the words, such as phone", "Where did it happen?", "It threatens death.",
		"Without <code>threat-words</code> the suggested article would be “Private details”; the priority would be 300, not 500; the queue would be general, not safety; no second reader would be asked for.",
		"Without <code>private-details</code> nothing would be hidden until a moderator has looked.", "also suggested",
		"<dt>Queue</dt><dd>safety", ", for moderators who read it", "private-details, threat-words", "Show it again",
	} {
		if !page.has(part) {
			t.Errorf("the page does not hold %q", part)
		}
	}
}

func TestWhatWasFoundIsMarkedInTheWords(t *testing.T) {
	b := setup(t)
	bundle := b.ruled(t)
	b.work(t)
	r, id := b.report(t, bundle, doxxing())
	c := b.signIn(t, "Ana", "demo")
	page := c.get(t, casePath(id))
	for _, part := range []string{
		`You <mark class="insult" title="insult, written with digits for letters: “idiot” (English)">1d10t<span class="say" lang="en" dir="ltr"> (insult, written with digits for letters)</span></mark>. Call `,
		`<mark class="personal" title="phone number, Kenya">&#43;254 712 345 678<span`,
		`>kill you<span class="say" lang="en" dir="ltr"> (threat)</span></mark>! MARKER-é-end</div>`,
		`<li><mark class="insult">insult</mark> “idiot” (English), written with`, `<li><mark class="personal">personal data</mark> phone number, Kenya`,
	} {
		if !page.has(part) {
			t.Errorf("the page does not hold %q: %s", part, page.body)
		}
	}
	if got := c.ruledFile(t, id).Reports[0]; got.Findings == nil || got.Content.Description[got.Findings.Words[0].Start:got.Findings.Words[0].End] != "1d10t" {
		t.Errorf("the API tells %+v", got.Findings)
	}

	b.exec(t, `UPDATE moderation.report SET findings = '\x00' WHERE id = $1`, event.ID(r.ReportID()))
	page = c.get(t, casePath(id))
	if page.status != http.StatusOK || !page.has("1d10t") || page.has("<mark") {
		t.Error("where what was found can't be opened, the words are not shown")
	}
	if logged := b.logs.String(); !strings.Contains(logged, "what was found in a report can't be opened") || strings.Contains(logged, "1d10t") || strings.Contains(logged, "712") {
		t.Errorf("the log does not tell it, or tells too much: %s", logged)
	}
}

func TestACaseWhoseCodeCannotBeReadShowsItsRules(t *testing.T) {
	b := setup(t)
	bundle := b.ruled(t)
	b.work(t)
	_, id := b.report(t, bundle, doxxing())
	b.exec(t, `UPDATE moderation.cases SET conduct = $1`, strings.Repeat("0", 64))
	b.exec(t, `UPDATE moderation.report SET conduct = $1`, strings.Repeat("0", 64))
	page := b.signIn(t, "Ana", "demo").get(t, casePath(id))
	wantStatus(t, "the page", page, http.StatusOK)
	for _, part := range []string{"<code>threat-words</code>: suggest article safety", "It can't be read now.", "Show it again"} {
		if !page.has(part) {
			t.Errorf("the page does not hold %q", part)
		}
	}
}

func TestAReporterIsToldWhatAMachineDid(t *testing.T) {
	b := setup(t)
	bundle := b.ruled(t)
	b.work(t)
	r, id := b.report(t, bundle, doxxing())
	c := b.signIn(t, "Ana", "demo")
	c.claim(t, id)
	page := c.get(t, casePath(id))
	for _, part := range []string{"What the reporter is told besides", `<ul lang="fr">`, "Les menaces de mort passent en premier.", "Un numéro de téléphone est masqué.", "Sans lien on demande où."} {
		if !page.has(part) {
			t.Errorf("the form does not hold %q", part)
		}
	}
	want := []string{"Les menaces de mort passent en premier.", "Un numéro de téléphone est masqué.", "Sans lien on demande où."}
	second := b.signIn(t, "Bea", "demo")
	wantStatus(t, "consenting", second.consent(t, c.propose(t, id)), http.StatusCreated)
	s := b.decidedStatus(t, r)
	m := openMessage(t, r, s.Messages[len(s.Messages)-1])
	if !slices.Equal(m.Machine, want) || m.Automated {
		t.Errorf("the reporter is told %v (automated: %v), want %v and that a person decided", m.Machine, m.Automated, want)
	}
	if s.Hidden || c.ruledFile(t, id).HiddenSince != nil {
		t.Error("it is still hidden after the decision")
	}
}

package conduct

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"recourse/internal/event"
	"recourse/moderation/language"
	"recourse/moderation/personal"
	"recourse/moderation/words"
)

// View is what rules see of a report, and what moderators are shown of the
// words. Code.View fills all of it but the history, which whoever keeps the
// cases adds.
type View struct {
	Kind       event.Kind
	Grounds    []event.Ground
	Role       event.Role
	Frequency  event.Frequency
	Language   string // detected in the words, "und" where that is not sure
	Words      string // folded
	Length     int    // characters of the original
	Links      []string
	Hosts      []string // of Links, sorted, each once
	Platform   string
	HasAccount bool

	Failed   bool               // the words could not be looked at: the fields that are made of them are empty
	Matches  []words.Match      // in Content.Description
	Personal []personal.Finding // in Content.Description
	History  History
}

// History is what is known of the account and of the case that a report joins.
type History struct {
	AccountDecisions int // earlier decisions with an action on the same account
	AccountReports   int // other reports on it in 30 days
	LastHour         int // other reports on it in the last hour
	GroupReporters   int // reports in the case that this one joins, itself included
}

// View looks at a report: it folds and matches the words, finds personal data,
// and detects the language.
func (c Code) View(content event.Content) View {
	v := View{
		Kind: content.Kind, Grounds: content.Grounds, Role: content.Role, Frequency: content.Frequency,
		Language: language.Detect(content.Description), Personal: personal.Find(content.Description),
		Words: words.Fold(content.Description).String(), Length: utf8.RuneCountInString(content.Description),
		Links: content.Links, Hosts: hosts(content.Links),
		Platform: content.Account.Platform, HasAccount: content.Account.Handle != "",
		History: History{GroupReporters: 1},
	}
	if c.engine != nil && c.engine.matcher != nil {
		v.Matches = c.engine.matcher.Find(content.Description)
	}
	return v
}

// hosts of links, sorted, each once. What is no link has none.
func hosts(links []string) []string {
	var found []string
	for _, link := range links {
		if u, err := url.Parse(link); err == nil && u.Hostname() != "" {
			found = append(found, strings.ToLower(u.Hostname()))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func (v *View) senses() []string {
	var senses []string
	for _, m := range v.Matches {
		senses = append(senses, m.Sense)
	}
	slices.Sort(senses)
	return slices.Compact(senses)
}

// weights has every sense, 0 where nothing matched.
func (v *View) weights() map[string]int {
	weights := map[string]int{}
	for _, sense := range senses() {
		weights[sense] = 0
	}
	for _, m := range v.Matches {
		weights[m.Sense] = max(weights[m.Sense], m.Weight)
	}
	return weights
}

func (v *View) reclaimed() bool {
	return len(v.Matches) > 0 && !slices.ContainsFunc(v.Matches, func(m words.Match) bool { return !m.Reclaimed })
}

func (v *View) personalKinds() []string {
	var kinds []string
	for _, f := range v.Personal {
		kinds = append(kinds, f.Kind)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// senses that a match can have: a target is never one by itself.
func senses() []string { return without(words.Senses(), words.SenseTarget) }

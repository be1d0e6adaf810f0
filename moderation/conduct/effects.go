package conduct

import (
	"fmt"
	"strings"
)

// What every code does by itself, as Fired names it.
const (
	RuleArticle  = "article-by-kind"
	RulePriority = "priority-by-severity"
)

// Why a report is in a case that was there before it, as the worker records it
// beside the rules that fired.
const (
	RuleAlike       = "alike-reports"
	RuleSameAccount = "same-account"
	RuleSameLinks   = "same-links"
)

// RuleLook stands for looking at a report's words where that itself failed.
const RuleLook = "look-at-words"

// builtIn are ids that no code can give to a rule of its own.
func builtIn() []string {
	return []string{RuleArticle, RulePriority, RuleAlike, RuleSameAccount, RuleSameLinks, RuleLook}
}

// hideWords is the effect of hiding, and what it becomes where a rule may not.
const (
	hideWords      = "hide pending review"
	suggestedWords = "hide suggested"
)

// Why a rule suggests hiding and does not hide.
const (
	QuotaReached = "quota reached"
	LookedAt     = "a moderator has looked"
)

// Effect is one field of a rule's `then`, and what it does in plain words.
type Effect struct{ Name, Meaning string }

// EffectTable says what each effect does. docs/conduct.md repeats it.
func EffectTable() []Effect {
	return []Effect{
		{"article", "suggests an article to the moderator. It takes the place of the kind's own article only where it is as " +
			"severe or more severe; of several rules the most severe wins, then the first in the file. The others " +
			"stay as further suggestions"},
		{"priority", "sets the place in the queue, with a reason that moderators read: `low` comes behind others of its " +
			"severity, `normal` leaves the place as it is and outweighs `low`, `high` comes before all but severity " +
			"4, `urgent` before everything. The highest level wins"},
		{"queue", "puts the case into a queue. Of several rules the first in the file wins"},
		{"language_team", "routes the case to moderators who read the report's language"},
		{"second_reader", "asks that a second person consents before a decision takes effect"},
		{"tags", "adds tags to the case"},
		{"group", "joins the report to the open case of its kind about the same `account`, or about the same `links` of the same account"},
		{"hide", "hides what was reported until a person has looked. The code must allow it under `automation`. A rule " +
			"that hides may not look at how many people reported"},
		{"hide_quota", "bounds how often this rule hides in an hour. Above it hiding is only suggested, and the case says so"},
		{"ask", "sends the reporter a prepared question, marked as automatic. Each question goes once"},
	}
}

// EffectFields returns the names of the effects.
func EffectFields() []string {
	var names []string
	for _, e := range EffectTable() {
		names = append(names, e.Name)
	}
	return names
}

// words says what e does, an effect each, in a fixed order.
func (e Effects) words() []string {
	var words []string
	if e.Article != "" {
		words = append(words, "suggest article "+e.Article)
	}
	if e.Priority != nil {
		words = append(words, fmt.Sprintf("priority %s", e.Priority.Level))
	}
	if e.Queue != "" {
		words = append(words, "queue "+e.Queue)
	}
	if e.LanguageTeam {
		words = append(words, "language team")
	}
	if e.SecondReader {
		words = append(words, "second reader")
	}
	if len(e.Tags) > 0 {
		words = append(words, "tag "+strings.Join(e.Tags, ", "))
	}
	if len(e.Group) > 0 {
		words = append(words, "group by "+list(e.Group))
	}
	if e.Hide {
		words = append(words, hideWords)
	}
	if e.Ask != "" {
		words = append(words, "ask "+e.Ask)
	}
	return words
}

package conduct

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"recourse/internal/event"
	"recourse/internal/text"
)

var idForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,63}$`)

const idWords = "use 1 to 64 lowercase letters, digits, hyphens and underscores, a letter first"

// check finds what is wrong with a code whose form is right, the conditions of
// its rules apart.
func (c Code) check(s *source) {
	if c.Version == "" {
		s.wrongf("version", "is missing: give each published version its own, such as \"2026-12\"")
	}
	if len(c.Languages) == 0 {
		s.wrongf("languages", "name at least one, such as [en]")
	}
	for i, tag := range c.Languages {
		at := fmt.Sprintf("languages[%d]", i)
		if _, err := language.Parse(tag); err != nil {
			s.wrongf(at, "%q is not a language: use its BCP 47 tag, such as fr or pt-BR", tag)
		}
		if slices.Contains(c.Languages[:i], tag) {
			s.wrongf(at, "%q stands twice: take one out", tag)
		}
	}
	c.checkText(s, "title", c.Title)
	c.checkArticles(s)
	c.checkQueues(s)
	c.checkQuestions(s)
	if c.Automation.HideQuota < 0 {
		s.wrongf("automation.hide_quota", "must be 1 or more")
	}
	if c.Automation.HideQuota > 0 && !c.Automation.Hide {
		s.wrongf("automation.hide_quota", "stands without hide: true: add it, or take the quota out")
	}
	for i, r := range c.Rules {
		c.checkRule(s, i, r)
	}
}

func (c Code) checkText(s *source, path string, t text.Localized) {
	for _, lang := range c.Languages {
		if t[lang] == "" {
			s.wrongf(path, "has no text in %q: add it", lang)
		}
	}
}

// checkID notes an id that is malformed or stands twice.
func checkID(s *source, path, id string, seen map[string]bool) {
	switch {
	case id == "":
		s.wrongf(path+".id", "is missing: %s", idWords)
	case !idForm.MatchString(id):
		s.wrongf(path+".id", "%s", idWords)
	case seen[id]:
		s.wrongf(path+".id", "stands twice: each needs its own")
	}
	seen[id] = true
}

func (c Code) checkArticles(s *source) {
	seen, mapped := map[string]bool{}, map[event.Kind]string{}
	for i, a := range c.Articles {
		at := fmt.Sprintf("articles[%d]", i)
		checkID(s, at, a.ID, seen)
		if a.Severity < 1 || a.Severity > 4 {
			s.wrongf(at+".severity", "must be 1 to 4")
		}
		if a.FirstLook <= 0 {
			s.wrongf(at+".first_look", "must be a time span longer than nothing, such as 48h or 30m")
		}
		for j, action := range a.Ladder {
			if !action.Valid() {
				s.wrongf(fmt.Sprintf("%s.ladder[%d]", at, j), "%q is not a corrective action: use %s", action, list(event.Actions()))
			}
		}
		for j, k := range a.Kinds {
			kind := fmt.Sprintf("%s.kinds[%d]", at, j)
			switch {
			case !k.Valid():
				s.wrongf(kind, "%q is not on the public list: use %s", k, list(event.Kinds()))
			case mapped[k] != "":
				s.wrongf(kind, "%q is mapped to %s already: take one out", k, mapped[k])
			default:
				mapped[k] = a.ID
			}
		}
		c.checkText(s, at+".title", a.Title)
		c.checkText(s, at+".text", a.Text)
	}
	missing := slices.DeleteFunc(event.Kinds(), func(k event.Kind) bool { return mapped[k] != "" })
	switch len(missing) {
	case 0:
	case 1:
		s.wrongf("articles", "no article takes the kind %q: add it to the kinds of one", missing[0])
	default:
		s.wrongf("articles", "no article takes the kinds %s: add them to the kinds of some", list(missing))
	}
}

func (c Code) checkQueues(s *source) {
	for i, q := range c.Queues {
		at := fmt.Sprintf("queues[%d]", i)
		if !idForm.MatchString(q) {
			s.wrongf(at, "%q is no name of a queue: %s", q, idWords)
		}
		if slices.Contains(c.Queues[:i], q) {
			s.wrongf(at, "%q stands twice: take one out", q)
		}
	}
}

func (c Code) checkQuestions(s *source) {
	seen := map[string]bool{}
	for i, q := range c.Questions {
		at := fmt.Sprintf("questions[%d]", i)
		checkID(s, at, q.ID, seen)
		c.checkText(s, at+".text", q.Text)
	}
}

func (c Code) checkRule(s *source, i int, r Rule) {
	at := fmt.Sprintf("rules[%d]", i)
	earlier := map[string]bool{}
	for _, id := range builtIn() {
		earlier[id] = true
	}
	for _, other := range c.Rules[:i] {
		earlier[other.ID] = true
	}
	checkID(s, at, r.ID, earlier)
	c.checkText(s, at+".says", r.Says)
	if r.When == "" {
		s.wrongf(at+".when", "is missing: write the condition in CEL, such as report.kind == \"doxxing\"")
	}
	c.checkEffects(s, at+".then", r.Then)
}

func (c Code) checkEffects(s *source, at string, e Effects) {
	if len(e.words()) == 0 {
		s.wrongf(at, "has no effect: add at least one of %s", list(without(EffectFields(), "hide_quota")))
	}
	if _, known := c.Article(e.Article); e.Article != "" && !known {
		s.wrongf(at+".article", "there is no article %q: name one of this code", e.Article)
	}
	if p := e.Priority; p != nil {
		if !slices.Contains(Levels(), p.Level) {
			s.wrongf(at+".priority.level", "%q is no level: use %s", p.Level, list(Levels()))
		}
		c.checkText(s, at+".priority.reason", p.Reason)
	}
	if e.Queue != "" && !slices.Contains(c.Queues, e.Queue) {
		s.wrongf(at+".queue", "there is no queue %q: add it to queues", e.Queue)
	}
	for i, tag := range e.Tags {
		if !idForm.MatchString(tag) {
			s.wrongf(fmt.Sprintf("%s.tags[%d]", at, i), "%q is no tag: %s", tag, idWords)
		}
	}
	for i, by := range e.Group {
		if by != GroupAccount && by != GroupLinks {
			s.wrongf(fmt.Sprintf("%s.group[%d]", at, i), "%q can't be grouped by: use account or links", by)
		}
	}
	if _, known := c.Question(e.Ask); e.Ask != "" && !known {
		s.wrongf(at+".ask", "there is no question %q: add it to questions", e.Ask)
	}
	switch {
	case e.Hide && !c.Automation.Hide:
		s.wrongf(at+".hide", "this code does not allow it: add automation: {hide: true}, or take the effect out")
	case e.HideQuota != 0 && !e.Hide:
		s.wrongf(at+".hide_quota", "stands without hide: true: add it, or take the quota out")
	case e.HideQuota < 0:
		s.wrongf(at+".hide_quota", "must be 1 or more")
	}
}

// list writes codes for a person: a, b, c.
func list[T ~string](values []T) string { return strings.Join(plain(values), ", ") }

func without(values []string, value string) []string {
	return slices.DeleteFunc(values, func(v string) bool { return v == value })
}

package conduct

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"slices"
	"strings"
	"time"

	"recourse/internal/event"
	"recourse/internal/register"
	"recourse/moderation/words"
)

// Earlier is the code that another one follows, and its register.
type Earlier struct {
	Code     Code
	Register register.Document
}

// Register returns the public register of c, which came into force under this
// digest at a time. A rule that stands the same in the earlier code keeps the
// time since when it is there. Earlier may be nil.
func (c Code) Register(digest string, since time.Time, earlier *Earlier) register.Document {
	d := register.Document{
		Format: 1, Title: c.Title, Version: c.Version, Digest: digest, Since: since, Languages: c.Languages,
		Articles: []register.Article{}, Rules: []register.Rule{}, Questions: []register.Question{}, Changes: []register.Change{},
		Lexicons:   c.registerLexicons(),
		Automation: register.Automation(c.Automation),
	}
	for _, a := range c.Articles {
		d.Articles = append(d.Articles, register.Article{
			ID: a.ID, Kinds: append([]event.Kind{}, a.Kinds...), Severity: a.Severity, FirstLook: int(time.Duration(a.FirstLook) / time.Second),
			Ladder: append([]event.Action{}, a.Ladder...), Title: a.Title, Text: a.Text,
		})
	}
	for _, q := range c.Questions {
		d.Questions = append(d.Questions, register.Question(q))
	}
	for _, r := range c.Rules {
		looksAt := c.looksAt(r.ID)
		d.Rules = append(d.Rules, register.Rule{
			ID: r.ID, Says: r.Says, Effects: c.registerEffects(r.Then), Data: dataOf(looksAt), LooksAt: looksAt, Shadow: r.Shadow,
			Since: sinceWhen(r, since, earlier),
		})
	}
	if earlier != nil {
		d.Previous = earlier.Register.Digest
		for _, change := range Diff(earlier.Code, c) {
			d.Changes = append(d.Changes, registerChange(change))
		}
	}
	d.Assessment = assessmentOf(d)
	return d
}

// sinceWhen returns since when a rule stands as it is: condition, effects and
// shadow. A better translation makes no new rule of it.
func sinceWhen(r Rule, since time.Time, earlier *Earlier) time.Time {
	if earlier == nil {
		return since
	}
	before, ok := earlier.Code.Rule(r.ID)
	if !ok || before.Shadow != r.Shadow || !sameCondition(before, r) || !reflect.DeepEqual(withoutReason(before.Then), withoutReason(r.Then)) {
		return since
	}
	for _, registered := range earlier.Register.Rules {
		if registered.ID == r.ID {
			return registered.Since
		}
	}
	return since
}

func sameCondition(a, b Rule) bool {
	return slices.Equal(strings.Fields(a.When), strings.Fields(b.When))
}

// withoutReason leaves the reason's words out, and an empty list as none.
func withoutReason(e Effects) Effects {
	if e.Priority != nil {
		e.Priority = &Priority{Level: e.Priority.Level}
	}
	e.Tags, e.Group = append([]string{}, e.Tags...), append([]GroupBy{}, e.Group...)
	return e
}

// looksAt returns the variables in a rule's condition, in their public order.
func (c Code) looksAt(rule string) []string {
	names := []string{}
	if c.engine == nil {
		return names
	}
	for _, p := range c.engine.rules {
		if p.rule.ID != rule {
			continue
		}
		for _, i := range p.looksAt {
			names = append(names, c.engine.variables[i].Name)
		}
	}
	return names
}

// dataOf says in the words of people what variables are of.
func dataOf(variables []string) []register.Data {
	of := map[string]register.Data{
		"report.kind": register.DataAnswers, "report.grounds": register.DataAnswers, "report.role": register.DataAnswers,
		"report.frequency": register.DataAnswers, "report.language": register.DataLanguage, "report.words": register.DataWords,
		"report.length": register.DataWords, "report.links": register.DataLinks, "report.hosts": register.DataLinks,
		"report.platform": register.DataAccount, "report.account": register.DataAccount, "words.senses": register.DataLexicons,
		"words.weight": register.DataLexicons, "words.count": register.DataLexicons, "words.reclaimed": register.DataLexicons,
		"personal.kinds": register.DataPersonal, "account.decisions": register.DataDecisions, "account.reports": register.DataReports,
		"account.last_hour": register.DataReports, "group.reporters": register.DataReports,
	}
	found := map[register.Data]bool{}
	for _, name := range variables {
		found[of[name]] = true
	}
	return inOrder(register.AllData(), found)
}

// inOrder returns those of all that are in found; never nil, so that JSON says [].
func inOrder[T comparable](all []T, found map[T]bool) []T {
	list := []T{}
	for _, one := range all {
		if found[one] {
			list = append(list, one)
		}
	}
	return list
}

func (c Code) registerEffects(then Effects) []register.Effect {
	effects := []register.Effect{}
	add := func(when bool, effect register.Effect) {
		if when {
			effects = append(effects, effect)
		}
	}
	add(then.Article != "", register.Effect{What: register.EffectArticle, Values: []string{then.Article}})
	if p := then.Priority; p != nil {
		add(true, register.Effect{What: register.EffectPriority, Values: []string{string(p.Level)}, Reason: p.Reason})
	}
	add(then.Queue != "", register.Effect{What: register.EffectQueue, Values: []string{then.Queue}})
	add(then.LanguageTeam, register.Effect{What: register.EffectLanguageTeam})
	add(then.SecondReader, register.Effect{What: register.EffectSecondReader})
	add(len(then.Tags) > 0, register.Effect{What: register.EffectTags, Values: then.Tags})
	add(len(then.Group) > 0, register.Effect{What: register.EffectGroup, Values: plain(then.Group)})
	add(then.Hide, register.Effect{What: register.EffectHide, Quota: cmp.Or(then.HideQuota, c.Automation.HideQuota, DefaultHideQuota)})
	add(then.Ask != "", register.Effect{What: register.EffectAsk, Values: []string{then.Ask}})
	return effects
}

func (c Code) registerLexicons() []register.Lexicon {
	lexicons := []register.Lexicon{}
	if c.engine == nil {
		return lexicons
	}
	for i, l := range c.engine.lexicons {
		digest := sha256.Sum256(c.engine.files[i].Data)
		one := register.Lexicon{Language: l.Language, Digest: hex.EncodeToString(digest[:]), Terms: len(l.Terms), Senses: map[string]int{}}
		for _, term := range l.Terms {
			one.Senses[term.Sense]++
			if term.Reclaimed && term.Sense != words.SenseTarget {
				one.Reclaimed++
			}
		}
		lexicons = append(lexicons, one)
	}
	return lexicons
}

func registerChange(c Change) register.Change {
	about, id, _ := strings.Cut(strings.TrimPrefix(c.About, "the "), " ")
	return register.Change{About: register.Subject(about), ID: id, What: c.What, From: c.From, To: c.To, Says: c.Says}
}

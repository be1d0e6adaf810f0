package reporter

import (
	"slices"
	"time"

	"recourse/internal/community"
	"recourse/internal/register"
)

type conductArticle struct {
	ID, Title, TitleLang, Text, TextLang string

	title, text community.Text
}

type conductVersion struct {
	Version string
	Since   time.Time
	Href    string
	Current bool // this page
}

// conductRule is an automated rule, in words.
type conductRule struct {
	ID, Says, SaysLang string
	Effects            []string
	Data               []register.Data
	Shadow             bool
	Since              time.Time
}

func rulesIn(v view, d register.Document) []conductRule {
	var rules []conductRule
	for _, r := range d.Rules {
		one := conductRule{ID: r.ID, Data: known(register.AllData(), r.Data), Shadow: r.Shadow, Since: r.Since}
		one.Says, one.SaysLang = r.Says.Choose(v.Lang, d.Languages)
		for _, e := range r.Effects {
			one.Effects = append(one.Effects, effectIn(v, d, e)...)
		}
		rules = append(rules, one)
	}
	return rules
}

// effectIn says what a rule does. One of a later version of the program, which
// this one has no words for, is left to the rule's own words.
func effectIn(v view, d register.Document, e register.Effect) []string {
	if !slices.Contains(register.EffectKinds(), e.What) {
		return nil
	}
	var said []string
	switch e.What {
	case register.EffectPriority, register.EffectGroup:
		for _, value := range e.Values {
			said = append(said, v.texts.plain("effect."+string(e.What)+"."+value))
		}
	case register.EffectTags:
		for _, tag := range e.Values {
			said = append(said, v.texts.plain("effect.tags", "tag", tag))
		}
	case register.EffectHide:
		said = append(said, v.texts.plain("effect.hide", "count", e.Quota))
	case register.EffectArticle, register.EffectQueue, register.EffectAsk:
		for _, value := range e.Values {
			said = append(said, v.texts.plain("effect."+string(e.What), "name", nameIn(v, d, e.What, value)))
		}
	default:
		said = append(said, v.texts.plain("effect."+string(e.What)))
	}
	return slices.DeleteFunc(said, func(s string) bool { return s == "" })
}

// nameIn is what people call an article, and what a question asks.
func nameIn(v view, d register.Document, what register.EffectKind, id string) string {
	for _, a := range d.Articles {
		if what == register.EffectArticle && a.ID == id {
			return a.Title.In(v.Lang, d.Languages)
		}
	}
	for _, q := range d.Questions {
		if what == register.EffectAsk && q.ID == id {
			return q.Text.In(v.Lang, d.Languages)
		}
	}
	return id
}

// conductChange is what changes of one thing.
type conductChange struct {
	About string
	What  []string
}

// changesIn has an entry for each thing that changes, each of its changes once.
func changesIn(v view, d register.Document) []conductChange {
	var changes []conductChange
	for _, c := range d.Changes {
		about := aboutIn(v, d, c)
		what := whatIn(v, c)
		if about == "" || what == "" {
			continue // of a later version of the program
		}
		n := slices.IndexFunc(changes, func(one conductChange) bool { return one.About == about })
		if n < 0 {
			n = len(changes)
			changes = append(changes, conductChange{About: about})
		}
		if !slices.Contains(changes[n].What, what) {
			changes[n].What = append(changes[n].What, what)
		}
	}
	return changes
}

func aboutIn(v view, d register.Document, c register.Change) string {
	name := c.ID
	if c.About == register.AboutArticle {
		name = nameIn(v, d, register.EffectArticle, c.ID)
	}
	return v.texts.plain("about."+string(c.About), "name", name)
}

func whatIn(v view, c register.Change) string {
	what := v.texts.plain("changed." + string(c.What))
	if len(c.From) != 1 || len(c.To) != 1 {
		return what
	}
	from, to := c.From[0], c.To[0]
	switch c.What {
	case register.Severity:
	case register.FirstLook:
		a, errA := time.ParseDuration(from)
		b, errB := time.ParseDuration(to)
		if errA != nil || errB != nil {
			return what
		}
		from, errA = v.Span(a)
		to, errB = v.Span(b)
		if errA != nil || errB != nil {
			return what
		}
	case register.Ladder:
		from, to = v.texts.plain("may."+from), v.texts.plain("may."+to)
	default:
		return what
	}
	return v.texts.plain("changed.from_to", "what", what, "from", from, "to", to)
}

package reporter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"recourse/internal/community"
	"recourse/internal/event"
)

// formBody is one step of the report form, empty or with what was typed.
type formBody struct {
	Action  string // where it is sent
	Conduct string // the page of the code of conduct
	Token   string
	Step    int
	Draft   draft
	Notice  string // key of what went wrong with the form as a whole, or ""
	Minutes int    // of a notice that says how long to wait
	Faults  []shownFault

	Intro, IntroLang string    // the community's own words
	Help             helpBlock // whom to turn to now, where it is Urgent

	texts     texts
	lang      string
	community community.Bundle
}

// input is a field of the form as a page shows it: its words are in the page's
// language.
type input struct {
	Name, Label, Hint, Value, Fault string
	Optional                        string // word that says so, or ""
	None                            string // of answers to pick: what not to answer is called
	Code                            bool   // no word of a language: not to be corrected or capitalised
	Many                            bool   // several answers may be chosen
	Options                         []option
}

// option is one answer to choose.
type option struct {
	ID, Value, Text string
	Hint            string
	Chosen          bool
	Article         *shownArticle // of a kind, or nil
}

// shownArticle is a rule of the community's own.
type shownArticle struct{ Title, TitleLang, Text, TextLang string }

// Steps are the numbers of the steps.
func (f formBody) Steps() []int { return []int{stepWhat, stepWords, stepGround, stepYou, stepCheck} }

// Previous is the number of the step before, or 0.
func (f formBody) Previous() int { return f.Step - 1 }

// Describes returns the ids of an input's hint and error.
func (i input) Describes() string {
	var ids []string
	if i.Hint != "" {
		ids = append(ids, i.Name+"-hint")
	}
	if i.Fault != "" {
		ids = append(ids, i.Name+"-error")
	}
	return strings.Join(ids, " ")
}

// Line returns an input that takes text.
func (f formBody) Line(name string) (input, error) {
	in := input{
		Name: name, Value: f.Draft.value(name), Fault: f.fault(name),
		Code: name == inputHandle || name == inputContact || name == inputLinks,
	}
	var err error
	if in.Label, err = f.texts.Text(name + ".label"); err != nil {
		return in, err
	}
	if f.Step == stepWords && name != inputDescription {
		in.Optional = f.texts.plain("page.optional")
	}
	switch name {
	case inputDescription:
		in.Hint, err = f.texts.Text(name+".hint", "max", maxDescription)
	case inputLinks:
		in.Hint, err = f.texts.Text(name+".hint", "max", maxLinks)
	default:
		in.Hint, err = f.texts.Text(name + ".hint")
	}
	return in, err
}

// Choice returns an input with answers to choose from.
func (f formBody) Choice(name string) (input, error) {
	in := input{Name: name, Fault: f.fault(name), Hint: f.texts.plain(name + ".hint"), None: f.texts.plain(name + ".none")}
	var err error
	if in.Label, err = f.texts.Text(name + ".label"); err != nil {
		return in, err
	}
	switch name {
	case inputKind:
		in.Options = choices(f, name, "kind.", f.community.Offered())
		for n, kind := range f.community.Offered() {
			in.Options[n].Hint = f.texts.plain("kind." + string(kind) + ".hint")
			in.Options[n].Article = f.article(kind)
		}
	case inputFrequency:
		in.Optional = f.texts.plain("page.optional")
		in.Options = choices(f, name, "frequency.", event.Frequencies())
	case inputGrounds:
		in.Many = true
		in.Options = choices(f, name, "ground.", event.Grounds())
	case inputRole:
		// A choice that was made can be taken back.
		none := option{ID: name + "-none", Text: f.texts.plain("gender.none"), Chosen: f.Draft.Role == ""}
		in.Options = append([]option{none}, choices(f, name, "role.", without(event.Roles(), event.RoleOperator))...)
	case inputGender: // not to answer is already an answer here
		in.Options = choices(f, name, "gender.", without(event.Genders(), event.GenderUnknown))
	case inputAgeBand:
		in.Options = choices(f, name, "age_band.", without(event.AgeBands(), event.AgeUnknown))
	default:
		return in, fmt.Errorf("%s has no answers to choose", name)
	}
	return in, nil
}

// Consents are what a reporter may forbid.
func (f formBody) Consents() []option {
	var all []option
	for _, name := range []string{inputNotTold, inputNotBeyond} {
		all = append(all, option{
			ID: name, Value: yes(true), Text: f.texts.plain("consent." + name), Chosen: f.Draft.value(name) != "",
		})
	}
	return all
}

// hidden is what was typed on another step.
type hidden struct{ Name, Value string }

// Hidden returns what travels along with a step: nothing is kept here.
func (f formBody) Hidden() []hidden {
	own := inputsOf(f.Step)
	var all []hidden
	for _, name := range without(allInputs(), own...) {
		for _, value := range f.Draft.given(name) {
			all = append(all, hidden{name, value})
		}
	}
	return all
}

// fault is what is wrong with an input, or "".
func (f formBody) fault(name string) string {
	var all []string
	for _, fault := range f.Faults {
		if fault.Input == name {
			all = append(all, fault.Text)
		}
	}
	return strings.Join(all, " ")
}

func (f formBody) article(kind event.Kind) *shownArticle {
	a, ok := f.community.ArticleOf(kind)
	if !ok {
		return nil
	}
	var shown shownArticle
	shown.Title, shown.TitleLang = a.Title.Choose(f.lang, f.community.Languages)
	shown.Text, shown.TextLang = a.Text.Choose(f.lang, f.community.Languages)
	return &shown
}

func choices[T ~string](f formBody, name, prefix string, list []T) []option {
	all := make([]option, len(list))
	for n, code := range list {
		all[n] = option{ID: name + "-" + string(code), Value: string(code), Text: f.texts.plain(prefix + string(code))}
		for _, given := range f.Draft.given(name) {
			all[n].Chosen = all[n].Chosen || given == string(code)
		}
	}
	return all
}

// shownFault is what is wrong with one input, in the page's language.
type shownFault struct {
	Input  string
	Anchor string // id of the element to go to
	Label  string
	Text   string
}

// faults puts what is wrong into the page's language.
func (v view) faults(fs faults, b community.Bundle) []shownFault {
	firstChoice := map[string]string{
		inputRole: "none", inputGrounds: string(event.Grounds()[0]), inputFrequency: string(event.Frequencies()[0]),
	}
	if kinds := b.Offered(); len(kinds) > 0 {
		firstChoice[inputKind] = string(kinds[0])
	}
	var shown []shownFault
	for _, f := range fs {
		field, index, _ := strings.Cut(f.Field, "[")
		name := inputOf(field)
		s := shownFault{Input: name, Anchor: name, Label: v.texts.plain(name + ".label"), Text: v.words(f, name)}
		if first, ok := firstChoice[name]; ok {
			s.Anchor += "-" + first
		}
		if n, err := strconv.Atoi(strings.TrimSuffix(index, "]")); err == nil && name == inputLinks {
			s.Text = v.texts.plain("error.link", "number", n+1, "error", s.Text)
		}
		shown = append(shown, s)
	}
	return shown
}

// words returns what is wrong: the input's own words where it has some.
func (v view) words(f fault, input string) string {
	key := "error." + string(f.Rule)
	if own := key + "." + input; v.texts.Has(own) {
		key = own
	}
	return v.texts.plain(key, "max", f.Max)
}

func without[T comparable](list []T, leftOut ...T) []T {
	var rest []T
	for _, each := range list {
		if !slices.Contains(leftOut, each) {
			rest = append(rest, each)
		}
	}
	return rest
}

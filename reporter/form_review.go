package reporter

import (
	"slices"

	"recourse/internal/event"
)

// part is what was given on one step, as the last one shows it.
type part struct {
	Step    int
	Answers []answered
}

// answered is one answer.
type answered struct {
	Label   string
	Values  []string
	Written bool // in the reporter's own words, whatever their direction
}

// Parts returns everything that was typed or chosen.
func (f formBody) Parts() []part {
	var parts []part
	for step := stepWhat; step < stepCheck; step++ {
		p := part{Step: step}
		for _, name := range inputsOf(step) {
			if a, ok := f.answer(name); ok {
				p.Answers = append(p.Answers, a)
			}
		}
		parts = append(parts, p)
	}
	return parts
}

func (f formBody) answer(name string) (answered, bool) {
	a := answered{Label: f.texts.plain(name + ".label"), Values: slices.Clone(f.Draft.given(name))}
	prefix := map[string]string{
		inputKind: "kind.", inputFrequency: "frequency.", inputGrounds: "ground.", inputRole: "role.",
		inputGender: "gender.", inputAgeBand: "age_band.",
	}[name]
	switch {
	case name == inputNotTold: // both under one label
		a.Label, a.Values = f.texts.plain("consent.label"), nil
		for _, o := range f.Consents() {
			if o.Chosen {
				a.Values = append(a.Values, o.Text)
			}
		}
	case name == inputNotBeyond:
		return answered{}, false
	case prefix != "":
		for n, code := range a.Values {
			a.Values[n] = f.texts.plain(prefix + code)
		}
	case name == inputLinks:
		a.Values, a.Written = f.Draft.Links, true
	default:
		a.Written = true
	}
	return a, len(a.Values) > 0
}

// FirstLook says within what time a moderator looks at a report of this kind,
// or "" where the community promises nothing.
func (f formBody) FirstLook() (string, error) {
	a, _ := f.community.ArticleOf(event.Kind(f.Draft.Kind))
	if a.FirstLook <= 0 {
		return "", nil
	}
	span, err := f.texts.Span(a.FirstLook)
	if err != nil {
		return "", err
	}
	return f.texts.Text("check.look", "span", span)
}

// MayFollow are the actions that the community's article foresees and the
// reporter does not forbid.
func (f formBody) MayFollow() []string {
	a, _ := f.community.ArticleOf(event.Kind(f.Draft.Kind))
	var all []string
	for _, action := range a.Ladder {
		if action == event.ActionRefer && f.Draft.Consent.NotBeyondCommunity {
			continue
		}
		if words := f.texts.plain("may." + string(action)); words != "" && action != event.ActionNone {
			all = append(all, words)
		}
	}
	return all
}

// Urgent says which help is shown first, for a kind that may cost a life or
// harms a child: "life", "child" or "".
func (f formBody) Urgent() string {
	switch event.Kind(f.Draft.Kind) {
	case event.KindThreat, event.KindViolence, event.KindStalking:
		return "life"
	case event.KindChildSexualAbuse:
		return "child"
	default:
		return ""
	}
}

package conduct

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse/internal/event"
	"recourse/internal/register"
)

// Change is one difference between two codes: a plain English sentence, and the
// same in codes, for pages in other languages.
type Change struct {
	About string `json:"about"` // such as "article privacy" or "rule calm"
	Says  string `json:"says"`  // About in it

	What register.What `json:"what"`
	From []string      `json:"from,omitempty"` // where it is a list of codes, a number or a time span
	To   []string      `json:"to,omitempty"`
}

// Diff says what changes from a code to another, in the order of a code's file.
// Terms of lexicons are counted and never listed.
func Diff(from, to Code) []Change {
	d := &differ{from: from, to: to}
	d.code()
	d.articles()
	d.questions()
	d.rules()
	d.lexicons()
	return d.changes
}

type differ struct {
	from, to Code
	changes  []Change
}

// sayf notes a change. The sentence begins with what it is about.
func (d *differ) sayf(about string, code register.What, format string, args ...any) {
	says := strings.ToUpper(about[:1]) + about[1:] + " " + strings.TrimSuffix(fmt.Sprintf(format, args...), ".") + "."
	d.changes = append(d.changes, Change{About: about, Says: says, What: code})
}

// codes gives the change that was just noted its values, where there is one.
func (d *differ) codes(before int, from, to []string) {
	if len(d.changes) > before {
		last := &d.changes[len(d.changes)-1]
		last.From, last.To = from, to
	}
}

// value says that something goes from one value to another, where it does.
func (d *differ) value(about string, code register.What, what, from, to string) {
	switch {
	case from == to:
	case from == "":
		d.sayf(about, code, "now has %s: %s", what, to)
	case to == "":
		d.sayf(about, code, "no longer has %s (it was %s)", what, from)
	default:
		d.sayf(about, code, "changes %s from %s to %s", what, from, to)
	}
}

func (d *differ) text(about string, code register.What, what string, from, to Text) {
	tags := maps.Clone(from)
	if tags == nil {
		tags = Text{}
	}
	maps.Copy(tags, to)
	for _, tag := range slices.Sorted(maps.Keys(tags)) {
		d.value(about, code, fmt.Sprintf("%s in %s", what, tag), quoted(from[tag]), quoted(to[tag]))
	}
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return "“" + s + "”"
}

// list says what of a list was added and taken out, or that its order changes.
func (d *differ) list(about string, code register.What, what string, from, to []string) {
	added, gone := minus(to, from), minus(from, to)
	if len(added) > 0 {
		d.sayf(about, code, "gains %s: %s", what, strings.Join(added, ", "))
	}
	if len(gone) > 0 {
		d.sayf(about, code, "loses %s: %s", what, strings.Join(gone, ", "))
	}
	if len(added)+len(gone) == 0 && !slices.Equal(from, to) {
		d.sayf(about, code, "changes the order of %s from %s to %s", what, strings.Join(from, ", "), strings.Join(to, ", "))
	}
}

// minus returns what is in a and not in b.
func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

func (d *differ) code() {
	const about = "the code"
	d.text(about, register.Title, "its title", d.from.Title, d.to.Title)
	d.value(about, register.Version, "its version", quoted(d.from.Version), quoted(d.to.Version))
	d.list(about, register.Languages, "languages", d.from.Languages, d.to.Languages)
	d.list(about, register.Queues, "queues", d.from.Queues, d.to.Queues)
	a, b := d.from.Automation, d.to.Automation
	switch {
	case !a.Hide && b.Hide:
		d.sayf(about, register.Hiding, "now lets a machine hide what was reported until a person has looked, %d times an hour for each rule",
			b.HideQuota)
	case a.Hide && !b.Hide:
		d.sayf(about, register.Hiding, "no longer lets a machine hide anything")
	case a.HideQuota != b.HideQuota:
		d.sayf(about, register.Hiding, "changes how often a rule may hide in an hour from %d to %d", a.HideQuota, b.HideQuota)
	}
}

func (d *differ) articles() {
	for _, a := range d.from.Articles {
		b, stays := d.to.Article(a.ID)
		about := "article " + a.ID
		if !stays {
			d.sayf(about, register.Removed, "is taken out")
			continue
		}
		d.text(about, register.Title, "its title", a.Title, b.Title)
		d.text(about, register.Words, "its text", a.Text, b.Text)
		d.list(about, register.Kinds, "kinds", plain(a.Kinds), plain(b.Kinds))
		n := len(d.changes)
		d.value(about, register.Severity, "its severity", strconv.Itoa(a.Severity), strconv.Itoa(b.Severity))
		d.codes(n, []string{strconv.Itoa(a.Severity)}, []string{strconv.Itoa(b.Severity)})
		n = len(d.changes)
		d.value(about, register.FirstLook, "its deadline for a first look", span(a.FirstLook), span(b.FirstLook))
		d.codes(n, []string{span(a.FirstLook)}, []string{span(b.FirstLook)})
		n = len(d.changes)
		d.value(about, register.Ladder, "its ladder", ladder(a.Ladder), ladder(b.Ladder))
		d.codes(n, plain(a.Ladder), plain(b.Ladder))
	}
	for _, b := range d.to.Articles {
		if _, known := d.from.Article(b.ID); !known {
			d.sayf("article "+b.ID, register.Added, "is new: %s. It takes %s, has severity %d and is looked at within %s",
				quoted(b.Title.In("en", d.to.Languages)), orNothing(list(b.Kinds)), b.Severity, span(b.FirstLook))
		}
	}
}

func orNothing(s string) string {
	if s == "" {
		return "no kind"
	}
	return s
}

// span writes 48h0m0s as 48h.
func span(d Duration) string {
	s := time.Duration(d).String()
	s = strings.TrimSuffix(s, "0s")
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func ladder(actions []event.Action) string { return strings.Join(plain(actions), ", then ") }

func (d *differ) questions() {
	for _, a := range d.from.Questions {
		b, stays := d.to.Question(a.ID)
		if !stays {
			d.sayf("question "+a.ID, register.Removed, "is taken out")
			continue
		}
		d.text("question "+a.ID, register.Words, "its text", a.Text, b.Text)
	}
	for _, b := range d.to.Questions {
		if _, known := d.from.Question(b.ID); !known {
			d.sayf("question "+b.ID, register.Added, "is new: %s", quoted(b.Text.In("en", d.to.Languages)))
		}
	}
}

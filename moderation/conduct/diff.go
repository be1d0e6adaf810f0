package conduct

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse/internal/event"
)

// Change is one difference between two codes.
type Change struct {
	About string `json:"about"` // such as "article privacy" or "rule calm"
	Says  string `json:"says"`  // a plain English sentence, About in it
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
func (d *differ) sayf(about, format string, args ...any) {
	says := strings.ToUpper(about[:1]) + about[1:] + " " + strings.TrimSuffix(fmt.Sprintf(format, args...), ".") + "."
	d.changes = append(d.changes, Change{About: about, Says: says})
}

// value says that something goes from one value to another, where it does.
func (d *differ) value(about, what, from, to string) {
	switch {
	case from == to:
	case from == "":
		d.sayf(about, "now has %s: %s", what, to)
	case to == "":
		d.sayf(about, "no longer has %s (it was %s)", what, from)
	default:
		d.sayf(about, "changes %s from %s to %s", what, from, to)
	}
}

func (d *differ) text(about, what string, from, to Text) {
	tags := maps.Clone(from)
	if tags == nil {
		tags = Text{}
	}
	maps.Copy(tags, to)
	for _, tag := range slices.Sorted(maps.Keys(tags)) {
		d.value(about, fmt.Sprintf("%s in %s", what, tag), quoted(from[tag]), quoted(to[tag]))
	}
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return "“" + s + "”"
}

// list says what of a list was added and taken out, or that its order changes.
func (d *differ) list(about, what string, from, to []string) {
	added, gone := minus(to, from), minus(from, to)
	if len(added) > 0 {
		d.sayf(about, "gains %s: %s", what, strings.Join(added, ", "))
	}
	if len(gone) > 0 {
		d.sayf(about, "loses %s: %s", what, strings.Join(gone, ", "))
	}
	if len(added)+len(gone) == 0 && !slices.Equal(from, to) {
		d.sayf(about, "changes the order of %s from %s to %s", what, strings.Join(from, ", "), strings.Join(to, ", "))
	}
}

// minus returns what is in a and not in b.
func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

func (d *differ) code() {
	const about = "the code"
	d.text(about, "its title", d.from.Title, d.to.Title)
	d.value(about, "its version", quoted(d.from.Version), quoted(d.to.Version))
	d.list(about, "languages", d.from.Languages, d.to.Languages)
	d.list(about, "queues", d.from.Queues, d.to.Queues)
	a, b := d.from.Automation, d.to.Automation
	switch {
	case !a.Hide && b.Hide:
		d.sayf(about, "now lets a machine hide what was reported until a person has looked, %d times an hour for each rule", b.HideQuota)
	case a.Hide && !b.Hide:
		d.sayf(about, "no longer lets a machine hide anything")
	case a.HideQuota != b.HideQuota:
		d.sayf(about, "changes how often a rule may hide in an hour from %d to %d", a.HideQuota, b.HideQuota)
	}
}

func (d *differ) articles() {
	for _, a := range d.from.Articles {
		b, stays := d.to.Article(a.ID)
		about := "article " + a.ID
		if !stays {
			d.sayf(about, "is taken out")
			continue
		}
		d.text(about, "its title", a.Title, b.Title)
		d.text(about, "its text", a.Text, b.Text)
		d.list(about, "kinds", plain(a.Kinds), plain(b.Kinds))
		d.value(about, "its severity", strconv.Itoa(a.Severity), strconv.Itoa(b.Severity))
		d.value(about, "its deadline for a first look", span(a.FirstLook), span(b.FirstLook))
		d.value(about, "its ladder", ladder(a.Ladder), ladder(b.Ladder))
	}
	for _, b := range d.to.Articles {
		if _, known := d.from.Article(b.ID); !known {
			d.sayf("article "+b.ID, "is new: %s. It takes %s, has severity %d and is looked at within %s",
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
			d.sayf("question "+a.ID, "is taken out")
			continue
		}
		d.text("question "+a.ID, "its text", a.Text, b.Text)
	}
	for _, b := range d.to.Questions {
		if _, known := d.from.Question(b.ID); !known {
			d.sayf("question "+b.ID, "is new: %s", quoted(b.Text.In("en", d.to.Languages)))
		}
	}
}

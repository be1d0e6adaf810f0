package console

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"recourse/moderation/findings"
	"recourse/moderation/words"
)

// segment is a part of what a reporter wrote, as it is shown.
type segment struct {
	Text  string
	Class string // what a machine found there: a sense, or personalClass; "" for nothing
	Says  string // the same in words, for those who do not see the mark
	Title string // and with the lexicon's terms
}

// personalClass is the class of personal data, whatever its kind.
const personalClass = "personal"

// mark is one place that was found.
type mark struct {
	start, end  int
	class       string
	weight      int
	says, title string // as in segment
	found       string // the same in the legend, where the class is named
}

// segments takes a description apart where something was found. Places that
// overlap are one segment, of the gravest class, that says all of it. A place
// that is not in the text is left out: the words are shown whatever was found.
func segments(description string, f findings.Findings) []segment {
	var all []segment
	at := 0
	for _, m := range merged(marks(description, f)) {
		if m.start > at {
			all = append(all, segment{Text: description[at:m.start]})
		}
		all = append(all, segment{Text: description[m.start:m.end], Class: m.class, Says: m.says, Title: m.title})
		at = m.end
	}
	if at < len(description) {
		all = append(all, segment{Text: description[at:]})
	}
	return all
}

// marks are the places that lie in the text, in their order, each made to begin
// and end between characters.
func marks(description string, f findings.Findings) []mark {
	var all []mark
	add := func(m mark) {
		if m.start < 0 || m.end > len(description) || m.start >= m.end {
			return
		}
		for m.start > 0 && !utf8.RuneStart(description[m.start]) {
			m.start--
		}
		for m.end < len(description) && !utf8.RuneStart(description[m.end]) {
			m.end++
		}
		all = append(all, m)
	}
	for _, w := range f.Words {
		if w.Sense != words.SenseTarget { // it only names whom another word is about
			add(mark{
				start: w.Start, end: w.End, class: senseClass(w.Sense), weight: w.Weight,
				says: foundWord(w), title: foundTerm(w), found: termWord(w) + manner(w),
			})
		}
	}
	for _, p := range f.Personal {
		says := foundPersonal(p)
		add(mark{start: p.Start, end: p.End, class: personalClass, weight: personalWeight, says: says, title: says, found: says})
	}
	slices.SortStableFunc(all, func(a, b mark) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end)) })
	return all
}

// personalWeight is where personal data stands among the weights of words.
const personalWeight = 3

// merged makes one of those that overlap.
func merged(all []mark) []mark {
	var out []mark
	for _, m := range all {
		if len(out) == 0 || m.start >= out[len(out)-1].end {
			out = append(out, m)
			continue
		}
		last := &out[len(out)-1]
		last.end = max(last.end, m.end)
		if m.weight > last.weight {
			last.class, last.weight = m.class, m.weight
		}
		last.says, last.title = joined(last.says, m.says), joined(last.title, m.title)
	}
	return out
}

// joined adds what is not said yet.
func joined(said, more string) string {
	if slices.Contains(strings.Split(said, "; "), more) {
		return said
	}
	return said + "; " + more
}

// legendEntry explains one class of marks.
type legendEntry struct {
	Class, Name string
	Found       []string // what was found of it, each once
	More        int      // beyond mostFound
}

// mostFound bounds what the legend lists of one class.
const mostFound = 6

// legendOf explains the marks of a description, in the order in which they stand.
func legendOf(description string, f findings.Findings) []legendEntry {
	var all []legendEntry
	seen := map[string]bool{}
	for _, m := range marks(description, f) {
		at := slices.IndexFunc(all, func(l legendEntry) bool { return l.Class == m.class })
		if at < 0 {
			at = len(all)
			all = append(all, legendEntry{Class: m.class, Name: className(m.class)})
		}
		entry := &all[at]
		switch key := m.class + " " + m.found; {
		case seen[key]:
		case len(entry.Found) < mostFound:
			seen[key] = true
			entry.Found = append(entry.Found, m.found)
		default:
			seen[key] = true
			entry.More++
		}
	}
	return all
}

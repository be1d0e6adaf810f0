package reporter

import (
	"html/template"
	"net/url"
	"strings"

	"recourse/internal/event"
	"recourse/reporter/helplines"
)

// helpBlock is what the template "helplines" shows: a list of services in the
// page's language.
type helpBlock struct {
	view
	Lines []helpLine
}

// helpLine is one service as a page shows it.
type helpLine struct {
	Name, NameLang   string
	Kinds            []string // keys of texts
	Calls            []phone
	Texts            []phone
	WhatsApp         string
	Chat, URL        string
	Host             string // of URL, shown as its text
	Always           bool
	Hours, HoursLang string
	Languages        string // by name, in the page's language
	Free, Paid, Deaf bool   // neither free nor paid where nobody knows
	Source           string
	SourceHost       string
	Dated            string
}

// phone is a number and the link that dials it.
type phone struct {
	Number string
	Link   template.URL
	Word   string // to begin a text message with
}

// helpFor returns the services that matter to a kind of abuse, for a page that
// shows v: those of the country that one of the wishes names (a country's code,
// a language tag with a region, an Accept-Language), or else the worldwide
// ones. An address is never asked where somebody is.
func (i *Intake) helpFor(v view, abuse event.Kind, wishes ...string) helpBlock {
	return newHelpBlock(v, i.helpLines.ForKind(i.helpLines.Guess(wishes...), abuse))
}

func newHelpBlock(v view, lines []helplines.Line) helpBlock {
	b := helpBlock{view: v}
	for _, l := range lines {
		b.Lines = append(b.Lines, newHelpLine(l, v.Lang))
	}
	return b
}

func newHelpLine(l helplines.Line, lang string) helpLine {
	shown := helpLine{
		WhatsApp: l.WhatsApp, Chat: l.Chat, URL: l.URL, Host: hostOf(l.URL), Always: l.Always, Deaf: l.Deaf,
		Source: l.Source, SourceHost: hostOf(l.Source), Dated: l.Dated,
	}
	shown.Name, shown.NameLang = l.Name.Choose(baseLanguage(lang), l.Languages)
	shown.Hours, shown.HoursLang = l.Hours.Choose(baseLanguage(lang), l.Languages)
	if l.Free != nil {
		shown.Free, shown.Paid = *l.Free, !*l.Free
	}
	for _, k := range l.Kinds {
		shown.Kinds = append(shown.Kinds, "help.kind."+string(k))
	}
	for _, number := range l.Call {
		shown.Calls = append(shown.Calls, phone{Number: number, Link: dial("tel:", number)})
	}
	for _, t := range l.Text {
		shown.Texts = append(shown.Texts, phone{Number: t.Number, Link: dial("sms:", t.Number), Word: t.Word})
	}
	names := make([]string, len(l.Languages))
	for n, tag := range l.Languages {
		names[n] = helplines.LanguageName(tag, lang)
	}
	shown.Languages = strings.Join(names, " · ")
	return shown
}

// dial returns the link that dials a number. It keeps only what a telephone
// takes, so the template need not escape it; * and # must be encoded (RFC 3966).
func dial(scheme, number string) template.URL {
	var b strings.Builder
	for _, r := range number {
		switch {
		case r >= '0' && r <= '9', r == '+':
			b.WriteRune(r)
		case r == '*', r == '#':
			b.WriteString(url.QueryEscape(string(r)))
		}
	}
	return template.URL(scheme + b.String()) //nolint:gosec // digits and encoded signs only
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Host, "www.")
}

package console

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"recourse/internal/event"
	"recourse/moderation"
)

// casePage is a case, and the form that decides it.
type casePage struct {
	page
	caseFile

	CommunityTitle string
	Mine           bool   // the moderator holds the case
	Notice         string // what was just done
	Problem        answer // why what was asked for was not done
	Errors         fieldErrors
	Draft          *draft // what was typed; nil on a first look
}

// Abandoned reports whether the case was closed without a decision, since its
// last report was withdrawn. A decision closes a case at its own time.
func (p casePage) Abandoned() bool {
	if p.ClosedAt == nil {
		return false
	}
	return !slices.ContainsFunc(p.Decisions, func(made decision) bool { return made.DecidedAt.Equal(*p.ClosedAt) })
}

// FirstReport is when the first of the case's reports was received.
func (p casePage) FirstReport() time.Time { return p.Reports[0].ReceivedAt }

// LastReport is when the last one was: reports are in the order of their times.
func (p casePage) LastReport() time.Time { return p.Reports[len(p.Reports)-1].ReceivedAt }

// Languages are those of the code, its default first.
func (p casePage) Languages() []string { return p.code.Languages }

// Due is what the template "due" takes.
func (p casePage) Due() dueData { return dueData{Now: p.Now, Case: p.caseSummary} }

// Error is what is wrong with a field, or "".
func (p casePage) Error(field string) string { return p.Errors.of(field) }

// ProblemTitle is the heading of the error summary, or "".
func (p casePage) ProblemTitle() string { return p.Problem.title }

// ProblemDetail is the sentence below it.
func (p casePage) ProblemDetail() string { return p.Problem.detail }

// Chosen is the action to preselect.
func (p casePage) Chosen() event.Action {
	if p.Draft == nil {
		return ""
	}
	return p.Draft.Action
}

// Cited is the article to preselect: the one chosen before, or else the one
// that the code of conduct suggests.
func (p casePage) Cited() string {
	if p.Draft != nil {
		if _, ok := p.code.Article(p.Draft.Article); ok {
			return p.Draft.Article
		}
	}
	return p.Article
}

// Wrote is the text of the reasons as typed.
func (p casePage) Wrote() string {
	if p.Draft == nil {
		return ""
	}
	return p.Draft.Reasons
}

// Letter is the text of the message as typed.
func (p casePage) Letter() string {
	if p.Draft == nil {
		return ""
	}
	return p.Draft.Text
}

// Token tells one message of this form from another.
func (p casePage) Token() string {
	if p.Draft != nil && p.Draft.Token != "" {
		return p.Draft.Token
	}
	return rand.Text()
}

// Deciding reports whether the decision form is shown.
func (p casePage) Deciding() bool {
	return p.ClosedAt == nil && (p.Mine && p.Proposal == nil || p.Draft != nil && p.Draft.decides())
}

// recipient is a report whose reporter can be written to.
type recipient struct {
	ID     event.ID
	Number int // of the report on the page
	At     time.Time
	Chosen bool
}

// Recipients are the reporters who can be written to.
func (p casePage) Recipients() (to []recipient) {
	for i, r := range p.Reports {
		if r.WithdrawnAt == nil {
			chosen := p.Draft != nil && p.Draft.Report == r.ID.String()
			to = append(to, recipient{ID: r.ID, Number: i + 1, At: r.ReceivedAt, Chosen: chosen})
		}
	}
	return to
}

// ManyQueues says whether it is worth telling the case's queue.
func (p casePage) ManyQueues() bool { return len(p.code.Queues) > 1 }

// Suggested says whether rules suggest an article besides the case's own.
func (p casePage) Suggested(article string) bool {
	return article != p.Article && slices.ContainsFunc(p.Reports, func(r report) bool { return slices.Contains(r.Suggestions, article) })
}

// PriorityReasons are those of all reports, each once.
func (p casePage) PriorityReasons() (reasons []string) {
	for _, r := range p.Reports {
		for _, reason := range r.PriorityReasons {
			if !slices.Contains(reasons, reason) {
				reasons = append(reasons, reason)
			}
		}
	}
	return reasons
}

// HiddenBy are the rules that hid what was reported, each once.
func (p casePage) HiddenBy() (rules []firedRule) {
	for _, r := range p.Reports {
		for _, f := range r.Rules {
			known := slices.ContainsFunc(rules, func(other firedRule) bool { return other.Rule == f.Rule })
			if slices.Contains(r.HiddenBy, f.Rule) && f.acted() && !known {
				rules = append(rules, f)
			}
		}
	}
	return rules
}

// told is what a reporter is told that rules did, and in which language.
type told struct {
	Number   int // of the report on the page
	Language string
	Says     []string
}

// Told is what reporters are told with a decision, whatever the moderator writes.
func (p casePage) Told() (all []told) {
	for i, r := range p.Reports {
		if r.WithdrawnAt == nil && len(r.Machine) > 0 {
			all = append(all, told{Number: i + 1, Language: r.machineIn, Says: r.Machine})
		}
	}
	return all
}

// Forbidden is what the reporters of the case forbid, all together.
func (p casePage) Forbidden() (all event.Consent) {
	for _, r := range p.Reports {
		if r.WithdrawnAt == nil {
			all.DoNotTellAccount = all.DoNotTellAccount || r.Consent.DoNotTellAccount
			all.NotBeyondCommunity = all.NotBeyondCommunity || r.Consent.NotBeyondCommunity
		}
	}
	return all
}

func (c *Console) getCase(g *gin.Context) {
	id, ok := c.caseID(g)
	if !ok {
		return
	}
	var p casePage
	if _, ok := g.GetQuery(querySent); ok {
		p.Notice = noticeSent
	}
	if _, ok := g.GetQuery(querySplit); ok {
		p.Notice = noticeSplit
	}
	c.showCaseFile(g, id, http.StatusOK, p)
}

// showCaseFile opens the case anew and shows it. What is to be said besides is
// in p.
func (c *Console) showCaseFile(g *gin.Context, id event.ID, status int, p casePage) {
	m := signedIn(g)
	f, err := c.desk.view(g.Request.Context(), m, id)
	if err != nil {
		c.fail(g, err)
		return
	}
	p.page, p.caseFile = c.page(g, "Case"), f
	p.Failed = p.Problem.title != ""
	p.CommunityTitle, p.Mine = c.communityTitle(f.Community), f.HeldBy(&m)
	c.show(g, status, "case", p)
}

func (c *Console) postClaim(g *gin.Context) {
	id, form, ok := c.caseForm(g)
	if !ok {
		return
	}
	d := draftOf(form)
	s, err := c.desk.claim(g.Request.Context(), signedIn(g), id)
	switch {
	case err != nil:
		c.conflict(g, id, err, d)
	case d != nil && (d.decides() || d.Text != ""): // what was typed is kept
		c.showCaseFile(g, id, http.StatusOK, casePage{Draft: d, Notice: "You hold this case until " + clock(s.Claim.Until) + "."})
	default:
		g.Redirect(http.StatusSeeOther, "/cases/"+id.String())
	}
}

func (c *Console) postRelease(g *gin.Context) {
	id, _, ok := c.caseForm(g)
	if !ok {
		return
	}
	if _, err := c.desk.release(g.Request.Context(), signedIn(g), id); err != nil {
		c.conflict(g, id, err, nil)
		return
	}
	g.Redirect(http.StatusSeeOther, "/queue")
}

func (c *Console) postDecision(g *gin.Context) {
	id, form, ok := c.caseForm(g)
	if !ok {
		return
	}
	d := draftOf(form)
	if d == nil {
		d = &draft{}
	}
	_, waits, err := c.desk.decide(g.Request.Context(), signedIn(g), id, verdict{
		Version:  d.version(),
		Decision: moderation.Decision{Action: d.Action, Article: d.Article, Reasons: d.Reasons},
	})
	if err != nil {
		c.conflict(g, id, err, d)
		return
	}
	if d.Text != "" {
		d = &draft{Report: d.Report, Text: d.Text, Token: d.Token}
		notice := "Your decision was recorded. Your message was not sent yet."
		if waits != nil {
			notice = "Your decision was proposed. Your message was not sent yet."
		}
		c.showCaseFile(g, id, http.StatusOK, casePage{Draft: d, Notice: notice})
		return
	}
	g.Redirect(http.StatusSeeOther, "/cases/"+id.String())
}

// conflict answers a form that had no effect. What was typed is shown again.
func (c *Console) conflict(g *gin.Context, id event.ID, err error, d *draft) {
	a := answerOf(err)
	bad, fields := errors.AsType[fieldErrors](err)
	switch {
	case errors.Is(err, moderation.ErrClosed):
		c.showClosed(g, id, a, d)
	case fields, a.status == http.StatusConflict:
		c.showCaseFile(g, id, a.status, casePage{Problem: a, Errors: bad, Draft: d})
	case d != nil && a.status >= http.StatusInternalServerError:
		c.logged(g, err)
		g.Header("Retry-After", "5")
		c.show(g, a.status, "message", messagePage{page: c.page(g, a.title), Detail: a.detail, Case: "/cases/" + id.String(), Wrote: d.wrote()})
	default:
		c.fail(g, err)
	}
}

// showClosed answers a form that came after the decision: mostly the same form,
// sent twice.
func (c *Console) showClosed(g *gin.Context, id event.ID, a answer, d *draft) {
	p := messagePage{page: c.page(g, a.title), Detail: a.detail, Case: "/cases/" + id.String()}
	if d != nil {
		p.Wrote = d.wrote()
	}
	by, at, err := c.desk.lastDecision(g.Request.Context(), signedIn(g), id)
	switch {
	case errors.Is(err, errAbandoned):
		p.Detail = "Every report of it was withdrawn, so it was closed without a decision. What you sent was not recorded."
	case err != nil:
		c.logged(g, err)
	case by.ID == signedIn(g).ID:
		p.Detail = "Your decision was recorded on " + dateTime(at) + ". Sending it again changed nothing."
	default:
		p.Detail = by.Name + " decided it on " + dateTime(at) + ". What you sent was not recorded."
	}
	c.show(g, a.status, "message", p)
}

// caseID reads the id in the path, or answers 404.
func (c *Console) caseID(g *gin.Context) (event.ID, bool) {
	id, err := event.ParseID(g.Param("id"))
	if err != nil {
		c.fail(g, errNoCase)
		return event.ID{}, false
	}
	return id, true
}

// caseForm reads the id in the path and the form, or answers why not.
func (c *Console) caseForm(g *gin.Context) (event.ID, url.Values, bool) {
	id, ok := c.caseID(g)
	if !ok {
		return event.ID{}, nil, false
	}
	form, err := readForm(g)
	if err != nil {
		c.fail(g, err)
		return event.ID{}, nil, false
	}
	return id, form, true
}

// draftOf returns the decision form, or nil where it is not what was sent.
func draftOf(form url.Values) *draft {
	if !form.Has("version") {
		return nil
	}
	return &draft{
		Version: form.Get("version"), Action: event.Action(form.Get("action")), Article: form.Get("article"),
		Reasons: form.Get("reasons"), Report: form.Get("report"), Text: form.Get("text"), Token: form.Get("token"),
	}
}

func readForm(g *gin.Context) (url.Values, error) { return readFormOf(g, maxBody) }

// readFormOf reads a form of bounded size.
func readFormOf(g *gin.Context, maxBytes int64) (url.Values, error) {
	g.Request.Body = http.MaxBytesReader(g.Writer, g.Request.Body, maxBytes)
	if err := g.Request.ParseForm(); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, errTooLarge
		}
		return nil, errBadForm
	}
	return g.Request.PostForm, nil
}

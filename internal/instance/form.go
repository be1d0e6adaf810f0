package instance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"recourse/internal/event"
	"recourse/internal/seal/receipt"
)

// Form is the report form as a browser without JavaScript has it open.
type Form struct {
	instance *Instance
	action   string     // where it is sent
	hidden   url.Values // its hidden fields, a token among them
}

var errNoForm = errors.New("the page holds no report form")

// OpenForm opens a community's report form in a language of its pages.
func (i *Instance) OpenForm(ctx context.Context, community, language string) (*Form, error) {
	const doing = "opening the report form"
	page, err := i.web.get(ctx, doing, i.Intake+"/c/"+url.PathEscape(community)+"/report?lang="+url.QueryEscape(language))
	if err != nil {
		return nil, err
	}
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	form := find(root, func(n *html.Node) bool { return n.Data == "form" && attribute(n, "id") == "report" })
	if form == nil {
		return nil, fmt.Errorf("%s: %w", doing, errNoForm)
	}
	f := &Form{instance: i, action: attribute(form, "action"), hidden: url.Values{}}
	for n := range form.Descendants() {
		if n.Type == html.ElementNode && n.Data == "input" && attribute(n, "type") == "hidden" {
			f.hidden.Add(attribute(n, "name"), attribute(n, "value"))
		}
	}
	return f, nil
}

// Send fills the form in, sends it and reads the receipt from the page that
// comes back. Sent again, it stays one report. The page tells no id: it is the
// receipt's own.
func (f *Form) Send(ctx context.Context, r Report) (Acknowledgement, error) {
	const doing = "sending the report form"
	page, err := f.instance.web.postForm(ctx, doing, f.instance.Intake+f.action, f.filledIn(r))
	if err != nil {
		return Acknowledgement{}, err
	}
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return Acknowledgement{}, fmt.Errorf("%s: %w", doing, err)
	}
	shown := find(root, func(n *html.Node) bool { return attribute(n, "class") == "receipt" })
	if shown == nil {
		return Acknowledgement{}, fmt.Errorf("%s: the page that came back shows no receipt", doing)
	}
	secret, err := receipt.Parse(textOf(shown))
	if err != nil {
		return Acknowledgement{}, fmt.Errorf("%s: reading the receipt: %w", doing, err)
	}
	return Acknowledgement{ID: secret.ReportID(), Receipt: secret.Reveal()}, nil
}

// filledIn is what a browser would send: an answer that the form does not offer
// is one that was not given.
func (f *Form) filledIn(r Report) url.Values {
	values := url.Values{
		"kind": {string(r.Kind)}, "description": {r.Description}, "platform": {r.Account.Platform}, "handle": {r.Account.Handle},
		"links": {strings.Join(r.Links, "\r\n")}, "role": {string(r.Role)}, "contact": {r.Contact},
		"gender": {""}, "age_band": {""},
	}
	for _, ground := range r.Grounds {
		values.Add("grounds", string(ground))
	}
	if r.Demographics.Gender != event.GenderUnknown {
		values.Set("gender", string(r.Demographics.Gender))
	}
	if r.Demographics.AgeBand != event.AgeUnknown {
		values.Set("age_band", string(r.Demographics.AgeBand))
	}
	maps.Copy(values, f.hidden)
	return values
}

// find returns the first element that is wanted, or nil.
func find(root *html.Node, wanted func(*html.Node) bool) *html.Node {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && wanted(n) {
			return n
		}
	}
	return nil
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(root *html.Node) string {
	var all strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			all.WriteString(n.Data)
		}
	}
	return all.String()
}

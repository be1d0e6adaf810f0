package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// mostTabs is how often TabTo presses the key. A page that needs more is hard
// to use with a keyboard anyway.
const mostTabs = 150

// focusScript describes what has the focus; it works where scripts are off.
//
//go:embed focus.js
var focusScript string

// Focus is what has the keyboard's focus. It is empty where only the page has.
type Focus struct {
	Path string `json:"path"` // the element's place, as CSS
	HTML string `json:"html"` // its own tag
	Role string `json:"-"`    // what a screen reader says that it is
	Name string `json:"-"`    // and how it calls it

	// Ring reports whether an outline of 2 pixels or more, or the browser's own,
	// is around it, or around its label or what stands right after it, as where
	// a box is drawn for a hidden input. Shadows don't count: they go away in
	// forced colours.
	Ring bool `json:"ring"`
	// InView reports whether its middle is inside the window with nothing of
	// another element over it.
	InView bool `json:"in_view"`
}

// String is how a person would name it in a report.
func (f Focus) String() string {
	if f.Path == "" {
		return "nothing"
	}
	return fmt.Sprintf("%s %q %s", f.Role, f.Name, f.HTML)
}

// Focus tells what has the focus.
func (t *Tab) Focus() (Focus, error) {
	var f Focus
	err := t.do("looking for the focus", func(ctx context.Context, s *chromedp.Target) error {
		yes := true
		seen, err := evaluate(ctx, s, runtime.EvaluateParams{Expression: focusScript, ReturnByValue: &yes})
		if err != nil {
			return err
		}
		if err := json.Unmarshal(seen.Value, &f); err != nil || f.Path == "" {
			return err
		}
		f.Role, f.Name, err = accessible(ctx, s)
		return err
	})
	return f, err
}

// accessible is the role and the name of what has the focus, as the browser
// tells a screen reader.
func accessible(ctx context.Context, s cdp.Session) (role, name string, err error) {
	element, err := evaluate(ctx, s, runtime.EvaluateParams{Expression: "document.activeElement"})
	if err != nil {
		return "", "", err
	}
	no := false
	tree, err := cdp.Call(ctx, s, accessibility.GetPartialAXTree, accessibility.GetPartialAXTreeParams{
		ObjectID: element.ObjectID, FetchRelatives: &no,
	})
	if err != nil || len(tree.Nodes) == 0 {
		return "", "", err
	}
	return textOf(tree.Nodes[0].Role), textOf(tree.Nodes[0].Name), nil
}

func textOf(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var text string
	_ = json.Unmarshal(v.Value, &text) // what is no text is not a name
	return strings.Join(strings.Fields(text), " ")
}

// TabTo presses Tab until the focus is on an element that a CSS selector
// matches. Where it is there already, it presses nothing.
func (t *Tab) TabTo(selector string) (Focus, error) {
	quoted, err := json.Marshal(selector)
	if err != nil {
		return Focus{}, err
	}
	return t.tabUntil(selector, func(Focus) (bool, error) {
		var matches bool
		err := t.Eval("document.activeElement.matches("+string(quoted)+")", &matches)
		return matches, err
	})
}

// TabToName is TabTo for an element that a screen reader calls by this name.
func (t *Tab) TabToName(name string) (Focus, error) {
	return t.tabUntil(fmt.Sprintf("%q", name), func(f Focus) (bool, error) { return f.Name == name, nil })
}

func (t *Tab) tabUntil(what string, found func(Focus) (bool, error)) (Focus, error) {
	var passed []string
	seen := map[string]bool{}
	for range mostTabs {
		f, err := t.Focus()
		if err != nil {
			return f, err
		}
		if f.Path != "" {
			if ok, err := found(f); ok || err != nil {
				return f, err
			}
			if seen[f.Path] {
				break // once round
			}
			seen[f.Path] = true
			passed = append(passed, f.String())
		}
		if err := t.Press("Tab"); err != nil {
			return f, err
		}
	}
	return Focus{}, fmt.Errorf("the Tab key does not lead to %s; the focus was on:\n%s", what, strings.Join(passed, "\n"))
}

package reporter_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// typedOn returns what a browser would send of the page's form where no button
// was pressed.
func typedOn(t testing.TB, page string) url.Values {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	values := url.Values{}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		name, value := attr(n, "name"), attr(n, "value")
		_, checked := lookUp(n, "checked")
		switch {
		case n.Data == "textarea":
			values.Add(name, textOf(n)) // the parser has left out the first line's end
		case n.Data == "input" && (attr(n, "type") == "hidden" || attr(n, "type") == "text" || checked):
			values.Add(name, value)
		case n.Data == "select":
			values.Add(name, chosen(n))
		}
	}
	return values
}

// chosen is the value of the chosen option, or of the first.
func chosen(list *html.Node) string {
	var value string
	for n := range list.Descendants() {
		if _, ok := lookUp(n, "selected"); ok {
			value = attr(n, "value")
		}
	}
	return value
}

// press sends the page's form with what was typed since, by the button that
// leads to a step or sends.
func (b *bench) press(page, button string, typed ...string) answer {
	b.Helper()
	if !strings.Contains(page, `name="go" value="`+button+`"`) {
		b.Fatalf("there is no button to %s: %s", button, page)
	}
	return b.postForm(changed(typedOn(b, page), append(typed, "go", button)...))
}

// sameAsTyped fails the test unless a page's form holds all of want.
func sameAsTyped(t testing.TB, page string, want url.Values) {
	t.Helper()
	got := typedOn(t, page)
	for name, list := range want {
		var wanted []string
		for _, s := range list {
			s = strings.ReplaceAll(s, "\r\n", "\n")
			if name == "links" {
				s = strings.Join(slices.DeleteFunc(strings.Split(s, "\n"), func(line string) bool { return strings.TrimSpace(line) == "" }), "\n")
			}
			wanted = append(wanted, s)
		}
		slices.Sort(wanted)
		slices.Sort(got[name])
		if !slices.Equal(got[name], wanted) && name != "language" {
			t.Errorf("the form holds %q as %s, want %q", got[name], name, wanted)
		}
	}
}

func lookUp(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func attr(n *html.Node, key string) string {
	value, _ := lookUp(n, key)
	return value
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

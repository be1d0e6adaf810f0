package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/internal/browserbench"
	"recourse/internal/testbench"
)

// keyboard is somebody before a page with a keyboard and nothing else. Wherever
// the focus goes it must be seen.
type keyboard struct {
	*browserbench.Tab

	t      *testing.T
	arrive func() // looks at every page that one comes to
}

// to presses Tab until the focus is on what a selector matches.
func (k keyboard) to(selector string) browserbench.Focus {
	k.t.Helper()
	return k.toBy("Tab", selector)
}

func (k keyboard) toBy(key, selector string) browserbench.Focus {
	k.t.Helper()
	var passed []string
	for range 150 {
		var f browserbench.Focus
		if f = k.Focus(); f.Path != "" {
			k.seen(f)
			if k.on(selector) {
				return f
			}
			passed = append(passed, f.String())
		}
		k.Press(key)
	}
	k.t.Fatalf("%s does not lead to %s; the focus was on:\n%s", key, selector, strings.Join(passed, "\n"))
	return browserbench.Focus{}
}

// seen fails the test where one can't see that the focus is here. A summary of
// what is wrong has the focus to be read aloud, and a thick frame anyway.
func (k keyboard) seen(f browserbench.Focus) {
	k.t.Helper()
	if !f.Ring && !k.on(".summary") {
		k.t.Errorf("no ring around %s", f)
	}
	if !f.InView {
		k.t.Errorf("out of sight, or covered: %s", f)
	}
	if f.Name == "" && !k.on(".summary") {
		k.t.Errorf("it has no name: %s", f)
	}
}

// on reports whether the focus is on what a selector matches.
func (k keyboard) on(selector string) bool {
	k.t.Helper()
	quoted, err := json.Marshal(selector)
	if err != nil {
		k.t.Fatal(err)
	}
	var matches bool
	k.Eval("document.activeElement.matches("+string(quoted)+")", &matches)
	return matches
}

// write types into a field, at its start where it holds something.
func (k keyboard) write(selector, text string) {
	k.t.Helper()
	k.to(selector)
	k.Press("Ctrl+Home")
	k.Type(text)
}

// choose picks a radio button of a group, or an option of a list.
func (k keyboard) choose(name, value string) {
	k.t.Helper()
	k.to("[name=" + name + "]")
	if k.on("[type=radio]:not(:checked)") {
		k.Press("Space")
	}
	for range 40 {
		var chosen string
		k.Eval("document.activeElement.value", &chosen)
		if chosen == value {
			k.seen(k.Focus())
			return
		}
		k.Press("ArrowDown")
	}
	k.t.Fatalf("the arrow keys do not lead to %s=%s", name, value)
}

// open unfolds what a selector is in.
func (k keyboard) open(selector string) {
	k.t.Helper()
	k.to("details:has(" + selector + ") > summary")
	if !k.on("details[open] > summary") {
		k.Press("Enter")
	}
}

// follow presses a button or follows a link, and looks at the page where it leads.
func (k keyboard) follow(selector string) browserbench.Visit {
	k.t.Helper()
	k.to(selector)
	return k.enter()
}

func (k keyboard) enter() browserbench.Visit {
	k.t.Helper()
	v := k.PressAndLoad("Enter")
	k.arrive()
	return v
}

func (k keyboard) visit(address string) {
	k.t.Helper()
	if v := k.Visit(address); v.Status != http.StatusOK {
		k.t.Fatalf("the status is %d, want 200", v.Status)
	}
	k.arrive()
}

// texts are the words of the reporter's side in a language.
func texts(t testing.TB, lang string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "reporter", "languages", lang+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	words := map[string]string{}
	for key, v := range all {
		if text, ok := v.(string); ok {
			words[key] = text
		}
	}
	return words
}

// atIntake opens a tab at the intake.
func atIntake(t *testing.T, intake, lang string, noScript bool) keyboard {
	t.Helper()
	tab := browserbench.Open(t, browserbench.Options{Language: lang, NoScript: noScript})
	words := texts(t, lang)
	var titles []string
	for key, title := range words {
		if strings.HasPrefix(key, "title.") {
			titles = append(titles, title)
		}
	}
	k := keyboard{Tab: tab, t: t}
	k.arrive = func() {
		t.Helper()
		var p struct {
			Title, Lang, Dir string
			Summary, JS      bool
		}
		k.Eval(`({Title: document.title, Lang: document.documentElement.lang, Dir: getComputedStyle(document.body).direction,
			Summary: document.querySelector(".summary") !== null, JS: document.documentElement.matches(".js")})`, &p)
		if !slices.Contains(titles, p.Title) {
			t.Errorf("the page has the title %q, want one of %q", p.Title, titles)
		}
		if want := map[string]string{"ar": "rtl"}[lang]; p.Lang != lang || p.Dir != cmp.Or(want, "ltr") {
			t.Errorf("the page is in %s and %s, want %s", p.Lang, p.Dir, lang)
		}
		if p.JS == noScript {
			t.Errorf("NoScript is %t, and the page's script ran: %t", noScript, p.JS)
		}
		if p.Summary { // of what is wrong, or that all went well
			testbench.Eventually(t, 5*time.Second, "the summary has the focus", func() bool { return k.on(".summary") })
		}
		if cookies := tab.Cookies(); len(cookies) != 0 {
			t.Errorf("the intake has set %q", cookies)
		}
	}
	t.Cleanup(func() {
		if away := tab.Requests().Elsewhere(intake); len(away) != 0 {
			t.Errorf("these went elsewhere:\n%s", away)
		}
	})
	return k
}

// likeDemo writes the demo community under another name, with more in its
// file.
func likeDemo(t testing.TB, name, more string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("demo", "community.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	b = fmt.Appendf(nil, "%s\n%s", strings.Replace(string(b), "\nname: demo\n", "\nname: "+name+"\n", 1), more)
	file := filepath.Join(t.TempDir(), "community.yaml")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

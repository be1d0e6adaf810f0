package console_test

import (
	"strings"
	"testing"

	"recourse/internal/event"
)

func TestOtherCasesAboutTheSameAccountOrLinkAreListed(t *testing.T) {
	b := setup(t)
	b.work(t)
	about := func(handle, link, words string) event.ID {
		_, id := b.report(t, b.demo, event.Content{
			Kind: event.KindThreat, Description: words, Links: []string{link}, Account: event.Account{Platform: "forum", Handle: handle},
		})
		return id
	}
	first := about("@Him", "https://example.org/1", "He says that he will come to my house.")
	account := about("him", "https://example.org/2", "Photographs of my children stand in his posts.")
	link := about("her", "https://www.example.org/1#top", "This post calls others to write to my employer.")
	both := about("HIM", "https://example.org/1", "A third person is named and threatened there.")
	other := about("someone", "https://example.org/3", "Somebody else altogether insults the mayor.")

	c := b.signIn(t, "Ana", "demo")
	var file struct {
		Linked []struct {
			ID          event.ID `json:"id"`
			State       string   `json:"state"`
			SameAccount bool     `json:"same_account"`
			SameLink    bool     `json:"same_link"`
		} `json:"linked"`
	}
	c.get(t, "/v1/cases/"+first.String()).into(t, &file)
	got := map[event.ID][2]bool{}
	for _, l := range file.Linked {
		got[l.ID] = [2]bool{l.SameAccount, l.SameLink}
	}
	want := map[event.ID][2]bool{account: {true, false}, link: {false, true}, both: {true, true}}
	if len(got) != len(want) {
		t.Errorf("%d cases are linked, want %d", len(got), len(want))
	}
	for id, same := range want {
		if got[id] != same {
			t.Errorf("%s is linked by account and link as %v, want %v", id, got[id], same)
		}
	}
	page := c.get(t, casePath(first))
	if !page.has("Other cases about the same") || !page.has("the same account and link") || strings.Contains(page.body, other.String()) {
		t.Error("the page does not show the linked cases, or another")
	}
	if c.get(t, casePath(other)).has("Other cases about the same") {
		t.Error("a case that stands alone lists others")
	}
}

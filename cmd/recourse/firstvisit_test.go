package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"recourse/internal/browserbench"
)

// languages are all that the reporter's side is written in.
func languages(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "reporter", "languages", "*.json"))
	if err != nil || len(files) < 3 {
		t.Fatalf("the languages are in %q, %v", files, err)
	}
	tags := make([]string, 0, len(files))
	for _, file := range files {
		tags = append(tags, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	slices.Sort(tags)
	return tags
}

// On an old phone and a slow network the form is there with two requests and
// 14 KiB: what a server may send before it waits for the first answer.
func TestTheFirstVisitIsLight(t *testing.T) {
	const mostBytes = 14 << 10
	s := up(t, dataFolder(t))
	for _, lang := range languages(t) {
		for _, noScript := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s,NoScript=%t", lang, noScript), func(t *testing.T) {
				tab := browserbench.Open(t, browserbench.Options{Language: lang, NoScript: noScript})
				v := tab.Visit(s.at.Intake + "/c/demo/report")
				t.Logf("%d bytes in %d requests:\n%s", v.Requests.Bytes(), len(v.Requests), v.Requests)
				if v.Status != http.StatusOK || v.Requests.Bytes() > mostBytes || len(v.Requests) != 2 {
					t.Errorf("the status is %d with %d bytes in %d requests, want 200 with at most %d in 2",
						v.Status, v.Requests.Bytes(), len(v.Requests), mostBytes)
				}
				for _, r := range v.Requests {
					if r.Status != http.StatusOK || r.Bytes == 0 {
						t.Errorf("this is not a whole answer: %+v", r)
					}
				}
				if got := langOf(tab); got != lang {
					t.Errorf("the form is in %q, want %q", got, lang)
				}
			})
		}
	}
}

func langOf(tab *browserbench.Tab) (lang string) {
	tab.Eval("document.documentElement.lang", &lang)
	return lang
}

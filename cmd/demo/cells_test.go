package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheLargestCellsComeFirst(t *testing.T) {
	t.Parallel()
	read := func(content string) (string, error) {
		file := filepath.Join(t.TempDir(), "cells.csv")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		cells, err := largestCells(file, 3)
		var lines []string
		for _, c := range cells {
			lines = append(lines, strings.ReplaceAll(c.String(), "\t", " "))
		}
		return strings.Join(lines, "; "), err
	}
	got, err := read("kind,action,estimate,se\nhate,none,-3,2.5\nhate,ban,9,2.534\nthreat,ban,10,2.5\nthreat,none,9,2.5\n")
	if want := "threat ban 10 ± 2.5; hate ban 9 ± 2.5; threat none 9 ± 2.5"; err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	for name, content := range map[string]string{
		"an empty file": "", "no column for the error": "kind,action,estimate\n", "an estimate that is none": "kind,action,estimate,se\nhate,ban,many,2\n",
		"an error that is none": "kind,action,estimate,se\nhate,ban,3,much\n", "a short row": "kind,action,estimate,se\nhate,ban\n",
	} {
		if got, err := read(content); err == nil {
			t.Errorf("%s gives %q and no error", name, got)
		}
	}
}

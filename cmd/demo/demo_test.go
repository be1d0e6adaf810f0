package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/internal/progress"
	"recourse/internal/testbench"
)

func TestMain(m *testing.M) { os.Exit(testbench.Main(m)) }

// onlyFolder makes TMPDIR a folder of the test's own, in which nothing may be
// left.
func onlyFolder(t testing.TB) {
	t.Helper()
	dir := testbench.Folder(t)
	t.Cleanup(func() {
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) > 0 {
			t.Errorf("the demo left %v, %v", entries, err)
		}
	})
	t.Setenv("TMPDIR", dir)
}

func TestTheDemoAccountsForEveryReport(t *testing.T) {
	out := filepath.Join(t.TempDir(), "released", "files")
	f := flags{Program: testbench.Program(t), Out: out, Reports: 60, Clients: 8, Seed: 3}
	onlyFolder(t)
	var shown bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	o, err := run(ctx, f, progress.Lines(&shown))
	if err != nil {
		t.Fatalf("%v\n%s", err, shown.String())
	}

	if o.Requests < 63 || o.Acknowledged != 60 || o.SentAgain != 3 || o.Form != 3 || o.Cases > 60 || o.Decided != 60 {
		t.Errorf("the outcome is %+v; want 63 requests or more, 60 acknowledged, 3 sent again, 3 forms, 60 cases at most, 60 decided", o)
	}
	if o.Release != "demo-1" {
		t.Errorf("the release is %q, want demo-1", o.Release)
	}
	if len(o.Cells) != 10 {
		t.Errorf("%d cells are shown, want 10", len(o.Cells))
	}
	for n, c := range o.Cells {
		if c.Kind == "" || c.Action == "" || c.SE <= 0 || (n > 0 && c.Estimate > o.Cells[n-1].Estimate) {
			t.Errorf("the cells are %+v", o.Cells)
			break
		}
	}
	for _, name := range []string{"cells.csv", "datapackage.json"} {
		file := filepath.Join(out, name)
		if info, err := os.Stat(file); err != nil || info.Size() == 0 || !slices.Contains(o.Files, file) {
			t.Errorf("%s: %v, among %v", name, err, o.Files)
		}
	}
	for _, file := range o.Files {
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	}

	var table bytes.Buffer
	o.print(&table)
	printed := strings.Join(strings.Fields(table.String()), " ")
	for _, want := range []string{
		fmt.Sprintf("sent (requests) %d acknowledged (distinct) 60 sent again with the same key 3 through the form 3", o.Requests),
		fmt.Sprintf("cases %d reports decided 60", o.Cases), "seconds starting", "seconds sending", "seconds opening", "seconds moderating", "seconds checking",
		"seconds releasing", "Release demo-1", strings.ReplaceAll(o.Cells[0].String(), "\t", " "),
		filepath.Join(out, "cells.csv"),
	} {
		if !strings.Contains(printed, want) {
			t.Errorf("the table lacks %q:\n%s", want, table.String())
		}
	}
	for _, want := range []string{"sending: 60 of 60", "opening: 60 of 60", "moderating: 60 of 60", "checking: 60 of 60"} {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("the progress lacks %q:\n%s", want, shown.String())
		}
	}
}

// atFirst calls a function when something is written to it.
type atFirst struct{ call func() }

func (a atFirst) Write(p []byte) (int, error) {
	a.call()
	return len(p), nil
}

func TestTheDemoStopsWhereItIsAndLeavesNothing(t *testing.T) {
	f := flags{Program: testbench.Program(t), Out: t.TempDir(), Reports: 20, Clients: 4, Seed: 3}
	onlyFolder(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	// The first line is written when all is sent and nothing moderated.
	o, err := run(ctx, f, progress.Lines(atFirst{cancel}))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was cancelled", err)
	}
	if o.Acknowledged != 20 || o.Decided != 0 {
		t.Errorf("it came to %+v", o)
	}
	if code := show(outcome{}, err); code != exitFailed {
		t.Errorf("it exits with %d, want %d", code, exitFailed)
	}
}

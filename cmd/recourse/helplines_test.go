package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnOperatorsHelpLinesAreReadBeforeTheIntakeStarts(t *testing.T) {
	t.Parallel()
	if l, err := readHelpLines(""); l != nil || err != nil {
		t.Errorf("%v, %v", l, err)
	}
	path := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(path, []byte("lines:\n  - country: XX\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (proxyFlags{}).newIntake(t.Context(), environment{helpLines: path}); err == nil || !strings.HasPrefix(err.Error(), path+":2: country: ") {
		t.Errorf("%v", err)
	}
	if _, err := readHelpLines(path + ".none"); err == nil {
		t.Error("no file is read")
	}
	comes, err := os.ReadFile("../../reporter/helplines/helplines.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, comes, 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := readHelpLines(path); err != nil || len(l.Countries()) < 16 {
		t.Errorf("the list that comes along can't be copied: %v", err)
	}
}

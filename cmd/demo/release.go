package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// release publishes what was decided, and fetches the files as anybody may.
func (d *demo) release(ctx context.Context) error {
	if err := d.waitFacts(ctx); err != nil {
		return err
	}
	var published struct {
		Release string `json:"release"`
	}
	if err := d.instance.RunJSON(ctx, &published, "release", "publish", "--community", community, "--until", "now", "--json"); err != nil {
		return err
	}
	if err := d.download(ctx, published.Release); err != nil {
		return err
	}
	cells, err := largestCells(filepath.Join(d.Out, cellsFile), 10)
	if err != nil {
		return err
	}
	d.outcome.Release, d.outcome.Cells = published.Release, cells
	return nil
}

// waitFacts waits until statistics have heard of every decision.
func (d *demo) waitFacts(ctx context.Context) error {
	want := len(d.moderated.caseOf)
	return until(ctx, time.Minute, "statistics have every decided report", func(ctx context.Context) (string, bool, error) {
		var status struct {
			FactsWaiting int `json:"facts_waiting"`
		}
		err := d.instance.RunJSON(ctx, &status, "release", "status", "--community", community, "--json")
		return fmt.Sprintf("they have %d of %d", status.FactsWaiting, want), status.FactsWaiting == want, err
	})
}

const (
	cellsFile   = "cells.csv"
	packageFile = "datapackage.json"
)

// resource is a file that a data package describes.
type resource struct {
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"` // 0 where it is not told
	Hash  string `json:"hash"`  // "sha256:" and hexadecimal digits, or ""
}

// download fetches datapackage.json, cells.csv and every other file that the
// package lists.
func (d *demo) download(ctx context.Context, release string) error {
	if err := os.MkdirAll(d.Out, 0o755); err != nil { //nolint:gosec // released files are for everybody
		return fmt.Errorf("making the folder for the released files: %w", err)
	}
	if err := d.fetch(ctx, release, resource{Path: packageFile}); err != nil {
		return err
	}
	b, err := os.ReadFile(filepath.Join(d.Out, packageFile))
	if err != nil {
		return fmt.Errorf("reading the data package: %w", err)
	}
	var described struct {
		Resources []resource `json:"resources"`
	}
	if err := json.Unmarshal(b, &described); err != nil {
		return fmt.Errorf("reading the data package: %w", err)
	}
	cells := false
	for _, r := range described.Resources {
		cells = cells || r.Path == cellsFile
		if err := d.fetch(ctx, release, r); err != nil {
			return err
		}
	}
	if !cells {
		return d.fetch(ctx, release, resource{Path: cellsFile})
	}
	return nil
}

func (d *demo) fetch(ctx context.Context, release string, r resource) error {
	// A path that leads out of the folder is nobody's file.
	if !filepath.IsLocal(r.Path) || strings.Contains(r.Path, ":") {
		return fmt.Errorf("the data package lists %q, which is not a file beside it", r.Path)
	}
	file := filepath.Join(d.Out, filepath.FromSlash(r.Path))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil { //nolint:gosec // likewise
		return fmt.Errorf("making the folder for the released files: %w", err)
	}
	size, err := d.instance.Download(ctx, d.instance.Stats+"/releases/"+release+"/"+r.Path, file)
	if err != nil {
		return err
	}
	if r.Bytes != 0 && size != r.Bytes {
		return fmt.Errorf("%s has %d bytes, and its data package says %d", r.Path, size, r.Bytes)
	}
	if want, ok := strings.CutPrefix(r.Hash, "sha256:"); ok {
		got, err := hashOf(file)
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("%s is not the file that its data package describes: its hash is %s, and it says %s", r.Path, got, want)
		}
	}
	d.outcome.Files = append(d.outcome.Files, file)
	return nil
}

func hashOf(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("reading a released file: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

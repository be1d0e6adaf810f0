package main

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
)

// cell is a released cell.
type cell struct {
	Kind, Action string
	Estimate, SE float64 // SE is the estimate's standard error
}

// largestCells reads the largest cells of cells.csv.
func largestCells(file string, most int) ([]cell, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("reading the released cells: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	cells, err := readCells(f)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	slices.SortStableFunc(cells, func(a, b cell) int { return cmp.Compare(b.Estimate, a.Estimate) })
	return cells[:min(len(cells), most)], nil
}

func readCells(in io.Reader) ([]cell, error) {
	r := csv.NewReader(in)
	header, err := r.Read()
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for n, name := range header {
		at[name] = n
	}
	for _, name := range []string{"kind", "action", "estimate", "se"} {
		if _, ok := at[name]; !ok {
			return nil, fmt.Errorf("there is no column %q", name)
		}
	}
	var cells []cell
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return cells, nil
		}
		if err != nil {
			return nil, err
		}
		c := cell{Kind: row[at["kind"]], Action: row[at["action"]]}
		if c.Estimate, err = strconv.ParseFloat(row[at["estimate"]], 64); err != nil {
			return nil, fmt.Errorf("an estimate: %w", err)
		}
		if c.SE, err = strconv.ParseFloat(row[at["se"]], 64); err != nil {
			return nil, fmt.Errorf("a standard error: %w", err)
		}
		cells = append(cells, c)
	}
}

func (c cell) String() string {
	return fmt.Sprintf("%s\t%s\t%.0f ± %.1f", c.Kind, c.Action, c.Estimate, c.SE)
}

package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// outcome is what the demo reports in the end.
type outcome struct {
	Requests     int // in which a report was sent
	Acknowledged int // distinct reports
	SentAgain    int // with the same key
	Form         int // through the form
	Cases        int // decided
	Decided      int // distinct reports in them
	Phases       []phase
	Release      string
	Cells        []cell   // the largest
	Files        []string // where they are
}

// phase is a part of the demo.
type phase struct {
	Name string
	Took time.Duration
}

// print writes the table.
func (o outcome) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nsent (requests)\t%d\n", o.Requests)
	fmt.Fprintf(w, "acknowledged (distinct)\t%d\n", o.Acknowledged)
	fmt.Fprintf(w, "sent again with the same key\t%d\n", o.SentAgain)
	fmt.Fprintf(w, "through the form\t%d\n", o.Form)
	fmt.Fprintf(w, "cases\t%d\n", o.Cases)
	fmt.Fprintf(w, "reports decided\t%d\n", o.Decided)
	for _, p := range o.Phases {
		fmt.Fprintf(w, "seconds %s\t%.1f\n", p.Name, p.Took.Seconds())
	}
	_ = w.Flush() // what a terminal does not take, nobody can be told
	if o.Release == "" {
		return
	}
	fmt.Fprintf(w, "\nRelease %s, its largest cells (kind, action, estimate ± standard error):\n\n", o.Release)
	for _, c := range o.Cells {
		fmt.Fprintf(w, "  %s\n", c)
	}
	fmt.Fprintln(w)
	for _, file := range o.Files {
		fmt.Fprintf(w, "  %s\n", file)
	}
	_ = w.Flush() // likewise
}

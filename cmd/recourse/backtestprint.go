package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	sums "recourse/moderation/conduct/backtest"
)

// backtestJSON is what conduct backtest --json prints.
type backtestJSON struct {
	Draft     string    `json:"draft"` // digest
	Community string    `json:"community"`
	Since     time.Time `json:"since"`
	Until     time.Time `json:"until"`
	sums.Result
}

func (b backtestJSON) print(out io.Writer, draft string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s (digest %s)\nagainst %s of %s received from %s to %s%s.\n", draft, b.Draft,
		counted(b.Reports.Judged, "report", "reports"), b.Community, b.Since.Format(time.RFC3339), b.Until.Format(time.RFC3339), b.skipped())
	fmt.Fprintf(w, "%s, %d of them decided by moderators. %d would change%s\n", counted(b.Cases, "case", "cases"), b.Decided, b.Changed,
		map[bool]string{true: ":", false: "."}[b.Changed > 0])
	b.printChanges(w)
	b.printListed(w)
	b.printRules(w)
	return w.Flush()
}

func (b backtestJSON) skipped() string {
	var parts []string
	for _, skip := range sums.Skips() {
		if n := b.Reports.Skipped[skip]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ReplaceAll(string(skip), "_", " ")))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (left out: " + strings.Join(parts, ", ") + ")"
}

func (b backtestJSON) printChanges(w io.Writer) {
	for _, what := range sums.Whats() {
		if b.By[what] == 0 {
			continue
		}
		var moves []string
		for _, m := range b.Moves {
			if m.What == what {
				moves = append(moves, fmt.Sprintf("%s %d", strings.TrimPrefix(m.From+" -> "+m.To, " -> "), m.Cases))
			}
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", strings.ReplaceAll(what, "_", " "), counted(b.By[what], "case", "cases"), strings.Join(moves, ", "))
	}
}

func (b backtestJSON) printListed(w io.Writer) {
	if len(b.Listed) == 0 {
		return
	}
	fmt.Fprintln(w, "\nCASE\tREPORTS\tFROM -> TO")
	for _, c := range b.Listed {
		fmt.Fprintf(w, "%s\t%d of %d\t%s\n", c.Case, c.Changed, c.Reports, difference(c.Before, c.After))
	}
	if more := b.Changed - len(b.Listed); more > 0 {
		fmt.Fprintf(w, "and %d more: --list shows more of them.\n", more)
	}
}

func difference(before, after sums.Outcome) string {
	var parts []string
	add := func(what string, from, to any) {
		if from != to {
			parts = append(parts, fmt.Sprintf("%s %v -> %v", what, from, to))
		}
	}
	yesNo := map[bool]string{true: "yes", false: "no"}
	add("article", before.Article, after.Article)
	add("priority", before.Priority, after.Priority)
	add("queue", before.Queue, after.Queue)
	add("second reader", yesNo[before.SecondReader], yesNo[after.SecondReader])
	add("hidden", yesNo[before.Hidden], yesNo[after.Hidden])
	return strings.Join(parts, "; ")
}

func (b backtestJSON) printRules(w io.Writer) {
	if len(b.Rules) == 0 {
		return
	}
	fmt.Fprintln(w, "\nRULE\tFIRED BEFORE\tFIRES NOW\tRIGHT (95 %)\tFOUND (95 %)")
	var failed, fresh []string
	for _, r := range b.Rules {
		name, right, found := r.ID, shareText(r.Precision), ""
		switch {
		case !r.Draft:
			name, right = name+" (not in the draft)", ""
		case r.Shadow:
			name += " (shadow)"
		}
		if r.Recall != nil {
			found = shareText(*r.Recall)
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\n", name, r.Before, r.Now, right, found)
		if r.Errors > 0 {
			failed = append(failed, fmt.Sprintf("%s (%s)", r.ID, counted(r.Errors, "report", "reports")))
		}
		if r.NewArticle > 0 {
			fresh = append(fresh, fmt.Sprintf("%s (%s)", r.ID, counted(r.NewArticle, "case", "cases")))
		}
	}
	fmt.Fprint(w, `Figures are cases. Right: of the decided cases in which a rule fires, those in which moderators acted, and under its article
where it suggests one. Found: of those in which they acted under its article, the cases in which it fires.
`)
	if len(fresh) > 0 {
		fmt.Fprintf(w, "Left out of these, since the code that was decided under has no such article: %s.\n", strings.Join(fresh, ", "))
	}
	if len(failed) > 0 {
		fmt.Fprintf(w, "These rules could not be evaluated in some reports, and had no effect there: %s.\n", strings.Join(failed, ", "))
	}
}

// shareText is such as "81 % (74 to 87), n = 120".
func shareText(s sums.Share) string {
	if s.Of == nil {
		return fmt.Sprintf("too few to tell, n = %d", s.N)
	}
	return fmt.Sprintf("%.0f %% (%.0f to %.0f), n = %d", 100**s.Of, 100**s.Low, 100**s.High, s.N)
}

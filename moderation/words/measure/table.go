package measure

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Print writes a report as tables for people.
func (r Report) Print(out io.Writer) error {
	var w bytes.Buffer
	if len(r.Variations) > 0 {
		fmt.Fprintf(&w, "VARIED (%s)\tPAIRS\tPLAIN MATCHES\tSAME TERM CAUGHT\tSHARE\tEVERY TERM CAUGHT\n", r.Language)
		for _, v := range r.Variations {
			fmt.Fprintf(&w, "%s\t%d\t%d\t%d\t%s\t%d\n", v.Functionality, v.Pairs, v.Matched, v.Caught, percent(v.Caught, v.Matched), v.All)
		}
		w.WriteString("\n")
	}
	if len(r.Functions) > 0 {
		fmt.Fprintf(&w, "FUNCTIONALITY (%s)\tLABEL\tROWS\tMATCHED\tSHARE\n", r.Language)
		for _, f := range r.Functions {
			fmt.Fprintf(&w, "%s\t%s\t%d\t%d\t%s\n", f.Functionality, f.Label, f.Rows, f.Matched, percent(f.Matched, f.Rows))
		}
		w.WriteString("\n")
	}
	if o := r.Ordinary; o != nil {
		fmt.Fprintf(&w, "ORDINARY (%s)\tSENTENCES\tFALSE MATCHES\tSHARE\tBY LEXICON\n", r.Language)
		var by []string
		for _, l := range o.Lexicons {
			by = append(by, fmt.Sprintf("%s %d", l.Language, l.Sentences))
		}
		fmt.Fprintf(&w, "\t%d\t%d\t%s\t%s\n", o.Sentences, o.Matched, percent(o.Matched, o.Sentences), cmp.Or(strings.Join(by, ", "), "-"))
	}
	aligned := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if _, err := w.WriteTo(aligned); err != nil {
		return fmt.Errorf("printing the report: %w", err)
	}
	return aligned.Flush()
}

func percent(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*share(part, whole))
}

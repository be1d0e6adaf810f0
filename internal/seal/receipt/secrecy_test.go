package receipt_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"

	"recourse/internal/seal/receipt"
)

// wantNothingOf fails where out holds a group of the receipt's symbols or, as
// %d would print them, their values.
func wantNothingOf(t *testing.T, r receipt.Receipt, how, out string) {
	t.Helper()
	for group := range strings.SplitSeq(r.Reveal(), "-") {
		if strings.Contains(strings.ToUpper(out), group) {
			t.Errorf("%s reveals symbols: %s", how, out)
		}
		var values []string
		for _, symbol := range group[:5] {
			values = append(values, strconv.Itoa(strings.IndexRune(alphabet, symbol)))
		}
		if strings.Contains(out, strings.Join(values, " ")) {
			t.Errorf("%s reveals the symbols' values: %s", how, out)
		}
	}
}

func TestNoVerbPrintsAReceipt(t *testing.T) {
	r := receipt.New()
	held := struct {
		Name    string
		Receipt receipt.Receipt
	}{"report", r}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%o", "%b", "%c", "%U", "%e", "%t", "%08v", "%T"} {
		wantNothingOf(t, r, verb, fmt.Sprintf(verb, r))
		wantNothingOf(t, r, verb+" of a pointer", fmt.Sprintf(verb, &r))
		wantNothingOf(t, r, verb+" of a struct", fmt.Sprintf(verb, held))
		wantNothingOf(t, r, verb+" of a list", fmt.Sprintf(verb, []receipt.Receipt{r}))
	}
	wantNothingOf(t, r, "Sprint", fmt.Sprint(r))
	wantNothingOf(t, r, "an error", fmt.Errorf("reading %v", r).Error())
}

func TestNoLogHoldsAReceipt(t *testing.T) {
	r := receipt.New()
	var out bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		log := slog.New(handler)
		log.Info("by value", "receipt", r)
		log.Info("by pointer", "receipt", &r)
		log.Info("in a group", slog.Group("report", "receipt", r))
		log.Info("in a struct", "report", struct{ Receipt receipt.Receipt }{r})
	}
	wantNothingOf(t, r, "slog", out.String())
	if strings.Count(out.String(), "\n") != 8 {
		t.Errorf("the log has not its eight lines:\n%s", out.String())
	}
}

func TestNoJSONHoldsAReceipt(t *testing.T) {
	r := receipt.New()
	b, err := json.Marshal(map[string]any{"receipt": r})
	if err != nil {
		t.Fatal(err)
	}
	wantNothingOf(t, r, "encoding/json", string(b))
}

package measure

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// row is one case.
type row struct {
	id            int
	reference     int // of the plain row; 0 for none
	text          string
	functionality string
	label         string
}

// readCases reads the columns that are needed, by name.
func readCases(file io.Reader) ([]row, error) {
	r := csv.NewReader(file)
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("reading the header: %w", err)
	}
	column := map[string]int{}
	for i, name := range header {
		column[strings.TrimPrefix(name, "\ufeff")] = i
	}
	id, ok := column["case_id"]
	if !ok {
		id, ok = column["mhc_case_id"]
	}
	if !ok {
		return nil, errors.New("line 1: there is no column case_id or mhc_case_id: cases need the columns of HateCheck")
	}
	for _, name := range []string{"test_case", "functionality", "label_gold", "ref_case_id"} {
		if _, ok := column[name]; !ok {
			return nil, fmt.Errorf("line 1: there is no column %s: cases need the columns of HateCheck", name)
		}
	}
	var rows []row
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading cases: %w", err)
		}
		line, _ := r.FieldPos(0)
		number, err := caseNumber(fields[id])
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		next := row{
			id: number, text: fields[column["test_case"]], functionality: fields[column["functionality"]], label: fields[column["label_gold"]],
		}
		if reference := fields[column["ref_case_id"]]; reference != "" {
			if next.reference, err = caseNumber(reference); err != nil {
				return nil, fmt.Errorf("line %d: %w", line, err)
			}
		}
		rows = append(rows, next)
	}
}

// caseNumber reads "6", "6.0" and "french-6". Numbers begin at 1.
func caseNumber(s string) (int, error) {
	digits := s[strings.LastIndexAny(s, "-_ ")+1:]
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || n < 1 || n != float64(int(n)) {
		return 0, errors.New("a case's id or reference is no number: use 6, 6.0 or french-6")
	}
	return int(n), nil
}

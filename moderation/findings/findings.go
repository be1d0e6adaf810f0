// Package findings is what a machine found in a report's words, as it is sealed
// beside them at rest: where terms of the code's lexicons and personal data
// stand. The worker writes it and the console shows it.
package findings

import (
	"encoding/json"
	"errors"
	"fmt"

	"recourse/moderation/personal"
	"recourse/moderation/words"
)

// Findings are spans of a report's description, in bytes.
type Findings struct {
	Words    []Word     `json:"words,omitempty"`
	Personal []Personal `json:"personal,omitempty"`
}

// Word is a term of a lexicon, and how it was disguised.
type Word struct {
	Start     int      `json:"start"`
	End       int      `json:"end"`
	Term      string   `json:"term"`
	Language  string   `json:"language"`
	Sense     string   `json:"sense"`
	Weight    int      `json:"weight"`
	Reclaimed bool     `json:"reclaimed,omitempty"`
	Disguise  []string `json:"disguise,omitempty"`
}

// Personal is a piece of personal data.
type Personal struct {
	Start   int    `json:"start"`
	End     int    `json:"end"`
	Kind    string `json:"kind"`
	Country string `json:"country,omitempty"` // ISO 3166-1 alpha-2
}

// Of returns the findings of a report's words.
func Of(matches []words.Match, found []personal.Finding) Findings {
	var f Findings
	for _, m := range matches {
		f.Words = append(f.Words, Word(m))
	}
	for _, p := range found {
		f.Personal = append(f.Personal, Personal(p))
	}
	return f
}

// Empty says whether nothing was found.
func (f Findings) Empty() bool { return len(f.Words) == 0 && len(f.Personal) == 0 }

// Encode returns f as Decode reads it.
func (f Findings) Encode() ([]byte, error) {
	b, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("encoding findings: %w", err)
	}
	return b, nil
}

var errDecode = errors.New("findings can't be decoded")

// Decode reads what Encode wrote. Its errors never quote it.
func Decode(b []byte) (Findings, error) {
	var f Findings
	if err := json.Unmarshal(b, &f); err != nil {
		return Findings{}, errDecode
	}
	return f, nil
}

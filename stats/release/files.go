package release

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"time"

	"recourse/stats"
	"recourse/stats/mechanism"
)

// Names of the files of every release.
const (
	CellsFile   = "cells.csv"
	PackageFile = "datapackage.json"
)

// delta is at which epsilon is told beside rho.
const delta = 1e-6

// ID names a release in addresses: <community>-<number>.
func ID(community string, number int) string { return community + "-" + strconv.Itoa(number) }

// table is a noisy table of two attributes.
type table struct {
	rows, columns stats.Attribute
	estimates     []int64 // row by row
	sigma2        *big.Rat
}

// file is a file of a release, as it is served.
type file struct {
	name, mediaType string
	content         []byte
}

func (f file) sum() [sha256.Size]byte { return sha256.Sum256(f.content) }

// write makes the files. They depend on nothing but what is given, so that the
// same table is the same bytes.
func write(t table, r Request, made Published) ([]file, error) {
	cells, err := t.csv()
	if err != nil {
		return nil, err
	}
	data := file{name: CellsFile, mediaType: "text/csv", content: cells}
	description, err := json.MarshalIndent(describe(t, data, r, made), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding the data package: %w", err)
	}
	return []file{data, {name: PackageFile, mediaType: "application/json", content: append(description, '\n')}}, nil
}

// csv writes a line a cell, also for cells in which nothing was counted: which
// are empty is nobody's to know.
func (t table) csv() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{t.rows.Name, t.columns.Name, "estimate", "se"}) // Flush's error is this one too
	se := strconv.FormatFloat(mechanism.StandardError(t.sigma2), 'g', -1, 64)
	for i, row := range t.rows.Codes {
		for j, column := range t.columns.Codes {
			_ = w.Write([]string{row, column, strconv.FormatInt(t.estimates[i*len(t.columns.Codes)+j], 10), se})
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("writing the cells: %w", err)
	}
	return b.Bytes(), nil
}

// dataPackage is a Data Package v2 (https://datapackage.org), with what is told
// of the period and of privacy under a name of our own.
type dataPackage struct {
	Schema      string     `json:"$schema"`
	Name        string     `json:"name"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Created     time.Time  `json:"created"`
	Licenses    []license  `json:"licenses"`
	Resources   []resource `json:"resources"`
	Recourse    about      `json:"recourse"`
}

type license struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	Title string `json:"title"`
}

type resource struct {
	Name        string      `json:"name"`
	Path        string      `json:"path"`
	Type        string      `json:"type"`
	Title       string      `json:"title"`
	Format      string      `json:"format"`
	MediaType   string      `json:"mediatype"`
	Encoding    string      `json:"encoding"`
	Bytes       int         `json:"bytes"`
	Hash        string      `json:"hash"`
	TableSchema tableSchema `json:"schema"`
}

type tableSchema struct {
	Schema     string   `json:"$schema"`
	Fields     []field  `json:"fields"`
	PrimaryKey []string `json:"primaryKey"` //nolint:tagliatelle // the specification's
}

type field struct {
	Name        string      `json:"name"`
	Type        string      `json:"type"`
	Title       string      `json:"title"`
	Description string      `json:"description,omitempty"`
	Constraints constraints `json:"constraints"`
}

type constraints struct {
	Required bool     `json:"required"`
	Enum     []string `json:"enum,omitempty"`
}

type about struct {
	Community string  `json:"community"`
	Release   int     `json:"release"`
	Period    period  `json:"period"`
	CodeLists int     `json:"code_lists"`
	Privacy   privacy `json:"privacy"`
}

type period struct {
	From  *time.Time `json:"from"` // null for the first release
	Until time.Time  `json:"until"`
}

type privacy struct {
	Definition string  `json:"definition"`
	Unit       string  `json:"unit"`
	Cap        int     `json:"cap"`
	Mechanism  string  `json:"mechanism"`
	Sigma2     string  `json:"sigma2"` // of each cell, a fraction
	Rho        string  `json:"rho"`    // what it cost
	Epsilon    float64 `json:"epsilon"`
	Delta      float64 `json:"delta"`
}

func describe(t table, data file, r Request, made Published) dataPackage {
	sum := data.sum()
	code := func(a stats.Attribute) field {
		return field{Name: a.Name, Type: "string", Title: a.Title, Constraints: constraints{Required: true, Enum: a.Codes}}
	}
	rho, _ := made.Rho.Float64()
	return dataPackage{
		Schema: "https://datapackage.org/profiles/2.0/datapackage.json",
		Name:   made.ID(),
		Title:  fmt.Sprintf("Reports of online abuse and corrective action: %s, release %d", made.Community, made.Number),
		Description: "How many reports of each kind had which corrective action as the first decision in effect. Every count has noise, " +
			"which bounds what anybody can learn from it about one reporter: see privacy. A report counts once, in the first release " +
			"that was cut after the first decision on its case had reached statistics. Of one reporter, where the platform names one, the " +
			"earliest reports up to the cap are counted in a release, and later ones in none. An estimate is unbiased for the counts so " +
			"capped, may be negative, and has the standard error given beside it. The error of a sum of n cells is the square root of n " +
			"times that of one. The standard error is the noise's alone and says nothing of abuse that nobody reported.",
		Created: made.PublishedAt,
		Licenses: []license{{
			Name: "CC-BY-4.0", Path: "https://creativecommons.org/licenses/by/4.0/", Title: "Creative Commons Attribution 4.0 International",
		}},
		Resources: []resource{{
			Name: "cells", Path: data.name, Type: "table", Title: "Reports by kind and corrective action", Format: "csv",
			MediaType: data.mediaType, Encoding: "utf-8", Bytes: len(data.content), Hash: "sha256:" + hex.EncodeToString(sum[:]),
			TableSchema: tableSchema{
				Schema: "https://datapackage.org/profiles/2.0/tableschema.json",
				Fields: []field{
					code(t.rows), code(t.columns),
					{
						Name: "estimate", Type: "integer", Title: "Estimated number of reports",
						Description: "The count with noise: unbiased, may be negative", Constraints: constraints{Required: true},
					},
					{
						Name: "se", Type: "number", Title: "Standard error of the estimate",
						Description: "Of the noise alone", Constraints: constraints{Required: true},
					},
				},
				PrimaryKey: []string{t.rows.Name, t.columns.Name},
			},
		}},
		Recourse: about{
			Community: made.Community, Release: made.Number, Period: period{From: made.From, Until: made.Until.UTC()},
			CodeLists: stats.CodeListVersion,
			Privacy: privacy{
				Definition: "zero-concentrated differential privacy (zCDP); neighbours differ in all the rows of one privacy unit, added or removed",
				Unit: "one reporter in this community where the platform names reporters and the name could be read, else one report. " +
					"A person with k counted reports beyond that is covered at (cap + k) squared over cap squared times rho. " +
					"What several releases cost adds up.",
				Cap: r.Cap, Mechanism: "discrete Gaussian noise on every cell (arXiv 2004.00010)", Sigma2: t.sigma2.RatString(),
				Rho: mechanism.RoundUp(made.Rho, mechanism.LedgerDigits), Epsilon: roundUp(mechanism.Epsilon(rho, delta)), Delta: delta,
			},
		},
	}
}

// roundUp keeps four digits after the point, never less than x.
func roundUp(x float64) float64 { return math.Ceil(x*1e4) / 1e4 }

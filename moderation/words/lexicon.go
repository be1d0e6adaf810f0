package words

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// SenseTarget marks words that name people. They are never a match by
// themselves; terms that need a context need one of them near.
const SenseTarget = "target"

// Senses returns what a term of a lexicon can be, in the order of the
// documentation.
func Senses() []string {
	return []string{"slur", "insult", "demean", "threat", "sexual", "incitement", "self_harm", SenseTarget}
}

const (
	maxWeight     = 4
	maxTermLength = 100 // characters
	maxTerms      = 1 << 20
)

// Term is an entry of a lexicon.
type Term struct {
	Text      string   // as written in the file; of several forms the first
	Forms     []string // further forms of the same word: plurals, genders, spellings
	Sense     string
	Weight    int  // 0 to 4
	Reclaimed bool // the group itself uses it too
	Context   bool // counts only with a target near
	Stem      bool // endings may follow
	Exact     bool // only as written, after folding
}

// Lexicon is a list of terms in one language.
type Lexicon struct {
	Language string // BCP 47
	Terms    []Term
}

// AllForms returns the forms of a term, the one that names it first.
func (t Term) AllForms() []string { return append([]string{t.Text}, t.Forms...) }

// ParseLexicon reads a lexicon: UTF-8 text, a line an entry
// "term, other form ; sense ; weight ; flags", comments after "#". An error
// names the file and the line and says what to do.
func ParseLexicon(name, tag string, file []byte) (Lexicon, error) {
	if _, err := language.Parse(tag); err != nil {
		return Lexicon{}, fmt.Errorf("%s: %q is not a language: name the file by its BCP 47 tag, such as fr.txt or pt-BR.txt", name, tag)
	}
	lexicon := Lexicon{Language: tag}
	if !utf8.Valid(file) {
		return Lexicon{}, fmt.Errorf("%s: is not UTF-8: save it as UTF-8 text", name)
	}
	seen := map[string]int{} // forms, with their sense, and the line each stands in
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(string(file), "\ufeff")) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		term, err := parseTerm(line)
		if err != nil {
			return Lexicon{}, fmt.Errorf("%s:%d: %w", name, number, err)
		}
		for _, form := range term.AllForms() {
			key := strings.ToLower(form) + ";" + term.Sense
			if first := seen[key]; first != 0 {
				return Lexicon{}, fmt.Errorf("%s:%d: %q stands in line %d too, with the same sense: take one out", name, number, form, first)
			}
			seen[key] = number
		}
		lexicon.Terms = append(lexicon.Terms, term)
		if len(seen) > maxTerms {
			return Lexicon{}, fmt.Errorf("%s:%d: a lexicon has at most %d terms: take some out", name, number, maxTerms)
		}
	}
	return lexicon, nil
}

func parseTerm(line string) (Term, error) {
	fields := strings.Split(line, ";")
	if len(fields) < 3 || len(fields) > 4 {
		return Term{}, fmt.Errorf("an entry is `term ; sense ; weight ; flags`, and this has %d of them: "+
			"separate them by semicolons, and leave out only the flags", len(fields))
	}
	for i := range fields {
		fields[i] = oneSpace(fields[i])
	}
	term := Term{Sense: fields[1]}
	for i, form := range strings.Split(strings.ReplaceAll(fields[0], "،", ","), ",") {
		form = oneSpace(form)
		if err := checkTermText(form); err != nil {
			return Term{}, err
		}
		if i == 0 {
			term.Text = form
		} else {
			term.Forms = append(term.Forms, form)
		}
	}
	if !slices.Contains(Senses(), term.Sense) {
		return Term{}, fmt.Errorf("%q is no sense: use one of %s", term.Sense, strings.Join(Senses(), ", "))
	}
	weight, err := strconv.Atoi(fields[2])
	if err != nil || weight < 0 || weight > maxWeight {
		return Term{}, fmt.Errorf("%q is no weight: use a number from 0 to %d", fields[2], maxWeight)
	}
	if weight != 0 && term.Sense == SenseTarget {
		return Term{}, fmt.Errorf("a %s is never a match by itself: give it the weight 0", SenseTarget)
	}
	term.Weight = weight
	if len(fields) == 4 {
		for flag := range strings.FieldsSeq(fields[3]) {
			switch flag {
			case "reclaimed":
				term.Reclaimed = true
			case "context":
				term.Context = true
			case "stem":
				term.Stem = true
			case "exact":
				term.Exact = true
			default:
				return Term{}, fmt.Errorf("%q is no flag: use reclaimed, context, stem or exact, separated by spaces", flag)
			}
		}
	}
	return term, nil
}

func oneSpace(s string) string { return strings.Join(strings.Fields(s), " ") }

func checkTermText(text string) error {
	switch {
	case text == "":
		return errors.New("a term is missing: write it before the first semicolon, and one form of it between two commas")
	case utf8.RuneCountInString(text) > maxTermLength:
		return fmt.Errorf("a term has at most %d characters: use the part that matters", maxTermLength)
	case !strings.ContainsFunc(Fold(text).String(), isWordRune):
		return errors.New("the term has no letter and no digit: only words can be looked for")
	}
	return nil
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || r >= '0' && r <= '9' }

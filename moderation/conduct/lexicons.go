package conduct

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"

	"recourse/moderation/words"
)

// compileLexicons reads the lexicons that a published code carries. What is
// wrong it notes, with the line in the lexicon's own file.
func (e *engine) compileLexicons(c Code, s *source, files []txtar.File) {
	for i, name := range c.Lexicons {
		at := fmt.Sprintf("lexicons[%d]", i)
		tag, err := lexiconLanguage(name)
		if err != nil {
			s.wrongf(at, "%v", err)
			continue
		}
		if slices.Contains(c.Lexicons[:i], name) {
			s.wrongf(at, "%s stands twice: take one out", name)
			continue
		}
		found := slices.IndexFunc(files, func(f txtar.File) bool { return f.Name == name })
		if found < 0 {
			s.wrongf(at, "%s is not in this file: a published code carries its lexicons", name)
			continue
		}
		lexicon, err := words.ParseLexicon(name, tag, files[found].Data)
		if err != nil {
			s.problems = append(s.problems, lexiconProblem(name, err))
			continue
		}
		e.lexicons = append(e.lexicons, lexicon)
		e.files = append(e.files, files[found])
	}
	for i, f := range files {
		switch {
		case !slices.Contains(c.Lexicons, f.Name):
			s.problems = append(s.problems, Problem{File: f.Name, What: "the code does not name this lexicon: add it to lexicons, or take it out"})
		case slices.ContainsFunc(files[:i], func(other txtar.File) bool { return other.Name == f.Name }):
			s.problems = append(s.problems, Problem{File: f.Name, What: "stands twice: take one out"})
		}
	}
	if len(e.lexicons) == 0 {
		return
	}
	var err error
	if e.matcher, err = words.Compile(e.lexicons...); err != nil {
		s.wrongf("lexicons", "%v", err)
	}
}

var placedError = regexp.MustCompile(`^:(\d+): `)

// lexiconProblem takes apart what ParseLexicon says, `name:line: what`.
func lexiconProblem(name string, err error) Problem {
	what := strings.TrimPrefix(err.Error(), name)
	p := Problem{File: name, What: strings.TrimPrefix(what, ": ")}
	if placed := placedError.FindStringSubmatch(what); placed != nil {
		p.What = what[len(placed[0]):]
		p.Line, _ = strconv.Atoi(placed[1])
	}
	return p
}

// termLines returns the line of each term of a lexicon's file, which
// ParseLexicon took.
func termLines(file []byte) []int {
	var lines []int
	for i, line := range strings.Split(strings.TrimPrefix(string(file), "\ufeff"), "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, i+1)
		}
	}
	return lines
}

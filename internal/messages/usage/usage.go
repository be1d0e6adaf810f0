// Package usage finds, for a test, messages that no source uses and messages
// that a source uses and no catalogue has.
//
// A key stands in a source as a whole ("report.send") or is put together from
// a code ("kind." + code, name + ".label"). For the second kind a test tells
// which keys come of each piece.
package usage

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Sources are what a service's messages are used in.
type Sources struct {
	// Files is a folder; its .go files but for tests, and its .html files, are
	// read, those of folders within it too.
	Files fs.FS
	// Constructed lists, by the beginning or the ending that stands in a source,
	// such as "kind." or ".hint", every key that comes of it.
	Constructed map[string][]string
	// Besides are keys that no source of the folder names, such as those that
	// dates are made of.
	Besides []string
	// NotKeys are strings in the sources that only look like keys.
	NotKeys []string
}

// found says where the sources name keys, and beginnings and endings of keys.
type found struct {
	keys       map[string]string // key to place
	beginnings map[string]string
	endings    map[string]string
	certain    map[string]bool // keys that are surely meant as such
}

// Check returns one line for each message that is used and missing, or there
// and not used, and for each beginning that the test does not list. File is
// the catalogue's file that the keys are of, and have is what it holds.
func Check(file string, have []string, s Sources) ([]string, error) {
	f, err := search(s.Files)
	if err != nil {
		return nil, err
	}
	sections := map[string]bool{}
	for _, key := range have {
		sections[section(key)] = true
	}
	used := map[string]string{}
	for _, key := range s.Besides {
		used[key] = "the test's own list"
	}
	var lines []string
	for piece, keys := range s.Constructed {
		if f.beginnings[piece] == "" && f.endings[piece] == "" {
			lines = append(lines, fmt.Sprintf("%q is part of no key in any source: take it off the test's list", piece))
		}
		for _, key := range keys {
			used[key] = fmt.Sprintf("the test's list for %q", piece)
		}
	}
	for beginning, place := range f.beginnings {
		if sections[section(beginning)] && s.Constructed[beginning] == nil {
			lines = append(lines, fmt.Sprintf("%s: %q begins keys: list them in the test", place, beginning))
		}
	}
	for key, place := range f.keys {
		if f.certain[key] || (sections[section(key)] && !slices.Contains(s.NotKeys, key)) {
			used[key] = place
		}
	}
	for key, place := range used {
		if !slices.Contains(have, key) {
			lines = append(lines, fmt.Sprintf("%s: %s: missing, used in %s", file, key, place))
		}
	}
	for _, key := range have {
		if used[key] == "" {
			lines = append(lines, fmt.Sprintf("%s: %s: not used", file, key))
		}
	}
	slices.Sort(lines)
	return lines, nil
}

func section(key string) string {
	before, _, _ := strings.Cut(key, ".")
	return before
}

func search(files fs.FS) (found, error) {
	f := found{
		keys: map[string]string{}, beginnings: map[string]string{}, endings: map[string]string{}, certain: map[string]bool{},
	}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		goFile := path.Ext(name) == ".go" && !strings.HasSuffix(name, "_test.go")
		if !goFile && path.Ext(name) != ".html" {
			return nil
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if goFile {
			return f.inGo(name, content)
		}
		f.inTemplate(name, string(content))
		return nil
	})
	if err != nil {
		return found{}, fmt.Errorf("reading the sources: %w", err)
	}
	return f, nil
}

// inGo takes every string that looks like a key. Only where it is handed to T,
// Text or plain is it certain that it is one.
func (f found) inGo(name string, content []byte) error {
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, name, content, parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("parsing: %w", err)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.CallExpr:
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"T", "Text", "plain"}, s.Sel.Name) && len(n.Args) > 0 {
				if l, ok := n.Args[0].(*ast.BasicLit); ok {
					f.add(files.Position(l.Pos()).String(), l.Value, true)
				}
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				f.add(files.Position(n.Pos()).String(), n.Value, false)
			}
		}
		return true
	})
	return nil
}

// inTemplate takes the strings of a template's actions.
func (f found) inTemplate(name, content string) {
	action := regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	quoted := regexp.MustCompile(`(\bT )?("[^"]*")`)
	for _, at := range action.FindAllStringIndex(content, -1) {
		place := name + ":" + strconv.Itoa(1+strings.Count(content[:at[0]], "\n"))
		for _, m := range quoted.FindAllStringSubmatch(content[at[0]:at[1]], -1) {
			f.add(place, m[2], m[1] != "")
		}
	}
}

func (f found) add(place, literal string, certain bool) {
	key := regexp.MustCompile(`^[a-z0-9_]+(\.[A-Za-z0-9_+-]+)+$`)
	beginning := regexp.MustCompile(`^[a-z0-9_]+(\.[A-Za-z0-9_+-]+)*\.$`)
	ending := regexp.MustCompile(`^(\.[a-z_]+)+$`)
	s, err := strconv.Unquote(literal)
	if err != nil {
		return
	}
	switch {
	case beginning.MatchString(s):
		f.beginnings[s] = place
	case ending.MatchString(s):
		f.endings[s] = place
	case certain:
		f.keys[s] = place
		f.certain[s] = true
	case key.MatchString(s) && f.keys[s] == "":
		f.keys[s] = place
	default:
	}
}

// Each returns a beginning with every code and every ending put to it.
func Each[T ~string](beginning string, codes []T, endings ...string) []string {
	if len(endings) == 0 {
		endings = []string{""}
	}
	keys := map[string]bool{}
	for _, code := range codes {
		for _, ending := range endings {
			keys[beginning+string(code)+ending] = true
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

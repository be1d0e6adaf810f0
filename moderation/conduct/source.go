package conduct

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// source is a YAML file that is being read: where each of its fields stands,
// and what is wrong with it so far. A field is named by its path, such as
// rules[2].then.queue.
type source struct {
	name     string
	lines    map[string]int    // of a field's key
	begins   map[string]int    // of the first line of a field's text
	ids      map[string]string // of list entries, to tell them apart in what is said
	problems Problems
}

// readYAML reads one document into v, strictly. It goes on after a mistake
// where it can; false says that v can't be used.
func readYAML(name string, file []byte, v any) (*source, bool) {
	s := &source{name: name, lines: map[string]int{}, begins: map[string]int{}, ids: map[string]string{}}
	tree, err := parser.ParseBytes(file, 0)
	if err != nil {
		s.add(lineOf(err), messageOf(err))
		return s, false
	}
	if len(tree.Docs) > 1 && tree.Docs[1].Body != nil {
		s.add(tree.Docs[1].Body.GetToken().Position.Line, "a second document follows the first: take it out")
		return s, false
	}
	if len(tree.Docs) == 0 || tree.Docs[0].Body == nil {
		s.add(0, "the file is empty")
		return s, false
	}
	if !s.walk(tree.Docs[0].Body, "", reflect.TypeOf(v).Elem()) {
		return s, false
	}
	if err := yaml.NodeToValue(tree.Docs[0].Body, v); err != nil {
		s.add(lineOf(err), messageOf(err))
		return s, false
	}
	return s, true
}

func lineOf(err error) int {
	if e, ok := errors.AsType[yaml.Error](err); ok && e.GetToken() != nil && e.GetToken().Position != nil {
		return e.GetToken().Position.Line
	}
	return 0
}

func messageOf(err error) string {
	if e, ok := errors.AsType[yaml.Error](err); ok {
		return e.GetMessage() // its own form is a drawing of several lines
	}
	return err.Error()
}

func (s *source) add(line int, what string) {
	s.problems = append(s.problems, Problem{File: s.name, Line: line, What: what})
}

// wrongf notes what is wrong with a field, or with one that is missing in it.
func (s *source) wrongf(path, format string, args ...any) {
	s.add(s.line(path), s.label(path)+fmt.Sprintf(format, args...))
}

// line of a field, or of what it is missing in.
func (s *source) line(path string) int {
	for path != "" {
		if line, ok := s.lines[path]; ok {
			return line
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return 1
}

// label writes articles[1].title.ar as "articles[1] (safety): title: ar: ".
func (s *source) label(path string) string {
	var b strings.Builder
	for at, part := range strings.Split(path, ".") {
		if part == "" {
			continue
		}
		b.WriteString(part)
		if id, ok := s.ids[part]; ok && at == 0 {
			fmt.Fprintf(&b, " (%s)", id)
		}
		b.WriteString(": ")
	}
	return b.String()
}

// walk notes where each field stands and refuses what the type does not have.
// It answers false where the file can't be decoded into the type.
func (s *source) walk(node ast.Node, path string, t reflect.Type) bool {
	for {
		if anchor, ok := node.(*ast.AnchorNode); ok {
			node = anchor.Value
		} else {
			break
		}
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	s.begin(node, path)
	switch node.(type) {
	case *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		s.wrongf(path, "aliases and tags are not allowed: write the text out")
		return false
	case *ast.NullNode:
		return true // as if it were left out
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return s.scalar(node, path, "a text")
	}
	switch t.Kind() {
	case reflect.Struct:
		return s.walkFields(node, path, t)
	case reflect.Map:
		return s.walkMap(node, path, t)
	case reflect.Slice:
		list, ok := node.(*ast.SequenceNode)
		if !ok {
			s.wrongf(path, "must be a list, such as [a, b]")
			return false
		}
		for i, value := range list.Values {
			at := fmt.Sprintf("%s[%d]", path, i)
			s.lines[at] = value.GetToken().Position.Line
			if id := idOf(value); id != "" {
				s.ids[at] = id
			}
			ok = s.walk(value, at, t.Elem()) && ok
		}
		return ok
	case reflect.Int:
		if _, ok := node.(*ast.IntegerNode); !ok {
			s.wrongf(path, "must be a whole number, such as 3")
			return false
		}
		return true
	case reflect.Bool:
		if _, ok := node.(*ast.BoolNode); !ok {
			s.wrongf(path, "must be true or false")
			return false
		}
		return true
	default:
		return s.scalar(node, path, "a text")
	}
}

func (s *source) scalar(node ast.Node, path, what string) bool {
	if _, ok := node.(ast.ScalarNode); !ok {
		s.wrongf(path, "must be %s", what)
		return false
	}
	return true
}

// begin notes where the text of a field begins: a block's begins below its key.
func (s *source) begin(node ast.Node, path string) {
	if token := node.GetToken(); token != nil && token.Position != nil {
		s.begins[path] = token.Position.Line
		if _, ok := node.(*ast.LiteralNode); ok {
			s.begins[path]++
		}
	}
}

// entries of a mapping; false where the node is none.
func entries(node ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	default:
		return nil, false
	}
}

func (s *source) walkFields(node ast.Node, path string, t reflect.Type) bool {
	values, ok := entries(node)
	if !ok {
		s.wrongf(path, "must have fields, such as %s", strings.Join(fieldsOf(t), ", "))
		return false
	}
	for _, entry := range values {
		key := entry.Key.GetToken().Value
		at := strings.TrimPrefix(path+"."+key, ".")
		s.lines[at] = entry.Key.GetToken().Position.Line
		field, known := fieldOf(t, key)
		if !known {
			s.wrongf(at, "is not a field here: the fields are %s", strings.Join(fieldsOf(t), ", "))
			continue
		}
		ok = s.walk(entry.Value, at, field) && ok
	}
	return ok
}

func (s *source) walkMap(node ast.Node, path string, t reflect.Type) bool {
	values, ok := entries(node)
	if !ok {
		s.wrongf(path, "must have an entry for each language, such as en: ...")
		return false
	}
	for _, entry := range values {
		at := path + "." + entry.Key.GetToken().Value
		s.lines[at] = entry.Key.GetToken().Position.Line
		ok = s.walk(entry.Value, at, t.Elem()) && ok
	}
	return ok
}

// idOf returns the id or name that an entry of a list has.
func idOf(node ast.Node) string {
	values, _ := entries(node)
	for _, entry := range values {
		if key := entry.Key.GetToken().Value; key == "id" || key == "name" {
			if value, ok := entry.Value.(ast.ScalarNode); ok && value.GetToken() != nil {
				return value.GetToken().Value
			}
		}
	}
	return ""
}

func tagOf(f reflect.StructField) string {
	tag, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return tag
}

func fieldOf(t reflect.Type, key string) (reflect.Type, bool) {
	for f := range t.Fields() {
		if tag := tagOf(f); tag == key && tag != "-" {
			return f.Type, true
		}
	}
	return nil, false
}

func fieldsOf(t reflect.Type) []string {
	var fields []string
	for f := range t.Fields() {
		if tag := tagOf(f); tag != "" && tag != "-" {
			fields = append(fields, tag)
		}
	}
	return fields
}

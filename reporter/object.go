package reporter

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"unicode/utf16"
)

// object reads one JSON object member by member. encoding/json alone stops at
// the first wrong type, takes `Kind` for `kind`, lets the last of two members
// win and turns half a surrogate pair into U+FFFD; whoever sends a report is
// told all of that at once, each at its path.
type object struct {
	path    string // with a dot behind it; empty at the top
	members map[string]json.RawMessage
	faults  *faults
}

// openObject reads raw, which is valid JSON, and notes members that are not
// known. It is false where raw is no object.
func openObject(raw json.RawMessage, path string, fs *faults, known ...string) (object, bool) {
	o := object{path: path, members: map[string]json.RawMessage{}, faults: fs}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return o, false
	}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return o, false
		}
		name, ok := token.(string)
		var value json.RawMessage
		if !ok || dec.Decode(&value) != nil {
			return o, false
		}
		switch _, there := o.members[name]; {
		case !slices.Contains(known, name):
			fs.add(fault{Field: path + nameOf(name), Rule: ruleUnknownField})
		case there:
			fs.add(fault{Field: path + name, Rule: ruleGivenTwice})
		default:
			o.members[name] = value
		}
	}
	return o, true
}

// nameOf is a client's own name for a field, fit to stand in an answer.
func nameOf(name string) string {
	if len(name) > 64 {
		return "(a long name)"
	}
	return name
}

// value returns a member; null counts as absent.
func (o object) value(name string) (json.RawMessage, bool) {
	raw, ok := o.members[name]
	return raw, ok && !bytes.Equal(raw, []byte("null"))
}

// text returns a member that is a string, or "".
func (o object) text(name string) string {
	raw, ok := o.value(name)
	if !ok {
		return ""
	}
	return o.textAt(o.path+name, raw)
}

// truth returns a member that is true or false, or false.
func (o object) truth(name string) bool {
	raw, ok := o.value(name)
	if !ok {
		return false
	}
	var yes bool
	if err := json.Unmarshal(raw, &yes); err != nil {
		o.faults.add(fault{Field: o.path + name, Rule: ruleWrongType, Want: []string{"true", "false"}})
	}
	return yes
}

// texts returns a member that is a list of strings, or nil. An entry at fault
// is "", so that the others keep their places.
func (o object) texts(name string) []string {
	raw, ok := o.value(name)
	if !ok {
		return nil
	}
	var entries []json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil {
		o.faults.add(fault{Field: o.path + name, Rule: ruleWrongType, Want: []string{"a list of strings"}})
		return nil
	}
	list := make([]string, len(entries))
	for n, entry := range entries {
		list[n] = o.textAt(element(o.path+name, n), entry)
	}
	return list
}

// object returns a member that is an object, or an empty one.
func (o object) object(name string, known ...string) object {
	none := object{path: o.path + name + ".", faults: o.faults}
	raw, ok := o.value(name)
	if !ok {
		return none
	}
	inner, ok := openObject(raw, none.path, o.faults, known...)
	if !ok {
		o.faults.add(fault{Field: o.path + name, Rule: ruleWrongType, Want: []string{"an object"}})
		return none
	}
	return inner
}

// required returns a member that must be true or false.
func (o object) required(name string) bool {
	raw, ok := o.value(name)
	var b bool
	switch {
	case !ok:
		o.faults.add(fault{Field: o.path + name, Rule: ruleRequired})
	case json.Unmarshal(raw, &b) != nil:
		o.faults.add(fault{Field: o.path + name, Rule: ruleWrongType, Want: []string{"true or false"}})
	}
	return b
}

func (o object) textAt(path string, raw json.RawMessage) string {
	s, err := decodeText(raw)
	switch {
	case errors.Is(err, errSurrogate):
		o.faults.add(fault{Field: path, Rule: ruleCharacters})
	case err != nil:
		o.faults.add(fault{Field: path, Rule: ruleWrongType, Want: []string{"a string"}})
	}
	return s
}

var (
	errSurrogate = errors.New("half of a surrogate pair")
	errNoString  = errors.New("not a string")
)

func decodeText(raw json.RawMessage) (string, error) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", errNoString
	}
	if loneSurrogate(raw) {
		return "", errSurrogate
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", errNoString
	}
	return s, nil
}

// loneSurrogate reports whether a JSON string escapes half of a surrogate
// pair, such as "\ud83d" without what follows: no text has that.
func loneSurrogate(raw []byte) bool {
	for n := 0; n < len(raw); n++ {
		if raw[n] != '\\' {
			continue
		}
		n++ // the escaped byte; `\\` is stepped over whole
		first, ok := escapedUnit(raw, n)
		if !ok || !utf16.IsSurrogate(first) {
			continue
		}
		second, ok := escapedUnit(raw, n+6)
		if !ok || raw[n+5] != '\\' || utf16.DecodeRune(first, second) == '\uFFFD' {
			return true
		}
		n += 10
	}
	return false
}

// escapedUnit reads uXXXX at raw[n].
func escapedUnit(raw []byte, n int) (rune, bool) {
	if n+5 > len(raw) || raw[n] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(raw[n+1:n+5]), 16, 16)
	return rune(unit), err == nil
}

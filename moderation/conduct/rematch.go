package conduct

import (
	"bytes"
	"slices"

	"golang.org/x/tools/txtar"

	"recourse/internal/event"
)

// Rematch returns what c sees of a report of which another code made v. The
// words are matched anew; nothing else that View finds depends on a code.
func (c Code) Rematch(v View, content event.Content) View {
	v.Matches = nil
	if c.engine != nil && c.engine.matcher != nil {
		v.Matches = c.engine.matcher.Find(content.Description)
	}
	return v
}

// SameLexicons says that two codes see the same of every report.
func (c Code) SameLexicons(other Code) bool {
	same := func(a, b txtar.File) bool { return a.Name == b.Name && bytes.Equal(a.Data, b.Data) }
	return slices.EqualFunc(c.lexicons(), other.lexicons(), same)
}

func (c Code) lexicons() []txtar.File {
	if c.engine == nil {
		return nil
	}
	return c.engine.files
}

package conduct

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/tools/txtar"
)

// Load reads a code of conduct and the lexicons that it names beside it, and
// returns them in the published form: a txtar archive whose comment is the
// YAML, or the YAML alone where it names no lexicon. A lexicon that can't be
// read is one of the error's Problems; what else is wrong with the code, Parse
// says.
func Load(read func(name string) ([]byte, error), name string) ([]byte, error) {
	document, err := read(name)
	if err != nil {
		return nil, err
	}
	if archive := txtar.Parse(document); len(archive.Files) > 0 {
		return document, nil // it is in the published form already
	}
	var c Code
	s, ok := readYAML("", document, &c)
	if !ok || len(c.Lexicons) == 0 {
		return document, nil
	}
	archive := &txtar.Archive{Comment: document}
	for i, lexicon := range c.Lexicons {
		at := fmt.Sprintf("lexicons[%d]", i)
		if _, err := lexiconLanguage(lexicon); err != nil {
			continue // Parse refuses the name
		}
		file, err := read(path.Join(path.Dir(name), lexicon))
		if err != nil {
			s.wrongf(at, "%v", err)
			continue
		}
		if inner := txtar.Parse(file); len(inner.Files) > 0 {
			s.wrongf(at, "%s holds a line like -- name --: take it out", lexicon)
			continue
		}
		archive.Files = append(archive.Files, txtar.File{Name: lexicon, Data: file})
	}
	if len(s.problems) > 0 {
		return nil, refused(s.problems...)
	}
	return txtar.Format(archive), nil
}

// unpack takes a published code apart.
func unpack(file []byte) (document []byte, lexicons []txtar.File) {
	archive := txtar.Parse(file)
	if len(archive.Files) == 0 {
		return file, nil
	}
	return archive.Comment, archive.Files
}

// lexiconLanguage returns the language that a lexicon's name says it is in.
func lexiconLanguage(name string) (string, error) {
	base, ok := strings.CutSuffix(path.Base(name), ".txt")
	if !ok || path.Clean(name) != name || path.IsAbs(name) || strings.HasPrefix(name, "../") || strings.ContainsAny(name, "\\\n") {
		return "", errors.New("name a file beside this one that ends in .txt, such as lexicons/en.txt")
	}
	tag, err := language.Parse(base)
	if err != nil {
		return "", fmt.Errorf("%q is not a language: name the file by its BCP 47 tag, such as lexicons/pt.txt", base)
	}
	return tag.String(), nil
}

// Package examples holds three complete codes of conduct, each with the cases
// that test it and the lexicons that it names: a city's participation platform
// (civic.yaml), a fediverse server (social.yaml), a newspaper's comments
// (newsroom.yaml). Communities copy one and change it.
package examples

import "embed"

//go:embed *.yaml lexicons/*.txt
var files embed.FS

// Names returns the names of the codes, without .yaml.
func Names() []string { return []string{"civic", "newsroom", "social"} }

// Read returns a file by its name, such as civic.yaml or lexicons/en.txt.
// conduct.Load(examples.Read, "civic.yaml") is the whole code.
func Read(name string) ([]byte, error) {
	return files.ReadFile(name)
}

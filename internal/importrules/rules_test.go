package importrules

import (
	"fmt"
	"slices"
	"strings"
)

const module = "recourse"

// pkg is one package as the go tool lists it.
type pkg struct {
	path        string
	name        string
	imports     []string // of the code that ships
	testImports []string // of its tests
}

// Patterns are the go tool's: a path is one package, "path/..." is that package
// and everything below it.

var services = []string{module + "/reporter/...", module + "/moderation/...", module + "/stats/..."}

const commands = module + "/cmd/..."

// mustExist are the packages that the rules speak of. If one moves, a rule would
// go on passing and check nothing.
var mustExist = []string{
	module + "/reporter",
	module + "/moderation",
	module + "/moderation/conduct",
	module + "/moderation/language",
	module + "/stats/mechanism",
	module + "/internal/evidence",
	module + "/internal/seal/open",
	module + "/internal/seal/receipt",
}

// badNames say nothing about what a package is for, so anything ends up there.
var badNames = []string{"util", "utils", "common", "helpers", "models", "types"}

// A reachRule says what the code of a package must not import, be it through
// others. Tests may: they do not ship.
type reachRule struct {
	from  []string
	never []string
	why   string
}

var reachRules = []reachRule{
	{
		from: []string{
			module + "/moderation", module + "/moderation/access/...", module + "/moderation/conduct/...", module + "/moderation/language/...",
			module + "/moderation/personal/...", module + "/moderation/words/...", module + "/moderation/sketch/...", module + "/stats", module + "/stats/mechanism/...",
			module + "/internal/evidence/...",
		},
		never: []string{"github.com/gin-gonic/...", "github.com/jackc/...", "github.com/nats-io/..."},
		why:   "decisions are pure",
	},
	{
		from: []string{module + "/reporter/..."},
		// Every driver imports database/sql, except pgx, which also has an API of its own.
		never: []string{"github.com/jackc/...", "github.com/lib/pq/...", "database/sql"},
		why:   "the intake has no database",
	},
	{
		from:  []string{module + "/reporter/..."},
		never: []string{module + "/internal/seal/open/..."},
		why:   "the intake seals and can't open",
	},
}

// check returns one line for each import or name that breaks a rule. The
// packages of this module are judged; the others, of the standard library and
// of dependencies, are there to be walked through.
func check(packages []pkg) []string {
	byPath := make(map[string]pkg, len(packages))
	for _, p := range packages {
		byPath[p.path] = p
	}
	var broken []string
	for _, path := range mustExist {
		if _, ok := byPath[path]; !ok {
			broken = append(broken, path+" is gone: the rules that speak of it check nothing")
		}
	}
	for _, p := range packages {
		if !matches(module+"/...", p.path) {
			continue
		}
		broken = append(broken, checkName(p)...)
		broken = append(broken, checkServices(p)...)
		for _, rule := range reachRules {
			broken = append(broken, checkReach(p, rule, byPath)...)
		}
	}
	return broken
}

func checkName(p pkg) []string {
	for _, word := range append(strings.Split(p.path, "/"), p.name) {
		if slices.Contains(badNames, word) {
			return []string{fmt.Sprintf("%s: %q says nothing; name a package for what it does", p.path, word)}
		}
	}
	return nil
}

// checkServices looks at direct imports, of tests too: whatever reaches a
// service from outside has a first package that imports it.
func checkServices(p pkg) []string {
	if matches(commands, p.path) {
		return nil
	}
	var broken []string
	for _, imported := range slices.Concat(p.imports, p.testImports) {
		if matches(commands, imported) {
			broken = append(broken, fmt.Sprintf("%s imports %s: nothing imports a command", p.path, imported))
		}
		for _, service := range services {
			if matches(service, imported) && !matches(service, p.path) {
				broken = append(broken, fmt.Sprintf("%s imports %s: only cmd imports a service from outside it", p.path, imported))
			}
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(broken)))
}

func checkReach(p pkg, rule reachRule, byPath map[string]pkg) []string {
	if !matchesAny(rule.from, p.path) {
		return nil
	}
	way := wayTo(p.path, rule.never, byPath)
	if way == nil {
		return nil
	}
	return []string{fmt.Sprintf("%s: %s", strings.Join(way, " imports "), rule.why)}
}

// wayTo returns a shortest chain of imports from a package to one that matches
// a pattern, or nil.
func wayTo(from string, patterns []string, byPath map[string]pkg) []string {
	ways := [][]string{{from}}
	seen := map[string]bool{from: true}
	for len(ways) > 0 {
		way := ways[0]
		ways = ways[1:]
		for _, next := range byPath[way[len(way)-1]].imports {
			if seen[next] {
				continue
			}
			seen[next] = true
			longer := append(slices.Clone(way), next)
			if matchesAny(patterns, next) {
				return longer
			}
			ways = append(ways, longer)
		}
	}
	return nil
}

func matchesAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, path) })
}

func matches(pattern, path string) bool {
	root, subtree := strings.CutSuffix(pattern, "/...")
	return path == root || subtree && strings.HasPrefix(path, root+"/")
}

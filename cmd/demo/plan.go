package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"recourse/internal/event"
	"recourse/internal/instance"
)

// community is the one that `recourse up` makes.
const community = "demo"

// planned is a report and how it is to be sent.
type planned struct {
	report instance.Report
	key    string // Idempotency-Key
	form   bool   // through the form instead of the API
	twice  bool   // sent again with the same key
}

// words say what a report's text is made of: indices into its language's lists,
// -1 where a part is left out.
type words struct {
	language                 int
	kind                     event.Kind
	role                     event.Role
	opening, detail, closing int
	account                  int
}

// planner makes reports. The same seed makes the same ones.
type planner struct {
	texts  texts
	random *rand.Rand
	made   []words
}

// plan makes n reports. The first of them go through every code on its list, so
// that a short run knows all of them too; then they are shuffled.
func plan(t texts, n int, seed uint64) []planned {
	p := &planner{texts: t, random: rand.New(rand.NewPCG(seed, 0x5eed))} //nolint:gosec // repeatable on purpose, and no secret
	all := make([]planned, 0, n)
	for i := range n {
		// Of every twenty, one goes through the form and another is sent twice.
		next := planned{key: fmt.Sprintf("demo-report-%012d", i), form: i%20 == 9, twice: i%20 == 19}
		w := p.words(i, next.form)
		p.made = append(p.made, w)
		next.report = p.report(i, w)
		all = append(all, next)
	}
	p.random.Shuffle(n, func(a, b int) { all[a], all[b] = all[b], all[a] })
	return all
}

// roundTrip is as long as the longest list of codes.
const roundTrip = 17

func (p *planner) words(i int, form bool) words {
	if i >= roundTrip && !form && p.chance(0.15) {
		return p.nearDuplicate()
	}
	w := words{
		language: pick(p.random, p.texts.Languages, func(l languageTexts) int { return l.Share }),
		kind:     event.Kinds()[pick(p.random, event.Kinds(), func(k event.Kind) int { return p.texts.Shares[k] })],
		// More often the same ones: who harasses rarely does it once.
		account: int(300 * p.random.Float64() * p.random.Float64()),
	}
	roles := []event.Role{event.RoleTarget, event.RoleTarget, event.RoleTarget, event.RoleWitness, event.RoleAlly, event.RoleOperator}
	if i < roundTrip {
		w.language, w.kind, roles = i%len(p.texts.Languages), event.Kinds()[i%len(event.Kinds())], event.Roles()[i%4:]
	}
	if form {
		w.language = p.formLanguage(i / 20)
	}
	l := p.texts.Languages[w.language]
	if w.role = roles[p.random.IntN(len(roles))]; i < roundTrip {
		w.role = roles[0]
	}
	if w.role == event.RoleTarget && l.Target[w.kind] == "" {
		w.role = event.RoleWitness
	}
	w.opening, w.detail, w.closing = p.optional(len(l.Openings)), p.optional(len(l.Details)), p.optional(len(l.Closings))
	return w
}

// nearDuplicate is an earlier report again, with a little changed.
func (p *planner) nearDuplicate() words {
	w := p.made[p.random.IntN(len(p.made))]
	l := p.texts.Languages[w.language]
	w.detail = (w.detail + 1 + p.random.IntN(len(l.Details)-1)) % len(l.Details) // another one
	w.closing = p.optional(len(l.Closings))
	return w
}

// formLanguages are those of the demo community's pages.
func formLanguages() []string { return []string{"en", "fr", "ar"} }

func (p *planner) formLanguage(n int) int {
	tags := formLanguages()
	return slices.IndexFunc(p.texts.Languages, func(l languageTexts) bool { return l.Tag == tags[n%len(tags)] })
}

func (p *planner) report(i int, w words) instance.Report {
	l := p.texts.Languages[w.language]
	r := instance.Report{
		Community: community, Kind: w.kind, Description: w.text(l), Language: l.Tag, Role: w.role, Grounds: p.grounds(i),
		Account:      event.Account{Platform: "forum.example.org", Handle: fmt.Sprintf("sample-%03d", w.account)},
		Demographics: p.demographics(i),
	}
	for range p.random.IntN(3) {
		r.Links = append(r.Links, fmt.Sprintf("https://forum.example.org/posts/%05d", p.random.IntN(100_000)))
	}
	if p.chance(0.05) {
		r.Contact = fmt.Sprintf("reporter-%05d@example.org", i)
	}
	return r
}

func (w words) text(l languageTexts) string {
	happened := l.Seen[w.kind]
	if w.role == event.RoleTarget {
		happened = l.Target[w.kind]
	}
	var sentences []string
	for _, part := range []struct {
		list []string
		n    int
	}{{l.Openings, w.opening}, {[]string{happened}, 0}, {l.Details, w.detail}, {l.Closings, w.closing}} {
		if part.n >= 0 {
			sentences = append(sentences, part.list[part.n])
		}
	}
	return strings.Join(sentences, l.Between)
}

// grounds are mostly one, sometimes two, sometimes not told.
func (p *planner) grounds(i int) []event.Ground {
	all := event.Grounds()
	first := all[p.random.IntN(len(all))]
	if i < len(all) {
		return []event.Ground{all[i]}
	}
	switch {
	case p.chance(0.2):
		return nil
	case p.chance(0.8) || alone(first):
		return []event.Ground{first}
	}
	second := all[p.random.IntN(len(all))]
	if second == first || alone(second) {
		return []event.Ground{first}
	}
	return []event.Ground{first, second}
}

// alone are the grounds beside which no other makes sense.
func alone(g event.Ground) bool { return g == event.GroundNone || g == event.GroundUnknown }

func (p *planner) demographics(i int) instance.Demographics {
	genders, ages := event.Genders(), event.AgeBands()
	if i < roundTrip {
		return instance.Demographics{Gender: genders[i%len(genders)], AgeBand: ages[i%len(ages)]}
	}
	if p.chance(0.3) {
		return instance.Demographics{} // most of those asked may pass it over
	}
	gender := genders[pick(p.random, genders, shareOfGender)]
	return instance.Demographics{Gender: gender, AgeBand: ages[p.random.IntN(len(ages))]}
}

func shareOfGender(g event.Gender) int {
	switch g {
	case event.GenderWoman:
		return 50
	case event.GenderMan:
		return 28
	default: // the other answers
		return 7
	}
}

func (p *planner) chance(of float64) bool { return p.random.Float64() < of }

// optional is an index into a list, or -1.
func (p *planner) optional(length int) int {
	if p.chance(0.2) {
		return -1
	}
	return p.random.IntN(length)
}

// pick returns an index, each as often as its weight says.
func pick[T any](random *rand.Rand, list []T, weight func(T) int) int {
	sum := 0
	for _, each := range list {
		sum += weight(each)
	}
	n := random.IntN(sum)
	for i, each := range list {
		if n -= weight(each); n < 0 {
			return i
		}
	}
	return len(list) - 1
}

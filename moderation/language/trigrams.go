package language

import (
	"strings"
	"sync"

	"github.com/RadhiFadlillah/whatlanggo"
)

// fewest is how many letters trigrams need to say anything.
const fewest = 6

// How sure trigrams must be, of 1: among the few languages of most scripts, and
// among the many in Latin letters.
const (
	least      = 0.05
	leastLatin = 0.2
)

// byTrigrams tells languages apart that share a script.
func byTrigrams(prose, script string, count int) string {
	switch script {
	case arabic:
		if found := byLetters(prose); found != "" {
			return found
		}
	case ethiopic:
		// Tigrinya is full of these, Amharic has hardly any.
		if strings.ContainsAny(prose, "ኣቕቐዅ") {
			return "ti"
		}
		return "am"
	case hebrew:
		if count < 20 {
			return "he"
		}
	}
	if count < fewest {
		return Undetermined
	}
	found, confidence := trigrams(prose, script)
	if confidence < least {
		return Undetermined
	}
	return found
}

// byLetters tells languages in Arabic letters by letters that only one of them has.
func byLetters(prose string) string {
	switch {
	case strings.ContainsAny(prose, "ٹڈڑںےہھ"):
		return "ur"
	case strings.ContainsAny(prose, "ټډړښږڼې"):
		return "ps"
	case strings.ContainsAny(prose, "ڕڵۆێە"):
		return "ckb"
	case strings.ContainsAny(prose, "پچژگک") || strings.ContainsRune(prose, 'ی'):
		return "fa"
	default:
		return "ar"
	}
}

// trigrams asks the library. Equals are never sure, since it walks a map and
// would say now this and now that.
func trigrams(prose, script string) (string, float64) {
	info := whatlanggo.DetectWithOptions(prose, candidates()[script])
	if info.Lang < 0 {
		return Undetermined, 0
	}
	code := info.Lang.Iso6391()
	if code == "nb" || code == "nn" {
		code = "no"
	}
	return code, info.Confidence
}

// candidates are the languages looked for in each script. Fewer are told apart
// better; these are the ones that people write most on the web.
func candidates() map[string]whatlanggo.Options {
	return candidatesOnce()
}

//nolint:gochecknoglobals // a constant table, made when first needed
var candidatesOnce = sync.OnceValue(func() map[string]whatlanggo.Options {
	table := map[string][]whatlanggo.Lang{
		latin: {
			whatlanggo.Eng, whatlanggo.Fra, whatlanggo.Spa, whatlanggo.Por, whatlanggo.Deu, whatlanggo.Ita, whatlanggo.Nld,
			whatlanggo.Pol, whatlanggo.Tur, whatlanggo.Ind, whatlanggo.Vie, whatlanggo.Ron, whatlanggo.Swe, whatlanggo.Dan,
			whatlanggo.Nob, whatlanggo.Fin, whatlanggo.Ces, whatlanggo.Hun, whatlanggo.Hrv, whatlanggo.Slv, whatlanggo.Est,
			whatlanggo.Lav, whatlanggo.Lit, whatlanggo.Tgl, whatlanggo.Som, whatlanggo.Hau, whatlanggo.Yor, whatlanggo.Ibo,
			whatlanggo.Zul, whatlanggo.Afr, whatlanggo.Azj, whatlanggo.Uzb, whatlanggo.Hat, whatlanggo.Kin,
		},
		cyrillic: {
			whatlanggo.Rus, whatlanggo.Ukr, whatlanggo.Bel, whatlanggo.Bul, whatlanggo.Srp, whatlanggo.Mkd,
		},
		devanagari: {whatlanggo.Hin, whatlanggo.Mar, whatlanggo.Nep},
		hebrew:     {whatlanggo.Heb, whatlanggo.Ydd},
	}
	options := make(map[string]whatlanggo.Options, len(table))
	for script, languages := range table {
		wanted := make(map[whatlanggo.Lang]bool, len(languages))
		for _, language := range languages {
			wanted[language] = true
		}
		options[script] = whatlanggo.Options{Whitelist: wanted}
	}
	return options
})

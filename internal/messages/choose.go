package messages

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// maxWishes bounds the work for a header that somebody made to cost time.
const maxWishes = 50

// Choose returns the offered language that suits best: the first of the wishes
// that one of them fits decides. A wish is a tag or a value of Accept-Language.
// Where none fits it is the first of the offered, which must not be empty.
func Choose(offered []string, wishes ...string) string {
	tags := make([]language.Tag, len(offered))
	for n, tag := range offered {
		tags[n] = language.Make(tag)
	}
	matcher := language.NewMatcher(tags)
	for _, wish := range wishes {
		if _, n, confidence := matcher.Match(wished(wish)...); confidence != language.No {
			return offered[n]
		}
	}
	return offered[0]
}

// wished reads a value of Accept-Language, the strongest wish first. One entry
// that can't be read, as a language that x/text does not know, spoils no other.
func wished(value string) []language.Tag {
	type wish struct {
		tag    language.Tag
		weight float32
	}
	var wishes []wish
	for n, entry := range strings.SplitN(value, ",", maxWishes+1) {
		if n == maxWishes {
			break
		}
		tags, weights, err := language.ParseAcceptLanguage(entry)
		if err != nil || len(tags) == 0 { // none where the weight is 0
			continue
		}
		wishes = append(wishes, wish{tags[0], weights[0]})
	}
	slices.SortStableFunc(wishes, func(a, b wish) int { return cmp.Compare(b.weight, a.weight) })
	tags := make([]language.Tag, len(wishes))
	for n, w := range wishes {
		tags[n] = w.tag
	}
	return tags
}
